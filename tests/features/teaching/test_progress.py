"""Progress: who needs somebody, and who is where, in words and shapes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.groups.models import Group
from course.lessons import editions
from tests import pages
from tests.browser import Browser
from tests.conftest import CountsQueries
from tests.curriculum.examples import with_lesson
from tests.factories import LESSON, Factory
from tests.features.conftest import SmallCourse
from tests.pages import main_words

SignIn = Callable[[User], Browser]

SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
STEPS = ["lezen", "wegen", "vragen", "opnieuw", "schrijven"]
AT_MOST = 10  # statements of the page, for any number of learners and moments


@pytest.fixture
def teacher(make: Factory) -> User:
    """An instructor who reads English, as the texts in the code."""
    return make.instructor(language="en")


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    """The browser of the teacher."""
    return sign_in(teacher)


@pytest.fixture
def group(make: Factory, teacher: User) -> Group:
    """A group of the teacher that is empty yet."""
    return make.group(instructors=[teacher], name="SW-2B")


def rows(page: TestResponse) -> dict[str, list[str]]:
    """What stands at each step, by what stands at the head of the row, in the order shown."""
    found = pages.parse(page.text).findall(".//table//tbody/tr")
    return {pages.words(row[0]): [pages.words(cell) for cell in row[1:]] for row in found}


# --- Who is where --------------------------------------------------------------------------


def test_each_learner_has_a_row_and_each_step_a_word_and_a_shape(
    clock: time_machine.Traveller,
    browser: Browser,
    make: Factory,
    group: Group,
    small_course: SmallCourse,
) -> None:
    lesson = small_course.lesson
    wrote = make.learner(name="Dewi <script>")
    through, busy, new = (make.learner(name=name) for name in ("Coen", "Bram", "aya"))
    for user in (wrote, through, busy, new):
        make.membership(group, user)
    make.done(make.enrolment(busy, lesson, last_step="wegen"), "lezen")
    make.done(make.enrolment(through, lesson, last_step="schrijven"), *STEPS)
    submission = make.submission(make.enrolment(wrote, lesson, last_step="lezen"))

    page = browser.get(f"/teach/groups/{group.id}/lessons/{lesson}")
    shown = rows(page)
    assert shown == {
        "Choose ayaaya not started": ["·"] * 5,
        "Choose BramBram last seen 10:00": ["● done", "◐ here", "·", "·", "·"],
        "Choose CoenCoen last seen 10:00": ["● done"] * 5,
        "Choose Dewi <script>Dewi <script> last seen 10:00": ["◐ here", "·", "·", "·", "▲ to read"],
    }
    links = [link.get("href") for link in pages.parse(page.text).findall(".//td/a")]
    assert links == [f"/teach/groups/{group.id}/reflections/{submission.public_id}"]


def test_a_cell_says_its_word_and_date_to_who_does_not_see_it(
    clock: time_machine.Traveller,
    browser: Browser,
    make: Factory,
    group: Group,
    small_course: SmallCourse,
) -> None:
    busy = make.learner()
    make.membership(group, busy)
    make.done(make.enrolment(busy, small_course.lesson, last_step="wegen"), "lezen")
    page = browser.get(f"/teach/groups/{group.id}/lessons/{small_course.lesson}")
    today = now().strftime("%-d %B %Y")
    cells = pages.parse(page.text).findall(".//tbody/tr/td")
    assert [cell.get("aria-label") for cell in cells] == [
        f"done, {today}",
        f"here, {today}",
        "not begun",
        "not begun",
        "not begun",
    ]


def test_the_page_of_a_group_counts_what_the_table_shows(
    browser: Browser, make: Factory, group: Group, small_course: SmallCourse
) -> None:
    """Four learners: not begun, busy, withdrawn again, and finished with a reflection."""
    lesson = small_course.lesson
    learners = [make.learner() for _learner in range(4)]
    for user in learners:
        make.membership(group, user)
    make.enrolment(learners[1], lesson)
    make.submission(make.enrolment(learners[2], lesson), withdrawn_at=now())
    finished = make.enrolment(learners[3], lesson)
    make.done(finished, *STEPS[:-1])
    make.submission(finished)

    url = f"/teach/groups/{group.id}"
    told = "4 students: 3 started, 0 done, 1 with a reflection that waits."
    assert told in main_words(browser.get(url))
    overview = rows(browser.get(f"{url}/progress"))
    place = _lessons(browser).index(lesson)
    assert sorted(cells[place] for cells in overview.values()) == [
        "·",
        "▲ to read · 5 of 5",
        "◐ 0 of 5",
        "◐ 0 of 5",
    ]


def _lessons(browser: Browser) -> list[str]:
    with browser.application.app_context():
        return list(editions.library().editions)


def test_who_follows_an_older_edition_is_marked_and_measured_by_that_edition(
    browser: Browser, make: Factory, group: Group, small_course: SmallCourse
) -> None:
    older, newer = make.learner(name="Oud"), make.learner(name="Vers")
    for user in (older, newer):
        make.membership(group, user)
    make.done(make.enrolment(older, small_course.lesson), *STEPS)
    today = small_course.publish(with_lesson("slug: schrijven", "slug: opschrijven"))
    make.done(make.enrolment(newer, edition=today), *STEPS[:-1])

    page = browser.get(f"/teach/groups/{group.id}/lessons/{small_course.lesson}")
    marked = {name.split()[1][:3]: name.endswith("· older edition") for name in rows(page)}
    assert marked == {"Oud": True, "Ver": False}
    # Who follows the older one did all of its steps; who follows today's has one to go.
    place = _lessons(browser).index(small_course.lesson)
    overview = rows(browser.get(f"/teach/groups/{group.id}/progress"))
    assert [cells[place] for cells in overview.values()] == ["● done", "◐ 4 of 5"]


def test_feedback_and_a_revision_have_a_column_of_their_own(
    browser: Browser, make: Factory, group: Group, teacher: User
) -> None:
    learner = make.learner()
    make.membership(group, learner)
    enrolment = make.enrolment(learner)
    first = make.submission(enrolment, withdrawn_at=now())
    assignment = make.assignment(group, names_hidden=False)
    url = f"/teach/groups/{group.id}/lessons/{LESSON}"

    def shown() -> list[str]:
        (cells,) = rows(browser.get(url)).values()
        return cells[-3:]

    assert shown() == ["·", "·", "·"]
    cells = pages.parse(browser.get(url).text).findall(".//tbody/tr/td")
    labels = [cell.get("aria-label") for cell in cells[-3:]]
    assert labels == ["not begun", "nothing yet", "nothing yet"]
    release = make.returned(make.marking(first, assignment, teacher))
    assert shown() == ["·", "◇ given back", "·"]
    with make.together():
        db.session.merge(release).seen_at = now()
        make.submission(enrolment, number=2)
    assert shown() == ["▲ to read", "◆ opened", "▲ revised"]


def test_while_names_are_hidden_no_date_beside_a_name_leads_to_a_code(
    browser: Browser, make: Factory, group: Group
) -> None:
    """The queue tells how many days each has waited."""
    learner = make.learner()
    make.membership(group, learner)
    enrolment = make.enrolment(learner)
    make.done(enrolment, make.step("read").slug)
    make.submission(enrolment, handed_in_at=now() - timedelta(days=30))
    make.assignment(group, names_hidden=True)
    for path in (f"lessons/{LESSON}", "progress", f"students/{learner.id}"):
        page = browser.get(f"/teach/groups/{group.id}/{path}")
        assert "handed in" in main_words(page)
        assert "waits for feedback" not in main_words(page)
        cells = pages.parse(page.text).findall(".//td[@title]")
        words = {"done", "here", "handed in", "handed in · 2 of 11"}
        assert {cell.get("title") for cell in cells} <= words
        assert "/reflections/" not in page.text.replace(f"/reflections/{LESSON}/", "")


def test_who_left_for_another_group_is_no_longer_in_the_table(
    browser: Browser,
    sign_in: SignIn,
    make: Factory,
    learner: User,
    group: Group,
    small_course: SmallCourse,
) -> None:
    for its in (group, make.group()):
        make.membership(its, learner)
    make.submission(make.enrolment(learner, small_course.lesson))
    url = f"/teach/groups/{group.id}/lessons/{small_course.lesson}"
    assert learner.name in browser.get(url).text
    sign_in(learner).submit("/home", action=f"/groups/{group.id}/leave")
    assert learner.name not in browser.get(url).text
    assert browser.get(f"/teach/groups/{group.id}/students/{learner.id}").status_code == 404


# --- Choosing, and showing in class --------------------------------------------------------


@SQLITE
def test_the_table_shows_who_one_looks_for_in_the_order_that_one_chose(
    browser: Browser, make: Factory, group: Group
) -> None:
    early, late, never = (make.learner(name=name) for name in ("Aad", "Bea", "Cor"))
    for user in (early, late, never):
        make.membership(group, user)
    make.enrolment(early, seen_at=now())
    make.enrolment(late, seen_at=now() - timedelta(days=3))
    url = f"/teach/groups/{group.id}/progress"

    def names(query: str) -> list[str]:
        return [head.split()[1][:3] for head in rows(browser.get(f"{url}?{query}"))]

    assert names("") == ["Aad", "Bea", "Cor"]
    assert names("order=seen") == ["Cor", "Bea", "Aad"]
    assert names("who=new") == ["Cor"]
    assert names("text=EA") == ["Bea"]
    assert "Nobody fits what you chose" in main_words(browser.get(f"{url}?text=zzz"))


@SQLITE
def test_on_the_screen_in_class_no_name_date_or_link_tells_who_somebody_is(
    browser: Browser, make: Factory, group: Group, small_course: SmallCourse
) -> None:
    user = make.learner(name="Herkenbaar")
    make.membership(group, user)
    make.submission(make.enrolment(user, small_course.lesson))
    for path in ("progress", f"lessons/{small_course.lesson}"):
        page = browser.get(f"/teach/groups/{group.id}/{path}?names=off")
        assert "Herkenbaar" not in page.text
        assert "/reflections/" not in page.text.replace("/reflections/" + small_course.lesson, "")
        assert f"/students/{user.id}" not in page.text
        assert list(rows(page)) == ["Student 1"]


@SQLITE
def test_on_the_screen_in_class_other_columns_stay_without_names_and_nobody_is_looked_for(
    browser: Browser, make: Factory, group: Group
) -> None:
    for name in ("Aad", "Bea"):
        make.membership(group, make.learner(name=name))
    page = browser.get(f"/teach/groups/{group.id}/progress?names=off&text=Aad&who=new")
    assert list(rows(page)) == ["Student 1", "Student 2"]
    parsed = pages.parse(page.text)
    links = [
        link.get("href") or ""
        for link in (*parsed.findall(".//nav[@class='looks']//a"), *parsed.findall(".//thead//a"))
    ]
    assert len(links) > len(_lessons(browser))
    assert [link for link in links if "names=off" not in link] == []


@SQLITE
def test_who_asks_again_gets_nothing_until_something_changed(
    browser: Browser, make: Factory, group: Group
) -> None:
    user = make.learner()
    make.membership(group, user)
    url = f"/teach/groups/{group.id}/progress"
    mark = pages.parse(browser.get(url).text).find(".//*[@data-mark]")
    assert mark is not None
    again = f"{url}?mark={mark.get('data-mark')}"
    part = {"HX-Request": "true"}
    assert browser.get(again, headers=part).status_code == 204
    make.enrolment(user)
    changed = browser.get(again, headers=part)
    assert changed.status_code == 200
    assert "<html" not in changed.text
    assert "0 of" in changed.text


@SQLITE
def test_a_question_that_is_asked_while_the_class_works_is_news(
    browser: Browser, make: Factory, group: Group
) -> None:
    user = make.learner()
    make.membership(group, user)
    enrolment = make.enrolment(user)
    url = f"/teach/groups/{group.id}/progress"
    mark = pages.parse(browser.get(url).text).find(".//*[@data-mark]")
    assert mark is not None
    make.help_request(enrolment)
    changed = browser.get(f"{url}?mark={mark.get('data-mark')}", headers={"HX-Request": "true"})
    assert "asked for help" in changed.text


# --- Who needs you? ------------------------------------------------------------------------


def test_who_asked_for_help_is_told_at_once_and_who_is_silent_two_days_after_they_read_it(
    clock: time_machine.Traveller, browser: Browser, make: Factory, group: Group
) -> None:
    asks, silent = make.learner(name="Vraagt"), make.learner(name="Zwijgt")
    for user in (asks, silent):
        make.membership(group, user, joined_at=now() - timedelta(days=90))
    make.help_request(make.enrolment(asks))
    make.enrolment(silent, seen_at=now() - timedelta(days=15))
    url = f"/teach/groups/{group.id}/progress"
    assert needing(browser.get(url)) == {"Vraagt": "◆ get in touch"}
    clock.shift(timedelta(days=1))
    assert needing(browser.get(url)) == {"Vraagt": "◆ get in touch", "Zwijgt": "◇ have a look"}


def needing(page: TestResponse) -> dict[str, str]:
    """Who needs somebody, and how much that asks."""
    found = pages.parse(page.text).findall(".//section[@aria-labelledby='needing']/ul/li/p[b]")
    told = [pages.words(line).partition(" ") for line in found]
    return {name: asks for name, _space, asks in told}


def test_a_learner_reads_the_same_sign_first_answers_it_and_it_rests(
    clock: time_machine.Traveller,
    browser: Browser,
    sign_in: SignIn,
    make: Factory,
    group: Group,
    teacher: User,
) -> None:
    learner = make.learner(language="en")
    make.membership(group, learner)
    moment = make.lesson_moment(group, LESSON, due_at=now() - timedelta(days=4))
    make.enrolment(learner)
    own, url = sign_in(learner), f"/teach/groups/{group.id}/progress"
    assert "was due on" in main_words(own.get("/progress"))
    assert needing(browser.get(url)) == {}

    sign = f"/progress/{group.id}/late/{moment.lesson}"
    refused = own.submit(sign)
    assert refused.status_code == 422
    assert "Choose one of the answers." in main_words(refused)
    own.submit(sign, {"why": "ill", "words": "Griep, <b>echt</b>"})
    assert "Nothing stands out" in main_words(own.get("/progress"))
    clock.shift(timedelta(days=13))
    assert needing(sign_in(teacher).get(url)) == {}
    clock.shift(timedelta(days=1))
    words = main_words(sign_in(teacher).get(url))
    assert "has not handed in" in words
    assert "Griep, <b>echt</b>" in words


def test_a_sign_of_somebody_else_cannot_be_answered(
    sign_in: SignIn, make: Factory, group: Group, learner: User
) -> None:
    make.membership(group, learner)
    moment = make.lesson_moment(group, LESSON, due_at=now() - timedelta(days=4))
    url = f"/progress/{group.id}/late/{moment.lesson}"
    outsider = sign_in(make.learner())
    assert outsider.get(url).status_code == 404
    assert outsider.post(url, data={"why": "ill"}).status_code == 404
    assert sign_in(learner).get(f"/progress/{group.id}/help/x").status_code == 404


def test_an_instructor_notes_that_they_were_in_touch_and_the_learner_reads_it(
    browser: Browser, sign_in: SignIn, make: Factory, group: Group, learner: User
) -> None:
    make.membership(group, learner)
    url = f"/teach/groups/{group.id}/students/{learner.id}"
    refused = browser.submit(url, {"note": "  "})
    assert refused.status_code == 422
    assert "Write what you did" in main_words(refused)
    browser.submit(url, {"note": "Dinsdag gebeld."})
    assert "Dinsdag gebeld." in main_words(browser.get(url))
    assert "Dinsdag gebeld." in main_words(sign_in(learner).get("/progress"))


@SQLITE
def test_no_page_of_one_student_exists_for_who_does_not_teach_them(
    browser: Browser, sign_in: SignIn, make: Factory, group: Group, learner: User
) -> None:
    assert browser.get(f"/teach/groups/{group.id}/students/{learner.id}").status_code == 404
    make.membership(group, learner)
    outsider = sign_in(make.instructor())
    assert outsider.get(f"/teach/groups/{group.id}/students/{learner.id}").status_code == 404


def test_who_looks_as_a_student_says_why_and_the_student_reads_it(
    browser: Browser, sign_in: SignIn, make: Factory, group: Group
) -> None:
    learner = make.learner(language="en")
    make.membership(group, learner)
    other = make.group(name="Een andere groep", learners=[learner])
    make.lesson_moment(other, due_at=now() + timedelta(days=3))
    make.lesson_moment(group, "waarden-en-wet", due_at=now() + timedelta(days=2))
    make.draft(make.enrolment(learner), text="Mijn klad")
    url = f"/teach/groups/{group.id}/students/{learner.id}/look"
    refused = browser.submit(url)
    assert refused.status_code == 422
    assert "the student can read it" in main_words(refused)

    page = browser.submit(url, {"why": "Vroeg waar de deadline staat <b>"})
    words = main_words(page)
    assert "You look with the eyes of" in words
    assert "deadline ·" in words
    assert "You have not begun" in words
    assert "Een andere groep" not in page.text
    assert "Mijn klad" not in page.text
    assert not pages.parse(page.text).findall(".//main//form")
    seen = main_words(sign_in(learner).get("/me/privacy/seen"))
    assert "viewed the site as you see it: Vroeg waar de deadline staat <b>" in seen


@SQLITE
def test_today_tells_what_waits_who_needs_somebody_and_what_is_due(
    browser: Browser, make: Factory, group: Group
) -> None:
    assert "Nobody, as far as the rules can tell" in main_words(browser.get("/teach/"))
    asks = make.learner(name="Vraagt")
    make.membership(group, asks)
    make.help_request(make.enrolment(asks))
    make.lesson_moment(group, due_at=now() + timedelta(days=6))
    make.lesson_moment(group, step="lezen", due_at=now() + timedelta(days=8))
    words = main_words(browser.get("/teach/"))
    assert "Vraagt – asked for help" in words
    assert "1 question from a student waits for an answer" in words
    assert words.count("deadline ·") == 1
    talks = words.partition("What the talk may be about")[2]
    assert talks.startswith(" Why reach out? SW-2BHand-out of one page")


# --- Nothing there -------------------------------------------------------------------------


@SQLITE
def test_an_empty_group_says_what_to_do(
    browser: Browser, group: Group, small_course: SmallCourse
) -> None:
    url = f"/teach/groups/{group.id}"
    advice = "Nobody is in this group yet. Give your students the join code."
    for path in ("", "/progress", f"/lessons/{small_course.lesson}"):
        assert advice in main_words(browser.get(url + path))


@SQLITE
def test_a_lesson_that_does_not_exist_has_no_table(browser: Browser, group: Group) -> None:
    assert browser.get(f"/teach/groups/{group.id}/lessons/bestaat-niet").status_code == 404


# --- The same work for any group -----------------------------------------------------------


@pytest.mark.parametrize("learners", [1, 40])
def test_the_pages_take_at_most_ten_statements_for_any_number_of_learners(
    browser: Browser,
    make: Factory,
    group: Group,
    count_queries: CountsQueries,
    learners: int,
) -> None:
    with make.together():
        make.lesson_moment(group, due_at=now() - timedelta(days=4))
        for _learner in range(learners):
            user = make.learner()
            make.membership(group, user)
            enrolment = make.enrolment(user)
            make.done(enrolment, "een-stap")
            make.weighing(enrolment)
            make.submission(enrolment)
    url = f"/teach/groups/{group.id}"
    for path in (f"{url}/progress", f"{url}/progress?moments=all", f"{url}/lessons/{LESSON}"):
        with count_queries() as statements:
            page = browser.get(path)
        assert page.status_code == 200
        assert len(rows(page)) == learners
        assert len(statements) <= AT_MOST, "\n".join(statements)

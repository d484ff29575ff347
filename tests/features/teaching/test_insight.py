"""A lesson before the talk in class: shares from ten, no names, and nothing to subtract."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from random import Random
from typing import Final

import pytest
from flask import Flask

from course.accounts.models import User
from course.cases import actions as cases
from course.core.db import db
from course.curriculum.schema import ScaleStep
from course.domain.distributions import Suppressed
from course.domain.weighing.scale import balance
from course.groups.models import Group
from course.lessons import queries as lessons
from course.quizzes.company import Answered, Company, Section
from course.teaching.confusing import is_divided
from course.teaching.insight import first_sentences
from course.weighings import actions as weighings
from tests.browser import Browser
from tests.conftest import CountsQueries, Once
from tests.factories import CASE, LESSON, QUIZ, Factory
from tests.features.teaching import sat
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
CLOSING: Final = "afsluiten-of-loslaten"  # the lesson with CASE in it, and QUIZ beside it


def address(group: Group, lesson: str = LESSON, page: str = "insight") -> str:
    return f"/teach/groups/{group.id}/lessons/{lesson}/{page}"


@pytest.fixture
def teacher(make: Factory) -> User:
    return make.instructor(language="en")


@pytest.fixture
def browser(sign_in: SignIn, teacher: User) -> Browser:
    return sign_in(teacher)


def _group(make: Factory, teacher: User, size: int) -> tuple[Group, list[User]]:
    learners = [make.learner(name=f"Wilhelmina {number}") for number in range(size)]
    return make.group(instructors=[teacher], learners=learners), learners


# --- How the group weighed -----------------------------------------------------------------


def test_shares_are_in_fives_and_small_numbers_hidden(
    make: Factory, teacher: User, browser: Browser
) -> None:
    group, _learners = _group(make, teacher, 1)
    make.group_picture(group, answers=21, counts=[6, 6, 9])
    words = main_words(browser.get(address(group)))
    assert "towards the agreement about 30%" in words
    assert "towards the client about 45%" in words
    assert "The first weighing of the first 21" in words


def test_weighing_again_stands_beside_the_first_time_and_not_on_the_hand_out(
    make: Factory, teacher: User, browser: Browser
) -> None:
    group, _learners = _group(make, teacher, 1)
    again = make.step("weigh-again").slug
    make.group_picture(group, answers=21, counts=[6, 6, 9])
    assert "when 10 of the group have weighed again" in main_words(browser.get(address(group)))
    make.group_picture(group, scale=again, answers=20, counts=[8, 0, 12])
    words = main_words(browser.get(address(group)))
    assert "How the first 20 who came to weighing again weighed then" in words
    assert "towards the client about 60%" in words
    assert "about 60%" not in main_words(browser.get(address(group, page="handout")))


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([2, 3, 7], ["not shown", "not shown", "about 60%"]),
        ([0, 1, 19], ["hardly anybody, or nobody"] * 2 + ["nearly everyone"]),
    ],
)
def test_what_few_weighed_is_not_told(
    make: Factory, teacher: User, browser: Browser, counts: list[int], told: list[str]
) -> None:
    group, _learners = _group(make, teacher, 1)
    make.group_picture(group, answers=sum(counts), counts=counts)
    for page in ("insight", "handout"):
        words = main_words(browser.get(address(group, page=page)))
        agreement, even, client = told
        assert f"towards the agreement {agreement}" in words
        assert f"in balance {even}" in words
        assert f"towards the client {client}" in words


def test_an_empty_group_reads_what_to_do(make: Factory, teacher: User, browser: Browser) -> None:
    group, _learners = _group(make, teacher, 0)
    words = main_words(browser.get(address(group, CLOSING)))
    assert "Nothing to show yet: the picture is made when 10 of the group have weighed." in words
    assert "Put the case on the schedule, or play it together." in words
    assert "Give your students the join code." in words
    assert "This quiz was not set for the group" in words
    assert "%" not in words


# --- Where people stop ---------------------------------------------------------------------


@pytest.mark.parametrize(("size", "is_shown"), [(9, False), (10, True)])
def test_stops_are_counted_from_ten_learners(
    make: Factory, teacher: User, browser: Browser, size: int, is_shown: bool
) -> None:
    group, learners = _group(make, teacher, size)
    steps = [step.slug for step in make.edition(LESSON).lesson.steps]
    for learner in learners[:4]:
        make.done(make.enrolment(learner), *steps[:2])
    make.done(make.enrolment(learners[4]), *steps)
    words = main_words(browser.get(address(group)))
    stopped = words.partition("Where people stop")[2]
    title = make.edition(LESSON).lesson.steps[2].title.en
    assert (f"{title} 4 " in stopped) is is_shown
    assert ("Of 10 students 5 did not begin and 1 did everything." in stopped) is is_shown
    assert ("a count is a person" in stopped) is not is_shown


def test_the_newest_run_says_where_somebody_stands(
    make: Factory, teacher: User, browser: Browser
) -> None:
    group, learners = _group(make, teacher, 10)
    steps = [step.slug for step in make.edition(LESSON).lesson.steps]
    make.done(make.enrolment(learners[0]), *steps)
    make.enrolment(learners[0], run=2)
    words = main_words(browser.get(address(group)))
    assert "9 did not begin and 0 did everything" in words
    assert f"{make.edition(LESSON).lesson.steps[0].title.en} 1 " in words


# --- Which questions confuse ---------------------------------------------------------------


def _sat_by(app: Flask, size: int) -> tuple[User, Group]:
    """An instructor, and a group in which nobody knew the answers to a quiz."""
    make, random = Factory(app), Random(size)
    edition = make.quiz()
    with make.together():
        learners = [make.learner(name=f"Wilhelmina {number}") for number in range(size)]
        teacher = make.instructor(language="en")
        group = make.group(instructors=[teacher], learners=learners)
        sitting = make.sitting(learners[0], group=group)
        for learner in learners:
            given = sat.somehow(edition, random, ability=0.0)
            essays = {item.slug for item in edition.quiz.items if item.type in {"essay", "file"}}
            answers = {slug: kept for slug, kept in given.items() if slug not in essays}
            sat.handed_in(make, learner, sitting, answers)
    return teacher, group


@pytest.mark.parametrize(("size", "is_shown"), [(9, False), (12, True)])
def test_hard_items_are_those_of_the_figures_page(
    sign_in: SignIn, once: Once, size: int, is_shown: bool
) -> None:
    teacher, group = once(_nine_sat if size < 10 else _twelve_sat)
    browser = sign_in(teacher)
    page = browser.get(address(group, CLOSING))
    asked = main_words(page).partition("Which questions may confuse")[2]
    assert ("the smallest share of the points was earned, by the 12" in asked) is is_shown
    assert ("No figures yet: they begin when 10" in asked) is not is_shown
    assert ("/figures#item-" in page.text) is is_shown
    if is_shown:
        link, _hash, rest = page.text.partition("/figures#item-")
        number = rest.partition('"')[0]
        value = link.rpartition('<b class="num">')[2].partition("%")[0]
        figures = browser.get(link.rpartition('href="')[2] + "/figures")
        row = figures.text.partition(f'<a href="#item-{number}">')[2]
        assert f'<td class="num">{value}%</td>' in row.partition("</tr>")[0]


def _nine_sat(app: Flask) -> tuple[User, Group]:
    return _sat_by(app, 9)


def _twelve_sat(app: Flask) -> tuple[User, Group]:
    return _sat_by(app, 12)


@pytest.mark.parametrize(
    ("cells", "divided"),
    [
        ((45, 35, Suppressed.HIDDEN), True),
        ((50, 45), False),
        ((Suppressed.HIDDEN, Suppressed.HIDDEN, 0), False),
        ((Suppressed.NEARLY_EVERYONE, Suppressed.HIDDEN), False),
        ((None, None), False),
    ],
)
def test_a_group_is_divided_where_no_answer_that_is_shown_reaches_half(
    cells: tuple[int | Suppressed | None, ...], divided: bool
) -> None:
    answers = tuple(Answered(words="", is_own=False, group=cell, everybody=None) for cell in cells)
    found = Company(group=20, everybody=0, sections=(Section(label="", answers=answers),))
    assert is_divided(found) is divided


# --- Nobody can be told --------------------------------------------------------------------


@pytest.mark.parametrize("page", ["insight", "handout"])
def test_no_name_is_on_it(sign_in: SignIn, once: Once, page: str) -> None:
    teacher, group = once(_twelve_sat)
    browser = sign_in(teacher)
    assert "Wilhelmina" not in browser.get(address(group, CLOSING, page)).text


class Class:
    """Learners who weigh, play and practise one after another, and somebody who looks each time."""

    def __init__(self, make: Factory, in_app: InApp, group: Group, browser: Browser) -> None:
        self.make, self.in_app, self.group, self.browser = make, in_app, group, browser
        self.random = Random(7)

    def works(self, learner: User) -> None:
        """All that is counted of somebody."""
        run = self.make.enrolment(learner, CLOSING)
        scale = next(
            step for step in self.make.edition(CLOSING).lesson.steps if isinstance(step, ScaleStep)
        )
        low, high = [1] * len(scale.agreement), [4] * len(scale.client)
        sides = [(low, high), (high, low)]
        agreement, client = self.random.choice(sides)
        with self.in_app():
            visit = lessons.visit(learner, run.lesson, scale.slug)
            assert visit is not None
            weights = balance(agreement=agreement, client=client)
            action = scale.actions[0].slug
            weighings.weigh(visit, scale=scale.slug, weights=weights, action=action, reason="Ja.")
        case = self.make.case().case
        option = self.random.choice(case.node(case.start).options).slug
        self.make.playthrough(learner, option, to_end=True, predicted=3)
        with self.in_app():
            cases.take_pictures(self.group.id, CASE)
            db.session.commit()
        given = sat.somehow(self.make.quiz(QUIZ), self.random, ability=0.5)
        sat.handed_in(self.make, learner, None, given)

    def seen(self) -> str:
        """The page, without where people stand: that is on the board, by name."""
        words = main_words(self.browser.get(address(self.group, CLOSING)))
        before, _stops, rest = words.partition("Where people stop")
        return before + rest.partition("Which questions may confuse")[2]


def test_looking_after_each_student_shows_nothing_of_fewer_than_ten(
    make: Factory, in_app: InApp, teacher: User, browser: Browser
) -> None:
    """The attack: look, wait until one more has worked or has joined, look again, and subtract."""
    group, learners = _group(make, teacher, 20)
    looked = Class(make, in_app, group, browser)
    seen = [looked.seen()]
    for learner in learners:
        looked.works(learner)
        seen.append(looked.seen())
    changed = [place for place in range(1, len(seen)) if seen[place] != seen[place - 1]]
    assert changed == [10, 20]
    newcomer = make.learner()
    looked.works(newcomer)
    make.membership(group, newcomer)
    assert looked.seen() == seen[-1]


# --- The hand-out --------------------------------------------------------------------------


def test_the_hand_out_asks_what_the_lesson_asks(
    make: Factory, teacher: User, browser: Browser
) -> None:
    group, _learners = _group(make, teacher, 1)
    words = main_words(browser.get(address(group, CLOSING, "handout")))
    lesson, case = make.edition(CLOSING).lesson, make.case().case
    scale = next(step for step in lesson.steps if isinstance(step, ScaleStep))
    assert first_sentences(case.summary.en, 2) in words
    assert "In a car behind" not in words  # its third sentence
    assert all(item.text.en in words for item in [*scale.agreement, *scale.client])
    for question in (scale.question.en, "What shifted you, or what didn’t?", case.question.en):
        assert question in words
    assert "There is no picture yet: it takes 10 weighings." in words


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Een. Twee! Drie?", "Een. Twee!"),
        ("Hij zei: “Kom.” Toen ging hij. Weg.", "Hij zei: “Kom.” Toen ging hij."),
        ("Om 8.30 uur begon het, o.a. hier. Ja. Nee.", "Om 8.30 uur begon het, o.a. hier. Ja."),
        ("Zonder punt", "Zonder punt"),
    ],
)
def test_the_first_two_sentences(text: str, first: str) -> None:
    assert first_sentences(text, 2) == first


# --- Who may see it, and what it costs -----------------------------------------------------


@pytest.mark.parametrize("page", ["insight", "handout"])
def test_who_does_not_teach_the_group_finds_no_page(
    make: Factory, sign_in: SignIn, teacher: User, browser: Browser, page: str
) -> None:
    group, (learner,) = _group(make, teacher, 1)
    assert browser.get(address(group, page=page)).status_code == 200
    assert browser.get(address(group, "geen-les", page)).status_code == 404
    for outsider in (learner, make.instructor(), make.administrator()):
        assert sign_in(outsider).get(address(group, page=page)).status_code == 404


@pytest.mark.parametrize("size", [9, 12])
def test_it_takes_eight_queries_for_any_group(
    sign_in: SignIn, once: Once, count_queries: CountsQueries, size: int
) -> None:
    teacher, group = once(_nine_sat if size < 10 else _twelve_sat)
    browser = sign_in(teacher)
    with count_queries() as sent:
        browser.get(address(group, CLOSING))
    # Who is signed in, the group, weighings, choices, stops, sittings, attempts, weighings of it.
    assert len(sent) == 8, sent


def test_the_board_and_the_group_lead_to_it(make: Factory, teacher: User, browser: Browser) -> None:
    group, _learners = _group(make, teacher, 1)
    for page in (f"/teach/groups/{group.id}", f"/teach/groups/{group.id}/lessons/{LESSON}"):
        assert f'href="{address(group)}"' in browser.get(page).text

"""A frozen panel beside a quiz: what students are marked with, and what they see of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy import select, update

from course.accounts.models import User
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import Weighing
from course.groups.models import Group
from course.panels import queries
from course.panels.actions import using
from course.panels.actions.refusals import Why
from course.panels.models import Panel, PanelAnswer, PanelMember
from course.quizzes import queries as quizzes
from course.quizzes.livepanel import LivePanel, fits
from course.quizzes.models import QuizAttempt, Sitting, StoredQuiz
from tests import pages
from tests.browser import Browser
from tests.factories import QUIZ, Factory
from tests.features.quizzes import filled
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]


@pytest.fixture
def instructor(make: Factory) -> User:
    return make.instructor(name="Daan Docent", language="en")


@pytest.fixture
def learner(make: Factory) -> User:
    return make.learner(language="en")


@pytest.fixture
def group(make: Factory, instructor: User, learner: User) -> Group:
    return make.group(instructors=[instructor], learners=[learner])


@pytest.fixture
def sitting(make: Factory, group: Group, learner: User) -> Sitting:
    return make.sitting(learner, group=group, weighings_count=True)


@pytest.fixture
def items(make: Factory) -> list[Weighing]:
    return queries.weighings_of(make.quiz())


def asked(make: Factory, instructor: User, members: int, **columns: Any) -> Panel:
    """A frozen panel of real people."""
    panel = make.panel(
        instructor, title="Wijkteams in Oost", composition="Acht mensen uit Oost.", **columns
    )
    with make.together():
        for number in range(1, members + 1):
            make.panel_member(
                panel,
                number=number,
                has_answered=True,
                token=f"link-{number}",
                shows_reasons=number == 1,
                reason=f"kanarie-reden-{number}",
            )
    make.freeze(panel)
    return panel


def lay_beside(browser: Browser, panel: Panel, sitting: Sitting, what: str = "use") -> str:
    """Use the panel; gives what the page says then."""
    page = f"/teach/panels/{panel.id}"
    browser.submit(page, action=f"/sittings/{sitting.id}/{what}")
    return pages.words(pages.parse(browser.get(page).text))


def take(browser: Browser, sitting: Sitting, items: list[Weighing]) -> str:
    """Take the quiz, with an answer to each weighing; gives the address of the result."""
    address = f"/quizzes/{QUIZ}?sitting={sitting.id}"
    attempt = str(browser.submit(address, action="/begin").location)
    for item in items:
        browser.submit(f"{attempt}?item={item.slug}", filled.right(item), action=attempt)
    browser.submit(f"{attempt}/overview", action="/submit")
    return f"{attempt}/result"


def marks(in_app: InApp) -> dict[str, tuple[str, int]]:
    with in_app():
        attempt = db.session.execute(select(QuizAttempt)).scalar_one()
        return {item: (mark.fraction, mark.maximum) for item, mark in
                quizzes.marks_of(attempt.id).items()}  # fmt: skip


# --- What students get ---------------------------------------------------------------------


def test_students_see_a_real_panel_as_a_real_panel(
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    learner: User,
    sitting: Sitting,
    items: list[Weighing],
) -> None:
    panel = asked(make, instructor, 10)
    assert "The quiz uses this panel now." in lay_beside(sign_in(instructor), panel, sitting)
    browser = sign_in(learner)
    front = main_words(browser.get(f"/quizzes/{QUIZ}?sitting={sitting.id}"))
    assert "an expert panel of 10: Wijkteams in Oost." in front
    assert "fictional" not in front
    result = browser.get(take(browser, sitting, items))
    told = main_words(result)
    assert "expert panel" in told
    assert "Wijkteams in Oost: Acht mensen uit Oost." in told
    assert "fictional panel" not in told
    assert "wijkteamwerker, 1 jaar" in told
    assert "kanarie-reden-1" in told
    for number in range(2, 11):
        assert f"kanarie-reden-{number} " not in result.text
    assert "Provisional" not in told
    for item in items:
        assert not any(reason.text["en"] in told for reason in item.reasons)


def test_students_are_marked_by_the_keys_of_the_panel(
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    learner: User,
    sitting: Sitting,
    items: list[Weighing],
    in_app: InApp,
) -> None:
    panel = asked(make, instructor, 10)
    lay_beside(sign_in(instructor), panel, sitting)
    take(sign_in(learner), sitting, items)
    with in_app():
        keys = queries.live_panel(queries.panel_with_edition(panel.id)).keys
        attempt = db.session.execute(select(QuizAttempt)).scalar_one()
        found = quizzes.marks_of(attempt.id)
    assert {item.slug: found[item.slug].key for item in items} == {
        item.slug: keys[item.slug].digest for item in items
    }
    assert {item.slug for item in items if found[item.slug].maximum} == {
        item.slug for item in items if keys[item.slug].may_count
    }
    assert any(keys[item.slug].may_count for item in items)


def test_below_the_minimum_a_panel_is_provisional_and_does_not_count(
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    learner: User,
    sitting: Sitting,
    items: list[Weighing],
    in_app: InApp,
) -> None:
    panel = asked(make, instructor, 9)
    told = lay_beside(sign_in(instructor), panel, sitting)
    assert "It is provisional, a panel of 9 where 10 are needed" in told
    browser = sign_in(learner)
    result = take(browser, sitting, items)
    told = main_words(browser.get(result))
    assert "Provisional: a panel of 9, which is too few to give points." in told
    assert "Weighings give no points here" in told
    front = main_words(browser.get(f"/quizzes/{QUIZ}?sitting={sitting.id}"))
    assert "It is provisional: these are too few to give points." in front
    listed = main_words(sign_in(instructor).get("/teach/panels"))
    assert "provisional" in listed
    assert {marks(in_app)[item.slug][1] for item in items} == {0}


def test_a_weighing_that_counts_tells_what_it_gave_and_that_this_does_not_make_it_right(
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    learner: User,
    sitting: Sitting,
    items: list[Weighing],
) -> None:
    lay_beside(sign_in(instructor), asked(make, instructor, 10), sitting)
    browser = sign_in(learner)
    told = main_words(browser.get(take(browser, sitting, items)))
    assert "which does not make it right" in told
    assert "For how near it is to the panel:" in told
    assert "Weighings give no points here" not in told


# --- Whether the panel agrees --------------------------------------------------------------

# Members with these numbers answer as the same member of the example panel: it has 1 to 12.
ALIKE = 27_720
SAID = {
    "alone": "This is their reason",
    "unanimous": "The panel agrees; these are their reasons",
    "camps": "The panel is divided into two camps; these are their reasons",
    "several": "The panel does not agree; these are their reasons",
}


def of_one_item(
    make: Factory, instructor: User, items: list[Weighing], given: list[str]
) -> tuple[Panel, Weighing]:
    """A frozen panel that gave these answers to one item, and to all others the same."""
    item = next(each for each in items if each.type == "sct")
    panel = make.panel(instructor)
    with make.together():
        for place, answer in enumerate(given):
            member = make.panel_member(
                panel, number=1 + ALIKE * place, has_answered=True, shows_reasons=True
            )
            mine = (PanelAnswer.member_id == member.id) & (PanelAnswer.item == item.slug)
            db.session.execute(update(PanelAnswer).where(mine).values(given=answer))
    make.freeze(panel)
    return panel, item


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["1"], "alone"),
        (["1"] * 5, "unanimous"),
        (["-2"] * 3 + ["2"] * 3, "camps"),
        (["1"] * 5 + ["2"], "several"),
    ],
)
def test_a_page_says_that_a_panel_disagrees_only_where_it_does(
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    learner: User,
    sitting: Sitting,
    items: list[Weighing],
    given: list[str],
    expected: str,
) -> None:
    panel, item = of_one_item(make, instructor, items, given)
    lay_beside(sign_in(instructor), panel, sitting)
    browser = sign_in(learner)
    page = pages.parse(browser.get(take(browser, sitting, items)).text)
    shown = {
        each.slug: pages.words(found)
        for each in items
        if (found := page.find(f".//*[@id='item-{each.slug}']")) is not None
    }
    for name, sentence in SAID.items():
        assert (name, sentence in shown[item.slug]) == (name, name == expected)
    # All of them said the same about the other items, and none of them is a lie.
    others = {words for slug, words in shown.items() if slug != item.slug}
    assert not any(SAID["several"] in words or SAID["camps"] in words for words in others)


def test_practice_and_other_sittings_keep_the_example_panel(
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    learner: User,
    group: Group,
    sitting: Sitting,
    items: list[Weighing],
) -> None:
    other = make.sitting(learner, group=group)
    lay_beside(sign_in(instructor), asked(make, instructor, 10), sitting)
    browser = sign_in(learner)
    told = main_words(browser.get(take(browser, other, items)))
    assert "fictional panel" in told
    assert "expert panel" not in told
    assert "fictional" in main_words(browser.get(f"/quizzes/{QUIZ}"))


def test_the_example_can_be_laid_beside_it_again(
    sign_in: SignIn, make: Factory, instructor: User, sitting: Sitting, in_app: InApp
) -> None:
    panel, browser = asked(make, instructor, 10), sign_in(instructor)
    assert "uses this panel" in lay_beside(browser, panel, sitting)
    assert "uses the example, which is fictional" in lay_beside(browser, panel, sitting, "stop")
    with in_app():
        assert quizzes.panel_of(sitting.id) is None


# --- When not ------------------------------------------------------------------------------


def test_once_somebody_began_the_panel_of_a_quiz_stays(
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    learner: User,
    sitting: Sitting,
    in_app: InApp,
) -> None:
    panel, browser = asked(make, instructor, 10), sign_in(instructor)
    sign_in(learner).submit(f"/quizzes/{QUIZ}?sitting={sitting.id}", action="/begin")
    page = f"/teach/panels/{panel.id}"
    assert "somebody has begun" in main_words(browser.get(page))
    browser.post(f"{page}/sittings/{sitting.id}/use")
    assert "stays as it is" in browser.get(page).text
    with in_app():
        assert quizzes.panel_of(sitting.id) is None


def test_a_panel_that_is_not_frozen_is_laid_beside_nothing(
    sign_in: SignIn, make: Factory, instructor: User, sitting: Sitting, in_app: InApp
) -> None:
    panel = make.panel(instructor)
    make.panel_member(panel, has_answered=True)
    sign_in(instructor).post(f"/teach/panels/{panel.id}/sittings/{sitting.id}/use")
    with in_app():
        assert quizzes.panel_of(sitting.id) is None


def test_the_quiz_of_another_instructor_is_out_of_reach(
    sign_in: SignIn, make: Factory, sitting: Sitting, in_app: InApp
) -> None:
    colleague = make.instructor()
    panel = asked(make, colleague, 1)
    for what in ("use", "stop"):
        address = f"/teach/panels/{panel.id}/sittings/{sitting.id}/{what}"
        assert sign_in(colleague).post(address).status_code == HTTPStatus.NOT_FOUND
    with in_app():
        assert quizzes.panel_of(sitting.id) is None


def test_a_quiz_with_other_items_than_the_panel_answered_is_refused(
    make: Factory, instructor: User, sitting: Sitting, items: list[Weighing], in_app: InApp
) -> None:
    panel = asked(make, instructor, 10)
    edition = make.quiz()
    first = items[0].model_copy(update={"prompt": items[1].prompt})
    kept = tuple(first if each == items[0] else each for each in edition.quiz.items)
    quiz = edition.quiz.model_copy(update={"items": kept})
    # Read anew, because a copy remembers the hash of what it was copied from.
    changed = QuizEdition.parse(QuizEdition(quiz=quiz, sources=edition.sources).dump())
    make.add(StoredQuiz(slug=QUIZ, hash=changed.hash, compiled=changed.dump()))
    with in_app():
        stored = select(StoredQuiz.id).filter_by(hash=changed.hash).scalar_subquery()
        db.session.execute(
            update(Sitting).where(Sitting.id == sitting.id).values(edition_id=stored)
        )
        db.session.commit()
    with in_app():
        refused = using.use(panel.id, sitting.id, by=instructor.id)
    assert refused is Why.OTHER_ITEMS


def test_another_example_panel_is_no_other_item(items: list[Weighing]) -> None:
    for item in items:
        assert fits(item, item.model_copy(update={"panel": {}, "reasons": ()}))
        assert not fits(item, item.model_copy(update={"prompt": item.explanation}))
    assert not fits(items[0], None)
    assert not fits(items[0], items[1])


# --- What a sitting keeps ------------------------------------------------------------------


def test_what_a_sitting_keeps_comes_back_as_it_was(
    make: Factory, instructor: User, in_app: InApp
) -> None:
    panel = asked(make, instructor, 3)
    with in_app():
        live = queries.live_panel(queries.panel_with_edition(panel.id))
    assert LivePanel.from_plain(live.to_plain()) == live


def test_a_key_that_was_changed_afterwards_is_found(
    make: Factory, instructor: User, in_app: InApp
) -> None:
    panel = asked(make, instructor, 3)
    with in_app():
        plain = queries.live_panel(queries.panel_with_edition(panel.id)).to_plain()
    slug = next(iter(plain["keys"]))
    plain["keys"][slug]["n"] = 30
    with pytest.raises(ValueError, match="differs"):
        LivePanel.from_plain(plain)


def test_whoever_no_longer_wants_their_reasons_shown_takes_them_away_everywhere(
    sign_in: SignIn,
    client: Browser,
    make: Factory,
    instructor: User,
    learner: User,
    sitting: Sitting,
    items: list[Weighing],
    in_app: InApp,
) -> None:
    panel = asked(make, instructor, 10)
    asker, browser = sign_in(instructor), sign_in(learner)
    lay_beside(asker, panel, sitting)
    result = take(browser, sitting, items)
    before, told = marks(in_app), browser.get(result).text
    assert "kanarie-reden-1" in told
    asker.submit(f"/teach/panels/{panel.id}", action="/again")
    client.submit("/panel/link-1", action="/reasons/hide")
    assert "kanarie" not in browser.get(result).text
    assert "wijkteamwerker, 1 jaar" not in browser.get(result).text
    assert marks(in_app) == before
    # Yes comes too late: they are gone.
    client.post("/panel/link-1/reasons/show")
    with in_app():
        assert not db.session.scalars(select(PanelMember.id).where(PanelMember.shows_reasons)).all()
        frozen = select(PanelMember.id).filter_by(panel_id=panel.id)
        kept = select(PanelAnswer.reason).where(PanelAnswer.member_id.in_(frozen))
        assert set(db.session.scalars(kept)) == {None}


def test_before_freezing_one_can_change_ones_mind_both_ways(
    client: Browser, make: Factory, instructor: User, in_app: InApp
) -> None:
    panel = make.panel(instructor)
    member = make.panel_member(panel, token="link", has_answered=True)
    for what, shown in (("show", True), ("hide", False), ("show", True)):
        client.submit("/panel/link", action=f"/reasons/{what}")
        with in_app():
            assert db.session.get_one(PanelMember, member.id).shows_reasons is shown

"""What a learner is told: their own rules, slips where they can be repaired, points that add up."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from fractions import Fraction
from http import HTTPStatus
from typing import Any

import pytest
import time_machine

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import Accepted, AnyItem, HotspotQuestion, ShortQuestion
from course.curriculum.schema import Texts
from course.domain.attempts import Accommodation
from course.domain.attempts.regrading import Apply
from course.quizzes import marking, panelpicture, queries, regrading, results, words
from course.quizzes.models import Allowance, Mark, MarkChange, Response
from course.quizzes.rekeying import Change, Kind
from course.quizzes.responses import problem_of
from course.quizzes.rules import Rules
from tests.browser import Browser
from tests.factories import QUIZ, Factory
from tests.features.quizzes import filled
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
PRACTICE = f"/quizzes/{QUIZ}"


@pytest.fixture
def learner(make: Factory) -> User:
    return make.learner(language="en")


@pytest.fixture
def edition(make: Factory) -> QuizEdition:
    return make.quiz(QUIZ)


def of_type(edition: QuizEdition, kind: str) -> AnyItem:
    return next(item for item in edition.quiz.items if item.type == kind)


def begun(browser: Browser, page: str = PRACTICE) -> str:
    return str(browser.submit(page, action="/begin").location)


# --- One's own rules -----------------------------------------------------------------------


def test_the_start_page_tells_the_minutes_and_attempts_of_this_learner(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ, minutes=20, attempts=1)
    page = f"{PRACTICE}?sitting={sitting.id}"
    browser = sign_in(learner)
    told = main_words(browser.get(page))
    assert "You have 20 minutes. The clock" in told
    assert "You can take it once." in told
    extra = {"extra_time": 25, "extra_attempts": 1, "reason": "dyslexie"}
    make.add(Allowance(sitting_id=sitting.id, user_id=learner.id, **extra))
    told = main_words(browser.get(page))
    assert "You have 25 minutes. The extra time that you got is in this." in told
    assert "You can take it 2 times. One of those you got extra." in told
    assert "dyslexie" not in told


def test_extra_time_is_never_told_longer_than_it_is(in_app: InApp) -> None:
    with in_app():
        told = words.described(Rules(minutes=45), personal=Accommodation(extra_time=25))
    assert any("56" in line for line in told)  # 56 minutes and a quarter


def test_when_all_attempts_are_used_the_page_says_so_and_has_no_button(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ, attempts=1)
    browser = sign_in(learner)
    page = f"{PRACTICE}?sitting={sitting.id}"
    url = begun(browser, page)
    assert "Go on where you were" in main_words(browser.get(page))
    browser.submit(f"{url}/overview", action="/submit")
    told = main_words(browser.get(page))
    assert "You have used all your attempts." in told
    assert "Take it again" not in told


def test_what_is_not_open_yet_has_no_button(sign_in: SignIn, learner: User, make: Factory) -> None:
    sitting = make.sitting(learner, QUIZ, opens_at=now() + timedelta(days=1))
    told = main_words(sign_in(learner).get(f"{PRACTICE}?sitting={sitting.id}"))
    assert "This quiz is not open yet." in told
    assert "Begin" not in told


def test_a_result_says_that_the_time_was_up(sign_in: SignIn, learner: User, make: Factory) -> None:
    sitting = make.sitting(learner, QUIZ, minutes=10)
    by_hand = begun(sign_in(learner), f"{PRACTICE}?sitting={sitting.id}")
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        told = main_words(sign_in(learner).get(f"{by_hand}/result"))
    assert "time was up, handed in by itself:" in told


def test_who_hands_in_before_the_end_did_it_themselves(
    sign_in: SignIn, learner: User, make: Factory
) -> None:
    sitting = make.sitting(learner, QUIZ, minutes=10)
    browser = sign_in(learner)
    url = begun(browser, f"{PRACTICE}?sitting={sitting.id}")
    browser.submit(f"{url}/overview", action="/submit")
    told = main_words(browser.get(f"{url}/result"))
    assert "handed in by itself" not in told
    assert "handed in:" in told


# --- Slips ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("zes", "This is not a number."),
        ("1e3", "This is not a number."),
    ],
)
def test_a_number_that_cannot_be_read_is_told_where_it_can_be_repaired(
    sign_in: SignIn, learner: User, edition: QuizEdition, typed: str, told: str
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    item = of_type(edition, "number")
    page = browser.get(f"{url}?item={item.slug}")
    stays = browser.submit(page, {item.slug: typed}, action=url)
    assert stays.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert told in main_words(stays)
    assert f'value="{typed}"' in stays.text
    goes_on = browser.submit(stays, {item.slug: "6"}, action=url)
    assert goes_on.status_code == HTTPStatus.SEE_OTHER
    assert 'value="6"' in browser.get(f"{url}?item={item.slug}").text


def test_a_number_with_three_decimals_is_asked_again_unless_it_is_whole(
    edition: QuizEdition,
) -> None:
    item = of_type(edition, "number")
    for is_whole, code in ((True, None), (False, "number-in-two-ways")):
        found = problem_of(item.model_copy(update={"whole": is_whole}), "1.000")
        assert (found and found.code) == code


def test_the_script_hears_of_a_slip_and_of_nothing_that_is_still_being_given(
    sign_in: SignIn, learner: User, edition: QuizEdition
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    number, rate = of_type(edition, "number"), of_type(edition, "sjt_rate")

    def said(item: AnyItem, fields: dict[str, Any]) -> tuple[str, str]:
        data = {"page": item.slug, "revision": "0", **fields}
        answer = browser.post(f"{url}/save", data=data)
        assert answer.json is not None
        return answer.json["states"][item.slug], answer.json["lacks"][item.slug]

    state, told = said(number, {number.slug: "zes"})
    assert (state, told[:21]) == ("open", "This is not a number.")
    first = next(iter(filled.right(rate).items()))
    assert said(rate, dict([first])) == ("lacking", "")


def test_too_many_bars_are_told_and_lack_and_give_no_points(
    sign_in: SignIn, learner: User, edition: QuizEdition, make: Factory
) -> None:
    library = [make.quiz(slug) for slug in make.app.extensions["library"].quizzes]
    found = next(
        (quiz, item)
        for quiz in library
        for item in quiz.quiz.items
        if isinstance(item, HotspotQuestion)
    )
    quiz, item = found
    too_many = [bar.slug for bar in item.bars][: item.most + 1]
    lacks = problem_of(item, too_many)
    assert lacks is not None
    assert (lacks.code, lacks.number) == ("too-many-bars", item.most)
    assert problem_of(item, too_many[: item.most]) is None
    score = marking.mark_item(item, too_many)
    assert score is not None
    assert (score.points, score.state.value) == (Fraction(0), "wrong")
    browser = sign_in(learner)
    url = begun(browser, f"/quizzes/{quiz.quiz.slug}")
    page = browser.get(f"{url}?item={item.slug}")
    stays = browser.submit(page, {item.slug: too_many}, action=url)
    assert "with more of them this gives no points" in main_words(browser.get(str(stays.location)))


def test_a_text_that_is_much_too_short_is_remarked_on_before_handing_in(
    sign_in: SignIn, learner: User, edition: QuizEdition
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    essay = of_type(edition, "essay")
    browser.submit(browser.get(f"{url}?item={essay.slug}"), {essay.slug: "Daarom."}, action=url)
    told = main_words(browser.get(f"{url}/overview"))
    assert f"1 word; {essay.minimum_words} to {essay.maximum_words} are asked." in told  # type: ignore[union-attr]  # an essay
    assert "not whole" not in told


# --- Results -------------------------------------------------------------------------------


def test_only_texts_with_all_points_are_told_and_no_patterns(
    edition: QuizEdition, in_app: InApp
) -> None:
    short = of_type(edition, "short")
    assert isinstance(short, ShortQuestion)

    def right(*accepted: tuple[str, int]) -> list[str]:
        parts = tuple(
            Accepted(text=Texts(nl=text, en=text), share=share) for text, share in accepted
        )
        with in_app():
            return results.right_of(short.model_copy(update={"accepted": parts}))

    assert right(("her*", 100), ("hermelding", 100), ("melding", 50), ("draai*", 0)) == [
        "hermelding"
    ]
    assert right(("*hermelding*", 100), ("melding", 50)) == ["hermelding"]


def test_a_part_with_a_full_stop_is_not_followed_by_a_colon(
    edition: QuizEdition, in_app: InApp
) -> None:
    rate = of_type(edition, "sjt_rate")
    slugs = [part.slug for part in rate.options]  # type: ignore[union-attr]  # it has options
    with in_app():
        lines = words.in_words(rate, dict.fromkeys(slugs, "1"), "nl")
    assert all(" – " in line and ".:" not in line for line in lines)


@pytest.mark.parametrize(
    ("answers", "most", "tied"),
    [([1, 1, 2], [True, False], [False, False]), ([1, 2], [True, True], [True, True])],
)
def test_of_answers_that_were_chosen_as_often_none_is_called_the_most_chosen(
    answers: list[int], most: list[bool], tied: list[bool]
) -> None:
    bars = panelpicture._bars({1: "one", 2: "two"}, answers, "")
    assert [bar.is_most for bar in bars] == most
    assert [bar.is_most and bar.is_tied for bar in bars] == tied


def test_what_certainty_gives_is_told_before_and_after_and_leaves_the_points_alone(
    sign_in: SignIn, learner: User, edition: QuizEdition, in_app: InApp
) -> None:
    browser = sign_in(learner)
    url = begun(browser)
    slugs = list(edition.quiz.certainty)
    row = queries_row(in_app, learner)
    asked = [slug for slug in row.items if slug in slugs]
    for place, slug in enumerate(asked):
        item = edition.quiz.item(slug)
        assert item is not None
        page = browser.get(f"{url}?item={slug}")
        told = main_words(page)
        assert "certain right: 3, not right: −6" in told
        assert "the points of the quiz do not change by it" in told
        answer = filled.right(item) if place == 0 else wrong(item)
        browser.submit(page, {**answer, f"{slug}.sure": "3"}, action=url)
    browser.submit(f"{url}/overview", action="/submit")
    told = main_words(browser.get(f"{url}/result"))
    assert "You said: certain. For certainty: 3." in told
    assert "You said: certain. For certainty: −6." in told
    assert f"0 of {3 * len(asked)} for certainty, beside the points of the quiz." in told
    with in_app():
        marks = queries.marks_of(row.id)
        assert [Fraction(marks[slug].fraction) for slug in asked] == [1] + [0] * (len(asked) - 1)


def queries_row(in_app: InApp, learner: User) -> Any:
    with in_app():
        return queries.all_attempts_of(learner.id)[-1]


def wrong(item: AnyItem) -> dict[str, str]:
    if item.type == "true-false":
        return {item.slug: "false" if item.right else "true"}
    options = getattr(item, "options", ())
    return {item.slug: next(option.slug for option in options if not option.right)}


def test_a_text_that_somebody_read_has_points_and_a_comment_of_the_instructor(
    sign_in: SignIn, learner: User, edition: QuizEdition, make: Factory, in_app: InApp
) -> None:
    essay = of_type(edition, "essay")
    row = make.attempt(learner, given="Omdat zij het vroeg.")
    with in_app():
        mark = db.session.get_one(Mark, (row.id, essay.slug))
        mark.fraction, mark.state, mark.comment = "1/2", "partial", "Zeg ook wat het kost."
        db.session.commit()
    told = main_words(sign_in(learner).get(f"/attempts/{row.public_id}/result"))
    assert "Part of the points." in told
    assert "From your instructor Zeg ook wat het kost." in told


# --- Weighings that count ------------------------------------------------------------------


def test_the_example_panel_is_fictional_and_never_counts(edition: QuizEdition) -> None:
    assert edition.keys
    assert not any(key.may_count for key in edition.keys.values())


def test_with_the_example_panel_a_weighing_gives_no_points_whatever_was_chosen(
    sign_in: SignIn, learner: User, edition: QuizEdition, make: Factory, in_app: InApp
) -> None:
    sitting = make.sitting(learner, QUIZ, weighings_count=True)
    browser = sign_in(learner)
    url = begun(browser, f"{PRACTICE}?sitting={sitting.id}")
    row = queries_row(in_app, learner)
    item = of_type(edition, "sct")
    browser.submit(browser.get(f"{url}?item={item.slug}"), filled.right(item), action=url)
    browser.submit(f"{url}/overview", action="/submit")
    assert "Weighings give no points here" in main_words(browser.get(f"{url}/result"))
    with in_app():
        assert db.session.get_one(Mark, (row.id, item.slug)).maximum == 0


def test_what_gave_points_before_the_example_panel_was_refused_keeps_them(
    learner: User, edition: QuizEdition, make: Factory, in_app: InApp
) -> None:
    """An attempt of the past, whose weighing is left out and then counts again."""
    item = of_type(edition, "sct")
    sitting = make.sitting(learner, QUIZ, weighings_count=True)
    row = make.attempt(learner)
    with in_app():
        there = db.session.merge(row)
        there.sitting_id, there.rules = sitting.id, {"weighings_count": True}
        mark = db.session.get_one(Mark, (row.id, item.slug))
        mark.maximum, mark.fraction = item.points, "1"
        said = str(next(iter(item.panel.values())))  # type: ignore[union-attr]  # a weighing
        db.session.add(Response(attempt_id=row.id, item=item.slug, revision=1, given=said))
        db.session.commit()
    instructor = make.instructor()
    for kind, points in ((Kind.DROP, 0), (Kind.BACK, item.points)):
        with in_app():
            seen = next(iter(regrading.history(sitting.id)), None)
            changed = regrading.confirm(
                sitting.id,
                Change(item=item.slug, kind=kind),
                mode=Apply.ALL,
                reason="Proef",
                made_by=instructor.id,
                seen=seen.id if seen else 0,
            )
            assert not isinstance(changed, regrading.Overtaken)
            assert regrading.go_on(sitting.id)
        with in_app():
            assert db.session.get_one(Mark, (row.id, item.slug)).maximum == points
            assert db.session.query(MarkChange).count()

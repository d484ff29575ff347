"""A reflection in two windows at once, and what happens while somebody else is busy with it."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select, update

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.reflections.models import Submission
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import hand_in, typed, value

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

TEXT = "Ik ging er zelf heen.\n\nHij deed “open”, en zei: <niets> & vroeg alles."


@pytest.fixture
def writer(make: Factory) -> User:
    """A learner who reads English, as the texts in the code."""
    return make.learner(name="Wil Schrijver", language="en")


@pytest.fixture
def browser(sign_in: SignIn, writer: User, small_course: SmallCourse) -> Browser:
    """The browser of the writer."""
    return sign_in(writer)


@pytest.fixture
def url(small_course: SmallCourse) -> str:
    """Where the reflection is written."""
    return small_course.url("schrijven")


def submissions(in_app: InApp) -> list[Submission]:
    """All that were handed in, also those withdrawn, oldest first."""
    with in_app():
        return list(db.session.scalars(select(Submission).order_by(Submission.id)))


@pytest.mark.parametrize("revision", ["", "0", "2", "een"])
def test_handing_in_without_having_seen_the_text_shows_it_first(
    in_app: InApp, browser: Browser, url: str, revision: str
) -> None:
    browser.submit(url, {"text": TEXT, "do": "save"})
    answer = browser.post(f"{url}/hand-in", data={"revision": revision})
    assert answer.location == f"{url}/hand-in"
    assert submissions(in_app) == []


@pytest.mark.parametrize("button", [{}, {"do": "save"}])
def test_what_another_window_holds_is_kept_when_it_comes_after_handing_in(
    in_app: InApp,
    sign_in: SignIn,
    writer: User,
    browser: Browser,
    url: str,
    button: dict[str, str],
) -> None:
    browser.submit(url, {"text": TEXT, "do": "save"})
    other = sign_in(writer)
    opened = other.get(url)
    hand_in(browser, url, TEXT)
    late = other.submit(opened, {"text": f"{TEXT} Nog iets.", **button})
    assert late.status_code == 409  # Handing in saved the text once more.
    assert typed(late) == f"{TEXT} Nog iets."
    assert other.submit(late, {"text": f"{TEXT} Nog iets."}).location == url
    assert [item.text for item in submissions(in_app)] == [TEXT]
    browser.submit(url, action="/withdraw")
    assert typed(browser.get(url)) == f"{TEXT} Nog iets."


def test_a_window_that_saves_while_typing_is_told_that_it_was_handed_in_elsewhere(
    sign_in: SignIn, writer: User, browser: Browser, url: str
) -> None:
    browser.submit(url, {"text": TEXT, "do": "save"})
    other = sign_in(writer)
    opened = value(other.get(url), "revision")
    hand_in(browser, url, TEXT)
    late = other.post(f"{url}/draft", data={"text": f"{TEXT} Nog iets.", "revision": opened})
    assert late.status_code == 409
    assert "This reflection was handed in from another window." in late.text
    browser.submit(url, action="/withdraw")
    late = other.post(f"{url}/draft", data={"text": f"{TEXT} Nog iets.", "revision": opened})
    assert late.status_code == 409
    assert "handed in" not in late.text


def test_marking_and_withdrawing_at_once_do_not_both_happen(
    in_app: InApp, sign_in: SignIn, writer: User, browser: Browser, url: str
) -> None:
    for _round in range(4):
        answer = hand_in(browser, url, TEXT)
        withdraw = click(sign_in(writer), f"{answer.location}/withdraw", {})

        def begin_marking() -> None:
            with in_app():
                open_ones = update(Submission).where(Submission.withdrawn_at.is_(None))
                db.session.execute(open_ones.values(marking_began_at=now()))
                db.session.commit()

        at_once([withdraw, begin_marking])
        latest = submissions(in_app)[-1]
        assert (latest.withdrawn_at is None) is (latest.marking_began_at is not None)
        with in_app():
            db.session.execute(update(Submission).values(marking_began_at=None))
            db.session.execute(
                update(Submission)
                .where(Submission.withdrawn_at.is_(None))
                .values(withdrawn_at=now())
            )
            db.session.commit()

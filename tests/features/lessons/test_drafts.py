"""Drafts: what the server said it saved is there, whatever other windows do."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.core.db import db
from course.lessons.models import Draft, Enrolment
from tests.browser import Browser
from tests.factories import PASSWORD, Factory
from tests.features.at_once import at_once, click
from tests.features.conftest import SmallCourse
from tests.features.filled_in import ANSWERED, WEIGHED, alert, ticked, typed, value
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]

MOST = 128 * 1024 - len("text")  # bytes of text in a draft of one field; its name counts as well
AS_SCRIPT = {"Accept": "application/json"}


def save(browser: Browser, url: str, text: str, revision: int | str = 0) -> TestResponse:
    """Save as the script does while somebody types."""
    data = {"text": text, "revision": revision}
    return browser.post(f"{url}/draft", data=data, headers=AS_SCRIPT)


def stored(in_app: InApp) -> tuple[int, Any]:
    """Revision and content of the only draft there is."""
    with in_app():
        draft = db.session.scalars(select(Draft)).one()
    return draft.revision, draft.content


@pytest.fixture
def url(small_course: SmallCourse) -> str:
    """Where there is something to write."""
    return small_course.url("schrijven")


# --- Saving --------------------------------------------------------------------------------


def test_each_save_has_a_number_and_a_time(
    clock: time_machine.Traveller, in_app: InApp, sign_in: SignIn, learner: User, url: str
) -> None:
    browser = sign_in(learner)
    first = save(browser, url, "Ik")
    assert first.status_code == 200
    assert first.json == {"revision": 1, "saved_at": "10:00", "content": None}
    clock.shift(90)
    second = save(browser, url, "Ik dacht", 1)
    assert second.json == {"revision": 2, "saved_at": "10:01", "content": None}
    assert stored(in_app) == (2, {"text": ["Ik dacht"]})
    page = browser.get(url)
    assert (typed(page), value(page, "revision")) == ("Ik dacht", "2")


def test_saving_begins_the_lesson(
    in_app: InApp, sign_in: SignIn, learner: User, small_course: SmallCourse, url: str
) -> None:
    save(sign_in(learner), url, "Ik dacht")
    with in_app():
        enrolment = db.session.scalars(select(Enrolment)).one()
    assert (enrolment.user_id, enrolment.last_step) == (learner.id, "schrijven")


def test_saving_without_javascript_comes_back_to_the_page_and_says_when(
    clock: time_machine.Traveller, sign_in: SignIn, make: Factory, url: str
) -> None:
    browser = sign_in(make.learner(language="en"))
    answer = browser.submit(url, {"text": "Ik dacht", "do": "save"})
    assert (answer.status_code, answer.location) == (303, url)
    page = browser.get(url)
    assert "Saved at 10:00." in page.text
    assert typed(page) == "Ik dacht"


@pytest.mark.parametrize(("step", "data"), [("wegen", WEIGHED), ("vragen", ANSWERED)])
def test_half_a_form_is_a_draft_as_well(
    in_app: InApp,
    sign_in: SignIn,
    learner: User,
    small_course: SmallCourse,
    step: str,
    data: dict[str, Any],
) -> None:
    browser = sign_in(learner)
    half = dict(list(data.items())[:3])
    answer = browser.submit(small_course.url(step), {**half, "do": "save"})
    assert answer.status_code == 303
    _revision, content = stored(in_app)
    for name, given in half.items():
        assert content[name] == ([given] if isinstance(given, str) else given)
        if name != "getal":
            assert ticked(browser.get(small_course.url(step)), name) == content[name]


@pytest.mark.parametrize(
    "text",
    [
        "  \n\nDrie regels,\n\n\nmet wit. \n",
        "<b>“Zo'n” & \\ & </b> </textarea>",
        "Café 👩‍👩‍👧 مرحبا 漢字 \u2028 \t",
        "\n",
    ],
)
def test_a_text_comes_back_as_it_was_typed(
    sign_in: SignIn, learner: User, url: str, text: str
) -> None:
    browser = sign_in(learner)
    assert save(browser, url, text).status_code == 200
    assert typed(browser.get(url)) == text
    # A browser sends line ends as CRLF; that makes no other text of it.
    again = save(browser, url, text.replace("\n", "\r\n"))
    assert (again.status_code, typed(browser.get(url))) == (200, text)


@pytest.mark.parametrize("sign", ["a", "é", "😀"])
def test_a_draft_of_128_kb_is_saved(
    in_app: InApp, sign_in: SignIn, learner: User, url: str, sign: str
) -> None:
    text = sign * (MOST // len(sign.encode()))
    assert save(sign_in(learner), url, text).status_code == 200
    assert stored(in_app) == (1, {"text": [text]})


def test_a_larger_draft_is_refused_and_what_was_there_stays(
    in_app: InApp, sign_in: SignIn, make: Factory, url: str
) -> None:
    browser = sign_in(make.learner(language="en"))
    save(browser, url, "Ik dacht")
    refused = save(browser, url, "a" * (MOST + 1), 1)
    assert refused.status_code == 413
    assert refused.json is not None
    assert "smaller" in refused.json["error"]
    page = browser.submit(url, {"text": "a" * (MOST + 1), "do": "save"})
    assert page.status_code == 413
    assert "Make the text or file smaller and try again." in main_words(page)
    assert typed(page) == "a" * (MOST + 1)
    assert stored(in_app) == (1, {"text": ["Ik dacht"]})


# --- Two windows ---------------------------------------------------------------------------


def test_an_older_window_is_shown_the_newer_text(
    in_app: InApp, sign_in: SignIn, learner: User, url: str
) -> None:
    laptop, phone = sign_in(learner), sign_in(learner)
    save(laptop, url, "Van de laptop")
    answer = save(phone, url, "Van de telefoon", 0)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["revision"] == 1
    assert answer.json["content"] == {"text": ["Van de laptop"]}
    assert stored(in_app) == (1, {"text": ["Van de laptop"]})
    # Who has seen both goes on from there.
    assert save(phone, url, "Van allebei", 1).status_code == 200
    assert save(laptop, url, "Van de laptop, later", 1).status_code == 409
    assert stored(in_app) == (2, {"text": ["Van allebei"]})


def test_without_javascript_both_texts_stand_on_the_page(
    in_app: InApp, sign_in: SignIn, make: Factory, url: str
) -> None:
    user = make.learner(language="en")
    laptop, phone = sign_in(user), sign_in(user)
    opened = phone.get(url)
    save(laptop, url, "Van de laptop")
    both = phone.submit(opened, {"text": "Van de telefoon", "do": "save"})
    assert both.status_code == 409
    assert typed(both) == "Van de telefoon"
    assert alert(both).startswith("There are two versions")
    assert alert(both).endswith("The other version Van de laptop")
    assert stored(in_app) == (1, {"text": ["Van de laptop"]})
    # Saving from that page is a decision.
    assert phone.submit(both, {"text": "Van allebei", "do": "save"}).status_code == 303
    assert stored(in_app) == (2, {"text": ["Van allebei"]})


def test_an_older_window_does_not_hand_in_either(
    in_app: InApp, sign_in: SignIn, make: Factory, url: str
) -> None:
    user = make.learner(language="en")
    laptop, phone = sign_in(user), sign_in(user)
    opened = phone.get(url)
    save(laptop, url, "Van de laptop")
    both = phone.submit(opened, {"text": "Van de telefoon"})
    assert both.status_code == 409
    assert typed(both) == "Van de telefoon"
    assert "Van de laptop" in alert(both)
    assert stored(in_app) == (1, {"text": ["Van de laptop"]})


@pytest.mark.parametrize("revision", [0, 1, 7])
def test_the_same_text_once_more_is_no_conflict(
    in_app: InApp, sign_in: SignIn, learner: User, url: str, revision: int
) -> None:
    """As after an answer that got lost on its way back."""
    browser = sign_in(learner)
    save(browser, url, "Ik")
    save(browser, url, "Ik dacht", 1)
    answer = save(browser, url, "Ik dacht", revision)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["revision"] == 2
    assert stored(in_app) == (2, {"text": ["Ik dacht"]})


@pytest.mark.parametrize("revision", ["", "een", "-1", "1.0", "9" * 40])
def test_a_made_up_number_overwrites_nothing(
    in_app: InApp, sign_in: SignIn, learner: User, url: str, revision: str
) -> None:
    browser = sign_in(learner)
    save(browser, url, "Ik dacht")
    assert save(browser, url, "Iets anders", revision).status_code == 409
    assert stored(in_app) == (1, {"text": ["Ik dacht"]})


@pytest.mark.parametrize("revision", [5, 2**31 - 2, 2**31 - 1, 2**63])
def test_a_save_from_before_the_draft_became_an_answer_starts_a_new_one(
    in_app: InApp, sign_in: SignIn, learner: User, url: str, revision: int
) -> None:
    answer = save(sign_in(learner), url, "Nog iets", revision)
    assert answer.status_code == 200
    _revision, content = stored(in_app)
    assert content == {"text": ["Nog iets"]}


@pytest.mark.parametrize("saves", [0, 3])
def test_of_eight_saves_at_once_one_wins_and_the_others_are_told(
    in_app: InApp, sign_in: SignIn, learner: User, make: Factory, url: str, saves: int
) -> None:
    enrolment = make.enrolment(learner, "eerste-les")
    if saves:
        make.draft(enrolment, revision=saves)
    windows = {f"Van venster {number}": sign_in(learner) for number in range(8)}
    answers = at_once(
        [
            click(window, f"{url}/draft", {"text": text, "revision": saves})
            for text, window in windows.items()
        ]
    )
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [200] + [409] * 7
    winner = list(windows)[statuses.index(200)]
    assert stored(in_app) == (saves + 1, {"text": [winner]})
    for answer in answers:
        assert answer.json is not None
        assert answer.json["revision"] == saves + 1
        assert answer.json["content"] in (None, {"text": [winner]})


# --- Signed out in between -----------------------------------------------------------------


def test_a_script_is_told_that_one_is_signed_out_and_sends_again_later(
    in_app: InApp, sign_in: SignIn, learner: User, url: str
) -> None:
    browser, other = sign_in(learner), sign_in(learner)
    form = {"text": "Ik dacht", "revision": "0", "csrf_token": browser.csrf_token()}
    browser.submit("/home", action="/logout")
    refused = browser.post(f"{url}/draft", data=form, token=False, headers=AS_SCRIPT)
    assert refused.status_code == 401
    assert refused.json is not None
    assert refused.json["error"]
    with in_app():
        assert db.session.scalars(select(Draft)).all() == []
    # Signed in again in another tab: the form that stood open, token and all, is taken.
    browser.submit("/login", {"email": learner.email, "password": PASSWORD})
    saved = browser.post(f"{url}/draft", data=form, token=False, headers=AS_SCRIPT)
    assert saved.status_code == 200
    assert typed(other.get(url)) == "Ik dacht"


def test_without_javascript_a_text_sent_while_signed_out_waits_for_the_next_sign_in(
    sign_in: SignIn, learner: User, url: str
) -> None:
    browser = sign_in(learner)
    browser.submit(url, {"text": "Wat er stond", "do": "save"})
    opened = browser.get(url)
    browser.submit("/home", action="/logout")
    asked = browser.submit(opened, {"text": "Wat er stond, en meer", "do": "save"})
    assert asked.location == f"/login?next={url}"
    browser.submit(asked.location, {"email": learner.email, "password": PASSWORD})
    assert typed(browser.get(url)) == "Wat er stond, en meer"


def test_a_text_sent_while_signed_out_does_not_go_to_who_signs_in_next(
    sign_in: SignIn, learner: User, outsider: User, url: str
) -> None:
    """Two people, one computer."""
    browser = sign_in(learner)
    opened = browser.get(url)
    browser.submit("/home", action="/logout")
    browser.submit(opened, {"text": "Alleen van mij"})
    browser.submit("/login", {"email": outsider.email, "password": PASSWORD})
    assert "Alleen van mij" not in browser.get(url).text
    browser.submit("/home", action="/logout")
    assert "Alleen van mij" not in browser.get(url).text


@pytest.mark.parametrize("somebody_else_was_there", [False, True])
def test_a_text_sent_while_signed_out_outlasts_signing_out_once_more(
    sign_in: SignIn, learner: User, outsider: User, url: str, somebody_else_was_there: bool
) -> None:
    """Another window of the same browser has the button too, and so has who sat there since."""
    browser = sign_in(learner)
    home, opened = browser.get("/home"), browser.get(url)
    browser.submit(home, action="/logout")
    browser.submit(opened, {"text": "Alleen van mij"})
    if somebody_else_was_there:
        browser.submit("/login", {"email": outsider.email, "password": PASSWORD})
    browser.submit(home, action="/logout")
    browser.submit("/login", {"email": learner.email, "password": PASSWORD})
    assert typed(browser.get(url)) == "Alleen van mij"


@pytest.mark.parametrize("do", ["save", "hand in"])
def test_a_page_of_one_account_saves_nothing_in_another(
    in_app: InApp, sign_in: SignIn, make: Factory, learner: User, url: str, do: str
) -> None:
    """Two people, one computer, and a page that stood open all the while."""
    browser, other = sign_in(learner), make.learner(language="en")
    opened = browser.get(url)
    browser.submit("/home", action="/logout")
    browser.submit("/login", {"email": other.email, "password": PASSWORD})
    text = "Alleen van mij, en van wie hier het laatst inlogde is het niet."
    page = browser.submit(opened, {"text": text, "do": do})
    assert page.status_code == 409
    assert "This page belongs to another account." in main_words(page)
    assert typed(page) == text
    with in_app():
        assert db.session.scalars(select(Draft)).all() == []


def test_the_page_of_who_is_signed_out_does_not_hold_the_draft(
    sign_in: SignIn, learner: User, url: str
) -> None:
    browser = sign_in(learner)
    save(browser, url, "Ik dacht")
    browser.submit("/home", action="/logout")
    assert "Ik dacht" not in browser.get(url).text

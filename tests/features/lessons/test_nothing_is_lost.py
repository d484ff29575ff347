"""Two windows of one learner, in any order of doing things: no text that was saved is ever lost.

Hypothesis plays the learner, on two devices, with and without JavaScript, signed in and out. What
must come of it is said by :class:`Model`; every answer of the app is compared with it.
"""

from dataclasses import dataclass, field
from typing import cast

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from course.core.db import db
from course.lessons.models import Draft, Enrolment
from course.reflections.models import Submission
from tests.browser import Browser
from tests.conftest import new_browser
from tests.factories import PASSWORD, Factory
from tests.features.conftest import SmallCourse
from tests.features.filled_in import alert, typed, value
from tests.pages import main_words

WINDOWS = st.sampled_from(["laptop", "phone"])
WORDS = st.sampled_from(["een", "twee", "drie"])
STEP_BY_STEP = settings(
    max_examples=20,
    stateful_step_count=30,
    deadline=None,  # The machine may be busy; slow is not wrong.
    database=None,
    suppress_health_check=list(HealthCheck),  # They are about speed and randomness, as above.
)


@dataclass
class Window:
    """A page that stands open in a browser, with what was typed in it."""

    browser: Browser
    text: str = ""
    revision: int = 0
    signed_in: bool = True
    seen: set[str] = field(default_factory=set)  # saved texts that this window has shown
    confirming: int | None = None  # the revision of the text on the page that asks "hand in?"
    waiting: str | None = None  # sent while signed out


@dataclass
class Model:
    """What the server must hold: one text, which only a window that has shown it may replace."""

    text: str = ""
    revision: int = 0
    handed_in: str | None = None

    def save(self, window: Window) -> bool:
        """Whether the window's text is saved; if not, the window has now seen the other one."""
        goes_on = window.revision == self.revision
        if goes_on:
            assert self.text in window.seen or not self.revision, "overwrites what nobody saw"
            self.text, self.revision = window.text, self.revision + 1
        window.revision = self.revision
        window.seen.add(self.text)
        return goes_on or window.text == self.text

    def adopt(self, sent: str) -> None:
        """Somebody signs in again who sent this text while signed out."""
        if not self.revision:
            self.text, self.revision = sent, 1
        elif sent not in self.text:
            self.text = sent if self.text in sent else f"{self.text}\n\n{sent}"
            self.revision += 1


class Writing(RuleBasedStateMachine):
    """A learner who writes one reflection on two devices."""

    def __init__(self, app: Flask, make: Factory, url: str) -> None:
        super().__init__()
        self.app, self.url, self.model = app, url, Model()
        self.user = make.learner()
        self.windows = {name: Window(new_browser(app)) for name in ("laptop", "phone")}
        for window in self.windows.values():
            window.browser.checks_pages = False  # The same few pages, which other tests check.
            window.browser.set_cookie("sid", make.sign_in(self.user))

    def _form(self, window: Window, **more: str) -> dict[str, str]:
        mine = {"owner": str(self.user.id), "revision": str(window.revision)}
        return {"text": window.text, **mine, **more}

    # --- What a learner does ---------------------------------------------------------------

    @precondition(lambda self: self.model.handed_in is None)
    @rule(name=WINDOWS)
    def open(self, name: str) -> None:
        window = self.windows[name]
        page = window.browser.get(self.url)
        if window.signed_in:
            window.text, window.revision = typed(page), int(value(page, "revision"))
            window.seen.add(window.text)
            assert (window.text, window.revision) == (self.model.text, self.model.revision)
        else:
            assert typed(page) == ""  # Nobody knows who looks; what was sent waits for its owner.

    @rule(name=WINDOWS, word=WORDS)
    def type(self, name: str, word: str) -> None:
        self.windows[name].text += f" {word}"

    @rule(name=WINDOWS, mine=st.booleans())
    def save_by_itself(self, name: str, mine: bool) -> None:
        window = self.windows[name]
        answer = window.browser.post(
            f"{self.url}/draft", data=self._form(window), headers={"Accept": "application/json"}
        )
        if not window.signed_in:
            assert answer.status_code == 401
            return
        assert answer.json is not None
        if self.model.save(window):
            assert (answer.status_code, answer.json["revision"]) == (200, self.model.revision)
            return
        assert (answer.status_code, answer.json["revision"]) == (409, self.model.revision)
        assert answer.json["content"] == {"text": [self.model.text]}
        if not mine:
            window.text = self.model.text

    @rule(name=WINDOWS, do=st.sampled_from(["save", "hand in"]))
    def press_a_button(self, name: str, do: str) -> None:
        window = self.windows[name]
        answer = window.browser.post(self.url, data=self._form(window, do=do))
        if not window.signed_in:
            assert answer.location == f"/login?next={self.url}"
            window.waiting = window.text
        elif do == "hand in" and self.model.handed_in is None and not window.text.strip():
            assert answer.status_code == 422
            assert typed(answer) == window.text
        elif self.model.save(window):
            assert answer.status_code == 303
        else:
            assert answer.status_code == 409
            assert typed(answer) == window.text
            assert self.model.text.strip() in alert(answer) or "\n" in self.model.text

    @rule(name=WINDOWS)
    def look_once_more(self, name: str) -> None:
        window = self.windows[name]
        page = window.browser.get(f"{self.url}/hand-in")
        window.confirming = None
        if page.status_code == 200:
            window.confirming = int(value(page, "revision"))
            assert " ".join(self.model.text.split()) in main_words(page)

    @precondition(lambda self: any(each.confirming for each in self.windows.values()))
    @rule(name=WINDOWS)
    def hand_in(self, name: str) -> None:
        window = self.windows[name]
        if window.confirming is None:
            return
        data = {"revision": str(window.confirming)}
        answer = window.browser.post(f"{self.url}/hand-in", data=data)
        assert answer.status_code == 303
        fresh = window.signed_in and self.model.handed_in is None
        if fresh and window.confirming == self.model.revision:
            assert answer.location.startswith("/reflections/")
            self.model.handed_in = self.model.text.strip()

    @precondition(lambda self: self.model.handed_in is not None)
    @rule(name=WINDOWS)
    def withdraw(self, name: str) -> None:
        window = self.windows[name]
        if window.signed_in:
            assert window.browser.submit(self.url, action="/withdraw").status_code == 303
            self.model.handed_in = None

    @rule(name=WINDOWS, word=st.none() | WORDS)
    def sign_out(self, name: str, word: str | None) -> None:
        """Or the sign-in ends, and who is writing goes on and only then finds out."""
        window = self.windows[name]
        assert window.browser.post("/logout").status_code == 303
        window.signed_in = False
        if word:
            window.text += f" {word}"
            self.press_a_button(name, "save")

    @precondition(lambda self: not all(each.signed_in for each in self.windows.values()))
    @rule()
    def sign_in(self) -> None:
        for window in self.windows.values():
            if window.signed_in:
                continue
            login = {"email": self.user.email, "password": PASSWORD}
            assert window.browser.post("/login", data=login).status_code == 303
            if window.waiting is not None:
                self.model.adopt(window.waiting)
            window.signed_in, window.waiting = True, None

    # --- What must be there ----------------------------------------------------------------

    @invariant()
    def what_was_saved_or_handed_in_is_there(self) -> None:
        with self.app.app_context():
            own = Enrolment.user_id == self.user.id
            drafts = db.session.scalars(select(Draft).join(Enrolment).where(own)).all()
            submissions = db.session.scalars(
                select(Submission.text).filter_by(user_id=self.user.id, withdrawn_at=None)
            ).all()
        expected = [(self.model.revision, {"text": [self.model.text]})]
        assert [(draft.revision, draft.content) for draft in drafts] == (
            expected if self.model.revision else []
        )
        assert submissions == ([] if self.model.handed_in is None else [self.model.handed_in])


def test_no_text_that_was_saved_is_lost(
    app: Flask, make: Factory, small_course: SmallCourse
) -> None:
    def start() -> Writing:
        return Writing(app, make, small_course.url("schrijven"))

    # Any callable that makes a machine will do, says its documentation.
    run_state_machine_as_test(cast("type[Writing]", start), settings=STEP_BY_STEP)

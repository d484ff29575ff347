"""Which panel lies beside a quiz is chosen where the quiz is set, until somebody began."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus

import pytest
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.groups.models import Group
from course.panels.actions import keeping
from course.panels.models import Panel
from course.quizzes import queries as quizzes
from course.quizzes.models import Sitting
from tests import pages
from tests.browser import Browser
from tests.factories import QUIZ, Factory
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
OTHER_QUIZ = "toets-wat-telt"


@pytest.fixture
def instructor(make: Factory) -> User:
    return make.instructor(language="en")


@pytest.fixture
def learner(make: Factory) -> User:
    return make.learner(language="en")


@pytest.fixture
def group(make: Factory, instructor: User, learner: User) -> Group:
    return make.group(instructors=[instructor], learners=[learner])


@pytest.fixture
def url(group: Group) -> str:
    return f"/teach/groups/{group.id}/quizzes"


@pytest.fixture
def browser(sign_in: SignIn, instructor: User) -> Browser:
    return sign_in(instructor)


def frozen(
    make: Factory, maker: User, *, members: int = 2, min_n: int = 2, slug: str = QUIZ
) -> Panel:
    """A panel that can be laid beside a quiz."""
    panel = make.panel(maker, slug, title="Wijkteams in Oost", min_n=min_n)
    with make.together():
        for number in range(1, members + 1):
            make.panel_member(panel, number=number, has_answered=True)
    make.freeze(panel)
    return panel


def offered(browser: Browser, page: str) -> dict[str, str]:
    """The panels that can be chosen on a page: value and words."""
    shown = pages.parse(browser.get(page).text)
    fields = [field for field in shown.iter("input") if field.get("name") == "panel"]
    labels = {label.get("for"): pages.words(label) for label in shown.iter("label")}
    return {str(field.get("value", "")): labels[field.get("id")] for field in fields}


def set_with(browser: Browser, url: str, panel: Panel) -> str:
    """Set the quiz with a panel; gives the page of its rules."""
    filled = {"slug": QUIZ, "panel": str(panel.id)}
    made = browser.submit(f"{url}/new", filled).location
    assert made is not None
    return f"{made}/rules"


def panel_of(in_app: InApp) -> int | None:
    """The panel that the one sitting uses."""
    with in_app():
        used = quizzes.panel_of(db.session.execute(select(Sitting.id)).scalar_one())
    return used.panel if used else None


# --- A new sitting -------------------------------------------------------------------------


def test_a_panel_is_chosen_where_the_quiz_is_set(
    browser: Browser, make: Factory, instructor: User, url: str, in_app: InApp
) -> None:
    panel = frozen(make, instructor)
    words = offered(browser, f"{url}/new")
    assert words[""] == "the example of the quiz, which is fictional"
    assert words[str(panel.id)].startswith("Wijkteams in Oost, version 1: 2 people ·")
    rules = set_with(browser, url, panel)
    assert panel_of(in_app) == panel.id
    assert rules.startswith(url)


def test_who_chooses_nothing_gets_the_example(
    browser: Browser, make: Factory, instructor: User, url: str, in_app: InApp
) -> None:
    frozen(make, instructor)
    browser.submit(f"{url}/new", {"slug": QUIZ})
    assert panel_of(in_app) is None


def test_a_panel_below_its_minimum_is_called_provisional_where_it_is_chosen(
    browser: Browser, make: Factory, instructor: User, url: str
) -> None:
    panel = frozen(make, instructor, min_n=10)
    assert (
        "provisional, because 10 are needed: it does not count"
        in offered(browser, f"{url}/new")[str(panel.id)]
    )


def test_only_panels_that_can_be_used_are_offered(
    browser: Browser, make: Factory, instructor: User, url: str, in_app: InApp
) -> None:
    colleague = make.instructor()
    of_another, shared, archived = (
        frozen(make, maker) for maker in (colleague, colleague, instructor)
    )
    make.panel_member(make.panel(instructor), has_answered=True)  # not frozen
    with in_app():
        keeping.share(shared.id, instructor.id, by=colleague.id)
        keeping.archive(archived.id, by=instructor.id)
    assert set(offered(browser, f"{url}/new")) == {"", str(shared.id)}
    for panel in (of_another, archived):
        answer = browser.post(f"{url}/new", data={"slug": QUIZ, "panel": str(panel.id)})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with in_app():
        assert db.session.scalars(select(Sitting.id)).all() == []


def test_a_panel_that_answered_another_quiz_is_refused_at_its_field(
    browser: Browser, make: Factory, instructor: User, url: str, in_app: InApp
) -> None:
    panel = frozen(make, instructor)
    answer = browser.submit(f"{url}/new", {"slug": OTHER_QUIZ, "panel": str(panel.id)})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This panel answered another quiz." in main_words(answer)
    with in_app():
        assert db.session.scalars(select(Sitting.id)).all() == []


def test_without_a_panel_the_page_says_that_the_example_is_fictional_and_where_to_ask_one(
    browser: Browser, url: str
) -> None:
    shown = browser.get(f"{url}/new")
    assert offered(browser, f"{url}/new") == {}
    assert "example panel of the quiz, which is fictional" in main_words(shown)
    assert 'href="/teach/panels"' in shown.text


# --- A sitting that is there ---------------------------------------------------------------


def test_another_panel_or_the_example_can_be_chosen_until_somebody_begins(
    browser: Browser, make: Factory, instructor: User, url: str, in_app: InApp
) -> None:
    first, second = frozen(make, instructor), frozen(make, instructor)
    rules = set_with(browser, url, first)
    for chosen, expected in ((str(second.id), second.id), ("", None), (str(first.id), first.id)):
        assert browser.submit(rules, {"panel": chosen}).status_code == HTTPStatus.SEE_OTHER
        assert panel_of(in_app) == expected


def test_changing_the_rules_leaves_the_panel_as_it_was(
    browser: Browser, make: Factory, instructor: User, url: str, in_app: InApp
) -> None:
    panel = frozen(make, instructor)
    rules = set_with(browser, url, panel)
    with in_app():
        keeping.archive(panel.id, by=instructor.id)
    assert str(panel.id) in offered(browser, rules)
    assert browser.submit(rules, {"attempts": "3"}).status_code == HTTPStatus.SEE_OTHER
    assert panel_of(in_app) == panel.id


def test_once_somebody_began_the_page_says_which_panel_stays(
    browser: Browser,
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    learner: User,
    url: str,
    in_app: InApp,
) -> None:
    panel = frozen(make, instructor, min_n=10)
    rules = set_with(browser, url, panel)
    with in_app():
        sitting = db.session.execute(select(Sitting.id)).scalar_one()
    sign_in(learner).submit(f"/quizzes/{QUIZ}?sitting={sitting}", action="/begin")
    shown = main_words(browser.get(rules))
    assert "a panel of 2: Wijkteams in Oost. It is provisional" in shown
    assert "That stays so, because somebody has begun." in shown
    assert offered(browser, rules) == {}
    browser.post(rules, data={"panel": ""})
    assert panel_of(in_app) == panel.id


def test_somebody_who_begins_while_the_page_is_open_keeps_the_panel_and_the_page_says_so(
    browser: Browser,
    sign_in: SignIn,
    make: Factory,
    instructor: User,
    learner: User,
    url: str,
    in_app: InApp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panel = frozen(make, instructor)
    rules = set_with(browser, url, panel)
    with in_app():
        sitting = db.session.execute(select(Sitting.id)).scalar_one()
    sign_in(learner).submit(f"/quizzes/{QUIZ}?sitting={sitting}", action="/begin")
    # As it was when the page looked, a moment before.
    monkeypatch.setattr("course.quizzes.sittings.has_begun", lambda _id: False)
    answer = browser.submit(rules, {"panel": ""})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Somebody has begun, so the panel of this quiz stays as it is." in main_words(answer)
    assert panel_of(in_app) == panel.id


# --- What counts ---------------------------------------------------------------------------


def test_results_say_how_many_weighings_give_points_and_why_the_others_do_not(
    browser: Browser, make: Factory, instructor: User, learner: User, group: Group, in_app: InApp
) -> None:
    sitting = make.sitting(learner, group=group, weighings_count=True)
    page = f"/teach/groups/{group.id}/quizzes/{sitting.id}"
    panels = {least: frozen(make, instructor, min_n=least) for least in (2, 10)}
    told = {}
    for least, panel in panels.items():
        browser.submit(f"/teach/panels/{panel.id}", action=f"/sittings/{sitting.id}/use")
        told[least] = main_words(browser.get(page))
    assert "0 of the" in told[10]
    assert "0 of the" not in told[2]
    for words in told.values():
        assert "weighings give points" in words or "weighings gives points" in words
        assert "too small or divided, or they ask what weighs for somebody" in words

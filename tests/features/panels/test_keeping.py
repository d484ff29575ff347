"""A panel is shared with a colleague, put in the archive, or deleted while nothing rests on it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus

import pytest
from sqlalchemy import delete, func, select

from course.accounts import queries as accounts
from course.accounts.models import User
from course.core.db import db
from course.core.errors import CourseError
from course.groups.models import Group
from course.panels.actions import keeping, using
from course.panels.actions.holding import PanelIsGone
from course.panels.actions.refusals import Why
from course.panels.models import Panel, PanelAnswer, PanelKey, PanelMember, PanelShare
from course.quizzes import queries as quizzes
from course.quizzes.models import Sitting
from tests.browser import Browser
from tests.factories import Factory
from tests.features.at_once import at_once
from tests.pages import main_words

InApp = Callable[[], AbstractContextManager[None]]
SignIn = Callable[[User], Browser]
LIST = "/teach/panels"
ADDRESS = "collega@example.org"


@pytest.fixture
def instructor(make: Factory) -> User:
    return make.instructor(name="Daan Docent", language="en")


@pytest.fixture
def colleague(make: Factory) -> User:
    return make.instructor(name="Coco Collega", email=ADDRESS, language="en")


@pytest.fixture
def panel(make: Factory, instructor: User) -> Panel:
    panel = make.panel(instructor, title="Wijkteams in Oost", min_n=2)
    for number in (1, 2):
        make.panel_member(panel, number=number, has_answered=True, reason=f"kanarie-{number}")
    make.freeze(panel)
    return panel


@pytest.fixture
def page(panel: Panel) -> str:
    return f"{LIST}/{panel.id}"


@pytest.fixture
def group(make: Factory, colleague: User) -> Group:
    return make.group(instructors=[colleague], learners=[make.learner()])


@pytest.fixture
def sitting(make: Factory, group: Group) -> Sitting:
    return make.sitting(make.learner(), group=group)


def share(browser: Browser, page: str, address: str = ADDRESS) -> str:
    """Share the panel; gives what the page says then."""
    browser.submit(page, {"colleague": address}, action="/colleagues")
    return main_words(browser.get(page))


def panels(in_app: InApp) -> int:
    with in_app():
        return db.session.scalar(select(func.count(Panel.id))) or 0


# --- Sharing -------------------------------------------------------------------------------


def test_a_colleague_sees_a_shared_panel_and_lays_it_beside_a_quiz_of_their_own(
    sign_in: SignIn, instructor: User, colleague: User, page: str, sitting: Sitting, in_app: InApp
) -> None:
    assert "Coco Collega" in share(sign_in(instructor), page)
    browser = sign_in(colleague)
    listed = main_words(browser.get(LIST))
    assert "Wijkteams in Oost" in listed
    assert "of Daan Docent" in listed
    seen = main_words(browser.get(page))
    assert "Daan Docent shares this panel with you" in seen
    browser.submit(page, action=f"/sittings/{sitting.id}/use")
    with in_app():
        used = quizzes.panel_of(sitting.id)
    assert used is not None
    assert f"{LIST}/{used.panel}" == page


def test_a_colleague_changes_nothing_in_a_shared_panel(
    sign_in: SignIn, instructor: User, colleague: User, page: str, make: Factory, in_app: InApp
) -> None:
    share(sign_in(instructor), page)
    browser = sign_in(colleague)
    shown = browser.get(page).text
    for path in ("/about", "/delete", "/again", "/archive", "/colleagues", "/links"):
        assert f'action="{page}{path}"' not in shown
        assert f'href="{page}{path}"' not in shown
    with in_app():
        before = str(db.session.execute(select(Panel.__table__)).all())
    for path in ("/about", "/freeze", "/delete"):
        assert (path, browser.get(page + path).status_code) == (path, HTTPStatus.FORBIDDEN)
    stranger = make.instructor()
    for path in (
        *("/about", "/links", "/links/until", "/links/1/withdraw", "/freeze", "/again"),
        *("/archive", "/restore", "/delete", "/colleagues"),
        f"/colleagues/{stranger.id}/remove",
    ):
        answer = browser.post(page + path, data={"colleague": stranger.email})
        assert (path, answer.status_code) == (path, HTTPStatus.FORBIDDEN)
    with in_app():
        assert str(db.session.execute(select(Panel.__table__)).all()) == before
        assert db.session.scalar(select(func.count(PanelShare.user_id))) == 1


def test_whoever_it_is_not_shared_with_does_not_know_of_it(
    sign_in: SignIn, instructor: User, colleague: User, page: str, make: Factory
) -> None:
    share(sign_in(instructor), page)
    outsider = sign_in(make.instructor())
    assert "Wijkteams in Oost" not in outsider.get(LIST).text
    for path in ("", "/delete"):
        assert outsider.get(page + path).status_code == HTTPStatus.NOT_FOUND
    for path in ("/colleagues", "/archive", "/delete", f"/colleagues/{colleague.id}/remove"):
        assert outsider.post(page + path).status_code == HTTPStatus.NOT_FOUND


def test_sharing_ends_and_a_quiz_that_uses_the_panel_keeps_it(
    sign_in: SignIn, instructor: User, colleague: User, page: str, sitting: Sitting, in_app: InApp
) -> None:
    owner, browser = sign_in(instructor), sign_in(colleague)
    share(owner, page)
    browser.submit(page, action=f"/sittings/{sitting.id}/use")
    owner.submit(page, action=f"/colleagues/{colleague.id}/remove")
    assert browser.get(page).status_code == HTTPStatus.NOT_FOUND
    with in_app():
        assert quizzes.panel_of(sitting.id) is not None


def test_a_colleague_takes_it_out_of_their_own_list(
    sign_in: SignIn, instructor: User, colleague: User, page: str
) -> None:
    share(sign_in(instructor), page)
    browser = sign_in(colleague)
    assert browser.submit(page, action="/remove").location == LIST
    assert "Wijkteams in Oost" not in browser.get(LIST).text


@pytest.mark.parametrize("address", ["", "niemand@example.org", "student@example.org"])
def test_only_who_teaches_or_writes_here_can_be_chosen_and_of_others_nothing_is_told(
    sign_in: SignIn, instructor: User, make: Factory, page: str, in_app: InApp, address: str
) -> None:
    make.learner(email="student@example.org")
    answer = sign_in(instructor).submit(page, {"colleague": address}, action="/colleagues")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    if address:
        assert "No instructor or author has this address here." in main_words(answer)
    with in_app():
        assert db.session.scalar(select(func.count(PanelShare.user_id))) == 0


def test_sharing_twice_or_with_oneself_is_no_more_than_once(
    sign_in: SignIn, instructor: User, colleague: User, page: str, in_app: InApp
) -> None:
    browser = sign_in(instructor)
    for address in (ADDRESS, ADDRESS.upper(), instructor.email):
        share(browser, page, address)
    with in_app():
        assert db.session.scalars(select(PanelShare.user_id)).all() == [colleague.id]


def test_a_shared_panel_stays_in_sight_when_who_made_it_leaves(
    sign_in: SignIn, instructor: User, colleague: User, page: str, in_app: InApp
) -> None:
    share(sign_in(instructor), page)
    with in_app():
        db.session.execute(delete(User).where(User.id == instructor.id))
        db.session.commit()
    browser = sign_in(colleague)
    assert "of somebody who left" in main_words(browser.get(LIST))
    assert "shared with you by somebody who left" in main_words(browser.get(page))


def test_what_is_shared_with_somebody_is_in_their_data_and_goes_with_them(
    sign_in: SignIn, instructor: User, colleague: User, page: str, panel: Panel, in_app: InApp
) -> None:
    share(sign_in(instructor), page)
    with in_app():
        (row,) = accounts.own_data(colleague)["panel_share"]
        assert row["panel_id"] == panel.id
        db.session.execute(delete(User).where(User.id == colleague.id))
        db.session.commit()
        assert db.session.scalar(select(func.count(PanelShare.user_id))) == 0


# --- The archive ---------------------------------------------------------------------------


def test_an_archived_panel_is_out_of_the_way_and_comes_back(
    sign_in: SignIn, instructor: User, page: str
) -> None:
    browser = sign_in(instructor)
    browser.submit(page, action="/archive")
    assert "1 panel in the archive" in main_words(browser.get(LIST))
    assert "In the archive since" in main_words(browser.get(page))
    browser.submit(page, action="/restore")
    assert "in the archive" not in main_words(browser.get(LIST))
    assert "In the archive since" not in main_words(browser.get(page))


def test_nothing_in_an_archived_panel_changes_and_nobody_lays_it_beside_a_quiz(
    sign_in: SignIn,
    instructor: User,
    page: str,
    panel: Panel,
    sitting: Sitting,
    in_app: InApp,
) -> None:
    browser = sign_in(instructor)
    browser.submit(page, action="/archive")
    assert "/again" not in browser.get(page).text
    assert browser.post(f"{page}/again").location == page
    assert "This panel is in the archive." in browser.get(page).text
    with in_app():
        assert using.use(panel.id, sitting.id, by=instructor.id) is Why.ARCHIVED
        assert quizzes.panel_of(sitting.id) is None
    assert panels(in_app) == 1


def test_a_quiz_keeps_a_panel_that_is_archived_afterwards(
    sign_in: SignIn,
    instructor: User,
    page: str,
    panel: Panel,
    sitting: Sitting,
    in_app: InApp,
) -> None:
    with in_app():
        assert using.use(panel.id, sitting.id, by=instructor.id) is None
    sign_in(instructor).submit(page, action="/archive")
    with in_app():
        used = quizzes.panel_of(sitting.id)
    assert used is not None
    assert used.panel == panel.id


def test_a_link_rests_while_the_panel_is_archived(
    sign_in: SignIn, client: Browser, instructor: User, make: Factory
) -> None:
    panel = make.panel(instructor)
    make.panel_member(panel, number=1, token="link", role="docent")
    page, browser = f"{LIST}/{panel.id}", sign_in(instructor)
    browser.submit(page, action="/archive")
    closed = client.get("/panel/link", headers={"Accept-Language": "en"})
    assert closed.status_code == HTTPStatus.GONE
    assert "The panel was put away by the person who asked you." in main_words(closed)
    for path, data in (
        ("/about", {"title": "Anders", "min_n": "5", "layout": "items"}),
        ("/links", {"links": "1", "until": "2099-01-01"}),
        ("/freeze", {}),
    ):
        browser.post(page + path, data=data)
        assert "Wijkteams" in main_words(browser.get(page))
    browser.submit(page, action="/restore")
    assert client.get("/panel/link").status_code == HTTPStatus.OK


# --- Deleting ------------------------------------------------------------------------------


def test_a_panel_on_which_nothing_rests_is_deleted_with_all_that_was_answered(
    sign_in: SignIn, instructor: User, page: str, in_app: InApp
) -> None:
    browser = sign_in(instructor)
    asked = main_words(browser.get(f"{page}/delete"))
    assert "What 2 members handed in is deleted for good" in asked
    assert browser.submit(f"{page}/delete").location == LIST
    assert browser.get(page).status_code == HTTPStatus.NOT_FOUND
    with in_app():
        for table in (Panel, PanelMember, PanelAnswer, PanelKey, PanelShare):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_a_panel_that_a_quiz_uses_is_not_deleted_whosever_quiz_it_is(
    sign_in: SignIn,
    instructor: User,
    colleague: User,
    page: str,
    sitting: Sitting,
    in_app: InApp,
) -> None:
    browser = sign_in(instructor)
    share(browser, page)
    sign_in(colleague).submit(page, action=f"/sittings/{sitting.id}/use")
    told = main_words(browser.get(f"{page}/delete"))
    assert "A quiz uses this panel, so it stays" in told
    assert "Delete the panel?" not in told
    assert browser.post(f"{page}/delete").location == page
    assert panels(in_app) == 1
    sign_in(colleague).submit(page, action=f"/sittings/{sitting.id}/stop")
    assert browser.submit(f"{page}/delete").location == LIST


def test_a_panel_with_a_next_version_is_not_deleted_because_its_links_reach_that_too(
    sign_in: SignIn, instructor: User, page: str, in_app: InApp
) -> None:
    browser = sign_in(instructor)
    fresh = browser.submit(page, action="/again").location
    assert fresh is not None
    assert "A next version was made of this panel" in main_words(browser.get(f"{page}/delete"))
    browser.post(f"{page}/delete")
    assert panels(in_app) == 2
    browser.submit(f"{fresh}/delete")
    browser.submit(f"{page}/delete")
    assert panels(in_app) == 0


def test_a_link_to_a_panel_that_is_deleted_leads_nowhere(
    sign_in: SignIn, client: Browser, instructor: User, make: Factory
) -> None:
    panel = make.panel(instructor)
    make.panel_member(panel, number=1, token="link", role="docent")
    page = f"{LIST}/{panel.id}/delete"
    browser = sign_in(instructor)
    assert "1 link can still be used" in main_words(browser.get(page))
    browser.submit(page)
    assert client.get("/panel/link").status_code == HTTPStatus.NOT_FOUND


def test_of_deleting_and_using_at_once_one_is_first_and_the_other_is_told(
    make: Factory, instructor: User, panel: Panel, sitting: Sitting, in_app: InApp
) -> None:
    def remove() -> object:
        with make.app.app_context():
            return keeping.remove(panel.id, by=instructor.id)

    def use() -> object:
        with make.app.test_request_context(method="POST"):
            try:
                return using.use(panel.id, sitting.id, by=instructor.id)
            except CourseError as error:
                return type(error)

    told = at_once([remove, use])
    with in_app():
        is_used = quizzes.panel_of(sitting.id) is not None
    assert panels(in_app) == is_used
    assert told == ([Why.IS_USED, None] if is_used else [None, PanelIsGone])

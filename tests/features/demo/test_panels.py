"""The panels of the demo: invented, and called so; one frozen as the feature freezes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

import pytest
from sqlalchemy import select

from course import demo
from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.domain.weighing import derive
from course.domain.weighing.keys import Key
from course.panels import queries
from course.panels.models import Panel, PanelAnswer, PanelKey, PanelMember
from tests.browser import Browser
from tests.pages import main_words

InApp: TypeAlias = Callable[[], AbstractContextManager[None]]
SignIn: TypeAlias = Callable[[User], Browser]
Named: TypeAlias = Callable[[str], User]

INSTRUCTOR = "docent@example.org"
# Loading takes a second; what the rows are like is the same on either database.
on_one_database = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def _all(model: type[Any], **columns: Any) -> list[Any]:
    return list(
        db.session.scalars(
            select(model).filter_by(**columns).order_by(*model.__mapper__.primary_key)
        )
    )


def _panels() -> tuple[Panel, Panel]:
    """The frozen one, and the one that still asks."""
    frozen, asking = _all(Panel)
    return frozen, asking


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_one_panel_is_frozen_and_one_still_asks_people(in_app: InApp) -> None:
    with in_app():
        frozen, asking = _panels()
        members = _all(PanelMember)
    assert frozen.frozen_at is not None
    assert frozen.made_at < frozen.frozen_at < now()
    assert asking.frozen_at is None
    done = [member for member in members if member.finished_at]
    assert len([each for each in done if each.panel_id == frozen.id]) == frozen.min_n
    assert 0 < len([each for each in done if each.panel_id == asking.id]) < asking.min_n
    assert any(member.withdrawn_at for member in members)
    still_open = [
        member
        for member in members
        if member.panel_id == asking.id and not (member.finished_at or member.withdrawn_at)
    ]
    assert len(still_open) > 3
    assert all(member.expires_at > now() for member in still_open)


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_nobody_is_taken_for_a_real_expert(in_app: InApp, sign_in: SignIn, named: Named) -> None:
    with in_app():
        panels = _panels()
        roles = [member.role for member in _all(PanelMember) if member.role]
    assert all("verzonnen" in role for role in roles)
    assert len(set(roles)) == len(roles)
    for panel in panels:
        assert panel.title.startswith("Verzonnen panel")
        assert "bestaan niet" in panel.composition
    browser = sign_in(named(INSTRUCTOR))
    assert all(panel.title in main_words(browser.get("/teach/panels")) for panel in panels)
    for panel in panels:
        page = main_words(browser.get(f"/teach/panels/{panel.id}"))
        assert panel.composition in page
        assert page.count("(verzonnen)") >= 4


@pytest.mark.usefixtures("loaded")
def test_the_keys_are_those_that_the_answers_give(in_app: InApp) -> None:
    with in_app():
        frozen, asking = _panels()
        panel = queries.panel_with_edition(frozen.id)
        members = [member for member in queries.members_of(frozen.id) if member.finished_at]
        items = queries.weighings_of(queries.edition_of(panel))
        weighed = queries.weighable(panel, items, members, queries.answers_of(members))
        keys = queries.keys_of(frozen.id)
        assert queries.keys_of(asking.id) == {}
        assert keys.keys() == {item.slug for item in items}
    for part in weighed.items:
        key = derive(part.question, part.answers, panel_version=1, min_n=frozen.min_n)
        row = keys[part.slug]
        assert Key.from_json(row.key) == key
        assert (row.n, row.sha256, row.method) == (key.n, key.digest, key.method)
        assert row.made_at == frozen.frozen_at


@pytest.mark.usefixtures("loaded")
@on_one_database
def test_whoever_handed_in_answered_everything_and_reasons_stay_where_they_may(
    in_app: InApp,
) -> None:
    with in_app():
        frozen, asking = _panels()
        items = {
            panel.id: queries.weighings_of(queries.edition_of(queries.panel_with_edition(panel.id)))
            for panel in (frozen, asking)
        }
        for member in _all(PanelMember):
            answers = queries.own_answers(member)
            if member.panel_id == frozen.id and not (member.finished_at and member.shows_reasons):
                assert not any(row.reason for row in answers.values())
            elif member.finished_at:
                lacking = [
                    queries.lacks(item, answers.get(item.slug)) for item in items[member.panel_id]
                ]
                assert set(lacking) == {None}
            assert (member.consented_at is not None) == member.shows_reasons
            assert all(
                member.invited_at < row.saved_at <= (member.finished_at or now())
                for row in answers.values()
            )
        out = [row for row in _all(PanelAnswer) if row.excluded_at]
    assert len(out) == 1
    assert out[0].exclusion_reason


@pytest.mark.usefixtures("loaded")
def test_the_panels_go_with_the_demo(in_app: InApp) -> None:
    with in_app():
        demo.remove()
        for model in (Panel, PanelMember, PanelAnswer, PanelKey):
            assert _all(model) == []

"""The tables: nothing loads by itself, and what belongs to somebody goes when they go."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import delete, func, select
from sqlalchemy.orm import configure_mappers

from course.accounts.models import User
from course.accounts.queries import ownership
from course.core.db import Model, db
from tests.factories import Factory

InApp = Callable[[], AbstractContextManager[None]]

# Per table that is nobody's own: why.
NOBODYS = {
    "assignment": "a reflection as a group is asked for it, and goes with the group",
    "case_edition": "a case as it was; many people play it",
    "choice_picture": "counts without names, of at least ten people",
    "edition": "a lesson as it was; many people follow it",
    "key_change": "belongs to a sitting, and goes with it; what it did to whom is mark_change",
    "grade_event": "its subject is a number; whose it was goes with grade_subject",
    "grade_rule": "how the results of a group make one, and goes with the group",
    "grade_head": "the end of a chain: a number and a hash",
    "group": "belongs to everybody in it, and outlives each of them",
    "lesson_moment": "when a group has a lesson, and goes with the group",
    "group_picture": "counts without names, of at least ten people",
    "item_picture": "counts without names, of at least ten people",
    "outbox": "goes by address, also of people without an account; handed over and deleted by that",
    "panel": "belongs to who made it, and stays when they go: sittings rest on it",
    "panel_answer": "of somebody without an account or a name, see panel_member",
    "panel_key": "counts of a whole panel",
    "panel_member": "a number and a role, of somebody without an account or a name",
    "pending": "of a visitor without an account; gone after two days",
    "quiz_edition": "a quiz as it was; many people take it",
    "rubric_edition": "a rubric as it was; many people are marked with it",
    "sitting": "a quiz as it is set for a group, and goes with the group",
    "sign_up": "of somebody without an account; gone after two days",
    "user": "is the owner",
}


def test_no_relationship_loads_by_itself() -> None:
    """A forgotten joinedload is an error in a test, and not a slow page."""
    configure_mappers()
    found = {
        f"{mapper.class_.__name__}.{relationship.key}": relationship.lazy
        for mapper in Model.registry.mappers
        for relationship in mapper.relationships
    }
    assert found, "there are no relationships to look at"
    assert {name: lazy for name, lazy in found.items() if lazy != "raise"} == {}


def test_every_table_has_an_owner_or_a_reason_to_have_none() -> None:
    owned = {table.name for table in ownership()}
    assert owned.isdisjoint(NOBODYS)
    assert owned | set(NOBODYS) == set(Model.metadata.tables)


def test_every_reference_to_somebody_goes_with_them() -> None:
    stays = [
        f"{table.name}.{column.name}"
        for table, column in ownership().items()
        for key in column.foreign_keys
        if key.ondelete != "CASCADE"
    ]
    assert stays == []


def test_what_belongs_to_somebody_goes_when_the_database_forgets_them(
    make: Factory, in_app: InApp
) -> None:
    gone, stays = make.everything(), make.enrolment(make.learner())
    with in_app():
        db.session.execute(delete(User).where(User.id == gone.id))
        db.session.commit()
        left = {
            table.name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in ownership()
        }
    assert stays.id
    # The instructor of the group is still in it; the other learner still follows the lesson.
    assert {name: count for name, count in left.items() if count} == {
        "membership": 1,
        "enrolment": 1,
    }

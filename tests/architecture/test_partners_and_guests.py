"""Who else is in a group: a colleague with the same rights, and a guest with next to none.

Asked of every address that the matrix knows; on one database, because the doors are the same.
"""

from http import HTTPStatus
from typing import Final

import pytest
from flask import Flask

from course.groups.models import Membership, Part
from tests.architecture import world as worlds
from tests.architecture.test_access_matrix import MATRIX, _ask, _told
from tests.architecture.world import ROLES, World
from tests.conftest import Once, new_browser
from tests.factories import Factory

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)

# A class list is of whoever reads it; others are sent to where one is read.
OF_ONE: Final = {"GET /teach/groups/<int:group_id>/import/preview": HTTPStatus.SEE_OTHER}
INSTRUCTOR, COLLEAGUE = ROLES.index("instructor"), ROLES.index("colleague")


@pytest.fixture
def world(app: Flask, once: Once) -> World:
    """The owner and everybody else."""
    return worlds.build(app, once)


def _come_in(world: World, make: Factory, part: Part) -> None:
    """Somebody with this part in the owner's group, in the place of the administrator."""
    user = make.instructor(email=f"{part}@example.org")
    make.add(Membership(group_id=world.gaps["group_id"], user_id=user.id, part=part))
    browser = new_browser(world.app)
    browser.set_cookie("sid", make.sign_in(user))
    browser.user = user
    world.browsers["administrator"] = browser  # type: ignore[index]  # the dict that it is


def test_a_co_instructor_reads_what_the_instructor_reads(world: World, make: Factory) -> None:
    _come_in(world, make, Part.INSTRUCTOR)
    for line, told in MATRIX.items():
        if line.startswith("GET /teach/groups/"):
            answer = _ask(line, "administrator", world)
            assert (line, _told(answer)) == (line, OF_ONE.get(line, told[INSTRUCTOR]))


def test_a_guest_gets_no_more_than_somebody_who_teaches_another_group(
    world: World, make: Factory
) -> None:
    _come_in(world, make, Part.GUEST)
    for line, told in MATRIX.items():
        if told[COLLEAGUE] == HTTPStatus.NOT_FOUND != told[INSTRUCTOR]:
            answer = _ask(line, "administrator", world)
            assert (line, _told(answer)) == (line, HTTPStatus.NOT_FOUND)
            assert worlds.canaries(answer) == set()

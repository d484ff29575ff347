"""Who may enter: instructors, and of a group those who teach it."""

from flask import abort
from flask_login import current_user

from course.core.access import Role, requires
from course.groups import queries as groups
from course.groups.models import Group

instructors = requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)


def group_of(group_id: int) -> Group:
    """The group, for one of its instructors; for anybody else it does not exist (404)."""
    return groups.group_for(current_user.id, group_id) or abort(404)

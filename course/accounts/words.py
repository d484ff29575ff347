"""What the roles are called."""

from course.core.access import Role
from course.core.i18n import _l

ROLE_WORDS = {
    Role.LEARNER: _l("student"),
    Role.INSTRUCTOR: _l("instructor"),
    Role.ADMINISTRATOR: _l("administrator"),
}

"""Why nothing was changed."""

from enum import StrEnum


class Why(StrEnum):
    """Why nothing was changed."""

    FROZEN = "frozen"
    NOT_FROZEN = "not-frozen"
    NOBODY = "nobody"  # has handed in
    HANDED_IN = "handed-in"
    BEGUN = "begun"  # by a learner
    OTHER_ITEMS = "other-items"
    NOT_OPEN = "not-open"  # the link
    LACKING = "lacking"  # an answer or a reason
    ARCHIVED = "archived"
    HAS_NEXT = "has-next"  # a version that was made from it
    IS_USED = "is-used"  # by a quiz

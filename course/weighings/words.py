"""What a weighing is called, in words: the screen never relies on the picture alone."""

from course.core.i18n import _
from course.domain.weighing import Balance, Leaning, Side, leaning


def leaning_words(weights: Balance) -> str:
    """Which way it leans: "clearly towards the client"."""
    return {
        Leaning.STRONGLY_AGREEMENT: _("clearly towards the agreement"),
        Leaning.AGREEMENT: _("towards the agreement"),
        Leaning.EVEN: _("in balance"),
        Leaning.CLIENT: _("towards the client"),
        Leaning.STRONGLY_CLIENT: _("clearly towards the client"),
    }[leaning(weights.lean)]


def side_words(value: Side) -> str:
    """The same in three words, for a group."""
    return {
        Side.AGREEMENT: _("towards the agreement"),
        Side.EVEN: _("in balance"),
        Side.CLIENT: _("towards the client"),
    }[value]

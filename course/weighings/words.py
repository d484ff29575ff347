"""What a weighing is called, in words: the screen never relies on the picture alone."""

from course.core.i18n import _l
from course.domain.weighing.scale import Balance, Leaning, Side, leaning

_LEANINGS = {
    Leaning.STRONGLY_AGREEMENT: _l("clearly towards the agreement"),
    Leaning.AGREEMENT: _l("towards the agreement"),
    Leaning.EVEN: _l("in balance"),
    Leaning.CLIENT: _l("towards the client"),
    Leaning.STRONGLY_CLIENT: _l("clearly towards the client"),
}
_SIDES = {
    Side.AGREEMENT: _l("towards the agreement"),
    Side.EVEN: _l("in balance"),
    Side.CLIENT: _l("towards the client"),
}


def leaning_words(weights: Balance) -> str:
    """Which way it leans: "clearly towards the client"."""
    return str(_LEANINGS[leaning(weights.lean)])


def side_words(value: Side) -> str:
    """The same in three words, for a group."""
    return str(_SIDES[value])

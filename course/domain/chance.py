"""Chance without a generator: a keyed hash, so that a draw can be repeated years later.

The same key gives the same number on every machine and in JavaScript (``Math.imul``). The key says
what is drawn: nothing depends on how many draws came before. Specification: assessment.md, 6.4.
"""

from enum import IntEnum
from typing import Final

_WORD: Final = 0xFFFFFFFF
_DRAWS: Final = 2**24  # how many different numbers there are between 0 and 1


class Stream(IntEnum):
    """What a draw is for; two streams never give the same numbers."""

    SHUFFLE = 101
    CASE = 201


def mix32(word: int) -> int:
    """Scatter 32 bits over 32 bits, one to one (lowbias32 of Chris Wellons, 2018)."""
    word &= _WORD
    word ^= word >> 16
    word = word * 0x7FEB352D & _WORD
    word ^= word >> 15
    word = word * 0x846CA68B & _WORD
    return word ^ word >> 16


def uniform(seed: int, stream: int, run: int, person: int, week: int) -> float:
    """A number from 0, inclusive, to 1, exclusive: a multiple of 2 to the power of -24.

    All arguments count modulo 2 to the power of 32. Who draws for something else than persons and
    weeks gives what tells its draws apart.
    """
    key = mix32(seed ^ 0x9E3779B9)
    for value in (
        stream * 0x85EBCA6B,
        run * 0xC2B2AE35,
        person * 0x27D4EB2F,
        (week + 1) * 0x9E3779B1,
    ):
        key = mix32(key ^ value & _WORD)
    return (key >> 8) / _DRAWS

"""Matching: to each stem its choice. Some choices may belong to no stem."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from course.domain.scoring.behaviours import PENALTY, count_back
from course.domain.scoring.scores import Score, blank

Pairs: TypeAlias = Mapping[str, str | None]  # stem to choice; None, or not there, is unanswered


def score_matching(
    given: Pairs, *, key: Mapping[str, str], choices: Collection[str], maximum: int
) -> Score:
    """Award the share of stems with their right choice; no stem answered is blank.

    A stem left open is wrong. ``choices`` are all that can be chosen, in any order, also those
    that are right for no stem; one may be right for several.
    Raises :exc:`ValueError` for a stem or a choice that the question does not have, and when
    ``key`` is empty.
    """
    _check(key, choices)
    right = _right(given, key, choices)
    if not any(given.values()):
        return blank(maximum)
    return Score(Fraction(sum(right), len(right)), maximum)


def score_matching_tries(
    tries: Sequence[Pairs],
    *,
    key: Mapping[str, str],
    choices: Collection[str],
    maximum: int,
    penalty: Fraction = PENALTY,
) -> Score:
    """Award a share for several ``tries``, first one first, counting back for each stem apart.

    A stem that was right from a try on loses ``penalty`` for each try up to then, and one that is
    wrong in the last try earns nothing; so who had a stem right at once loses nothing on it while
    going on with others. After Moodle's matching question (``qtype_match``).
    Raises :exc:`ValueError` as :func:`score_matching`, and unless 0 <= ``penalty`` <= 1.
    """
    _check(key, choices)
    right = [_right(given, key, choices) for given in tries]
    if not any(any(given.values()) for given in tries):
        return blank(maximum)
    return Score(count_back(right, penalty=penalty), maximum)


def _right(given: Pairs, key: Mapping[str, str], choices: Collection[str]) -> list[bool]:
    """Per stem of ``key`` whether it has its right choice."""
    if unknown := given.keys() - key.keys():
        raise ValueError(f"stems={sorted(unknown)} must be among {sorted(key)}")
    if strange := {choice for choice in given.values() if choice is not None} - set(choices):
        raise ValueError(f"{sorted(strange)} must be among choices={sorted(choices)}")
    return [given.get(stem) == choice for stem, choice in key.items()]


def _check(key: Mapping[str, str], choices: Collection[str]) -> None:
    if not key:
        raise ValueError(f"{key=} must have at least one stem")
    if missing := set(key.values()) - set(choices):
        raise ValueError(f"{sorted(missing)} must be among choices={sorted(choices)}")

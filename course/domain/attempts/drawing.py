"""Lots that are drawn once and can be drawn again: the order of options, questions from a pool.

Fisher-Yates with the keyed hash of :mod:`course.domain.chance`, so the order of one question says
nothing about that of another, and Python and JavaScript agree. What was drawn from a pool is
stored with the attempt, with its version: never draw it again, the pool may have changed.
Specification: assessment.md, 2.6.
"""

from collections.abc import Collection, Sequence
from typing import TypeVar

from course.domain.chance import Stream, uniform

T = TypeVar("T")


def shuffled(
    items: Sequence[T], *, seed: int, attempt: int, question: int, fixed: Collection[T] = ()
) -> list[T]:
    """Give ``items`` in the order that belongs to this seed, attempt and question.

    Those in ``fixed`` ("none of these") keep their place; the others change places among
    themselves. The order in which ``items`` come in matters, so begin with that of the content.
    Raises :exc:`ValueError` when ``items`` holds something twice, or ``fixed`` something else.
    """
    _check_different(items)
    if unknown := [item for item in fixed if item not in items]:
        raise ValueError(f"fixed={unknown} must be among items={list(items)}")
    free = [item for item in items if item not in fixed]
    for last in range(len(free) - 1, 0, -1):
        # Exact: a draw has 24 bits, and a float holds 53.
        here = int(uniform(seed, Stream.SHUFFLE, attempt, question, last) * (last + 1))
        free[here], free[last] = free[last], free[here]
    moved = iter(free)
    return [item if item in fixed else next(moved) for item in items]


def drawn(pool: Sequence[T], *, count: int, seed: int, attempt: int, slot: int) -> list[T]:
    """Take ``count`` different ones from ``pool``, in the order drawn.

    ``slot`` is the place in the quiz that asks for them. It is a number like that of a question,
    so keep the two apart: with the same number the same lots are drawn.
    Raises :exc:`ValueError` unless 0 <= ``count`` <= size of ``pool``, and when ``pool`` holds
    something twice.
    """
    if not 0 <= count <= len(pool):
        raise ValueError(f"{count=} must be between 0 and {len(pool)}")
    return shuffled(pool, seed=seed, attempt=attempt, question=slot)[:count]


def _check_different(items: Sequence[T]) -> None:
    for place, item in enumerate(items):
        if item in items[:place]:
            raise ValueError(f"{item=} must be there once")

"""How long the figures of a large quiz take: 1,000 attempts at 40 items, options included."""

from random import Random
from time import perf_counter

from course.domain.figures.distractors import analyse_options, rest_of
from course.domain.statistics import analyse

ATTEMPTS, ITEMS = 1000, 40
OPTIONS = ("a", "b", "c", "d")

Marks = list[list[float | None]]


def table(seed: int = 1) -> Marks:
    """Right or wrong, as often as somebody and an item make likely; a few left out."""
    random = Random(seed)
    hardness = [random.uniform(0.1, 0.9) for _item in range(ITEMS)]
    return [[_mark(random, ability, hard) for hard in hardness] for ability in _abilities(random)]


def _abilities(random: Random) -> list[float]:
    return [random.uniform(-0.4, 0.4) for _attempt in range(ATTEMPTS)]


def _mark(random: Random, ability: float, hard: float) -> float | None:
    if random.random() < 0.02:
        return None
    return float(random.random() < 1 - hard + ability)


def seconds(marks: Marks) -> tuple[float, float]:
    """For the figures of quiz and items, and for the options of all items."""
    begin = perf_counter()
    analyse(marks, [1.0] * ITEMS)
    between = perf_counter()
    for item in range(ITEMS):
        chosen = [{"a"} if row[item] else {"b"} for row in marks]
        analyse_options(chosen, options=OPTIONS, right=["a"], rest=rest_of(marks, item))
    return between - begin, perf_counter() - between

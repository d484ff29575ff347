"""Figures of items as pictures: where each dot and line stands. Plain geometry, no colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from course.curriculum.quizzes import HotspotQuestion
from course.teaching.analysis import ItemAnalysis

WIDTH, HEIGHT = 640, 360  # of a drawing, with its margins
LEFT, RIGHT, TOP, BOTTOM = 56, 20, 16, 48
LABEL: Final = 16  # units that a number needs
LETTERS: Final = "ABCDEFGHIJKLMN"  # the most bars that an item has
ABOVE: Final = 40  # units over the highest bar, for its share
LOWEST: Final = 2.0  # units, so that a bar of nothing is seen too


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One item: its place, and that of its number beside it."""

    number: int
    x: float
    y: float
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis."""

    value: float
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """Difficulty across, discrimination up."""

    dots: Sequence[Dot]
    across: Sequence[Tick]
    up: Sequence[Tick]
    zero: float  # the height of no discrimination


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How often an option was chosen, from the weakest third to the strongest."""

    letter: str
    option: str
    is_right: bool
    points: str
    places: Sequence[tuple[float, float]]
    label_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """All options of an item."""

    lines: Sequence[Trace]
    across: Sequence[float]
    up: Sequence[Tick]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A bar to point at, as it was shown, with how many pointed at it."""

    letter: str
    x: float
    y: float
    width: float
    height: float
    value: int
    share: float  # of all attempts, 0 to 1
    is_right: bool

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return round(self.x + self.width / 2, 1)


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * (HEIGHT - TOP - BOTTOM), 1)


def scatter(items: Sequence[ItemAnalysis]) -> Scatter | None:
    """Items with both figures; None when there are none."""
    places = [
        (item.number, item.figures.facility.value, item.figures.item_rest.value) for item in items
    ]
    whole = [
        (number, share, rest)
        for number, share, rest in places
        if share is not None and rest is not None
    ]
    if not whole:
        return None
    lowest = -1.0 if min(rest for _number, _share, rest in whole) < -0.5 else -0.5  # noqa: PLR2004 - half the axis
    height = 1 - lowest
    dots: list[Dot] = []
    for number, share, rest in sorted(whole, key=lambda place: (place[1], place[2], place[0])):
        x, y = _x(min(1.0, max(0.0, share))), _y((rest - lowest) / height)
        dots.append(_beside(number, x, y, dots))
    ticks = [lowest + step * 0.5 for step in range(round(height / 0.5) + 1)]
    return Scatter(
        dots=dots,
        across=[Tick(value=value / 4, at=_x(value / 4)) for value in range(5)],
        up=[Tick(value=value, at=_y((value - lowest) / height)) for value in ticks],
        zero=_y(-lowest / height),
    )


def _beside(number: int, x: float, y: float, others: Sequence[Dot]) -> Dot:
    """A dot with its number where no other number stands yet."""
    spots = [(15, 5), (-15, 5), (0, -10), (0, 20), (15, -8), (-15, -8), (15, 18), (-15, 18)]
    taken = [(dot.label_x, dot.label_y) for dot in others] + [(dot.x, dot.y + 5) for dot in others]
    for right, down in spots:
        here = (x + right, y + down)
        if all(abs(here[0] - tx) > LABEL or abs(here[1] - ty) > LABEL for tx, ty in taken):
            return Dot(number=number, x=x, y=y, label_x=here[0], label_y=here[1])
    return Dot(number=number, x=x, y=y, label_x=x + spots[0][0], label_y=y + spots[0][1])


def _free(wanted: float, taken: Sequence[float]) -> float:
    """The nearest height to the wanted one at which nothing stands yet, within the drawing."""
    steps = (LABEL * half / 2 * way for half in count() for way in (-1, 1))
    return next(
        wanted + step
        for step in steps
        if LABEL <= wanted + step < HEIGHT - BOTTOM + LABEL
        and all(abs(wanted + step - other) >= LABEL for other in taken)
    )


def columns(item: ItemAnalysis) -> list[Column]:
    """The bars of an item to point in, in its own order; nothing for others, or for too few."""
    if not isinstance(item.item, HotspotQuestion):
        return []
    bars = {bar.slug: bar for bar in item.item.bars}
    room = (WIDTH - 2 * RIGHT) / len(bars)
    highest = max(1, *(bar.value for bar in bars.values()))
    found = []
    for place, (letter, option) in enumerate(zip(LETTERS, item.options, strict=False)):
        bar, share = bars[option.option], option.share.value
        if share is None:
            return []
        height = max(LOWEST, round((HEIGHT - BOTTOM - ABOVE) * bar.value / highest, 1))
        found.append(
            Column(
                letter=letter,
                x=round(RIGHT + room * (place + 0.15), 1),
                y=HEIGHT - BOTTOM - height,
                width=round(room * 0.7, 1),
                height=height,
                value=bar.value,
                share=share,
                is_right=option.right,
            )
        )
    return found


def traces(item: ItemAnalysis) -> Traces | None:
    """The options of a choice item by third; None where there are no thirds, or bars."""
    if not item.groups or isinstance(item.item, HotspotQuestion):
        return None
    across = [_x(0.06 + 0.42 * place) for place in range(len(item.groups))]
    lines, taken = [], list[float]()
    for letter, option in zip(LETTERS, item.options, strict=False):
        shares = [group.shares[option.option] for group in item.groups]
        places = [(x, _y(share)) for x, share in zip(across, shares, strict=True)]
        label_y = _free(places[-1][1] + 5, taken)
        taken.append(label_y)
        lines.append(
            Trace(
                letter=letter,
                option=option.option,
                is_right=option.right,
                points=" ".join(f"{x:g},{y:g}" for x, y in places),
                places=places,
                label_y=label_y,
            )
        )
    up = [Tick(value=value / 4, at=_y(value / 4)) for value in range(5)]
    return Traces(lines=lines, across=across, up=up)

"""Pointing in a picture: areas with a value, pointed at or chosen by name.

Coordinates are whole pixels of the picture, from its top left corner, and all comparisons are
exact. Who cannot point chooses the same areas from a list and earns the same.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeAlias

from course.domain.scoring.scores import EVERYTHING, NOTHING, Score, blank, clamped

TOUCH_RADIUS: Final = 8  # pixels that a finger may be beside an area
FEWEST_CORNERS: Final = 3


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the picture."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Its edges belong to it."""

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if not (self.left < self.right and self.top < self.bottom):
            raise ValueError(f"{self} must have left < right and top < bottom")


@dataclass(frozen=True, slots=True)
class Circle:
    """Its edge belongs to it."""

    centre: Point
    radius: int  # > 0

    def __post_init__(self) -> None:
        if self.radius < 1:
            raise ValueError(f"radius={self.radius} must be >= 1")


@dataclass(frozen=True, slots=True)
class Polygon:
    """The last corner is joined to the first; the edges belong to it.

    Where edges cross, what is enclosed twice lies outside (the even-odd rule of SVG).
    """

    corners: tuple[Point, ...]  # three or more

    def __post_init__(self) -> None:
        if len(self.corners) < FEWEST_CORNERS:
            raise ValueError(f"corners={self.corners} must be at least {FEWEST_CORNERS}")


Shape: TypeAlias = Rectangle | Circle | Polygon


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the picture that means something."""

    name: str  # in the list for who cannot point
    shape: Shape
    value: Fraction  # share of the marks, -1 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotspots:
    """The areas of a picture. Where they overlap, the first in order lies on top.

    Raises :exc:`ValueError` when names are the same, for a value outside -1 to 1, when the areas
    together do not earn everything within ``most`` places, and for a ``miss`` outside -1 to 0.
    """

    areas: tuple[Area, ...]
    most: int  # places that may be pointed at; with more, pointing everywhere would be right
    miss: Fraction = NOTHING  # share for each place outside all areas, -1 to 0

    def __post_init__(self) -> None:
        names = [area.name for area in self.areas]
        if len(set(names)) != len(names):
            raise ValueError(f"{names=} must differ")
        for area in self.areas:
            if not -EVERYTHING <= area.value <= EVERYTHING:
                raise ValueError(f"value={area.value} of area {area.name!r} must be from -1 to 1")
        if not -EVERYTHING <= self.miss <= NOTHING:
            raise ValueError(f"miss={self.miss} must be between -1 and 0")
        best = sorted((area.value for area in self.areas), reverse=True)[: max(0, self.most)]
        if sum(best, NOTHING) < EVERYTHING:
            raise ValueError(f"values={best} of the {self.most=} best areas must add up to 1")


def area_at(point: Point, areas: Sequence[Area], *, radius: int = TOUCH_RADIUS) -> Area | None:
    """The area that is pointed at; ``None`` when there is none within ``radius`` pixels.

    An area that holds the point goes before one that is only near; among each, the first in order.
    Raises :exc:`ValueError` for a negative ``radius``.
    """
    if radius < 0:
        raise ValueError(f"{radius=} must be >= 0")
    for margin in (0, radius):
        for area in areas:
            if is_within(point, area.shape, margin=margin):
                return area
    return None


def score_points(
    given: Collection[Point], *, hotspots: Hotspots, maximum: int, radius: int = TOUCH_RADIUS
) -> Score:
    """Award the values of the areas pointed at, each area once, from 0 to 1; no point is blank.

    Each point outside all areas adds ``miss``. Order does not matter. More points than ``most``
    earn nothing.
    """
    if not given:
        return blank(maximum)
    if len(given) > hotspots.most:
        return Score(NOTHING, maximum)
    areas = [area_at(point, hotspots.areas, radius=radius) for point in given]
    misses = areas.count(None)
    return _score({area.name for area in areas if area}, misses, hotspots, maximum)


def score_areas(given: Collection[str], *, hotspots: Hotspots, maximum: int) -> Score:
    """Award what pointing in the areas of these names would; none chosen is blank.

    Raises :exc:`ValueError` for an unknown name, and when every area is worth something: the list
    would be the key.
    """
    names = {area.name for area in hotspots.areas}
    if unknown := set(given) - names:
        raise ValueError(f"{sorted(unknown)} must be among areas={sorted(names)}")
    if all(area.value > NOTHING for area in hotspots.areas):
        raise ValueError(f"one of areas={sorted(names)} must be worth 0 or less")
    if not given:
        return blank(maximum)
    if len(set(given)) > hotspots.most:
        return Score(NOTHING, maximum)
    return _score(set(given), 0, hotspots, maximum)


def _score(names: set[str], misses: int, hotspots: Hotspots, maximum: int) -> Score:
    worth = sum((area.value for area in hotspots.areas if area.name in names), NOTHING)
    return Score(clamped(worth + misses * hotspots.miss), maximum)


def is_within(point: Point, shape: Shape, *, margin: int = 0) -> bool:
    """Tell whether ``point`` is in ``shape`` or at most ``margin`` pixels beside it."""
    match shape:
        case Rectangle():
            aside = max(shape.left - point.x, 0, point.x - shape.right)
            away = max(shape.top - point.y, 0, point.y - shape.bottom)
            return aside**2 + away**2 <= margin**2
        case Circle():
            return _squared(point, shape.centre) <= (shape.radius + margin) ** 2
        case Polygon():
            edges = list(pairwise([*shape.corners, shape.corners[0]]))
            return _is_inside(point, edges) or any(
                _is_near(point, start, end, margin) for start, end in edges
            )


def _squared(one: Point, other: Point) -> int:
    """Distance, squared: whole numbers compare exactly."""
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2


def _is_inside(point: Point, edges: Iterable[tuple[Point, Point]]) -> bool:
    """Tell whether a ray to the right crosses an odd number of edges."""
    crossed = 0
    for start, end in edges:
        if (start.y > point.y) == (end.y > point.y):
            continue
        lower, upper = sorted((start, end), key=lambda corner: corner.y)
        crossed += _turn(lower, upper, point) > 0
    return crossed % 2 == 1


def _is_near(point: Point, start: Point, end: Point, margin: int) -> bool:
    """Tell whether ``point`` is at most ``margin`` away from the line between two corners."""
    length = _squared(start, end)
    along = (point.x - start.x) * (end.x - start.x) + (point.y - start.y) * (end.y - start.y)
    if not 0 < along < length:
        return min(_squared(point, start), _squared(point, end)) <= margin**2
    return _turn(start, end, point) ** 2 <= margin**2 * length


def _turn(start: Point, end: Point, point: Point) -> int:
    """Twice the surface of the triangle; its sign says on which side ``point`` lies."""
    return (end.x - start.x) * (point.y - start.y) - (end.y - start.y) * (point.x - start.x)

from fractions import Fraction
from math import hypot
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.scoring import (
    AnswerState,
    Area,
    Circle,
    Hotspots,
    Point,
    Polygon,
    Rectangle,
    area_at,
    score_areas,
    score_points,
)
from course.domain.scoring.hotspots import is_within

DOOR = Rectangle(100, 100, 140, 180)
WINDOW = Circle(Point(200, 120), 20)
ROOF = Polygon((Point(100, 60), Point(160, 20), Point(220, 60)))
ARROW = Polygon((Point(0, 0), Point(40, 40), Point(0, 80), Point(20, 40)))  # not convex

HOUSE = Hotspots(
    areas=(
        Area("door", DOOR, Fraction(1, 2)),
        Area("window", WINDOW, Fraction(1, 2)),
        Area("roof", ROOF, Fraction(-1, 4)),
        Area("garden", Rectangle(0, 200, 300, 300), Fraction(0)),
    ),
    most=3,
)
IN = {
    "door": Point(120, 150),
    "window": Point(205, 115),
    "roof": Point(160, 40),
    "garden": Point(10, 290),
}
NOWHERE = Point(290, 20)

points = st.builds(Point, st.integers(-20, 320), st.integers(-20, 320))
shapes = st.sampled_from([DOOR, WINDOW, ROOF, ARROW])
names = st.sets(st.sampled_from(sorted(IN)), max_size=3)


# --- Shapes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "x", "y", "margin", "inside"),
    [
        (DOOR, 120, 140, 0, True),
        (DOOR, 100, 100, 0, True),
        (DOOR, 140, 180, 0, True),
        (DOOR, 141, 140, 0, False),
        (DOOR, 148, 140, 8, True),
        (DOOR, 149, 140, 8, False),
        (DOOR, 120, 92, 8, True),
        (DOOR, 120, 91, 8, False),
        (DOOR, 146, 186, 8, False),  # 8.5 from the corner
        (DOOR, 145, 186, 8, True),  # 7.8
        (WINDOW, 220, 120, 0, True),
        (WINDOW, 221, 120, 0, False),
        (WINDOW, 214, 134, 0, True),  # 19.8 from the centre
        (WINDOW, 215, 135, 0, False),
        (WINDOW, 228, 120, 8, True),
        (WINDOW, 229, 120, 8, False),
        (ROOF, 160, 21, 0, True),
        (ROOF, 160, 20, 0, True),
        (ROOF, 130, 40, 0, True),  # on an edge
        (ROOF, 129, 40, 0, False),
        (ROOF, 160, 60, 0, True),
        (ROOF, 160, 61, 0, False),
        (ROOF, 160, 68, 8, True),
        (ROOF, 160, 69, 8, False),
        (ROOF, 160, 12, 8, True),
        (ROOF, 160, 11, 8, False),
        (ARROW, 30, 40, 0, True),
        (ARROW, 10, 40, 0, False),  # in the notch
        (ARROW, 5, 10, 0, True),
        (ARROW, 10, 40, 9, True),  # 8.9 from two edges
        (ARROW, 10, 40, 8, False),
        (ARROW, 40, 40, 0, True),
        (ARROW, -5, 40, 0, False),
    ],
)
def test_a_shape_holds_its_edges_and_a_margin_around_it(
    shape: Rectangle | Circle | Polygon, x: int, y: int, margin: int, inside: bool
) -> None:
    assert is_within(Point(x, y), shape, margin=margin) is inside


def test_what_a_polygon_encloses_twice_lies_outside() -> None:
    star = Polygon((Point(0, 38), Point(100, 38), Point(19, 98), Point(50, 0), Point(81, 98)))
    assert is_within(Point(50, 20), star)
    assert not is_within(Point(50, 55), star)


@pytest.mark.parametrize(("x", "inside"), [(5, True), (15, False), (25, True), (35, False)])
def test_the_teeth_of_a_comb_are_inside_and_the_gaps_are_not(x: int, inside: bool) -> None:
    outline = [(0, 0), (10, 0), (10, 50), (20, 50), (20, 0), (30, 0), (30, 60), (0, 60)]
    comb = Polygon(tuple(Point(*corner) for corner in outline))
    assert is_within(Point(x, 20), comb) is inside


@given(points, shapes, st.integers(0, 30), st.integers(0, 30))
def test_a_wider_margin_never_loses_a_point(
    point: Point, shape: Rectangle | Circle | Polygon, margin: int, more: int
) -> None:
    if is_within(point, shape, margin=margin):
        assert is_within(point, shape, margin=margin + more)


@given(points)
def test_a_rectangle_is_the_polygon_of_its_corners(point: Point) -> None:
    corners = (Point(100, 100), Point(140, 100), Point(140, 180), Point(100, 180))
    for margin in (0, 8):
        inside = is_within(point, DOOR, margin=margin)
        assert is_within(point, Polygon(corners), margin=margin) is inside
        assert is_within(point, Polygon(corners[::-1]), margin=margin) is inside


@given(points, st.integers(0, 40))
def test_a_margin_is_a_distance(point: Point, margin: int) -> None:
    far = hypot(point.x - 200, point.y - 120)
    if abs(far - 20 - margin) > 1e-6:
        assert is_within(point, WINDOW, margin=margin) == (far < 20 + margin)


@pytest.mark.parametrize(("left", "right"), [(10, 10), (11, 10)])
def test_a_rectangle_has_a_surface(left: int, right: int) -> None:
    with pytest.raises(ValueError, match="must have left < right and top < bottom"):
        Rectangle(left, 0, right, 10)
    with pytest.raises(ValueError, match="must have left < right and top < bottom"):
        Rectangle(0, left, 10, right)


def test_a_circle_has_a_surface() -> None:
    with pytest.raises(ValueError, match="radius=0 must be >= 1"):
        Circle(Point(0, 0), 0)
    assert is_within(Point(1, 0), Circle(Point(0, 0), 1))


def test_a_polygon_has_three_corners() -> None:
    with pytest.raises(ValueError, match="must be at least 3"):
        Polygon((Point(0, 0), Point(1, 1)))


# --- Which area ----------------------------------------------------------------------------

OVER, UNDER = Rectangle(0, 0, 50, 50), Rectangle(40, 0, 90, 50)
TWO = (Area("over", OVER, Fraction(1)), Area("under", UNDER, Fraction(0)))


@pytest.mark.parametrize(
    ("x", "name"),
    [(20, "over"), (45, "over"), (50, "over"), (51, "under"), (58, "under"), (98, "under")],
)
def test_the_first_area_lies_on_top_and_the_one_pointed_at_goes_before_one_nearby(
    x: int, name: str
) -> None:
    found = area_at(Point(x, 20), TWO)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(("x", "radius", "hit"), [(98, 8, True), (99, 8, False), (91, 0, False)])
def test_a_finger_may_be_a_little_beside_an_area(x: int, radius: int, hit: bool) -> None:
    assert (area_at(Point(x, 20), TWO, radius=radius) is not None) is hit


def test_a_radius_is_not_negative() -> None:
    with pytest.raises(ValueError, match="radius=-1 must be >= 0"):
        area_at(Point(0, 0), TWO, radius=-1)


# --- Scores --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "points", "state"),
    [
        ([], 0, AnswerState.BLANK),
        (["door"], 4, AnswerState.PARTIAL),
        (["door", "window"], 8, AnswerState.RIGHT),
        (["door", "roof"], 2, AnswerState.PARTIAL),
        (["door", "window", "roof"], 6, AnswerState.PARTIAL),
        (["door", "window", "garden"], 8, AnswerState.RIGHT),
        (["roof"], 0, AnswerState.WRONG),
        (["garden"], 0, AnswerState.WRONG),
        (["door", "window", "roof", "garden"], 0, AnswerState.WRONG),
    ],
)
def test_pointing_at_areas_and_choosing_them_from_a_list_earn_the_same(
    chosen: list[str], points: int, state: AnswerState
) -> None:
    pointed = score_points([IN[name] for name in chosen], hotspots=HOUSE, maximum=8)
    listed = score_areas(chosen, hotspots=HOUSE, maximum=8)
    assert pointed == listed
    assert pointed.points == points
    assert pointed.state is state


def test_an_area_counts_once_however_often_it_is_pointed_at() -> None:
    twice = [IN["door"], Point(101, 101), IN["door"]]
    assert score_points(twice, hotspots=HOUSE, maximum=8).points == 4
    assert score_areas(["door", "door", "door", "door"], hotspots=HOUSE, maximum=8).points == 4


def test_pointing_at_nothing_costs_only_where_a_question_says_so() -> None:
    strict = Hotspots(areas=HOUSE.areas, most=3, miss=Fraction(-1, 8))
    given = [IN["door"], NOWHERE, NOWHERE]
    assert score_points(given, hotspots=HOUSE, maximum=8).points == 4
    assert score_points(given, hotspots=strict, maximum=8).points == 2
    assert score_points([NOWHERE], hotspots=strict, maximum=8).points == 0
    assert score_areas(["door"], hotspots=strict, maximum=8).points == 4


def test_one_miss_may_cost_everything() -> None:
    strict = Hotspots(areas=HOUSE.areas, most=3, miss=Fraction(-1))
    given = [IN["door"], IN["window"], NOWHERE]
    assert score_points(given, hotspots=strict, maximum=8).points == 0


def test_a_question_may_ask_for_two_of_three() -> None:
    three = tuple(
        Area(name, Circle(Point(100 * place, 0), 10), Fraction(1, 2))
        for place, name in enumerate("abc")
    )
    hotspots = Hotspots(areas=(*three, Area("d", DOOR, Fraction(0))), most=2)
    assert score_areas("ac", hotspots=hotspots, maximum=2).points == 2
    assert score_areas("abc", hotspots=hotspots, maximum=2).points == 0


def test_the_radius_can_be_that_of_a_scaled_picture() -> None:
    beside = [Point(150, 150)]
    assert score_points(beside, hotspots=HOUSE, maximum=8).points == 0
    assert score_points(beside, hotspots=HOUSE, maximum=8, radius=16).points == 4


@given(st.lists(points, max_size=3), st.randoms())
def test_points_stay_within_bounds_in_any_order(given: list[Point], chance: Random) -> None:
    mixed = list(given)
    chance.shuffle(mixed)
    score = score_points(given, hotspots=HOUSE, maximum=8)
    assert 0 <= score.points <= 8
    assert score_points(mixed, hotspots=HOUSE, maximum=8) == score


@given(names, st.sampled_from(["door", "window"]))
def test_one_more_right_area_never_lowers(chosen: set[str], extra: str) -> None:
    more = chosen | {extra}
    if len(more) <= 3:
        before = score_areas(chosen, hotspots=HOUSE, maximum=8).points
        assert score_areas(more, hotspots=HOUSE, maximum=8).points >= before


# --- Errors --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "most", "miss", "message"),
    [
        ({"a": "1", "b": "11/10"}, 1, "0", "value=11/10 of area 'b' must be from -1 to 1"),
        ({"a": "1", "b": "-11/10"}, 1, "0", "value=-11/10 of area 'b' must be from -1 to 1"),
        ({"a": "1"}, 1, "1/10", "miss=1/10 must be between -1 and 0"),
        ({"a": "1"}, 1, "-11/10", "miss=-11/10 must be between -1 and 0"),
        ({"a": "1/2", "b": "1/2"}, 1, "0", "must add up to 1"),
        ({"a": "1/2", "b": "1/3"}, 2, "0", "must add up to 1"),
        ({"a": "1"}, 0, "0", "must add up to 1"),
        ({"a": "1"}, -1, "0", "must add up to 1"),
        ({}, 1, "0", "must add up to 1"),
    ],
)
def test_a_picture_must_be_answerable(
    values: dict[str, str], most: int, miss: str, message: str
) -> None:
    areas = tuple(Area(name, DOOR, Fraction(value)) for name, value in values.items())
    with pytest.raises(ValueError, match=message):
        Hotspots(areas=areas, most=most, miss=Fraction(miss))


def test_areas_have_names_of_their_own() -> None:
    with pytest.raises(ValueError, match=r"names=\['a', 'a'\] must differ"):
        Hotspots(areas=(Area("a", DOOR, Fraction(1)), Area("a", ROOF, Fraction(0))), most=1)


def test_a_list_of_only_right_areas_would_be_the_key() -> None:
    hotspots = Hotspots(areas=(Area("a", DOOR, Fraction(1)),), most=1)
    with pytest.raises(ValueError, match=r"one of areas=\['a'\] must be worth 0 or less"):
        score_areas("a", hotspots=hotspots, maximum=1)
    assert score_points([IN["door"]], hotspots=hotspots, maximum=1).points == 1


def test_a_list_has_only_the_areas_of_its_picture() -> None:
    with pytest.raises(ValueError, match=r"\['cellar'\] must be among areas"):
        score_areas(["cellar"], hotspots=HOUSE, maximum=1)

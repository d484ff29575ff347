from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.grades import Criterion, Rubric

FOUR = Rubric(
    tuple(
        Criterion(slug=slug, highest=4, weight=Fraction(weight))
        for slug, weight in (("a", 30), ("b", 30), ("c", 20), ("d", 20))
    )
)


@st.composite
def judged(draw: st.DrawFn) -> tuple[Rubric, dict[str, int]]:
    criteria = tuple(
        Criterion(
            slug=slug,
            highest=draw(st.integers(1, 5)),
            weight=draw(st.fractions(min_value=Fraction(1, 10), max_value=50)),
        )
        for slug in "abcde"[: draw(st.integers(1, 5))]
    )
    return Rubric(criteria), {one.slug: draw(st.integers(0, one.highest)) for one in criteria}


def test_levels_weigh_as_the_rubric_says() -> None:
    assert FOUR.fraction({"a": 3, "b": 2, "c": 4, "d": 1}) == Fraction(5, 8)


def test_criteria_may_have_more_and_fewer_levels() -> None:
    rubric = Rubric((Criterion(slug="a", highest=2), Criterion(slug="b", highest=5)))
    assert rubric.fraction({"a": 1, "b": 4}) == Fraction(13, 20)


def test_levels_without_points_do_not_count() -> None:
    rubric = Rubric(
        (Criterion(slug="a", highest=2), Criterion(slug="tone", highest=3, weight=None))
    )
    assert rubric.fraction({"a": 1, "tone": 0}) == Fraction(1, 2)
    assert rubric.has_points


def test_a_rubric_without_any_points_has_no_share() -> None:
    rubric = Rubric((Criterion(slug="a", highest=2, weight=None),))
    assert not rubric.has_points
    with pytest.raises(ValueError, match="a rubric without points has no share"):
        rubric.fraction({"a": 2})


def test_below_a_knock_out_level_a_criterion_is_named() -> None:
    rubric = Rubric(
        (
            Criterion(slug="a", highest=3, knockout_level=2),
            Criterion(slug="b", highest=3, knockout_level=1),
            Criterion(slug="c", highest=3),
        )
    )
    assert rubric.knocked_out({"a": 1, "b": 0, "c": 0}) == ("a", "b")
    assert rubric.knocked_out({"a": 2, "b": 1, "c": 0}) == ()


def test_what_still_has_no_level_is_told_in_order() -> None:
    assert FOUR.without_level({"c": 1}) == ("a", "b", "d")
    assert FOUR.without_level({"a": 0, "b": 0, "c": 0, "d": 0}) == ()


@given(judged())
def test_a_share_lies_between_nothing_and_everything(drawn: tuple[Rubric, dict[str, int]]) -> None:
    rubric, levels = drawn
    assert 0 <= rubric.fraction(levels) <= 1
    assert rubric.fraction(dict.fromkeys(levels, 0)) == 0
    assert rubric.fraction({one.slug: one.highest for one in rubric.criteria}) == 1


@given(judged(), st.data())
def test_a_higher_level_earns_more_and_the_order_of_criteria_nothing(
    drawn: tuple[Rubric, dict[str, int]], data: st.DataObject
) -> None:
    rubric, levels = drawn
    one = data.draw(st.sampled_from(rubric.criteria))
    if levels[one.slug] < one.highest:
        better = levels | {one.slug: levels[one.slug] + 1}
        assert rubric.fraction(better) > rubric.fraction(levels)
    mixed = Rubric(tuple(data.draw(st.permutations(rubric.criteria))))
    assert mixed.fraction(levels) == rubric.fraction(levels)


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ({"a": 1, "c": 1}, r"criteria=\['b', 'd'\] must have a level"),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, r"criteria=\['e'\] must be in the rubric"),
        ({"a": 5, "b": 1, "c": 1, "d": 1}, "level=5 of 'a' must be between 0 and 4"),
        ({"a": 1, "b": -1, "c": 1, "d": 1}, "level=-1 of 'b' must be between 0 and 4"),
    ],
)
def test_each_criterion_gets_one_of_its_levels(levels: dict[str, int], message: str) -> None:
    for judge in (FOUR.fraction, FOUR.knocked_out):
        with pytest.raises(ValueError, match=message):
            judge(levels)


def test_a_criterion_has_levels_and_a_weight() -> None:
    with pytest.raises(ValueError, match="highest=0 of 'a' must be >= 1"):
        Criterion(slug="a", highest=0)
    with pytest.raises(ValueError, match="weight=0 of 'a' must be > 0"):
        Criterion(slug="a", highest=1, weight=Fraction(0))
    for level in (0, 4):
        with pytest.raises(ValueError, match=f"knockout_level={level} of 'a' must be between"):
            Criterion(slug="a", highest=3, knockout_level=level)


def test_a_rubric_has_criteria_with_names_of_their_own() -> None:
    with pytest.raises(ValueError, match="must hold a criterion"):
        Rubric(())
    with pytest.raises(ValueError, match=r"slugs=\['a', 'a'\] must differ"):
        Rubric((Criterion(slug="a", highest=1), Criterion(slug="a", highest=2)))

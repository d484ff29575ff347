from collections import Counter
from fractions import Fraction
from itertools import permutations
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course.domain.peers import (
    Allocation,
    Assessment,
    Review,
    allocate,
    allocate_late,
    assessment_grades,
    distance,
    excluded_pairs,
    reassign,
    replace_readers,
    submission_grade,
    weighted_variance,
)

SIX = tuple(f"s{number}" for number in range(1, 7))

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(0, 30)


def names(number: int) -> list[str]:
    return [f"s{n:02}" for n in range(number)]


def received(reviews: Allocation) -> Counter[str]:
    return Counter(reviewed for theirs in reviews.values() for reviewed in theirs)


# --- Who reviews whom ----------------------------------------------------------------------


def test_the_same_ring_is_drawn_for_ever() -> None:
    found = allocate(SIX, reviews=2, seed=7)
    assert found.reviews == {
        "s6": ("s2", "s3"),
        "s2": ("s3", "s4"),
        "s3": ("s4", "s5"),
        "s4": ("s5", "s1"),
        "s5": ("s1", "s6"),
        "s1": ("s6", "s2"),
    }
    assert (found.seed, found.excluded) == (7, ())


@given(st.integers(2, 30), st.integers(1, 4), seeds, st.randoms())
def test_everybody_gives_and_gets_as_many_and_nobody_reviews_themselves(
    number: int, reviews: int, seed: int, chance: Random
) -> None:
    students = names(number)
    found = allocate(students, reviews=reviews, seed=seed).reviews
    expected = min(reviews, number - 1)
    assert set(found) == set(students)
    for one, theirs in found.items():
        assert len(set(theirs)) == len(theirs) == expected
        assert one not in theirs
        if number > 2 * reviews:
            assert all(one not in found[other] for other in theirs)
    assert received(found) == dict.fromkeys(students, expected)
    chance.shuffle(students)
    assert allocate(students, reviews=reviews, seed=seed).reviews == found


def test_alone_there_is_nobody_to_review() -> None:
    assert allocate(["s1"], reviews=2, seed=7).reviews == {"s1": ()}
    assert allocate([], reviews=2, seed=7).reviews == {}


def test_those_who_wrote_together_do_not_review_each_other() -> None:
    together = excluded_pairs([["s6", "s2"]])  # neighbours in the ring of seed 7
    found = allocate(SIX, reviews=1, seed=7, excluded=together)
    assert found.seed > 7
    assert found.excluded == ()
    assert found.reviews == allocate(SIX, reviews=1, seed=found.seed).reviews


def test_where_no_shuffle_helps_places_are_swapped() -> None:
    students = names(14)
    apart = excluded_pairs([students[:6]])
    plain = allocate(students, reviews=1, seed=3).reviews
    assert any(frozenset((one, *theirs)) in apart for one, theirs in plain.items())
    found = allocate(students, reviews=1, seed=3, excluded=apart)
    assert (found.seed, found.excluded) == (3, ())
    assert received(found.reviews) == dict.fromkeys(students, 1)


def test_who_cannot_be_kept_apart_is_told() -> None:
    found = allocate(SIX, reviews=2, seed=7, excluded=excluded_pairs([SIX]))
    assert len(found.excluded) == 12
    assert received(found.reviews) == dict.fromkeys(SIX, 2)


@given(sizes, st.integers(1, 3), st.integers(1, 5), seeds)
def test_with_groups_the_ring_stays_whole(number: int, reviews: int, group: int, seed: int) -> None:
    students = names(number)
    groups = [students[start : start + group] for start in range(0, number, group)]
    apart = excluded_pairs(groups)
    found = allocate(students, reviews=reviews, seed=seed, excluded=apart)
    meeting = [
        (one, other)
        for one, theirs in found.reviews.items()
        for other in theirs
        if frozenset((one, other)) in apart
    ]
    assert list(found.excluded) == meeting
    assert len(set(received(found.reviews).values())) <= 1


def test_a_student_is_there_once_and_reviews_something() -> None:
    with pytest.raises(ValueError, match=r"students=\['s1', 's1'\] must differ"):
        allocate(["s1", "s1"], reviews=1, seed=7)
    with pytest.raises(ValueError, match="reviews=0 must be >= 1"):
        allocate(SIX, reviews=0, seed=7)


# --- Late, and gone ------------------------------------------------------------------------


def test_who_is_late_reviews_who_is_late() -> None:
    on_time = allocate(SIX, reviews=2, seed=7).reviews
    found = allocate_late(["t1", "t2", "t3"], on_time, reviews=2, seed=7).reviews
    assert {one: set(theirs) for one, theirs in found.items()} == {
        "t1": {"t2", "t3"},
        "t2": {"t1", "t3"},
        "t3": {"t1", "t2"},
    }


def test_who_is_late_alone_reviews_some_who_are_done_and_waits_for_the_teacher() -> None:
    on_time = allocate(SIX, reviews=2, seed=7).reviews
    apart = excluded_pairs([["t1", "s2"]])
    found = allocate_late(["t1"], on_time, reviews=2, seed=7, excluded=apart)
    assert found.reviews == {"t1": ("s6", "s3")}
    whole = reassign({**on_time, **found.reviews}, [], reviews=2, excluded=apart)
    assert whole.added == (("s6", "t1"), ("s3", "t1"))


def test_nobody_is_late_and_on_time() -> None:
    on_time = allocate(SIX, reviews=2, seed=7).reviews
    with pytest.raises(ValueError, match=r"students=\['s1'\] must be late or on time"):
        allocate_late(["s1", "t1"], on_time, reviews=2, seed=7)


def test_what_a_drop_out_leaves_goes_to_those_with_the_fewest() -> None:
    before = allocate(SIX, reviews=2, seed=7).reviews
    found = reassign(before, ["s4"], reviews=2)
    # s2 and s3 were to review s4, and have one left; s5 and s1 lost a reviewer.
    assert found.added == (("s2", "s5"), ("s3", "s1"))
    assert "s4" not in found.reviews
    assert received(found.reviews) == dict.fromkeys(set(SIX) - {"s4"}, 2)
    assert found.short == ()


def test_what_nobody_is_left_to_review_is_told() -> None:
    before = allocate(SIX, reviews=2, seed=7).reviews
    found = reassign(before, ["s1", "s2", "s3", "s4"], reviews=2)
    assert {one: set(theirs) for one, theirs in found.reviews.items()} == {
        "s5": {"s6"},
        "s6": {"s5"},
    }
    assert dict(found.short) == {"s5": 1, "s6": 1}


@given(st.integers(2, 20), st.integers(1, 3), seeds, st.data())
def test_reviews_that_stay_keep_their_reviewer_and_the_load_is_even(
    number: int, reviews: int, seed: int, data: st.DataObject
) -> None:
    before = allocate(names(number), reviews=reviews, seed=seed).reviews
    gone = data.draw(st.sets(st.sampled_from(names(number))))
    found = reassign(before, gone, reviews=reviews)
    assert set(found.reviews) == set(before) - gone
    short = dict(found.short)
    for one, theirs in found.reviews.items():
        assert [other for other in before[one] if other not in gone] == list(
            theirs[: len(theirs) - sum(reviewer == one for reviewer, _ in found.added)]
        )
        assert one not in theirs
        assert len(set(theirs)) == len(theirs)
        assert received(found.reviews)[one] + short.get(one, 0) == reviews
    if len(found.reviews) > reviews:
        assert not found.short


# --- Grades --------------------------------------------------------------------------------


def test_a_submission_gets_the_weighted_mean_of_its_reviews() -> None:
    reviews = [Review(Fraction(6)), Review(Fraction(7)), Review(Fraction(8), Fraction(2))]
    for order in permutations(reviews):
        assert submission_grade(order) == Fraction(29, 4)


def test_without_reviews_that_weigh_something_there_is_no_grade() -> None:
    assert submission_grade([]) is None
    assert submission_grade([Review(Fraction(6), Fraction(0))]) is None
    with pytest.raises(ValueError, match="weight=-1 must be >= 0"):
        submission_grade([Review(Fraction(6), Fraction(-1)), Review(Fraction(6), Fraction(3))])


EQUAL = (Fraction(1), Fraction(1))


def assessment(*grades: str) -> Assessment:
    return Assessment(tuple(map(Fraction, grades)))


# Published in the tests of Moodle Workshop: weights and values, then a symmetric distance.
def test_a_variance_weighs_its_values() -> None:
    values = {2: 1, 4: 3, 5: 2, 7: 1, 9: 1}
    assert weighted_variance([(Fraction(v), Fraction(w)) for v, w in values.items()]) == 4
    with pytest.raises(ValueError, match="weight=0 must be > 0"):
        weighted_variance([(Fraction(1), Fraction(0))])


def test_a_distance_is_as_large_on_either_side() -> None:
    reference = (Fraction(25), Fraction(50))
    variances = (Fraction(625), Fraction(2500, 9))
    above, below = (
        distance(grades, reference, weights=EQUAL, variances=variances, comparison=9)
        for grades in ((Fraction(0), Fraction(200, 3)), (Fraction(50), Fraction(100, 3)))
    )
    assert above == below == Fraction(125, 54)


def test_criteria_that_do_not_tell_reviews_apart_make_no_distance() -> None:
    found = distance(
        (Fraction(60), Fraction(50)),
        (Fraction(61), Fraction(50)),
        weights=EQUAL,
        variances=(Fraction(1, 100), Fraction(400)),
        comparison=5,
    )
    assert found == 0


# Computed once with the reference model, assessment.md 4.4.
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("100 200/3", "50 200/3", "0 100/3"), (85, 100, 77.5)),
        (("80 75", "70 75", "60 50", "20 25"), (94.82147, 96.17087, 100, 84.02629)),
    ],
)
def test_who_is_near_the_best_review_gets_most(
    rows: tuple[str, ...], expected: tuple[float, ...]
) -> None:
    given_reviews = [assessment(*row.split()) for row in rows]
    found = assessment_grades(given_reviews, criteria=EQUAL, comparison=5)
    assert list(map(float, found)) == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize("rows", [("80 75",), ("80 75", "20 0")])
def test_one_or_two_reviews_get_everything(rows: tuple[str, ...]) -> None:
    found = assessment_grades([assessment(*row.split()) for row in rows], criteria=EQUAL)
    assert set(found) == {Fraction(100)}


def test_a_review_that_weighs_nothing_is_judged_by_the_others() -> None:
    three = [assessment("80"), assessment("70"), assessment("20")]
    extra = Assessment((Fraction(0),), Fraction(0))
    found = assessment_grades([*three, extra], criteria=[Fraction(1)])
    assert found[:3] == assessment_grades(three, criteria=[Fraction(1)])
    assert found[3] < found[2]
    assert list(assessment_grades([extra], criteria=[Fraction(1)])) == [100]


rows = st.lists(st.integers(0, 100), min_size=2, max_size=2)


@given(st.lists(rows, max_size=6), st.data())
def test_grades_lie_from_nought_to_a_hundred_in_any_order(
    drawn: list[list[int]], data: st.DataObject
) -> None:
    found = {
        comparison: assessment_grades(
            [Assessment(tuple(map(Fraction, row))) for row in drawn],
            criteria=EQUAL,
            comparison=comparison,
        )
        for comparison in (1, 5, 9)
    }
    for strict, usual, lenient in zip(found[1], found[5], found[9], strict=True):
        assert 0 <= strict <= usual <= lenient <= 100
    assume(drawn)
    assert max(found[5]) == 100
    order = data.draw(st.permutations(range(len(drawn))))
    mixed = [Assessment(tuple(map(Fraction, drawn[place]))) for place in order]
    assert assessment_grades(mixed, criteria=EQUAL) == tuple(found[5][p] for p in order)


@pytest.mark.parametrize(
    ("grades", "criteria", "comparison", "message"),
    [
        ("80 70", "1 1", 4, "comparison=4 must be one of"),
        ("80 70", "0 0", 5, r"criteria=\['0', '0'\] must hold a weight above 0"),
        ("80 70", "2 -1", 5, "must hold a weight above 0"),
        ("80 70", "", 5, r"criteria=\[\] must hold a weight above 0"),
        ("80", "1 1", 5, r"grades=\['80'\] must be 2, each between 0 and 100"),
        ("80 101", "1 1", 5, "must be 2, each between 0 and 100"),
    ],
)
def test_a_review_grades_each_criterion(
    grades: str, criteria: str, comparison: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        assessment_grades(
            [assessment(*grades.split())],
            criteria=list(map(Fraction, criteria.split())),
            comparison=comparison,
        )


def test_a_review_weighs_nothing_or_something() -> None:
    with pytest.raises(ValueError, match="weight=-1 must be >= 0"):
        assessment_grades([Assessment((Fraction(1),), Fraction(-1))], criteria=[Fraction(1)])


def test_who_reads_nothing_is_replaced_and_their_own_work_is_still_read() -> None:
    before = allocate([f"s{number}" for number in range(1, 7)], reviews=2, seed=7).reviews
    reads_s4 = next(reader for reader, works in before.items() if "s4" in works)
    gone = ["s4", reads_s4]  # so that the work of one who is gone lacks a reader
    added = replace_readers(before, gone, reviews=2)
    assert sorted(work for _reader, work in added) == sorted(
        work for one in gone for work in before[one]
    )
    after = {reader: list(works) for reader, works in before.items() if reader not in gone}
    for reader, work in added:
        assert reader not in {*gone, work}
        after[reader].append(work)
    assert all(len(set(works)) == len(works) for works in after.values())


def test_with_nobody_left_work_stays_unread() -> None:
    before = allocate(["s1", "s2", "s3"], reviews=2, seed=7).reviews
    assert replace_readers(before, ["s1", "s2", "s3"], reviews=2) == ()

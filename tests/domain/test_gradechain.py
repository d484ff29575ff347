from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.gradechain import (
    START,
    Break,
    GradeEvent,
    Json,
    Misfit,
    Row,
    canonical,
    chained,
    fold,
    verify,
)

NOON = datetime(2026, 1, 20, 12, tzinfo=UTC)

values = st.none() | st.sampled_from(["5.4", "5.5", "V", "NA"]) | st.integers(0, 10)
decisions = st.lists(st.tuples(st.sampled_from("abc"), values), min_size=1, max_size=8)


def event(subject: str, value: Json, *, previous: Json = None, minute: int = 0) -> GradeEvent:
    return GradeEvent(
        subject=subject,
        actor="docent/3",
        at=NOON + timedelta(minutes=minute),
        value=value,
        previous=previous,
        reason="nagekeken",
        rubric="korte-reflectie@2",
    )


def chain(decided: list[tuple[str, Json]]) -> list[Row]:
    rows: list[Row] = []
    current: dict[str, Json] = {}
    before = START
    for number, (subject, value) in enumerate(decided, 1):
        one = event(subject, value, previous=current.get(subject), minute=number)
        rows.append(Row(number=number, event=one, previous_hash=before, hash=chained(one, before)))
        before, current[subject] = rows[-1].hash, value
    return rows


FOUR = chain([("a", "5.4"), ("b", "7.0"), ("a", "5.6"), ("b", None)])


def test_an_event_is_always_the_same_text() -> None:
    one = event("reflectie/17", {"rounded": "6.3", "exact": "25/4"}, previous="é")
    assert canonical(one) == (
        '{"actor":"docent/3","at":"2026-01-20T12:00:00.000000+00:00","previous":"\\u00e9",'
        '"reason":"nagekeken","rubric":"korte-reflectie@2","subject":"reflectie/17",'
        '"value":{"exact":"25/4","rounded":"6.3"}}'
    )
    assert chained(one) == "21f6b978883350ce1a584f47bbaaa697a9a051340a5309bb3ff9f0437c8a29c2"


def test_the_clock_of_another_zone_shows_the_same_moment() -> None:
    here = event("a", "V")
    there = replace(here, at=here.at.astimezone(ZoneInfo("Europe/Amsterdam")))
    assert (there, canonical(there)) == (here, canonical(here))


def test_the_current_value_is_that_of_the_last_event() -> None:
    assert fold(row.event for row in FOUR) == {"a": "5.6", "b": None}
    assert fold([]) == {}


@given(decisions)
def test_a_chain_that_nobody_touched_fits(decided: list[tuple[str, Json]]) -> None:
    rows = chain(decided)
    assert verify(rows) is None
    assert verify(rows, last_hash=rows[-1].hash) is None
    assert fold(row.event for row in rows) == dict(decided)


def changed(rows: list[Row], place: int, change: Callable[[GradeEvent], GradeEvent]) -> list[Row]:
    return [
        replace(row, event=change(row.event)) if here == place else row
        for here, row in enumerate(rows)
    ]


CHANGES: list[Callable[[GradeEvent], GradeEvent]] = [
    lambda one: replace(one, value="9.9"),
    lambda one: replace(one, previous="1.1"),
    lambda one: replace(one, subject=one.subject + "'"),
    lambda one: replace(one, actor="student/1"),
    lambda one: replace(one, at=one.at + timedelta(microseconds=1)),
    lambda one: replace(one, reason=""),
    lambda one: replace(one, rubric="korte-reflectie@1"),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("place", range(4))
def test_a_row_that_was_changed_is_named(
    change: Callable[[GradeEvent], GradeEvent], place: int
) -> None:
    assert verify(changed(FOUR, place, change)) == Misfit(place + 1, Break.CHANGED)


@given(decisions, st.data())
def test_any_flipped_digit_of_a_hash_is_named(
    decided: list[tuple[str, Json]], data: st.DataObject
) -> None:
    rows = chain(decided)
    place = data.draw(st.integers(0, len(rows) - 1))
    digit = data.draw(st.integers(0, 63))
    old = rows[place].hash
    flipped = "1" if old[digit] == "0" else "0"
    rows[place] = replace(rows[place], hash=old[:digit] + flipped + old[digit + 1 :])
    assert verify(rows) == Misfit(place + 1, Break.CHANGED)


def test_a_row_that_was_changed_with_its_hash_breaks_the_next() -> None:
    forged = replace(FOUR[1].event, value="9.9")
    rows = [FOUR[0], replace(FOUR[1], event=forged, hash=chained(forged, FOUR[0].hash)), *FOUR[2:]]
    assert verify(rows) == Misfit(3, Break.GAP)


@pytest.mark.parametrize("place", range(3))
def test_where_a_row_was_taken_away_the_next_is_named(place: int) -> None:
    assert verify(FOUR[:place] + FOUR[place + 1 :]) == Misfit(place + 2, Break.GAP)


def test_rows_that_changed_places_are_named() -> None:
    assert verify([FOUR[1], FOUR[0]]) == Misfit(2, Break.GAP)
    assert verify([FOUR[0], FOUR[0]]) == Misfit(1, Break.ORDER)


def test_rows_that_are_gone_at_the_end_are_seen_by_the_hash_that_was_kept() -> None:
    assert verify(FOUR[:3]) is None
    assert verify(FOUR[:3], last_hash=FOUR[3].hash) == Misfit(3, Break.END)
    assert verify([], last_hash=FOUR[3].hash) == Misfit(None, Break.END)
    assert verify([], last_hash=START) is None


def test_an_event_replaces_the_value_that_was_there() -> None:
    wrong = event("a", "8.0", previous="5.4", minute=9)
    rows = [
        *FOUR,
        Row(
            number=5,
            event=wrong,
            previous_hash=FOUR[3].hash,
            hash=chained(wrong, FOUR[3].hash),
        ),
    ]
    assert verify(rows) == Misfit(5, Break.VALUE)


@pytest.mark.parametrize("value", [6.3, ["V", 0.5], {"exact": {"deep": 1.0}}])
def test_a_value_is_exact(value: Json) -> None:
    with pytest.raises(ValueError, match=r"value=.+ must be a text"):
        event("a", value)
    with pytest.raises(ValueError, match=r"value=.+ must be a text"):
        event("a", None, previous=value)


def test_a_name_within_a_value_is_a_text() -> None:
    with pytest.raises(ValueError, match="name=1 must be a text"):
        event("a", {1: "V"})  # type: ignore[dict-item]  # what JSON cannot say


def test_an_event_has_a_moment_and_follows_a_hash() -> None:
    with pytest.raises(ValueError, match="must have a time zone"):
        replace(event("a", "V"), at=NOON.replace(tzinfo=None))
    for wrong in ("", "0" * 63, "G" * 64):
        with pytest.raises(ValueError, match="must be 64 hexadecimal digits"):
            chained(event("a", "V"), wrong)

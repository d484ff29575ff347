from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.attention import (
    OF_LEARNER,
    Answer,
    At,
    Attention,
    Due,
    Facts,
    Rule,
    Sign,
    Term,
    after_working_days,
    attention,
    rests,
    signs,
    told,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HERE: dict[str, Any] = {"joined_at": NOW - 60 * DAY, "active_at": NOW - HOUR}


def rules_of(facts: Facts, *, now: datetime = NOW, term: Term | None = None) -> list[Rule]:
    return [sign.rule for sign in signs(facts, now=now, term=term or Term(), zone=AMSTERDAM)]


def due(days: float, *, is_begun: bool = False, is_done: bool = False) -> Facts:
    return Facts(
        **HERE,
        due=[Due(subject="les", at=NOW + days * DAY, is_begun=is_begun, is_done=is_done)],
    )


def test_who_was_here_today_and_owes_nothing_has_no_sign() -> None:
    assert rules_of(Facts(**HERE)) == []


def test_two_weeks_of_silence_are_a_sign_and_a_day_less_is_not() -> None:
    facts = Facts(joined_at=NOW - 60 * DAY, active_at=NOW - 14 * DAY)
    assert rules_of(facts) == [Rule.QUIET]
    assert rules_of(facts, now=NOW - HOUR) == []


def test_silence_counts_from_joining_and_from_the_first_week() -> None:
    facts = Facts(joined_at=NOW - 20 * DAY)
    assert rules_of(facts) == [Rule.QUIET]
    (sign,) = signs(facts, now=NOW, term=Term(), zone=AMSTERDAM)
    assert sign.was_never_here  # so nobody is told that they were last seen on the day they joined
    assert rules_of(facts, term=Term(begins=NOW - 13 * DAY)) == []
    early = Facts(joined_at=NOW - 60 * DAY, active_at=NOW - 50 * DAY)
    assert rules_of(early, term=Term(begins=NOW - 13 * DAY)) == []


def test_after_the_last_week_only_questions_and_debts_are_told() -> None:
    facts = Facts(
        joined_at=NOW - 60 * DAY,
        asked={"stap": NOW - DAY},
        waiting={"stap": NOW - 20 * DAY},
        unread={"les": NOW - 30 * DAY},
    )
    assert rules_of(facts) == [Rule.HELP, Rule.QUIET, Rule.UNREAD, Rule.WAITING]
    assert rules_of(facts, term=Term(ends=NOW)) == [Rule.HELP, Rule.WAITING]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (due(3.1), []),
        (due(3), [Rule.NOT_BEGUN]),
        (due(3, is_begun=True), []),
        (due(-2.9), [Rule.NOT_BEGUN]),
        (due(-2.9, is_begun=True), []),
        (due(-3, is_begun=True), [Rule.LATE]),
        (due(-3), [Rule.LATE]),
        (due(-30, is_done=True), []),
    ],
)
def test_a_deadline_is_a_sign_three_days_before_for_who_did_not_begin_and_three_days_after(
    facts: Facts, expected: list[Rule]
) -> None:
    assert rules_of(facts) == expected


def test_who_comes_back_on_another_day_and_does_not_finish_is_stuck_after_a_week() -> None:
    def at(since: float, seen: float) -> Facts:
        step = At(subject="stap", since=NOW - since * DAY, seen_at=NOW - seen * DAY)
        return Facts(**HERE, at=[step])

    assert rules_of(at(since=7, seen=3)) == [Rule.STUCK]
    assert rules_of(at(since=6.9, seen=3)) == []
    assert rules_of(at(since=9, seen=9)) == []  # did not come back: that is silence, not this


def test_feedback_that_lies_unopened_is_a_sign_after_ten_days() -> None:
    assert rules_of(Facts(**HERE, unread={"les": NOW - 10 * DAY})) == [Rule.UNREAD]
    assert rules_of(Facts(**HERE, unread={"les": NOW - 9 * DAY})) == []


def test_two_low_quizzes_in_a_row_are_a_sign_and_a_better_one_ends_it() -> None:
    low, enough = Fraction(39, 100), Fraction(2, 5)
    days = [NOW - 3 * DAY, NOW - 2 * DAY, NOW - DAY]
    assert rules_of(Facts(**HERE, shares=[(days[0], low)])) == []
    assert rules_of(Facts(**HERE, shares=[(days[0], low), (days[1], low)])) == [Rule.LOW]
    assert rules_of(Facts(**HERE, shares=[(days[0], low), (days[1], enough)])) == []
    three = [(days[0], low), (days[1], low), (days[2], enough)]
    assert rules_of(Facts(**HERE, shares=three)) == []


def test_feedback_is_owed_after_five_working_days_without_weekend_and_holiday() -> None:
    monday = datetime(2026, 11, 16, 15, tzinfo=AMSTERDAM)
    facts = Facts(**HERE, waiting={"les": monday})
    tuesday = datetime(2026, 11, 24, tzinfo=AMSTERDAM)
    assert after_working_days(monday, 5, free=(), zone=AMSTERDAM) == tuesday
    assert rules_of(facts, now=tuesday) == [Rule.WAITING]
    assert rules_of(facts, now=tuesday - HOUR) == []
    free = frozenset({date(2026, 11, 18)})
    assert rules_of(facts, now=tuesday, term=Term(free=free)) == []


def test_the_learner_reads_a_sign_two_days_before_the_instructor() -> None:
    facts = Facts(joined_at=NOW - 60 * DAY, active_at=NOW - 14 * DAY)
    found = signs(facts, now=NOW, term=Term(), zone=AMSTERDAM)
    assert told(found, [], now=NOW + 47 * HOUR) == []
    assert told(found, [], now=NOW + 48 * HOUR) == found


def test_a_question_is_told_at_once() -> None:
    found = signs(Facts(**HERE, asked={"stap": NOW}), now=NOW, term=Term(), zone=AMSTERDAM)
    assert told(found, [], now=NOW) == found


def sign(rule: Rule, subject: str = "les") -> Sign:
    return Sign(rule=rule, subject=subject, since=NOW - 9 * DAY, fact=NOW - 9 * DAY)


def test_an_answer_lets_a_sign_rest_for_two_weeks_and_an_objection_for_good() -> None:
    answer = Answer(rule=Rule.LATE, subject="les", at=NOW)
    assert told([sign(Rule.LATE)], [answer], now=NOW + 14 * DAY - HOUR) == []
    assert told([sign(Rule.LATE)], [answer], now=NOW + 14 * DAY) == [sign(Rule.LATE)]
    objection = Answer(rule=Rule.LATE, subject="les", at=NOW, is_objection=True)
    assert told([sign(Rule.LATE)], [objection], now=NOW + 900 * DAY) == []


def test_an_answer_is_to_one_sign_and_not_to_another() -> None:
    answer = Answer(rule=Rule.LATE, subject="les", at=NOW)
    assert not rests(sign(Rule.LATE, "andere-les"), [answer], now=NOW)
    assert not rests(sign(Rule.STUCK), [answer], now=NOW)


def test_no_answer_of_the_learner_hides_a_question_or_what_an_instructor_owes() -> None:
    for rule in frozenset(Rule) - OF_LEARNER:
        answer = Answer(rule=rule, subject="les", at=NOW, is_objection=True)
        assert not rests(sign(rule), [answer], now=NOW)


def test_one_sign_asks_a_look_and_two_or_a_question_ask_contact() -> None:
    assert attention([]) is Attention.NONE
    assert attention([sign(Rule.QUIET)]) is Attention.LOOK
    assert attention([sign(Rule.QUIET), sign(Rule.LATE)]) is Attention.CONTACT
    assert attention([sign(Rule.HELP)]) is Attention.CONTACT
    assert attention([sign(Rule.WAITING)]) is Attention.NONE


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        signs(Facts(**HERE), now=datetime(2026, 11, 24), term=Term(), zone=AMSTERDAM)  # noqa: DTZ001


moments = st.integers(-900, 900).map(lambda hours: NOW + hours * HOUR)


@given(
    st.builds(
        Facts,
        joined_at=moments,
        active_at=st.none() | moments,
        asked=st.dictionaries(st.sampled_from("ab"), moments),
        due=st.lists(
            st.builds(
                Due,
                subject=st.sampled_from("ab"),
                at=moments,
                is_begun=st.booleans(),
                is_done=st.booleans(),
            ),
            max_size=3,
        ),
        unread=st.dictionaries(st.sampled_from("ab"), moments),
        waiting=st.dictionaries(st.sampled_from("ab"), moments),
    ),
    moments,
)
def test_no_sign_is_told_before_it_holds_and_each_order_is_the_same(
    facts: Facts, now: datetime
) -> None:
    found = signs(facts, now=now, term=Term(), zone=AMSTERDAM)
    assert all(item.since <= now for item in found)
    assert set(told(found, [], now=now)) <= set(found)
    order = [list(Rule).index(item.rule) for item in found]
    assert order == sorted(order)

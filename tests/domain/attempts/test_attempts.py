from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from course.domain.attempts import (
    Accommodation,
    Attempt,
    AttemptRules,
    AttemptState,
    Event,
    GradeMethod,
    Refusal,
    Step,
    TimeUp,
    answer,
    counted_grade,
    end_of_attempt,
    expire,
    extend,
    grade,
    next_state,
    reopen,
    settle,
    start,
    submit,
)
from course.domain.opening import Window

NINE = datetime(2027, 5, 3, 7, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NEVER: datetime | None = None

HOUR_LONG = AttemptRules(limit=HOUR)
WITH_GRACE = AttemptRules(limit=HOUR, time_up=TimeUp.GRACE, grace=10 * MINUTE)
STRICT = AttemptRules(limit=HOUR, time_up=TimeUp.MUST_SUBMIT)
ENDLESS = AttemptRules()


def begun(rules: AttemptRules = HOUR_LONG, at: datetime = NINE) -> Attempt:
    attempt = start([], rules=rules, now=at)
    assert isinstance(attempt, Attempt)
    return attempt


def finished(number: int = 1, at: datetime = NINE) -> Attempt:
    return Attempt(
        number=number,
        state=AttemptState.SUBMITTED,
        started_at=at - HOUR,
        ends_at=None,
        finished_at=at,
    )


# --- The table -----------------------------------------------------------------------------

# What each cell is: a state, a reason in capitals, or, where the quiz decides, "time is up".
TABLE = """
            start           answer            submit            expire            extend            reopen          grade
not_started in_progress     NOT_STARTED       NOT_STARTED       NOT_STARTED       NOT_STARTED       NOT_STARTED     NOT_STARTED
in_progress ALREADY_STARTED in_progress       submitted         ?                 in_progress       STILL_RUNNING   STILL_RUNNING
overdue     ALREADY_STARTED TIME_IS_UP        submitted         abandoned         in_progress       STILL_RUNNING   STILL_RUNNING
submitted   ALREADY_STARTED ALREADY_SUBMITTED ALREADY_SUBMITTED ALREADY_SUBMITTED ALREADY_SUBMITTED in_progress     graded
abandoned   ALREADY_STARTED TIME_IS_UP        TIME_IS_UP        TIME_IS_UP        TIME_IS_UP        in_progress     graded
graded      ALREADY_STARTED ALREADY_GRADED    ALREADY_GRADED    ALREADY_GRADED    ALREADY_GRADED    ALREADY_GRADED  graded
"""  # noqa: E501 - a table
DECIDED = {
    TimeUp.AUTO_SUBMIT: AttemptState.SUBMITTED,
    TimeUp.GRACE: AttemptState.OVERDUE,
    TimeUp.MUST_SUBMIT: AttemptState.ABANDONED,
}


def cells() -> list[tuple[AttemptState, Event, str]]:
    head, *rows = TABLE.strip().splitlines()
    return [
        (AttemptState(state), Event(event), cell)
        for state, *found in map(str.split, rows)
        for event, cell in zip(head.split(), found, strict=True)
    ]


def test_the_table_is_whole() -> None:
    pairs = {(state, event) for state, event, _cell in cells()}
    assert pairs == {(state, event) for state in AttemptState for event in Event}


@pytest.mark.parametrize("time_up", TimeUp)
@pytest.mark.parametrize(("state", "event", "cell"), cells())
def test_every_event_leads_from_every_state_to_another_or_is_refused_for_a_reason(
    state: AttemptState, event: Event, cell: str, time_up: TimeUp
) -> None:
    expected: AttemptState | Refusal
    if cell == "?":
        expected = DECIDED[time_up]
    elif cell.isupper():
        expected = Refusal[cell]
    else:
        expected = AttemptState(cell)
    found = next_state(state, event, time_up=time_up)
    assert found == expected
    assert type(found) is type(expected)


def in_state(state: AttemptState) -> Attempt:
    is_running = state in {AttemptState.IN_PROGRESS, AttemptState.OVERDUE}
    return Attempt(
        number=1,
        state=state,
        started_at=NINE,
        ends_at=NINE + HOUR,
        finished_at=None if is_running else NINE + HOUR,
        was_abandoned=state is AttemptState.ABANDONED,
    )


def happens(event: Event, attempt: Attempt, now: datetime) -> Step:
    later = now + HOUR
    match event:
        case Event.START:
            another = start([attempt], rules=AttemptRules(most=1), now=now)
            assert isinstance(another, Refusal)
            return Step(attempt, Refusal.ALREADY_STARTED)
        case Event.ANSWER:
            return answer(attempt, rules=WITH_GRACE, now=now)
        case Event.SUBMIT:
            return submit(attempt, rules=WITH_GRACE, now=now)
        case Event.EXPIRE:
            return expire(attempt, rules=WITH_GRACE, now=now)
        case Event.EXTEND:
            return extend(attempt, until=later, rules=WITH_GRACE, now=now)
        case Event.REOPEN:
            return reopen(attempt, until=later, others=[], rules=WITH_GRACE, now=now)
        case Event.GRADE:
            return grade(attempt, rules=WITH_GRACE, now=now)


@pytest.mark.parametrize(
    ("state", "event", "cell"),
    [
        found
        for found in cells()
        if found[0] is not AttemptState.NOT_STARTED and found[1] is not Event.EXPIRE
    ],
)
def test_each_function_follows_the_table(state: AttemptState, event: Event, cell: str) -> None:
    overdue = state is AttemptState.OVERDUE
    attempt = in_state(state)
    step = happens(event, attempt, NINE + (HOUR + MINUTE if overdue else MINUTE))
    if cell.isupper():
        assert step == Step(attempt, Refusal[cell])
    else:
        assert step.refused is None
        assert step.attempt.state == cell


# --- When time is up -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "minutes", "state", "finished_minutes"),
    [
        (HOUR_LONG, 60, AttemptState.IN_PROGRESS, None),
        (HOUR_LONG, 61, AttemptState.SUBMITTED, 60),
        (HOUR_LONG, 60_000, AttemptState.SUBMITTED, 60),
        (WITH_GRACE, 60, AttemptState.IN_PROGRESS, None),
        (WITH_GRACE, 61, AttemptState.OVERDUE, None),
        (WITH_GRACE, 70, AttemptState.OVERDUE, None),
        (WITH_GRACE, 71, AttemptState.ABANDONED, 70),
        (WITH_GRACE, 60_000, AttemptState.ABANDONED, 70),
        (STRICT, 60, AttemptState.IN_PROGRESS, None),
        (STRICT, 61, AttemptState.ABANDONED, 60),
        (ENDLESS, 60_000, AttemptState.IN_PROGRESS, None),
    ],
)
def test_what_happens_by_itself_has_the_moment_at_which_it_was_due(
    rules: AttemptRules, minutes: int, state: AttemptState, finished_minutes: int | None
) -> None:
    found = settle(begun(rules), rules=rules, now=NINE + minutes * MINUTE)
    assert found.state is state
    at = None if finished_minutes is None else NINE + finished_minutes * MINUTE
    assert found.finished_at == at
    assert found.was_abandoned == (state is AttemptState.ABANDONED)


@pytest.mark.parametrize("rules", [HOUR_LONG, WITH_GRACE, STRICT])
@pytest.mark.parametrize(("seconds", "is_in_time"), [(-1, True), (0, True), (5, True), (6, False)])
def test_an_answer_that_arrives_five_seconds_late_was_sent_in_time(
    rules: AttemptRules, seconds: int, is_in_time: bool
) -> None:
    now = NINE + HOUR + seconds * SECOND
    step = answer(begun(rules), rules=rules, now=now)
    assert (step.refused is None) is is_in_time
    if not is_in_time:
        assert step.refused is (
            Refusal.ALREADY_SUBMITTED if rules is HOUR_LONG else Refusal.TIME_IS_UP
        )
        assert step.attempt == settle(begun(rules), rules=rules, now=now)


@pytest.mark.parametrize(("seconds", "refused"), [(0, None), (5, None), (6, Refusal.TIME_IS_UP)])
def test_handing_in_at_the_end_of_the_grace_has_the_same_leeway(
    seconds: int, refused: Refusal | None
) -> None:
    now = NINE + HOUR + 10 * MINUTE + seconds * SECOND
    assert submit(begun(WITH_GRACE), rules=WITH_GRACE, now=now).refused is refused


@pytest.mark.parametrize(
    ("rules", "minutes", "finished_minutes"),
    [(HOUR_LONG, 30, 30), (HOUR_LONG, 60, 60), (WITH_GRACE, 65, 65), (ENDLESS, 500, 500)],
)
def test_an_attempt_is_handed_in_when_it_is(
    rules: AttemptRules, minutes: int, finished_minutes: int
) -> None:
    step = submit(begun(rules), rules=rules, now=NINE + minutes * MINUTE)
    assert step.refused is None
    assert step.attempt.finished_at == NINE + finished_minutes * MINUTE


def test_handing_in_within_the_leeway_is_not_late() -> None:
    step = submit(begun(), rules=HOUR_LONG, now=NINE + HOUR + 4 * SECOND)
    assert step.attempt.finished_at == NINE + HOUR


def test_a_clock_that_is_set_back_makes_no_attempt_of_negative_length() -> None:
    step = submit(begun(), rules=HOUR_LONG, now=NINE - 10 * MINUTE)
    assert step.attempt.finished_at == NINE


@pytest.mark.parametrize(
    ("state", "seconds", "refused"),
    [
        (AttemptState.IN_PROGRESS, 3605, Refusal.TIME_IS_LEFT),
        (AttemptState.IN_PROGRESS, 3606, None),
        (AttemptState.OVERDUE, 4205, Refusal.TIME_IS_LEFT),
        (AttemptState.OVERDUE, 4206, None),
        (AttemptState.SUBMITTED, 9000, Refusal.ALREADY_SUBMITTED),
        (AttemptState.ABANDONED, 9000, Refusal.TIME_IS_UP),
        (AttemptState.GRADED, 9000, Refusal.ALREADY_GRADED),
    ],
)
def test_the_clock_ends_only_what_has_run_out(
    state: AttemptState, seconds: int, refused: Refusal | None
) -> None:
    step = expire(in_state(state), rules=WITH_GRACE, now=NINE + seconds * SECOND)
    assert step.refused is refused
    assert (step.attempt == in_state(state)) is (refused is not None)


def test_an_attempt_without_an_end_never_expires() -> None:
    now = NINE + 9000 * HOUR
    assert expire(begun(ENDLESS), rules=ENDLESS, now=now).refused is Refusal.TIME_IS_LEFT


# --- The end of an attempt -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "closes", "extra", "extension", "ends"),
    [
        (60, None, 0, 0, 60),
        (60, None, 25, 0, 75),
        (60, None, 50, 0, 90),
        (60, 45, 0, 0, 45),
        (60, 45, 25, 0, 45),
        (60, 45, 25, 20, 65),
        (60, 45, 25, 40, 75),
        (None, 45, 25, 0, 45),
        (None, 45, 25, 10, 55),
        (None, None, 25, 10, None),
    ],
)
def test_an_attempt_ends_with_its_limit_or_with_closing_whichever_comes_first(
    limit: int | None, closes: int | None, extra: int, extension: int, ends: int | None
) -> None:
    rules = AttemptRules(
        limit=None if limit is None else limit * MINUTE,
        window=Window(closes_at=None if closes is None else NINE + closes * MINUTE),
    )
    personal = Accommodation(extra_time=extra, extension=extension * MINUTE)
    found = end_of_attempt(NINE, rules=rules, personal=personal)
    assert found == (None if ends is None else NINE + ends * MINUTE)
    attempt = start([], rules=rules, now=NINE, personal=personal)
    assert isinstance(attempt, Attempt)
    assert attempt.ends_at == found


def test_an_hour_is_an_hour_in_the_night_that_the_clock_goes_back() -> None:
    before = datetime(2027, 10, 31, 2, 30, fold=0, tzinfo=ZoneInfo("Europe/Amsterdam"))
    assert end_of_attempt(before, rules=HOUR_LONG) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_all_that_is_kept_is_in_utc() -> None:
    amsterdam = NINE.astimezone(ZoneInfo("Europe/Amsterdam"))
    attempt = begun(at=amsterdam)
    assert attempt.started_at.tzinfo is UTC
    assert attempt.ends_at is not None
    assert attempt.ends_at.tzinfo is UTC
    assert attempt == begun()


@given(st.integers(1, 500), st.integers(0, 100), st.integers(0, 100), st.integers(0, 60))
def test_an_accommodation_never_makes_an_attempt_shorter(
    limit: int, closes: int, extra: int, extension: int
) -> None:
    rules = AttemptRules(limit=limit * MINUTE, window=Window(closes_at=NINE + closes * MINUTE))
    plain = end_of_attempt(NINE, rules=rules)
    personal = Accommodation(extra_time=extra, extension=extension * MINUTE)
    found = end_of_attempt(NINE, rules=rules, personal=personal)
    assert plain is not None
    assert found is not None
    assert found >= plain


# --- Starting ------------------------------------------------------------------------------

OPEN = Window(opens_at=NINE, closes_at=NINE + 2 * HOUR)


@pytest.mark.parametrize(
    ("minutes", "extension", "refused"),
    [
        (-1, 0, Refusal.NOT_OPEN_YET),
        (0, 0, None),
        (119, 0, None),
        (120, 0, Refusal.CLOSED),
        (120, 10, None),
        (130, 10, Refusal.CLOSED),
        (-1, 10, Refusal.NOT_OPEN_YET),
    ],
)
def test_an_attempt_starts_while_the_quiz_is_open(
    minutes: int, extension: int, refused: Refusal | None
) -> None:
    found = start(
        [],
        rules=AttemptRules(window=OPEN),
        now=NINE + minutes * MINUTE,
        personal=Accommodation(extension=extension * MINUTE),
    )
    assert (found if isinstance(found, Refusal) else None) is refused


@pytest.mark.parametrize(
    ("most", "extra", "made", "refused"),
    [
        (None, 0, 99, None),
        (1, 0, 0, None),
        (1, 0, 1, Refusal.NO_ATTEMPTS_LEFT),
        (2, 0, 1, None),
        (2, 0, 2, Refusal.NO_ATTEMPTS_LEFT),
        (2, 1, 2, None),
        (2, 1, 3, Refusal.NO_ATTEMPTS_LEFT),
    ],
)
def test_there_are_so_many_attempts_and_some_have_more(
    most: int | None, extra: int, made: int, refused: Refusal | None
) -> None:
    found = start(
        [finished(number) for number in range(1, made + 1)],
        rules=AttemptRules(most=most),
        now=NINE + HOUR,
        personal=Accommodation(extra_attempts=extra),
    )
    if refused:
        assert found is refused
    else:
        assert isinstance(found, Attempt)
        assert found.number == made + 1


@pytest.mark.parametrize(
    ("minutes", "refused"), [(29, Refusal.TOO_SOON), (30, None), (-5, Refusal.TOO_SOON)]
)
def test_somebody_waits_between_two_attempts(minutes: int, refused: Refusal | None) -> None:
    earlier = [finished(2, at=NINE), finished(1, at=NINE - 9 * HOUR)]
    found = start(earlier, rules=AttemptRules(delay=30 * MINUTE), now=NINE + minutes * MINUTE)
    assert (found if isinstance(found, Refusal) else None) is refused


def test_without_a_delay_a_clock_that_is_set_back_stops_nobody() -> None:
    assert isinstance(start([finished()], rules=ENDLESS, now=NINE - MINUTE), Attempt)


@pytest.mark.parametrize(
    ("rules", "minutes", "is_free"),
    [
        (HOUR_LONG, 59, False),
        (HOUR_LONG, 61, True),
        (WITH_GRACE, 61, False),
        (WITH_GRACE, 71, True),
        (ENDLESS, 9000, False),
    ],
)
def test_one_attempt_runs_at_a_time(rules: AttemptRules, minutes: int, is_free: bool) -> None:
    found = start([begun(rules)], rules=rules, now=NINE + minutes * MINUTE)
    assert (found is not Refusal.ANOTHER_IS_RUNNING) is is_free


def test_an_attempt_may_build_on_the_one_before() -> None:
    building = AttemptRules(builds_on_last=True)
    earlier = [finished(3), finished(1), finished(2)]
    first, fourth = (start(made, rules=building, now=NINE) for made in ([], earlier))
    anew = start(earlier, rules=ENDLESS, now=NINE)
    assert isinstance(first, Attempt)
    assert isinstance(fourth, Attempt)
    assert isinstance(anew, Attempt)
    assert (first.builds_on, fourth.builds_on, anew.builds_on) == (None, 3, None)
    assert (first.number, fourth.number) == (1, 4)


# --- More time -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "until", "refused"),
    [
        (30, 90, None),
        (30, NEVER, None),
        (30, 61, None),
        (30, 60, Refusal.NO_MORE_TIME),
        (30, 45, Refusal.NO_MORE_TIME),
        (65, 90, None),
        (65, 64, Refusal.NO_MORE_TIME),
        (65, 65, Refusal.NO_MORE_TIME),
        (71, 90, Refusal.TIME_IS_UP),
    ],
)
def test_more_time_is_given_and_never_taken(
    now: int, until: int | None, refused: Refusal | None
) -> None:
    end = None if until is None else NINE + until * MINUTE
    moment = NINE + now * MINUTE
    step = extend(begun(WITH_GRACE), until=end, rules=WITH_GRACE, now=moment)
    assert step.refused is refused
    if refused is None:
        assert step.attempt.ends_at == end
        assert step.attempt.state is AttemptState.IN_PROGRESS
        assert answer(step.attempt, rules=WITH_GRACE, now=moment).refused is None
    else:
        assert step.attempt == settle(begun(WITH_GRACE), rules=WITH_GRACE, now=moment)


def test_an_attempt_without_an_end_has_all_the_time() -> None:
    step = extend(begun(ENDLESS), until=NEVER, rules=ENDLESS, now=NINE)
    assert step.refused is Refusal.NO_MORE_TIME


@pytest.mark.parametrize("rules", [HOUR_LONG, WITH_GRACE, STRICT])
def test_an_attempt_that_is_over_goes_on_when_somebody_reopens_it(rules: AttemptRules) -> None:
    now = NINE + 24 * HOUR
    step = reopen(begun(rules), until=now + HOUR, others=[], rules=rules, now=now)
    assert step == Step(
        Attempt(number=1, state=AttemptState.IN_PROGRESS, started_at=NINE, ends_at=now + HOUR)
    )
    assert answer(step.attempt, rules=rules, now=now + MINUTE).refused is None
    assert expire(step.attempt, rules=rules, now=now + 2 * HOUR).refused is None


@pytest.mark.parametrize(("minutes", "refused"), [(0, Refusal.NO_MORE_TIME), (1, None)])
def test_a_reopened_attempt_has_time(minutes: int, refused: Refusal | None) -> None:
    until = NINE + minutes * MINUTE
    step = reopen(finished(), until=until, others=[], rules=ENDLESS, now=NINE)
    assert step.refused is refused


def test_an_attempt_is_not_reopened_beside_one_that_runs() -> None:
    now = NINE + 30 * MINUTE
    running = begun()
    step = reopen(finished(), until=NEVER, others=[running], rules=HOUR_LONG, now=now)
    assert step == Step(finished(), Refusal.ANOTHER_IS_RUNNING)
    later = NINE + 2 * HOUR
    step = reopen(finished(), until=NEVER, others=[running], rules=HOUR_LONG, now=later)
    assert step.refused is None


# --- Grading -------------------------------------------------------------------------------


def test_an_abandoned_attempt_stays_so_when_it_has_been_graded() -> None:
    now = NINE + 2 * HOUR
    once = grade(begun(STRICT), rules=STRICT, now=now).attempt
    twice = grade(once, rules=STRICT, now=now).attempt
    assert once == twice
    assert once.state is AttemptState.GRADED
    assert once.was_abandoned


def test_an_attempt_that_was_handed_in_is_not_abandoned() -> None:
    done = submit(begun(), rules=HOUR_LONG, now=NINE + MINUTE).attempt
    graded = grade(done, rules=HOUR_LONG, now=NINE + HOUR).attempt
    assert graded.state is AttemptState.GRADED
    assert not graded.was_abandoned
    assert graded.finished_at == NINE + MINUTE


@pytest.mark.parametrize(
    ("method", "counted"),
    [
        (GradeMethod.FIRST, "6"),
        (GradeMethod.LAST, "15/2"),
        (GradeMethod.BEST, "17/2"),
        (GradeMethod.MEAN, "22/3"),
    ],
)
def test_the_first_last_best_or_mean_grade_counts(method: GradeMethod, counted: str) -> None:
    grades = [Fraction(6), Fraction("8.5"), Fraction("7.5")]
    assert counted_grade(grades, method=method) == Fraction(counted)


@pytest.mark.parametrize("method", GradeMethod)
def test_one_grade_counts_and_none_does_not(method: GradeMethod) -> None:
    assert counted_grade([Fraction(7)], method=method) == 7
    assert counted_grade([], method=method) is None


@given(st.lists(st.fractions(0, 10, max_denominator=10), min_size=1, max_size=6))
def test_every_method_counts_a_grade_between_the_worst_and_the_best(
    grades: list[Fraction],
) -> None:
    for method in GradeMethod:
        found = counted_grade(grades, method=method)
        assert found is not None
        assert min(grades) <= found <= max(grades)
    backwards = grades[::-1]
    for method in (GradeMethod.BEST, GradeMethod.MEAN):
        assert counted_grade(backwards, method=method) == counted_grade(grades, method=method)


# --- Errors --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (lambda: AttemptRules(limit=0 * HOUR), "limit=0:00:00 must be > 0"),
        (lambda: AttemptRules(limit=-HOUR), "must be > 0"),
        (lambda: AttemptRules(most=0), "most=0 must be >= 1"),
        (lambda: AttemptRules(delay=-SECOND), "delay=.* must be >= 0"),
        (lambda: AttemptRules(grace=MINUTE), "grace=0:01:00 must be > 0 with grace, and 0 else"),
        (lambda: AttemptRules(time_up=TimeUp.GRACE), "grace=0:00:00 must be > 0 with grace"),
        (lambda: AttemptRules(grace=-MINUTE), "must be > 0 with grace, and 0 else"),
        (lambda: AttemptRules(grace=-MINUTE, time_up=TimeUp.GRACE), "must be > 0 with grace"),
        (lambda: Accommodation(extra_time=-1), "must hold nothing below 0"),
        (lambda: Accommodation(extra_attempts=-1), "must hold nothing below 0"),
        (lambda: Accommodation(extension=-SECOND), "must hold nothing below 0"),
    ],
)
def test_rules_that_contradict_themselves_do_not_exist(rules: object, message: str) -> None:
    assert callable(rules)
    with pytest.raises(ValueError, match=message):
        rules()


@pytest.mark.parametrize(
    ("number", "state", "finished_at", "was_abandoned", "message"),
    [
        (0, AttemptState.IN_PROGRESS, None, False, "with a number from 1"),
        (1, AttemptState.NOT_STARTED, None, False, "must have started"),
        (1, AttemptState.IN_PROGRESS, NINE, False, "finished_at=.* does not go with"),
        (1, AttemptState.OVERDUE, NINE, False, "finished_at=.* does not go with"),
        (1, AttemptState.SUBMITTED, None, False, "finished_at=None does not go with"),
        (1, AttemptState.GRADED, None, False, "finished_at=None does not go with"),
        (1, AttemptState.ABANDONED, NINE, False, "was_abandoned=False does not go with"),
        (1, AttemptState.SUBMITTED, NINE, True, "was_abandoned=True does not go with"),
        (1, AttemptState.IN_PROGRESS, None, True, "was_abandoned=True does not go with"),
        (1, AttemptState.SUBMITTED, NINE.replace(tzinfo=None), False, "must have a time zone"),
    ],
)
def test_an_attempt_that_contradicts_itself_does_not_exist(
    number: int,
    state: AttemptState,
    finished_at: datetime | None,
    was_abandoned: bool,
    message: str,
) -> None:
    with pytest.raises(ValueError, match=message):
        Attempt(
            number=number,
            state=state,
            started_at=NINE,
            ends_at=None,
            finished_at=finished_at,
            was_abandoned=was_abandoned,
        )


@pytest.mark.parametrize("event", Event)
def test_a_moment_without_a_zone_is_an_error(event: Event) -> None:
    with pytest.raises(ValueError, match="must have a time zone"):
        happens(event, begun(WITH_GRACE), NINE.replace(tzinfo=None))


# --- Whole stories -------------------------------------------------------------------------

rule_sets = st.builds(
    lambda time_up, limit, grace, most, delay, closes: AttemptRules(
        time_up=time_up,
        limit=limit and limit * MINUTE,
        grace=(grace if time_up is TimeUp.GRACE else 0) * MINUTE,
        most=most,
        delay=delay * MINUTE,
        window=Window(closes_at=None if closes is None else NINE + closes * MINUTE),
    ),
    st.sampled_from(TimeUp),
    st.none() | st.integers(1, 30),
    st.integers(1, 5),
    st.none() | st.integers(1, 3),
    st.integers(0, 5),
    st.none() | st.integers(1, 90),
)
later = st.integers(0, 900).map(lambda seconds: seconds * SECOND)


@given(rule_sets, later, later)
def test_it_makes_no_difference_how_often_somebody_looks(
    rules: AttemptRules, some: timedelta, more: timedelta
) -> None:
    attempt = begun(rules)
    once = settle(attempt, rules=rules, now=NINE + some + more)
    halfway = settle(attempt, rules=rules, now=NINE + some)
    assert settle(halfway, rules=rules, now=NINE + some + more) == once
    assert settle(once, rules=rules, now=NINE + some + more) == once


class OneLearner(RuleBasedStateMachine):
    """One learner, one quiz, a clock that only goes forward, and a model in a few facts."""

    @initialize(quiz=rule_sets, extra=st.integers(0, 2), extension=st.integers(0, 10))
    def open(self, quiz: AttemptRules, extra: int, extension: int) -> None:
        self.quiz = quiz
        self.personal = Accommodation(
            extra_attempts=extra, extra_time=10 * extra, extension=extension * MINUTE
        )
        self.now = NINE
        self.attempts: list[Attempt] = []
        # The last moments at which an answer and the whole may arrive, by the model.
        self.until: datetime | None = None
        self.has_ended = False

    def _deadline(self, grace: timedelta = timedelta(0)) -> datetime:
        far = datetime(2100, 1, 1, tzinfo=UTC)
        return far if self.until is None else self.until + grace + 5 * SECOND

    def _keep(self, step: Step) -> Refusal | None:
        self.attempts[-1] = step.attempt
        return step.refused

    @rule(passed=later)
    def time_passes(self, passed: timedelta) -> None:
        self.now += passed

    @rule()
    def start(self) -> None:
        found = start(self.attempts, rules=self.quiz, now=self.now, personal=self.personal)
        if isinstance(found, Attempt):
            assert not self._is_running()
            self.attempts.append(found)
            self.until, self.has_ended = found.ends_at, False
            closing = self.quiz.window.closes_at
            assert closing is None or self.now < closing + self.personal.extension

    def _is_running(self) -> bool:
        if not self.attempts or self.has_ended:
            return False
        grace = self.quiz.grace if self.quiz.time_up is TimeUp.GRACE else timedelta(0)
        return self.now <= self._deadline(grace)

    @precondition(lambda self: self.attempts)
    @rule()
    def answer(self) -> None:
        refused = self._keep(answer(self.attempts[-1], rules=self.quiz, now=self.now))
        may = not self.has_ended and self.now <= self._deadline()
        assert (refused is None) is may

    @precondition(lambda self: self.attempts)
    @rule()
    def submit(self) -> None:
        may = self._is_running()
        refused = self._keep(submit(self.attempts[-1], rules=self.quiz, now=self.now))
        assert (refused is None) is may
        self.has_ended = self.has_ended or may

    @precondition(lambda self: self.attempts)
    @rule()
    def look(self) -> None:
        self._keep(expire(self.attempts[-1], rules=self.quiz, now=self.now))

    @precondition(lambda self: self.attempts)
    @rule(more=st.integers(-5, 20))
    def extend(self, more: int) -> None:
        until = self.now + more * MINUTE
        may = self._is_running() and self.until is not None and until > max(self.until, self.now)
        refused = self._keep(extend(self.attempts[-1], until=until, rules=self.quiz, now=self.now))
        assert (refused is None) is may
        if may:
            self.until = until

    @precondition(lambda self: self.attempts)
    @rule(more=st.integers(-1, 20))
    def reopen(self, more: int) -> None:
        until = self.now + more * MINUTE
        graded = self.attempts[-1].state is AttemptState.GRADED
        may = not self._is_running() and not graded and more > 0
        *others, last = self.attempts
        step = reopen(last, until=until, others=others, rules=self.quiz, now=self.now)
        assert (self._keep(step) is None) is may
        if may:
            self.until, self.has_ended = until, False

    @precondition(lambda self: self.attempts)
    @rule()
    def grade(self) -> None:
        may = not self._is_running()
        refused = self._keep(grade(self.attempts[-1], rules=self.quiz, now=self.now))
        assert (refused is None) is may
        self.has_ended = self.has_ended or may

    @invariant()
    def there_are_never_too_many(self) -> None:
        if getattr(self, "attempts", None) and self.quiz.most is not None:
            assert len(self.attempts) <= self.quiz.most + self.personal.extra_attempts

    @invariant()
    def numbers_count_up(self) -> None:
        attempts = getattr(self, "attempts", [])
        assert [attempt.number for attempt in attempts] == list(range(1, len(attempts) + 1))

    @invariant()
    def nobody_finishes_before_the_start_or_after_the_end(self) -> None:
        for attempt in getattr(self, "attempts", []):
            if attempt.finished_at is not None:
                assert attempt.started_at <= attempt.finished_at <= self.now
                if attempt.ends_at is not None:
                    latest = attempt.ends_at + self.quiz.grace + 5 * SECOND
                    assert attempt.finished_at <= latest


TestOneLearner = OneLearner.TestCase
TestOneLearner.settings = hypothesis_settings(
    max_examples=60, stateful_step_count=25, deadline=None
)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.progress import (
    Progress,
    State,
    Step,
    StepState,
    lesson_progress,
    resume_at,
    step_states,
)

LESSON = [
    Step(slug="figure", minutes=4),
    Step(slug="door", minutes=6),
    Step(slug="weigh", minutes=8),
    Step(slug="extra", minutes=5, required=False),
    Step(slug="reflect", minutes=10),
]
SLUGS = ["figure", "door", "weigh", "extra", "reflect"]
ALL = set(SLUGS)

dones = st.sets(st.sampled_from(SLUGS))
seens = st.none() | st.sampled_from(SLUGS)


def test_a_lesson_nobody_opened_starts_at_its_first_step() -> None:
    assert lesson_progress(LESSON, done=set(), last_seen=None) == Progress(
        state=State.NOT_STARTED, done=0, total=5, minutes_left=28, current="figure", next="door"
    )


def test_a_lesson_someone_is_in_goes_on_where_they_were() -> None:
    assert lesson_progress(LESSON, done={"figure", "door"}, last_seen="weigh") == Progress(
        state=State.BUSY, done=2, total=5, minutes_left=18, current="weigh", next="extra"
    )


def test_a_lesson_is_begun_by_seeing_a_step() -> None:
    assert lesson_progress(LESSON, done=set(), last_seen="figure").state is State.BUSY


def test_a_lesson_is_begun_by_doing_a_step_wherever_it_was_seen() -> None:
    assert lesson_progress(LESSON, done={"door"}, last_seen=None).state is State.BUSY


def test_a_lesson_is_done_without_its_other_steps() -> None:
    progress = lesson_progress(LESSON, done=ALL - {"extra"}, last_seen="reflect")
    assert progress == Progress(
        state=State.DONE, done=4, total=5, minutes_left=0, current="extra", next="reflect"
    )
    assert progress.percent == 80


def test_a_lesson_done_in_full_stays_at_its_last_step() -> None:
    progress = lesson_progress(LESSON, done=ALL, last_seen="figure")
    assert progress == Progress(
        state=State.DONE, done=5, total=5, minutes_left=0, current="reflect", next=None
    )
    assert progress.percent == 100


def test_steps_of_another_version_of_the_lesson_are_ignored() -> None:
    gone = lesson_progress(LESSON, done={"gone"}, last_seen="gone too")
    assert gone == lesson_progress(LESSON, done=set(), last_seen=None)


@pytest.mark.parametrize(
    ("done", "last_seen", "slug"),
    [
        (set(), None, "figure"),
        (set(), "weigh", "weigh"),
        ({"weigh"}, "weigh", "extra"),
        ({"weigh", "extra"}, "weigh", "reflect"),
        ({"figure", "extra", "reflect"}, "extra", "door"),
        (ALL - {"weigh"}, "reflect", "weigh"),
        (ALL - {"weigh"}, None, "weigh"),
        (ALL, "figure", "reflect"),
        (ALL, None, "reflect"),
    ],
)
def test_one_goes_on_at_the_step_seen_last_or_the_first_open_one_after_it(
    done: set[str], last_seen: str | None, slug: str
) -> None:
    assert resume_at(LESSON, done=done, last_seen=last_seen) == slug


@pytest.mark.parametrize(
    ("done", "last_seen", "states"),
    [
        (set(), None, "current open open open open"),
        ({"figure", "weigh"}, "door", "done current done open open"),
        ({"figure"}, "weigh", "done open current open open"),
        (ALL, "door", "done done done done done"),
    ],
)
def test_each_step_is_done_current_or_open(
    done: set[str], last_seen: str | None, states: str
) -> None:
    assert step_states(LESSON, done=done, last_seen=last_seen) == {
        slug: StepState(state) for slug, state in zip(SLUGS, states.split(), strict=True)
    }


@pytest.mark.parametrize(("done", "total", "percent"), [(1, 3, 33), (2, 3, 66), (199, 200, 99)])
def test_percents_are_rounded_down(done: int, total: int, percent: int) -> None:
    steps = [Step(slug=f"step-{number}", minutes=1) for number in range(total)]
    finished = {step.slug for step in steps[:done]}
    assert lesson_progress(steps, done=finished, last_seen=None).percent == percent


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([], "must be required"),
        ([Step(slug="a", minutes=1, required=False)], "must be required"),
        ([Step(slug="a", minutes=1), Step(slug="a", minutes=2)], "must differ"),
        ([Step(slug="a", minutes=0)], "minutes=0 of step 'a' must be >= 1"),
    ],
)
def test_progress_refuses_a_lesson_that_cannot_be_followed(steps: list[Step], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lesson_progress(steps, done=set(), last_seen=None)


@given(dones, seens)
def test_numbers_and_words_agree(done: set[str], last_seen: str | None) -> None:
    progress = lesson_progress(LESSON, done=done, last_seen=last_seen)
    states = step_states(LESSON, done=done, last_seen=last_seen)
    assert list(states) == SLUGS
    assert [slug for slug, state in states.items() if state is StepState.DONE] == [
        slug for slug in SLUGS if slug in done
    ]
    assert progress.done == len(done)
    assert (progress.percent == 100) == (done == ALL)
    assert (progress.minutes_left == 0) == (progress.state is State.DONE)
    assert (states[progress.current] is StepState.CURRENT) == (done != ALL)
    assert list(states.values()).count(StepState.CURRENT) <= 1


@given(dones, seens, st.sampled_from(SLUGS))
def test_finishing_a_step_never_sets_one_back(
    done: set[str], last_seen: str | None, slug: str
) -> None:
    before = lesson_progress(LESSON, done=done, last_seen=last_seen)
    after = lesson_progress(LESSON, done=done | {slug}, last_seen=last_seen)
    assert after.done >= before.done
    assert after.percent >= before.percent
    assert after.minutes_left <= before.minutes_left
    assert list(State).index(after.state) >= list(State).index(before.state)

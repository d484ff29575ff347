"""How far the marking of a submission is: by the tables of :mod:`course.domain.foureyes`."""

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction

from course.domain import foureyes
from course.domain.foureyes import FOUR_EYES, TWO_EYES, Event, State, after
from course.domain.grades import HIGHEST
from course.marking.models import Assignment, Marking

BOTH = 2  # markings, of which the one is blind to the other


def state_of(
    rows: Collection[Marking], *, read_twice: bool, is_agreed: bool, is_given: bool
) -> State:
    """The state of a submission with these markings, drafts included.

    ``read_twice``: a second marker has to read it. Where that is not so the first who is done is
    enough, whatever part they have; and two who are done have to agree all the same.
    """
    done = {row.part for row in rows if row.done_at is not None}
    table = FOUR_EYES if (read_twice and not is_given) or len(done) >= BOTH else TWO_EYES
    state = State.ASSIGNED
    if table is TWO_EYES:
        happened = iter([Event.MARK_FIRST] if done else [])
    else:
        happened = _four_eyes(done, is_third_asked=any(row.part == "third" for row in rows))
    for event in happened:
        state = after(state, event, table)
    if is_agreed and (state, Event.AGREE) in table:
        state = after(state, Event.AGREE, table)
    return after(state, Event.RELEASE, table) if is_given else state


def _four_eyes(done: Collection[str], *, is_third_asked: bool) -> Iterator[Event]:
    if "first" in done:
        yield Event.MARK_FIRST
    if "second" in done:
        yield Event.MARK_SECOND
    if is_third_asked and {"first", "second"} <= set(done):
        yield Event.CALL_THIRD
        if "third" in done:
            yield Event.MARK_THIRD


def can_reopen(state: State, part: str, *, is_alone: bool) -> bool:
    """Whether who is done may work on it again: not once a colleague saw it, or the learner.

    ``is_alone``: nobody else is done with it.
    """
    table = TWO_EYES if is_alone and state is State.RECONCILED else FOUR_EYES
    is_second = part == "second" and table is FOUR_EYES
    return (state, Event.REOPEN_SECOND if is_second else Event.REOPEN_FIRST) in table


def sampled(
    assignment: Assignment,
    submission_ids: Collection[int],
    grades: Mapping[int, Fraction | None],
    by_new_markers: Collection[int],
) -> set[int]:
    """Which submissions the second marker looks at, of those that the first one is done with.

    ``grades`` are those of the first markers, by submission. What is not marked yet takes part in
    the draw, so that what was drawn stays drawn; without a number only the draw counts.
    """
    marked = [
        foureyes.Marked(
            submission=str(number),
            grade=grades.get(number) or HIGHEST,
            by_new_marker=number in by_new_markers,
        )
        for number in submission_ids
    ]
    chosen = foureyes.moderation_sample(marked, key=assignment.code_key.encode())
    return {int(name) for name in chosen} & set(grades)

"""What a learner may see of an answer, and from when: while working, after, after all, or later.

One function decides, so that no page, export or fragment can show a key too early.
Specification: assessment.md, 2.7.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final, TypeAlias

from course.domain.opening import utc


class Phase(IntEnum):
    """How far things are; each includes what the ones before it allow."""

    DURING = 1  # the answer can still change
    AFTER = 2  # the answer is final, but others may be working on theirs
    CLOSED = 3  # nobody can answer any more
    RELEASED = 4  # the teacher gave the results


class Shown(StrEnum):
    """What there is to see about an answer."""

    OWN_ANSWER = "own_answer"
    CORRECTNESS = "correctness"  # right, wrong or in between
    MARK = "mark"
    GENERAL_FEEDBACK = "general_feedback"
    OPTION_FEEDBACK = "option_feedback"
    RIGHT_ANSWER = "right_answer"
    PANEL = "panel"  # what the experts answered, and their reasons
    CLASS = "class"  # what the group answered


Policy: TypeAlias = Mapping[Shown, Phase]  # from which phase on; what is not in it, never

# Who sees these while an answer can change has nothing left to think about.
NEVER_DURING: Final = frozenset({Shown.RIGHT_ANSWER, Shown.PANEL, Shown.CLASS})

TEST: Final[Policy] = {
    item: Phase.DURING if item is Shown.OWN_ANSWER else Phase.RELEASED for item in Shown
}
AFTER_CLOSING: Final[Policy] = {
    item: Phase.DURING if item is Shown.OWN_ANSWER else Phase.CLOSED for item in Shown
}
PRACTICE: Final[Policy] = {
    item: Phase.DURING if item is Shown.OWN_ANSWER else Phase.AFTER for item in Shown
}
# A weighing has no right answer; it is compared with a panel and later with the group.
WEIGHING: Final[Policy] = {
    Shown.OWN_ANSWER: Phase.DURING,
    Shown.MARK: Phase.AFTER,
    Shown.GENERAL_FEEDBACK: Phase.AFTER,
    Shown.OPTION_FEEDBACK: Phase.AFTER,
    Shown.PANEL: Phase.AFTER,
    Shown.CLASS: Phase.CLOSED,
}


def may_be_shown(policy: Policy, phase: Phase) -> frozenset[Shown]:
    """Everything that may be shown in ``phase``.

    Raises :exc:`ValueError` for a policy that shows the right answer, the panel or the class while
    an answer can still change.
    """
    if early := {item for item in NEVER_DURING if policy.get(item) is Phase.DURING}:
        raise ValueError(f"{sorted(early)} must be shown after {Phase.DURING.name} at the earliest")
    return frozenset(item for item, since in policy.items() if phase >= since)


def policy_of(matrix: Mapping[Phase, Collection[Shown]]) -> Policy:
    """Read a matrix of what is shown in each phase; a phase that is left out shows nothing.

    Raises :exc:`ValueError` when a later phase would hide what an earlier one showed (nobody can
    unsee it), and as :func:`may_be_shown`.
    """
    policy: dict[Shown, Phase] = {}
    for phase in Phase:
        shown = set(matrix.get(phase, ()))
        if hidden := policy.keys() - shown:
            raise ValueError(f"{sorted(hidden)} must also be shown in phase {phase.name}")
        policy |= dict.fromkeys(shown - policy.keys(), phase)
    may_be_shown(policy, Phase.DURING)
    return policy


def phase_at(
    now: datetime,
    *,
    final_at: datetime | None,
    closes_at: datetime | None,
    released_at: datetime | None,
) -> Phase:
    """How far things are at ``now``, for one answer of one learner.

    ``final_at`` is when this answer became final: when the attempt was handed in, or at once where
    an answer is marked at once; ``None`` when it can still change. ``closes_at`` is when the last
    learner has to be done, personal extensions included; ``None`` when it never closes, and then
    CLOSED is skipped. ``released_at`` has its effect from closing on: somebody may be working.
    Raises :exc:`ValueError` for a moment without a zone.
    """
    if final_at is None or utc(now) < utc(final_at):
        return Phase.DURING
    if closes_at is not None and utc(now) < utc(closes_at):
        return Phase.AFTER
    if released_at is not None and utc(released_at) <= utc(now):
        return Phase.RELEASED
    return Phase.AFTER if closes_at is None else Phase.CLOSED

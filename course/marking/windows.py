"""Two windows of one marker: what differs between what one holds and what the other one saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from course.core.i18n import _, language
from course.marking import work
from course.marking.judging import Decision, Judged
from course.marking.models import Assignment


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of a judgement that is not the same in both, in words; "–" where there is nothing."""

    part: str
    there: str  # what was saved
    here: str  # what this window holds


def decision_word(decision: Decision) -> str:
    """What a marker thinks should happen."""
    return {
        Decision.OPEN: _("not decided"),
        Decision.ENOUGH: _("sufficient"),
        Decision.NOT_YET: _("not yet"),
        Decision.TALK: _("discuss"),
    }[decision]


def differing(assignment: Assignment, there: Judged, here: Judged) -> Sequence[Difference]:
    """The parts in which two judgements differ, in the order of the screen."""
    told = zip(_told(assignment, there).items(), _told(assignment, here).values(), strict=True)
    return [
        Difference(part, saved or "–", held or "–") for (part, saved), held in told if saved != held
    ]


def _told(assignment: Assignment, judged: Judged) -> Mapping[str, str]:
    levels = {
        criterion.title[language()]: (
            criterion.levels[judged.levels[criterion.slug]].title[language()]
            if criterion.slug in judged.levels
            else ""
        )
        for criterion in work.rubric_of(assignment).criteria
    }
    return levels | {
        _("Feedback to the student"): judged.comment,
        _("What should happen"): decision_word(judged.decision),
        _("Private note, for markers only"): judged.note,
    }

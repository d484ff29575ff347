"""A text with gaps: each gap is a question of its own type, marked by its own rule."""

from collections.abc import Sequence

from course.domain.scoring.scores import NOTHING, AnswerState, Score, Unmarked, total


def score_gaps(gaps: Sequence[Score], *, maximum: int) -> Score:
    """Award the weighted mean of what the ``gaps`` earned; all of them blank is blank.

    The ``maximum`` of a gap is its weight. A gap that has no mark, blank or to be asked again,
    counts 0; which one that is, is in its own score. When no gap has a mark the whole has none,
    for the reason of the first gap that is not blank.
    Raises :exc:`ValueError` without gaps, and when one needs a person: the whole would have no
    mark, which is what a question beside it is for.
    """
    if not gaps:
        raise ValueError(f"{gaps=} must hold at least one gap")
    if any(gap.state is AnswerState.NEEDS_GRADING for gap in gaps):
        raise ValueError(f"{gaps=} must be marked by a rule")
    if all(gap.unmarked for gap in gaps):
        asked = (gap.unmarked for gap in gaps if gap.unmarked is not Unmarked.BLANK)
        return Score(NOTHING, maximum, next(asked, Unmarked.BLANK))
    return Score(total(gaps).fraction, maximum)

"""What a student did with each comment, and which comments led to change.

Beside what the student says stands what the two versions show. That something changed where a
comment hung does not prove that the comment did it: it is a private overview for the marker, and
never a grade. Specification: product.md, idea 15.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate

from course.domain.anchors import Anchor, find
from course.domain.differences import Change, Run, differences


class Use(StrEnum):
    """What the student did with a comment."""

    USED = "used"
    NOT_USED = "not_used"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the student says of one comment.

    Raises :exc:`ValueError` when it was not used and there is no reason.
    """

    use: Use
    because: str = ""  # why it was not used; with what was used it may be empty

    def __post_init__(self) -> None:
        if self.use is Use.NOT_USED and not self.because.strip():
            raise ValueError(f"because={self.because!r} must say why it was not used")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment with its answer."""

    slug: str
    anchor: Anchor | None  # None: it is about the whole text
    answer: Answer | None  # None: the student said nothing yet


class Effect(StrEnum):
    """What the student says beside what the text shows."""

    CHANGED = "changed"  # used, and the passage changed
    CHANGED_ELSEWHERE = "changed_elsewhere"  # used, and only another passage changed
    SAID_ONLY = "said_only"  # used, and nothing changed
    LEFT = "left"  # not used, and the passage did not change
    CHANGED_ANYWAY = "changed_anyway"  # not used, and the passage changed
    OPEN = "open"  # no answer yet


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentUse:
    """One comment and what became of its passage."""

    slug: str
    effect: Effect
    changed: Fraction  # share of the passage that was replaced or removed, 0 to 1
    added: bool  # something was put in it, or directly before or after it
    before: tuple[int, int]  # where the passage was; start inclusive, end exclusive, code points
    after: tuple[int, int]  # where what is left of it, and was added, is now; may be empty

    @property
    def has_changed(self) -> bool:
        """Tell whether the passage is not what it was."""
        return self.added or self.changed > 0


def unanswered(comments: Sequence[Comment]) -> tuple[str, ...]:
    """The comments that still ask for an answer, in their order."""
    return tuple(comment.slug for comment in comments if comment.answer is None)


def comment_uses(old: str, new: str, comments: Sequence[Comment]) -> tuple[CommentUse, ...]:
    """Which passages changed from ``old`` to ``new``, per comment and in their order.

    A passage that cannot be found in ``old`` counts as the whole text.
    """
    pieces = _pieces(differences(old, new))
    return tuple(_use(comment, old, new, pieces) for comment in comments)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run with where it begins in both texts."""

    run: Run
    old: int
    new: int

    @property
    def old_end(self) -> int:
        return self.old + (0 if self.run.change is Change.ADDED else len(self.run.text))

    @property
    def new_end(self) -> int:
        return self.new + (0 if self.run.change is Change.REMOVED else len(self.run.text))


def _pieces(runs: Sequence[Run]) -> list[_Piece]:
    old = accumulate((len(r.text) * (r.change is not Change.ADDED) for r in runs), initial=0)
    new = accumulate((len(r.text) * (r.change is not Change.REMOVED) for r in runs), initial=0)
    return [_Piece(*piece) for piece in zip(runs, old, new, strict=False)]


def _use(comment: Comment, old: str, new: str, pieces: Sequence[_Piece]) -> CommentUse:
    found = find(comment.anchor, old).span if comment.anchor is not None else None
    start, end = found if found is not None else (0, len(old))
    gone = 0
    added = False
    left: list[tuple[int, int]] = []
    for piece in pieces:
        low, high = max(start, piece.old), min(end, piece.old_end)
        match piece.run.change:
            case Change.SAME if low < high:
                left.append((piece.new + low - piece.old, piece.new + high - piece.old))
            case Change.REMOVED if low < high:
                gone += high - low
            case Change.ADDED if start <= piece.old <= end:
                added = True
                left.append((piece.new, piece.new_end))
    place = _place(start, pieces, len(new))
    return CommentUse(
        slug=comment.slug,
        effect=_effect(comment.answer, passage=added or gone > 0, text=old != new),
        changed=Fraction(gone, end - start) if end > start else Fraction(0),
        added=added,
        before=(start, end),
        after=(left[0][0], left[-1][1]) if left else (place, place),
    )


def _place(start: int, pieces: Sequence[_Piece], last: int) -> int:
    """Where in the new text a place of the old one is; what was removed left its beginning."""
    for piece in pieces:
        if start < piece.old_end:
            within = start - piece.old if piece.run.change is Change.SAME else 0
            return piece.new + within
    return last


def _effect(answer: Answer | None, *, passage: bool, text: bool) -> Effect:
    if answer is None:
        return Effect.OPEN
    if answer.use is Use.NOT_USED:
        return Effect.CHANGED_ANYWAY if passage else Effect.LEFT
    if passage:
        return Effect.CHANGED
    return Effect.CHANGED_ELSEWHERE if text else Effect.SAID_ONLY

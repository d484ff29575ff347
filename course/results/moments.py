"""One learner of a group lesson by lesson: the same for the learner and for the instructor."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.core.i18n import _
from course.curriculum.edition import Edition
from course.results import matrix
from course.results.matrix import Cell, Column, Kind, Word
from course.results.stored import Stored

SHAPES = {
    Word.OPEN: "·",
    Word.HERE: "◐",
    Word.BUSY: "◐",
    Word.DONE: "●",
    Word.HANDED_IN: "■",
    Word.TO_READ: "▲",
    Word.RETURNED: "◇",
    Word.READ: "◆",
    Word.REVISED: "▲",
}


def words() -> dict[Word, str]:
    """What each cell is called, in the language of the request."""
    return {
        Word.OPEN: _("not begun"),
        Word.HERE: _("here"),
        Word.BUSY: _("busy"),
        Word.DONE: _("done"),
        Word.HANDED_IN: _("handed in"),
        Word.TO_READ: _("to read"),
        Word.RETURNED: _("given back"),
        Word.READ: _("opened"),
        Word.REVISED: _("revised"),
    }


def title_of(column: Column, lang: str) -> str:
    """What stands above a column."""
    if column.kind is Kind.LESSON:
        return column.edition.lesson.title[lang]
    if column.kind is Kind.FEEDBACK:
        return _("Feedback")
    if column.kind is Kind.REVISION:
        return _("Revision")
    step = column.edition.step(column.step)
    return step.title[lang] if step else column.step


@dataclass(frozen=True, slots=True, kw_only=True)
class InLesson:
    """How far one learner is in one lesson."""

    edition: Edition  # of today
    whole: Cell
    moments: Sequence[tuple[Column, Cell]]  # its steps; and feedback and a revision that are there

    @property
    def is_underway(self) -> bool:
        """Whether it was begun and something is left to do."""
        return self.whole.word is not Word.OPEN and self.whole.done < self.whole.total

    @property
    def weighings(self) -> list[tuple[Column, Cell]]:
        """When they weighed and weighed again. How they weighed is theirs alone."""
        return [
            (column, cell)
            for column, cell in self.moments
            if cell.word is Word.DONE and _is_weighing(column)
        ]


def _is_weighing(column: Column) -> bool:
    step = column.edition.step(column.step)
    return step is not None and step.kind in {"scale", "weigh-again"}


def of_only(known: Stored) -> list[InLesson]:
    """Each lesson of today for the only learner in ``known``, in the order of the course; no query.

    ``known`` was asked for with all lessons.
    """
    lessons = matrix.lesson_columns()
    columns = matrix.moment_columns([column.lesson for column in lessons], known.asked)
    ((whole,), (row,)) = matrix.by_lesson(known), matrix.by_moment(known, columns)
    pairs = list(zip(columns, row.cells, strict=True))
    return [
        InLesson(
            edition=column.edition,
            whole=cell,
            moments=[pair for pair in pairs if _belongs(*pair, lesson=column.lesson)],
        )
        for column, cell in zip(lessons, whole.cells, strict=True)
    ]


def _belongs(column: Column, cell: Cell, *, lesson: str) -> bool:
    """Feedback that is not there yet, and a revision, are nothing that a learner did not begin."""
    return column.lesson == lesson and (column.kind is Kind.STEP or cell.word is not Word.OPEN)

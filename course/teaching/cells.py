"""A cell of a group's page in HTML: a word, a shape and a date, for forty thousand at once.

Made here rather than in the template, which would take most of the time of a large group's page.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache

from flask import url_for
from markupsafe import Markup

from course.core.clock import AMSTERDAM
from course.core.i18n import _, day
from course.results.matrix import Cell, Column, Kind, Word
from course.results.moments import SHAPES, words

CELL = Markup(
    '<td class="{}" title="{}" aria-label="{}"><span aria-hidden="true">{}</span> {}</td>'
)
NOTHING = Markup('<td class="open" aria-label="{}"><span aria-hidden="true">·</span></td>')
LINK = Markup('<a href="{}" aria-label="{}">{}</a>')


def writer(group_id: int, columns: Sequence[Column]) -> Callable[[Sequence[Cell], str], Markup]:
    """How a page of this group writes the cells of a row, in the language of the request."""
    word_of = words()
    not_begun, nothing = NOTHING.format(word_of[Word.OPEN]), NOTHING.format(_("nothing yet"))

    def told_of(word: str, at: datetime | None) -> str:
        return f"{word}, {day(at)}" if at else word

    @cache  # a class does a step on a few days
    def plain(word: Word, on: date | None) -> Markup:
        noon = datetime(on.year, on.month, on.day, 12, tzinfo=AMSTERDAM) if on else None
        told = told_of(word_of[word], noon)
        return CELL.format(word, told, told, SHAPES[word], word_of[word])

    def counted(cell: Cell) -> Markup:
        word = _("%(done)s of %(total)s", done=cell.done, total=cell.total)
        if cell.word is not Word.BUSY:
            word = f"{word_of[cell.word]} · {word}"
        told = told_of(word, cell.at)
        return CELL.format(cell.word, told, told, SHAPES[cell.word], word)

    def linked(cell: Cell, name: str) -> Markup:
        word = word_of[cell.word]
        address = url_for("teaching.reflection", group_id=group_id, public_id=cell.public_id)
        said = _("%(word)s: the reflection of %(name)s", word=word, name=name)
        told = told_of(word, cell.at)
        link = LINK.format(address, said, word)
        return CELL.format(cell.word, told, told, SHAPES[cell.word], link)

    def write(cell: Cell, column: Column, name: str) -> Markup:
        if cell.word is Word.OPEN:
            # Feedback is nothing that a learner begins.
            return not_begun if column.kind in {Kind.LESSON, Kind.STEP} else nothing
        if cell.public_id:
            return linked(cell, name)
        if column.kind is Kind.LESSON and cell.word is not Word.DONE:
            return counted(cell)
        return plain(cell.word, cell.at and cell.at.astimezone(AMSTERDAM).date())

    def write_all(cells: Sequence[Cell], name: str) -> Markup:
        written = (write(cell, column, name) for cell, column in zip(cells, columns, strict=True))
        return Markup("").join(written)

    return write_all

"""Tables to take along: the same rows as CSV for any program, or as a workbook.

A spreadsheet runs what looks like a formula, so no text ever becomes one: in CSV it gets an
apostrophe in front, in a workbook it is written as text.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from io import BytesIO, StringIO
from typing import Final, TypeAlias

from course.core.clock import AMSTERDAM
from course.core.i18n import _, day, language
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import HotspotQuestion, WeighingItem
from course.domain.figures import Figure
from course.quizzes.earning import fraction_of
from course.quizzes.models import KeyChange, Mark
from course.quizzes.regrading import left_out
from course.teaching import figurewords
from course.teaching.analysis import QuizAnalysis
from course.teaching.standing import Learner, Standing, Tried

# What makes a spreadsheet take a text for a formula (OWASP, CSV injection).
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
WIDTH: Final = 18  # characters of a column
LONGEST: Final = 32_767  # characters in a cell of a workbook
DECIMALS: Final = 6
HOUR: Final = 3600  # seconds

Cell: TypeAlias = str | int | float | Fraction | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a heading, with notes that belong to them."""

    name: str
    heading: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


# --- As files ------------------------------------------------------------------------------


def as_csv(table: Table) -> bytes:
    """Separated by semicolons, with a mark that tells Excel it is UTF-8; notes come last."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in (table.heading, *table.rows, *([note] for note in table.notes)):
        writer.writerow([_in_csv(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _in_csv(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return f"'{cell}" if cell.lstrip(" \xa0").startswith(FORMULA) else cell
        case datetime():
            return f"{cell.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"
        case int():
            return str(cell)
    shown = f"{round(float(cell), DECIMALS) + 0.0:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return shown.replace(".", ",") if language() == "nl" else shown


def as_workbook(table: Table) -> bytes:
    """A workbook with the table on its first sheet and the notes on the second."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only who asks for a workbook waits for it

    file = BytesIO()
    as_text = {
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = Workbook(file, {"in_memory": True, "remove_timezone": True, **as_text})
    bold, moments = (
        book.add_format({"bold": True}),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    )
    sheet = book.add_worksheet(table.name[:31])
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, max(0, len(table.heading) - 1), WIDTH)
    for column, text in enumerate(table.heading):
        sheet.write_string(0, column, text[:LONGEST], bold)
    for line, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            match cell:
                case None:
                    continue
                case str():
                    sheet.write_string(line, column, cell[:LONGEST])
                case datetime():
                    local = cell.astimezone(AMSTERDAM).replace(tzinfo=None)
                    sheet.write_datetime(line, column, local, moments)
                case _:
                    sheet.write_number(line, column, float(cell))
    about = book.add_worksheet(_("About")[:31])
    about.set_column(0, 0, 6 * WIDTH)
    for line, note in enumerate(table.notes):
        about.write_string(line, 0, note)
    book.close()
    return file.getvalue()


# --- Marks ---------------------------------------------------------------------------------


def marks(
    edition: QuizEdition,
    standing: Standing,
    *,
    is_fictional: bool,
    changes: Sequence[KeyChange] = (),
) -> Table:
    """A row for each attempt, and one for who has none; only what counts.

    ``is_fictional``: the panel beside the weighings is the example of the content. ``changes`` are
    those of the keys, oldest first: what they left out is told below the table.
    """
    counted = _counted(standing)
    has_due = any(attempt.row.due_at for learner in standing.learners for attempt in learner.tries)
    lang = language()
    items = [item for item in edition.quiz.items if item.slug in counted]
    panel = any(isinstance(item, WeighingItem) for item in items)
    beside = _("fictional panel") if is_fictional else _("panel")
    heading = [_("Student"), _("Attempt"), _("Begun"), _("Handed in")]
    heading += [_("Hours late")] if has_due else []
    heading += [
        f"{edition.quiz.items.index(item) + 1}. {item.prompt[lang]}"
        + (f" ({beside})" if isinstance(item, WeighingItem) else "")
        for item in items
    ]
    heading += [_("Taken off for being late")] if has_due else []
    heading += [_("Points"), _("Out of"), _("Share"), _("Share that counts"), _("Still to read")]
    slugs = [item.slug for item in items]
    return Table(
        name=_("Marks"),
        heading=heading,
        rows=[row for learner in standing.learners for row in _rows(learner, slugs, has_due)],
        notes=(_panel_notes(is_fictional) if panel else []) + _left_out_notes(edition, changes),
    )


def _left_out_notes(edition: QuizEdition, changes: Sequence[KeyChange]) -> list[str]:
    numbers = {item.slug: number for number, item in enumerate(edition.quiz.items, start=1)}
    return [
        _(
            "Item %(number)s was left out on %(when)s: %(reason)s",
            number=numbers[change.item],
            when=day(change.made_at),
            reason=change.reason,
        )
        for change in left_out(changes).values()
    ]


def _panel_notes(is_fictional: bool) -> list[str]:
    said = [_("A weighing counts by how near it is to a panel, which does not make it right.")]
    fiction = [
        _("The panel is fictional: its members and their answers were made up by the authors."),
    ]
    return said + (fiction if is_fictional else [])


def _counted(standing: Standing) -> set[str]:
    return {
        slug
        for learner in standing.learners
        for attempt in learner.tries
        for slug, mark in attempt.marks.items()
        if mark.maximum
    }


def _rows(learner: Learner, slugs: Sequence[str], has_due: bool) -> Iterator[list[Cell]]:
    if not learner.tries:
        yield [learner.name]
    for attempt in learner.tries:
        counts = [learner.counted, attempt.waiting or None]
        yield [learner.name, *_row(attempt, slugs, has_due), *counts]


def _row(attempt: Tried, slugs: Sequence[str], has_due: bool) -> list[Cell]:
    row, earned = attempt.row, attempt.earned
    late: list[Cell] = [Fraction(int(earned.late.total_seconds()), HOUR)] if has_due else []
    points = [_points(attempt.marks.get(slug)) for slug in slugs]
    taken: list[Cell] = [earned.taken] if has_due else []
    totals: list[Cell] = [*taken, attempt.points, attempt.maximum, attempt.share]
    if not attempt.is_finished:
        late, totals = [None] * len(late), [None] * len(totals)
    return [row.number, row.started_at, row.finished_at, *late, *points, *totals]


def _points(mark: Mark | None) -> Fraction | None:
    """What an item earned; nothing for one that was not drawn, or is left out."""
    return fraction_of(mark.fraction) * mark.maximum if mark and mark.maximum else None


# --- Figures -------------------------------------------------------------------------------


def figures(
    edition: QuizEdition,
    found: QuizAnalysis,
    *,
    is_fictional: bool,
    changes: Sequence[KeyChange] = (),
) -> Table:
    """A row for each figure of the quiz, of its items and of their options."""
    heading = [
        _("Item"), _("Text"), _("Option"), _("Figure"), _("Value"),
        _("From"), _("To"), _("Attempts"), _("What it says"),
    ]  # fmt: skip
    rows: list[Sequence[Cell]] = []
    if found.quiz is not None:
        names = figurewords.quiz_names()
        for name in figurewords.QUIZ_FIGURES:
            figure = getattr(found.quiz, name)
            said = figurewords.sentence(name, figure, found.readings.get(name))
            rows.append([None, edition.quiz.title[language()], "", names[name], *_of(figure), said])
    for item in found.items:
        of_item = figurewords.item_names()
        text: str = item.item.prompt[language()]
        for name in figurewords.ITEM_FIGURES:
            figure = getattr(item.figures, name)
            said = figurewords.sentence(name, figure, item.readings.get(name))
            rows.append([item.number, text, "", of_item[name], *_of(figure, name), said])
        texts = option_texts(item.item)
        for option in item.options:
            flags = figurewords.flags(option)
            shown: list[Cell] = [item.number, text, texts[option.option]]
            rows.append([*shown, _("chosen, in percent"), *_of(option.share, "facility"), flags])
            rows.append(
                [*shown, _("points on the rest of who chose it"), *_of(option.mean_rest), ""]
            )
            rows.append([*shown, _("correlation with the rest"), *_of(option.correlation), ""])
    notes = [_("From and to are the ends of the 95% interval, where a sound one is known.")]
    if any(isinstance(item.item, WeighingItem) for item in found.items):
        notes += _panel_notes(is_fictional)
    notes += _left_out_notes(edition, changes)
    return Table(name=_("Figures"), heading=heading, rows=rows, notes=notes)


def _of(figure: Figure, name: str = "") -> list[Cell]:
    factor = 100 if name in figurewords.IN_HUNDREDTHS else 1
    ends = [None if end is None else factor * end for end in (figure.low, figure.high)]
    return [None if figure.value is None else factor * figure.value, *ends, figure.n]


def option_texts(item: object) -> Mapping[str, str]:
    """What the options of a choice item say, by slug; of a bar also how high it is."""
    lang = language()
    options = getattr(item, "options", ())
    if options:
        return {option.slug: option.text[lang] for option in options}
    if isinstance(item, HotspotQuestion):
        return {bar.slug: f"{bar.label[lang]} ({bar.value})" for bar in item.bars}
    return {"true": _("true"), "false": _("not true")}

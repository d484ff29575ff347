"""What instructors take along, as tables: marks and figures of a quiz, and the gradebook."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from course.core.i18n import _, day, language
from course.core.tables import Cell, Table
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import HotspotQuestion, WeighingItem
from course.domain.figures import Figure
from course.domain.grades import Grade, Reason
from course.quizzes.earning import fraction_of
from course.quizzes.models import KeyChange, Mark
from course.quizzes.regrading import left_out
from course.results import gradewords
from course.results.book import PERCENT, Book, Kind, Word
from course.results.book import Cell as Result
from course.teaching import figurewords
from course.teaching.analysis import QuizAnalysis
from course.teaching.standing import Learner, Standing, Tried

HOUR: Final = 3600  # seconds


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
    heading += [_("Points lost for being late")] if has_due else []
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
                [*shown, _("points on the rest of those who chose it"), *_of(option.mean_rest), ""]
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


# --- The gradebook -------------------------------------------------------------------------


def gradebook(book: Book) -> Table:
    """A row for each learner: what was given, as a number where there is one; no reasons."""
    heading = [_("Student"), _("Student number")]
    for item in book.items:
        heading.append(item.title)
        if item.kind is Kind.QUIZ:
            heading.append(_("%(title)s: percent of the points", title=item.title))
    heading += [_("The whole"), _("Passed")] if book.rule else []
    rows: list[list[Cell]] = []
    for row in book.rows:
        cells: list[Cell] = [row.name, row.student_number or ""]
        for item, found in zip(book.items, row.cells, strict=True):
            cells.append(_result(found))
            if item.kind is Kind.QUIZ:
                cells.append(None if found.share is None else found.share * PERCENT)
        if book.rule:
            cells += [_graded(row.whole), gradewords.passed(row.whole)]
        rows.append(cells)
    notes = [_("The percent of a quiz counts as a grade by the rule of the group.")]
    if book.rule:
        weights = ", ".join(
            f"{item.title} {gradewords.weight(item, book.rule)}" for item in book.items
        )
        notes.append(_("Weights: %(weights)s", weights=weights))
    return Table(name=_("Grades"), heading=heading, rows=rows, notes=notes)


def _result(found: Result) -> Cell:
    if found.word is Word.GRADED and found.grade is not None:
        return _graded(found.grade)
    return gradewords.word(found.word)


def _graded(value: Grade | Reason) -> Cell:
    if isinstance(value, Grade) and value.rounded is not None and value.word is None:
        return Fraction(value.rounded)
    return gradewords.whole(value)

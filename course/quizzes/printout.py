"""An analysis of marks as JSON and as plain text, for the command line."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from course.domain.figures import (
    MINIMUM,
    MINIMUM_DISCRIMINATION,
    Analysis,
    Figure,
    ItemFigures,
    Missing,
    QuizFigures,
)
from course.domain.figures.readings import Reading, item_readings, quiz_readings
from course.quizzes.markstable import MarksTable

LONGEST_NAME: Final = 24  # characters of an item in the table

# What a figure is called, and its decimals. Only JSON has those that say the same once more:
# Moodle's discrimination index is 100 times item-rest, and its standard error the same as ours.
QUIZ: Final = {
    "mean": ("Mean", 2),
    "sd": ("Standard deviation", 2),
    "mean_percent": ("Mean, %", 1),
    "sd_percent": ("Standard deviation, %", 1),
    "skewness": ("Skewness", 2),
    "kurtosis": ("Kurtosis", 2),
    "alpha": ("Cronbach's alpha", 3),
    "kr20": ("KR-20", 3),
    "internal_consistency": ("Internal consistency, %", 1),
    "error_ratio": ("Error ratio, %", 1),
    "sem": ("Standard error of measurement", 2),
}
ITEM: Final = {
    "facility": ("Facility", 2),
    "sd": ("SD", 2),
    "upper_lower": ("D 27 %", 2),
    "item_total": ("Item-total", 2),
    "item_rest": ("Item-rest", 2),
    "alpha_if_deleted": ("Alpha without", 3),
    "intended_weight": ("Weight meant, %", 1),
    "effective_weight": ("Weight found, %", 1),
    "discriminative_efficiency": ("Efficiency, %", 1),
}
INTERVALS: Final = ("facility", "item_rest")  # shown in the table of items
SAID: Final = {
    "facility": "facility",
    "sd": "spread",
    "upper_lower": "D",
    "item_rest": "discrimination",
    "discriminative_efficiency": "efficiency",
    "effective_weight": "weight",
    "alpha_if_deleted": "alpha without it",
}
REASONS: Final = {
    Missing.TOO_FEW: f"takes {MINIMUM_DISCRIMINATION} attempts",
    Missing.NO_VARIANCE: "everybody has the same marks there",
    Missing.ONE_ITEM: "takes another item",
    Missing.NOT_ANSWERED: "nobody answered",
    Missing.NOT_RIGHT_OR_WRONG: "some marks are neither 0 nor the maximum",
    Missing.NEGATIVE_COVARIANCE: "the item goes against the total",
}


# --- JSON ----------------------------------------------------------------------------------


def as_json(table: MarksTable, analysis: Analysis) -> str:
    """Every figure with its n, interval and reading, or the reason why it is missing."""
    quiz = analysis.quiz
    return json.dumps(
        {
            "quiz": {
                "empty_attempts": _empty_attempts(table),
                **_with_readings(quiz, quiz_readings(quiz)),
            },
            "items": [
                {"name": name, **_with_readings(item, item_readings(item, quiz))}
                for name, item in zip(table.names, analysis.items, strict=True)
            ],
        },
        indent=2,
        allow_nan=False,
    )


def _with_readings(
    figures: ItemFigures | QuizFigures, readings: Mapping[str, Reading]
) -> dict[str, Any]:
    fields = asdict(figures)
    for name, reading in readings.items():
        fields[name] |= {"reading": reading.code, "certain": reading.certain}
    return fields


def _empty_attempts(table: MarksTable) -> int:
    return sum(all(mark is None for mark in attempt) for attempt in table.attempts)


# --- Text ----------------------------------------------------------------------------------


def as_text(table: MarksTable, analysis: Analysis) -> str:
    """The quiz line by line, a table of the items, what they say, and why figures are missing."""
    quiz, names = analysis.quiz, table.names
    if quiz.attempts < MINIMUM:
        return f"{_attempts(quiz)}\nFigures take {MINIMUM} attempts, so there are none."
    readings = [item_readings(item, quiz) for item in analysis.items]
    parts = [
        _summary(table, quiz),
        _columns(_quiz_rows(quiz), left=(0, 3)),
        _columns(_item_rows(names, analysis.items), left=(0,)),
        (f"{name}: {_all_said(said)}" for name, said in zip(names, readings, strict=True) if said),
        _missing(names, analysis),
    ]
    return "\n\n".join(text for part in parts if (text := "\n".join(part)))


def _summary(table: MarksTable, quiz: QuizFigures) -> Iterator[str]:
    yield _attempts(quiz)
    yield "Between brackets: 95 % interval. An item that was not answered counts as 0 marks."
    if empty := _empty_attempts(table):
        yield f"Attempts without any answer: {empty}. Remove those rows if they are no attempts."


def _attempts(quiz: QuizFigures) -> str:
    return f"Attempts {quiz.attempts}, items {quiz.items}, maximum {quiz.maximum:g}."


def _quiz_rows(quiz: QuizFigures) -> Iterator[Sequence[str]]:
    readings = quiz_readings(quiz)
    for field, (title, decimals) in QUIZ.items():
        figure = getattr(quiz, field)
        reading = readings.get(field)
        said = _said(reading) if reading else ""
        yield title, _value(figure, decimals), _interval(figure, decimals), said


def _item_rows(names: Sequence[str], items: Sequence[ItemFigures]) -> Iterator[Sequence[str]]:
    heading = ["Item", "Max", "Blank"]
    for field, (title, _decimals) in ITEM.items():
        heading += [title, ""] if field in INTERVALS else [title]
    yield heading
    for name, item in zip(names, items, strict=True):
        row = [_short(name), f"{item.maximum:g}", "-" if item.blank is None else str(item.blank)]
        for field, (_title, decimals) in ITEM.items():
            figure = getattr(item, field)
            row.append(_value(figure, decimals))
            if field in INTERVALS:
                row.append(_interval(figure, decimals))
        yield row


def _columns(rows: Iterator[Sequence[str]], *, left: Collection[int]) -> Iterator[str]:
    """The rows with their cells below each other: words to the ``left``, numbers to the right."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 3]}..."


def _value(figure: Figure, decimals: int) -> str:
    return "-" if figure.value is None else f"{figure.value:.{decimals}f}"


def _interval(figure: Figure, decimals: int) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"[{figure.low:.{decimals}f}, {figure.high:.{decimals}f}]"


def _said(reading: Reading) -> str:
    words = reading.code.replace("_", " ")
    return f"{words} (uncertain)" if reading.certain is False else words


def _all_said(readings: Mapping[str, Reading]) -> str:
    return "; ".join(
        f"{title} {_said(readings[field])}" for field, title in SAID.items() if field in readings
    )


def _missing(names: Sequence[str], analysis: Analysis) -> Iterator[str]:
    """Each reason once, with the figures that are missing for it."""
    absent: dict[Missing, list[str]] = {}
    for field, (title, _decimals) in QUIZ.items():
        if reason := getattr(analysis.quiz, field).missing:
            absent.setdefault(reason, []).append(title)
    for field, (title, _decimals) in ITEM.items():
        reasons = [getattr(item, field).missing for item in analysis.items]
        for reason in Missing:
            where = [name for name, found in zip(names, reasons, strict=True) if found is reason]
            if where:
                items = "every item" if len(where) == len(names) else ", ".join(where)
                absent.setdefault(reason, []).append(f"{title.partition(',')[0]} of {items}")
    for reason, titles in absent.items():
        yield f"Not shown ({REASONS[reason]}): {'; '.join(titles)}."

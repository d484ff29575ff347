"""The gradebook in words: the same for the learner, for the instructor and in a file."""

from collections.abc import Sequence
from fractions import Fraction

from course.core.i18n import _, day
from course.domain.exact import half_up
from course.domain.grades import Absent, Grade, Reason, rounded
from course.marking.work import as_read
from course.quizzes.words import said
from course.results.book import PERCENT, TENTHS, Cell, Item, Kind, Rule, Word

SHAPES = {
    Word.GRADED: "",
    Word.RETURNED: "◇",
    Word.WAITING: "■",
    Word.REPLY: "■",
    Word.OPEN: "·",
    Word.MISSING: "○",
    Word.EXCUSED: "–",
}


def short(cell: Cell) -> str:
    """What a cell shows: a grade, points, or how far it is."""
    if cell.word is not Word.GRADED:
        return word(cell.word)
    if cell.share is None:
        return grade(cell.grade) if cell.grade else ""
    if cell.maximum is None:
        return f"{said(cell.share * PERCENT)}%"
    points = said(cell.share * cell.maximum)
    return _("%(points)s of %(maximum)s", points=points, maximum=cell.maximum)


def full(cell: Cell) -> str:
    """The same in a sentence for who does not see the table, and on the page of one learner."""
    if cell.share is None or cell.grade is None:
        return short(cell)
    counts = as_read(cell.grade)
    return _("%(points)s points; counts as %(grade)s", points=short(cell), grade=counts)


def since(item: Item, cell: Cell) -> str:
    """On which day it was handed in, or returned; only of a cell that has a moment."""
    assert cell.at is not None  # noqa: S101 - asked by who calls
    if item.kind is Kind.QUIZ or cell.word is Word.WAITING:
        return _("handed in on %(when)s", when=day(cell.at))
    return _("returned on %(when)s", when=day(cell.at))


def word(found: Word) -> str:
    """How far something is, where there is no grade."""
    return {
        Word.GRADED: _("graded"),
        Word.RETURNED: _("feedback given"),
        Word.WAITING: _("not returned yet"),
        Word.REPLY: _("answer the remarks first"),
        Word.OPEN: _("nothing yet"),
        Word.MISSING: _("missing"),
        Word.EXCUSED: _("excused"),
    }[found]


def grade(value: Grade) -> str:
    """A grade, or that there was nothing to grade."""
    if value.absent is not None:
        return absent(value.absent)
    return as_read(value) or word(Word.RETURNED)


def absent(why: Absent) -> str:
    """Why there is no number."""
    return {
        Absent.NOT_HANDED_IN: _("something is missing"),
        Absent.NOT_TAKEN_PART: _("did not take part"),
    }[why]


def whole(value: Grade | Reason) -> str:
    """The result of the whole, or why there is none."""
    if isinstance(value, Grade):
        return grade(value)
    return {
        Reason.WAITING: _("not known yet"),
        Reason.EXCUSED: _("excused from everything"),
        Reason.NO_NUMBER: _("sufficient, without a number"),
        Reason.NO_RULE: _("nothing counts"),
    }[value]


def passed(value: Grade | Reason) -> str:
    """Whether it was passed, where that is known."""
    if not isinstance(value, Grade) or value.passed is None:
        return ""
    return _("passed") if value.passed else _("not passed")


def weights(items: Sequence[Item], rule: Rule | None) -> list[str]:
    """How much each item counts, in percents of what counts to a tenth; "" for what does not."""
    found = [rule.weight(item) if rule else Fraction(0) for item in items]
    total = sum(found, Fraction(0))
    tenths = [half_up(TENTHS * PERCENT * one / total) if one else 0 for one in found]
    return [f"{said(Fraction(each, TENTHS))}%" if each else "" for each in tenths]


def weight(item: Item, rule: Rule) -> str:
    """How much an item counts beside the others, as it was set."""
    return said(rule.weight(item))


def mark(rule: Rule) -> str:
    """From which result the whole is passed."""
    return as_read(Grade(rounded=rounded(rule.pass_mark, rule.step)))

"""Weeks and holidays, and what is said of a class list, as people say them."""

from datetime import date

from flask_babel import format_date
from flask_babel.speaklater import LazyString

from course.core import filetypes
from course.core.i18n import _, _l
from course.domain.roster import tables
from course.domain.roster.columns import Column
from course.domain.roster.verdicts import Reason, Verdict
from course.domain.weeks import Holiday, Week, week_of

HOLIDAYS: dict[Holiday, LazyString] = {
    Holiday.NEW_YEAR: _l("New Year's Day"),
    Holiday.GOOD_FRIDAY: _l("Good Friday"),
    Holiday.EASTER_MONDAY: _l("Easter Monday"),
    Holiday.KINGS_DAY: _l("King's Day"),
    Holiday.LIBERATION_DAY: _l("Liberation Day"),
    Holiday.ASCENSION_DAY: _l("Ascension Day"),
    Holiday.WHIT_MONDAY: _l("Whit Monday"),
    Holiday.CHRISTMAS_DAY: _l("Christmas Day"),
    Holiday.BOXING_DAY: _l("Boxing Day"),
}


def week_words(week: Week) -> str:
    """A week by its number and its first day: "week 48 · 23 November 2026"."""
    first = format_date(week.monday, "d MMMM yyyy")
    return _("week %(number)s · %(first)s", number=week.number, first=first)


def holiday_words(day: date, holiday: Holiday) -> str:
    """A holiday with its day and week: "Friday 25 December, Christmas Day (week 52)"."""
    return _(
        "%(day)s, %(holiday)s (week %(number)s)",
        day=format_date(day, "EEEE d MMMM"),
        holiday=HOLIDAYS[holiday],
        number=week_of(day).number,
    )


def holidays_in(week: Week) -> list[str]:
    """The public holidays from Monday to Friday: "Christmas Day on Friday"."""
    return [
        _("%(holiday)s on %(day)s", holiday=HOLIDAYS[holiday], day=format_date(day, "EEEE"))
        for day, holiday in week.holidays
    ]


def week_with_holidays(week: Week) -> str:
    """A week, and the public holidays in it."""
    return " · ".join([week_words(week), *holidays_in(week)])


# --- Class lists ---------------------------------------------------------------------------

COLUMNS: dict[Column, LazyString] = {
    Column.IGNORED: _l("not used"),
    Column.NAME: _l("name"),
    Column.FIRST: _l("first name"),
    Column.PREFIX: _l("prefix of the last name"),
    Column.LAST: _l("last name"),
    Column.EMAIL: _l("e-mail address"),
    Column.NUMBER: _l("student number"),
}


def roster_problem(problem: tables.Problem | filetypes.Problem) -> str:
    """Why a list could not be read, and what to do."""
    words = {
        tables.Problem.EMPTY: _("There is nothing in it. Paste the list, or choose a file."),
        tables.Problem.UNREADABLE: _(
            "This is not a list that can be read. Save it in Excel as xlsx or CSV."
        ),
        tables.Problem.TOO_MANY_ROWS: _("This list has more than 10,000 rows. Split it."),
        tables.Problem.TOO_MANY_COLUMNS: _(
            "This list has more than 40 columns. Leave out those that are not needed."
        ),
        tables.Problem.CELL_TOO_LONG: _(
            "A cell of this list is far too long: perhaps a quotation mark is opened and never "
            "closed. Save it in Excel as xlsx."
        ),
        filetypes.Problem.TOO_LARGE: _("This file is too large: at most 10 MB."),
        filetypes.Problem.OLD_WORD: _(
            "This is an old Excel file (xls), or one with a password. Save it as xlsx."
        ),
        filetypes.Problem.ACTIVE: _("This workbook holds a macro. Save it as xlsx, without it."),
        filetypes.Problem.UNPACKS: _("This workbook is far too large inside. Save it as CSV."),
    }
    damaged = _("This file is damaged, or is no workbook. Save it once more as xlsx or CSV.")
    return words.get(problem, damaged)


def reason(verdict: Verdict) -> str:
    """Why a row is new, known, doubtful or wrong."""
    other = verdict.other
    return {
        Reason.NOTHING_SPECIAL: _("gets an invitation"),
        Reason.NO_ADDRESS: _("there is no e-mail address"),
        Reason.NOT_AN_ADDRESS: _("this is not an e-mail address"),
        Reason.DOUBLE: _("the same address stands in row %(row)s", row=other),
        Reason.FORMULA: _("a cell is a formula; paste the values in its place"),
        Reason.LONG_NAME: _("the name has more than 80 characters"),
        Reason.LONG_NUMBER: _("the student number has more than 20 characters"),
        Reason.GETS_NUMBER: _("is in this group, and gets this student number"),
        Reason.IN_GROUP: _("is in this group"),
        Reason.INVITED: _("was invited to this group already"),
        Reason.IN_OTHER_GROUP: _("is in your group %(group)s", group=other),
        Reason.MISTYPED: _("did you mean %(address)s?", address=other),
        Reason.NUMBER_TWICE: _("the same student number stands in row %(row)s", row=other),
        Reason.NUMBER_TAKEN: _("the student number is that of %(name)s", name=other or "?"),
        Reason.SAME_NAME: _("the same name with another address stands in row %(row)s", row=other),
        Reason.NAME_TAKEN: _("somebody with this name is here with another address"),
    }[verdict.reason]

"""The words of marking, where a code has to become a sentence."""

from course.core.i18n import _, _n
from course.domain.feedbackuse import Effect
from course.marking.queries import Stand


def stand_word(stand: Stand) -> str:
    """How far a submission is, in a word or two."""
    return {
        Stand.OPEN: _("open"),
        Stand.MINE: _("my draft"),
        Stand.THEIRS: _("a colleague is busy"),
        Stand.SECOND: _("2nd reader"),
        Stand.NOT_YET: _("1st reader begins"),
        Stand.READ: _("marked by a colleague"),
        Stand.DONE: _("marked"),
        Stand.REVISED: _("revised"),
        Stand.GIVEN: _("returned"),
    }[stand]


def waits(days: int) -> str:
    """How long it waits, short."""
    if days == 0:
        return _("today")
    return _n("%(num)s day", "%(num)s days", days)


def reader_word(reader: int) -> str:
    """One of several readers, as the writer of a text knows them."""
    return _("Reader %(number)s", number=reader)


def readers_sentence(readers: int, how: str, has_grade: bool) -> str:
    """That several instructors read a text, and how they came to one result."""
    read = _n(
        "%(num)s instructor read your text.",
        "%(num)s instructors read your text, each without knowing what the other thought.",
        readers,
    )
    if how == "decided":
        came = _("They decided the levels together.")
    elif not has_grade:
        return read
    elif how == "third":
        came = _("The grade is the mean of the two that lie closest, or the middle one.")
    else:
        came = _("The grade is the mean of both.")
    return f"{read} {came}"


def effect_word(effect: Effect) -> str:
    """What became of a comment, beside what the student says."""
    return {
        Effect.CHANGED: _("used, and the passage changed"),
        Effect.CHANGED_ELSEWHERE: _("used, and something else changed"),
        Effect.SAID_ONLY: _("said to be used, and nothing changed"),
        Effect.LEFT: _("not used, and left as it was"),
        Effect.CHANGED_ANYWAY: _("not used, and the passage changed all the same"),
        Effect.OPEN: _("no answer yet"),
    }[effect]

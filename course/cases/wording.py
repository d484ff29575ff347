"""What a choice needs and does, in words of the language, for who writes cases."""

from collections.abc import Mapping

from course.core.i18n import _, _n
from course.curriculum.cases import CaseFile, read_condition, read_effect
from course.domain.branching import (
    ALWAYS,
    Add,
    Condition,
    Is,
    Kind,
    Note,
    Op,
    Put,
    Schedule,
    Seen,
    StartClock,
    Week,
)


def kind_words() -> Mapping[str, str]:
    """What each kind of moment is called."""
    return {
        Kind.SCENE.value: _("scene"),
        Kind.DECISION.value: _("decision"),
        Kind.EVENT.value: _("event"),
        Kind.END.value: _("end"),
    }


class Wording:
    """Says the short sentences of one case, with the labels and titles that it has."""

    def __init__(self, case: CaseFile, language: str) -> None:
        self.labels = {
            item.name: item.label[language] if item.label else item.name for item in case.variables
        }
        self.titles = {node.slug: node.title[language] for node in case.nodes}

    def needs(self, text: str) -> str:
        """A condition as it stands in the file, in words."""
        return self._condition(read_condition(text))

    def does(self, text: str) -> str:
        """An effect as it stands in the file, in words."""
        match read_effect(text):
            case Put(name, value):
                return _("“%(label)s” becomes %(number)s", label=self._label(name), number=value)
            case Add(name, amount) if amount < 0:
                return _("“%(label)s” down by %(number)s", label=self._label(name), number=-amount)
            case Add(name, amount):
                return _("“%(label)s” up by %(number)s", label=self._label(name), number=amount)
            case StartClock(name):
                return _("“%(label)s” begins to count", label=self._label(name))
            case Note():
                return _("a note in the dossier")
            case Schedule() as found:
                return self._later(found)

    def _later(self, found: Schedule) -> str:
        said = _n(
            "%(title)s after %(num)s week",
            "%(title)s after %(num)s weeks",
            found.after_weeks,
            title=f"“{self.titles.get(found.event, found.event)}”",
        )
        if found.percent < ALWAYS:
            said += ", " + _("with a chance of %(percent)s%%", percent=found.percent)
        if found.conditions:
            asked = _(" and ").join(self._condition(item) for item in found.conditions)
            said += ", " + _("if %(conditions)s", conditions=asked)
        return said

    def _condition(self, condition: Condition) -> str:
        match condition:
            case Is(name, op, value):
                return f"“{self._label(name)}” {_compared(op, value)}"
            case Seen(node, op, times):
                title = self.titles.get(node, node)
                return _("“%(title)s” seen: %(times)s", title=title, times=_compared(op, times))
            case Week(op, week):
                return _("week: %(number)s", number=_compared(op, week))

    def _label(self, name: str) -> str:
        return self.labels.get(name, name)


def _compared(op: Op, number: int) -> str:
    match op:
        case Op.EQUAL:
            return _("exactly %(number)s", number=number)
        case Op.NOT_EQUAL:
            return _("not %(number)s", number=number)
        case Op.BELOW:
            return _("below %(number)s", number=number)
        case Op.AT_MOST:
            return _("at most %(number)s", number=number)
        case Op.ABOVE:
            return _("above %(number)s", number=number)
        case Op.AT_LEAST:
            return _("at least %(number)s", number=number)

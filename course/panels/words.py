"""What pages say about panels: the words for refusals, for what was found, and for answers."""

from collections.abc import Mapping

from course.core.i18n import _, _n
from course.domain.weighing.keys import Key
from course.domain.weighing.panels import Code, Finding
from course.panels.actions import Why
from course.panels.queries import Lack


def refusal(why: Why) -> str:
    """Why something did not happen, and what can be done."""
    words: Mapping[Why, str] = {
        Why.FROZEN: _("This panel is frozen, so nothing in it changes. Make a next version of it."),
        Why.NOT_FROZEN: _("Freeze the panel first."),
        Why.NOBODY: _("Nobody has handed in an answer that counts, so there is nothing to freeze."),
        Why.HANDED_IN: _("This member has handed in. You can leave out an answer, with a reason."),
        Why.BEGUN: _("Somebody has begun, so the panel of this quiz stays as it is."),
        Why.OTHER_ITEMS: _(
            "This quiz was set with other items than the panel answered. Set it again, or make a "
            "panel for it as it is now."
        ),
        Why.NOT_OPEN: _("This link no longer takes answers. What was saved before is kept."),
        Why.LACKING: _("Something is still missing. Look at what is marked below."),
    }
    return words[why]


def lacking(found: Lack | None, what: str) -> str:
    """What an answer needs; ``what`` is what its item says of it."""
    words = {
        Lack.ANSWER: _("Not answered yet."),
        Lack.WHOLE: what,
        Lack.REASON: _("Your reason is still missing."),
    }
    return words[found] if found else ""


def worth(key: Key) -> str:
    """Whether a key may count for a grade, and if not, why."""
    if key.is_provisional:
        return _("not yet: provisional")
    if key.is_split:
        return _("no: the panel is divided")
    return _("it may count") if key.may_count else _("no: it asks what weighs for somebody")


def finding(found: Finding) -> str:
    """What was found about one item, or about all of them, and what can be done."""
    num, of = found.count, found.of
    words: Mapping[Code, str] = {
        Code.NO_ANSWERS: _("Nobody has answered this yet."),
        Code.FEW_MEMBERS: _n(
            "%(num)s answer, and %(of)s are needed before it may count: until then it is shown as "
            "provisional.",
            "%(num)s answers, and %(of)s are needed before it may count: until then it is shown "
            "as provisional.",
            num,
            of=of,
        ),
        Code.UNANIMOUS: _(
            "Everybody gives the same answer. Then it is not a weighing: make the fact less clear, "
            "or ask it as a question."
        ),
        Code.SPLIT: _("The panel is divided into two camps: it is shown, and not scored."),
        Code.MEAN_OF_SPLIT: _(
            "The panel is divided into two camps: a mean would pay for what nobody argued."
        ),
        Code.FEW_RESPONSES: _n(
            "It rates %(num)s response; give it at least %(of)s.",
            "It rates %(num)s responses; give it at least %(of)s.",
            num,
            of=of,
        ),
        Code.FEW_POOR: _n(
            "The panel finds %(num)s response of %(of)s poor. More of them tell more: rating what "
            "not to do tells most.",
            "The panel finds %(num)s responses of %(of)s poor. More of them tell more: rating what "
            "not to do tells most.",
            num,
            of=of,
        ),
        Code.NEAR_TIE: _("Two responses lie so close that both orders earn everything."),
        Code.FIXED_TOLERANCE: _n(
            "%(num)s answer is too few to derive from the panel how far apart is still fine; a "
            "fixed margin is used.",
            "%(num)s answers are too few to derive from the panel how far apart is still fine; a "
            "fixed margin is used.",
            num,
        ),
        Code.UNBALANCED_SETS: _("Not every consideration is shown as often as the others."),
        Code.NO_DIFFERENCE: _("The considerations all weigh the same to this panel."),
        Code.MIDDLE_TOO_OFTEN: _n(
            "The panel chooses the middle in %(num)s item of %(of)s: who always answers “no "
            "different” would do well.",
            "The panel chooses the middle in %(num)s items of %(of)s: who always answers “no "
            "different” would do well.",
            num,
            of=of,
        ),
        Code.ENDS_TOO_SELDOM: _n(
            "The panel chooses an end of the scale in only %(num)s item of %(of)s: let some facts "
            "weigh more.",
            "The panel chooses an end of the scale in only %(num)s items of %(of)s: let some facts "
            "weigh more.",
            num,
            of=of,
        ),
    }
    return words[found.code]

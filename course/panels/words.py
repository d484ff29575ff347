"""What pages say about panels: the words for refusals, for what was found, and for choices."""

from collections.abc import Mapping

from course.core.i18n import _, _n, language
from course.curriculum import findings
from course.curriculum.quizzes import OptionsItem, Weighing
from course.domain.weighing.keys import Key
from course.domain.weighing.panels import Finding
from course.panels.actions.refusals import Why
from course.panels.queries import Choice, Lack
from course.quizzes.words import unstopped


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
        Why.ARCHIVED: _("This panel is in the archive. Take it out of there first."),
        Why.HAS_NEXT: _(
            "A next version was made of this panel, so it stays: with the links of this one people "
            "can still take back their reasons. You can put it in the archive."
        ),
        Why.IS_USED: _(
            "A quiz uses this panel, so it stays: its marks rest on it. You can put it in the "
            "archive."
        ),
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


def finding(found: Finding, item: Weighing | None = None) -> str:
    """What was found about an item or about all of them, and what can be done.

    The options that it is about stand in front, as ``item`` words them.
    """
    sentence, num, of = findings.sentence(found), found.count, found.of
    said = _n(sentence.one, sentence.many, num, of=of) if sentence.many else _(sentence.one)
    texts = (
        {option.slug: option.text[language()] for option in item.options}
        if isinstance(item, OptionsItem)
        else {}
    )
    about = ", ".join(f"“{unstopped(texts[slug])}”" for slug in found.options if slug in texts)
    return f"{about}: {said}" if about else said


def choice(found: Choice) -> str:
    """A panel as one chooses it for a quiz, and whether it may count."""
    panel = found.panel
    told = _n(
        "%(title)s, version %(version)s: %(num)s person",
        "%(title)s, version %(version)s: %(num)s people",
        found.n,
        title=panel.title,
        version=panel.version,
    )
    if found.provisional == found.items:
        few = _("provisional, because %(least)s are needed: it does not count", least=panel.min_n)
        return f"{told}; {few}"
    if not found.provisional:
        return told
    some = _n(
        "%(num)s item is provisional and does not count",
        "%(num)s items are provisional and do not count",
        found.provisional,
    )
    return f"{told}; {some}"

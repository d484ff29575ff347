"""Signs in words: the same facts for the learner and for the instructor."""

from markupsafe import Markup

from course.core.i18n import _, day, language
from course.domain.attention import LOW_BELOW, Attention, Rule, Sign
from course.lessons import editions

LOW_PERCENT = int(LOW_BELOW * 100)
WHYS = ("ill", "busy", "stuck", "technical", "aware", "objection")


def place(subject: str) -> str:
    """What a sign is about, as its reader knows it: the title of a step, or of a lesson."""
    lesson, _slash, step = subject.partition("/")
    edition = editions.library().current(lesson)
    if edition is None:
        return subject
    found = edition.step(step) if step else None
    return found.title[language()] if found else edition.lesson.title[language()]


def to_instructor(sign: Sign) -> str:
    """What an instructor reads of somebody."""
    title, when = place(sign.subject), day(sign.fact)
    return {
        Rule.HELP: _("asked for help with “%(title)s” on %(when)s", title=title, when=when),
        Rule.LATE: _("has not handed in “%(title)s”, due on %(when)s", title=title, when=when),
        Rule.NOT_BEGUN: _("has not begun “%(title)s”, due on %(when)s", title=title, when=when),
        Rule.STUCK: _(
            "came back to “%(title)s” and has not finished it; at it since %(when)s",
            title=title,
            when=when,
        ),
        Rule.QUIET: _("was not here yet, counted from %(when)s", when=when)
        if sign.was_never_here
        else _("not seen since %(when)s", when=when),
        Rule.UNREAD: _(
            "did not open the feedback on “%(title)s”, returned on %(when)s",
            title=title,
            when=when,
        ),
        Rule.LOW: _(
            "fewer than %(percent)s%% of the points in two quizzes in a row", percent=LOW_PERCENT
        ),
        Rule.WAITING: _(
            "has been waiting for feedback on “%(title)s” since %(when)s: your move",
            title=title,
            when=when,
        ),
    }[sign.rule]


def to_learner(sign: Sign) -> str:
    """What somebody reads of themself."""
    title, when = place(sign.subject), day(sign.fact)
    return {
        Rule.HELP: _("You asked for help with “%(title)s” on %(when)s.", title=title, when=when),
        Rule.LATE: _(
            "“%(title)s” was due on %(when)s and is not there yet.", title=title, when=when
        ),
        Rule.NOT_BEGUN: _(
            "You have not begun “%(title)s” yet; it is due on %(when)s.", title=title, when=when
        ),
        Rule.STUCK: _(
            "You came back to “%(title)s” and have not finished it; "
            "you have been at it since %(when)s.",
            title=title,
            when=when,
        ),
        Rule.QUIET: _("You were not here yet, counted from %(when)s.", when=when)
        if sign.was_never_here
        else _("You have not been here since %(when)s.", when=when),
        Rule.UNREAD: _(
            "There has been feedback on “%(title)s” since %(when)s that you have not opened.",
            title=title,
            when=when,
        ),
        Rule.LOW: _(
            "In two quizzes in a row you had fewer than %(percent)s%% of the points.",
            percent=LOW_PERCENT,
        ),
        Rule.WAITING: _(
            "You have waited for feedback on “%(title)s” since %(when)s. That is up to your "
            "instructor, not to you.",
            title=title,
            when=when,
        ),
    }[sign.rule]


def why(code: str) -> str:
    """An answer to a sign, as its writer chose it."""
    return {
        "ill": _("I am or was ill"),
        "busy": _("work or home asks everything now"),
        "stuck": _("I do not know how to go on"),
        "technical": _("something did not work"),
        "aware": _("I know, and it is my choice"),
        "objection": _("this sign is not right about me: do not show it again"),
    }[code]


def asks(attention: Attention) -> Markup:
    """How much it asks, in a word with its shape."""
    return Markup('<span class="pill {}"><span aria-hidden="true">{}</span> {}</span>').format(
        *{
            Attention.CONTACT: ("contact", "◆", _("get in touch")),
            Attention.LOOK: ("look", "◇", _("have a look")),
            Attention.NONE: ("look", "○", _("up to you")),
        }[attention]
    )

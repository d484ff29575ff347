"""What an entry says, to who looks after the site and to whom it is about."""

from collections.abc import Mapping
from typing import Final

from flask import current_app
from flask_babel.speaklater import LazyString

from course.accounts.words import ROLE_WORDS
from course.audit.models import Kind
from course.audit.queries import Line, Titled
from course.core.access import Role
from course.core.i18n import _, _l

KIND_WORDS: Final[Mapping[Kind, LazyString]] = {
    Kind.READ: _l("read a text"),
    Kind.MARKED: _l("marked work"),
    Kind.RETURNED: _l("returned a result"),
    Kind.RETRACTED: _l("took a result back"),
    Kind.MORE_TIME: _l("gave more time or attempts"),
    Kind.LESS_TIME: _l("took back time that was given"),
    Kind.DOWNLOADED: _l("downloaded a file that was handed in"),
    Kind.EXPORTED: _l("downloaded grades or points"),
    Kind.VIEWED_AS: _l("viewed the site as a student"),
    Kind.WROTE: _l("wrote a message"),
    Kind.ROLE: _l("gave another role"),
    Kind.EXCUSED: _l("excused somebody"),
    Kind.ASKED_AGAIN: _l("ended an excuse"),
    Kind.RULE: _l("changed how results make one"),
    Kind.REKEYED: _l("changed points by a change of the key"),
}
MINE: Final[Mapping[Kind, LazyString]] = {
    Kind.READ: _l("read what you wrote"),
    Kind.MARKED: _l("marked your work"),
    Kind.RETURNED: _l("returned your result"),
    Kind.RETRACTED: _l("took your result back"),
    Kind.MORE_TIME: _l("gave you more time or attempts"),
    Kind.LESS_TIME: _l("took back time that you got"),
    Kind.DOWNLOADED: _l("downloaded a file that you handed in"),
    Kind.EXPORTED: _l("downloaded a table with your grade or points in it"),
    Kind.VIEWED_AS: _l("viewed the site as you see it"),
    Kind.WROTE: _l("sent you a message"),
    Kind.ROLE: _l("gave you another role"),
    Kind.EXCUSED: _l("excused you"),
    Kind.ASKED_AGAIN: _l("ended your excuse"),
    Kind.RULE: _l("changed how your results make one"),
    Kind.REKEYED: _l("changed your points by a change of the key"),
}


def who(line: Line) -> str:
    """Who did it, as the person whom it is about reads it."""
    if line.is_marker:
        return _("A marker")
    return actor(line)


def actor(line: Line) -> str:
    """Who did it, as an administrator reads it."""
    return line.actor or _("Somebody without an account now, or the program")


def done(line: Line) -> str:
    """What was done, as an administrator reads it."""
    return str(KIND_WORDS[line.kind])


def to_me(line: Line) -> str:
    """What was done, as the person whom it is about reads it."""
    return str(MINE[line.kind])


def about(line: Line) -> str:
    """What it was done to: the title of a step or a quiz, or a role; or why somebody looked."""
    if line.kind is Kind.ROLE:
        return str(ROLE_WORDS[Role(line.about)])
    if line.kind is Kind.VIEWED_AS:
        return line.about  # why, in the words of who looked
    titles: Titled = current_app.extensions["audit_titles"]
    return titles(line.about)

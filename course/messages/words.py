"""What the kinds of messages are called, to choose which of them come by mail."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from course.core.i18n import _l
from course.messages.models import Kind

KIND_WORDS: Final[Mapping[Kind, LazyString]] = {
    Kind.RESULT: _l("Your work came back"),
    Kind.ANSWER: _l("An answer to your question"),
    Kind.REVIEW: _l("A text of a fellow student to read"),
    Kind.TIME: _l("More time or attempts for you"),
    Kind.LETTER: _l("A message from your instructor"),
}

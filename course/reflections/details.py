"""Likely identifying details in a text: marked for who writes it, never a reason to stop them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from course.core.i18n import _
from course.curriculum.edition import Edition
from course.domain.identifying import Kind, identifying, pseudonyms

# By the hash of an edition, which names what is in it, so that it never changes.
_invented: dict[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Detail:
    """Something in a text by which somebody might be known."""

    what: str  # its kind, in words
    words: str
    pseudonym: str  # "" where there is none to offer


def details(text: str, invented: Collection[str] = ()) -> Sequence[Detail]:
    """What a text holds by which somebody might be known, each once; it can miss things.

    ``invented`` are persons of the lesson, see :func:`invented_in`. Somebody real may have the same
    name, so it is listed all the same, and said to be one of the lesson.
    """
    names = {(one.start, one.end): one for one in pseudonyms(text)}
    said = kinds()
    found = []
    for span in identifying(text):
        name, words = names.get((span.start, span.end)), text[span.start : span.end]
        if name is not None and name.person in invented:
            found.append(Detail(of_lesson(), words, ""))
        else:
            found.append(Detail(said[span.kind], words, name.pseudonym if name else ""))
    return list(dict.fromkeys(found))


def invented_in(edition: Edition) -> frozenset[str]:
    """Who is called by name in a lesson, as :func:`course.domain.identifying.pseudonyms` tells."""
    found = _invented.get(edition.hash)
    if found is None:
        found = frozenset(one.person for one in pseudonyms(edition.dump()))
        _invented[edition.hash] = found
    return found


def of_lesson() -> str:
    """What is said of a name that is in the lesson too."""
    return _("a name that is in this lesson too")


def kinds() -> dict[str, str]:
    """The kinds of details, in words."""
    return {
        Kind.EMAIL: _("an e-mail address"),
        Kind.IBAN: _("a bank account"),
        Kind.BIRTH: _("a date of birth"),
        Kind.INITIALS: _("initials with a year of birth"),
        Kind.NAME: _("a name"),
        Kind.ADDRESS: _("an address"),
        Kind.POSTCODE: _("a postcode"),
        Kind.PHONE: _("a phone number"),
        Kind.BSN: _("a citizen service number (BSN)"),
    }

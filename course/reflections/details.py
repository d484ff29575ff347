"""Likely identifying details in a text: marked for who writes it, never a reason to stop them."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.core.i18n import _
from course.domain.identifying import Kind, identifying, pseudonyms


@dataclass(frozen=True, slots=True)
class Detail:
    """Something in a text by which somebody might be known."""

    what: str  # its kind, in words
    words: str
    pseudonym: str  # "" where there is none to offer


def details(text: str) -> Sequence[Detail]:
    """What a text holds by which somebody might be known, each once; it can miss things."""
    names = {(one.start, one.end): one.pseudonym for one in pseudonyms(text)}
    said = kinds()
    found = (
        Detail(said[span.kind], text[span.start : span.end], names.get((span.start, span.end), ""))
        for span in identifying(text)
    )
    return list(dict.fromkeys(found))


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

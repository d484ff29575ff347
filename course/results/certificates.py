"""Certificates of completion: made when all steps are done, as accessible PDF, and checked by code.

What a certificate says is what was so when it was made. The PDF is made anew each time from its
row, and is the same to the byte for the same language: nothing is kept but the row.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from sqlalchemy import select

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db, insert_if_absent
from course.core.i18n import _, day, language
from course.core.log import log
from course.lessons import editions
from course.lessons.models import Enrolment
from course.results.models import Certificate

COURSE: Final = ""  # what stands for all lessons together
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without what looks alike; 5 bits a sign
LENGTH: Final = 12  # signs of a code: 60 bits
PIECE: Final = 4
STANDARDS: Final = ["ua-1", "a-2a"]  # for who does not see it, and for who reads it in ten years


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that a certificate can be about."""

    what: str  # the slug of a lesson, or COURSE
    title: Mapping[str, str]  # by language
    minutes: int
    is_complete: bool
    certificate: Certificate | None  # None: not made yet


def things(user_id: int) -> list[Thing]:
    """The course and its lessons, with what this learner has of each; two queries."""
    done = _complete(user_id)
    statement = select(Certificate).filter_by(user_id=user_id)
    there = {row.what: row for row in db.session.scalars(statement)}
    library = editions.library()
    lessons = [edition.lesson for edition in library.editions.values()]
    found = [
        Thing(
            what=lesson.slug,
            title={"nl": lesson.title.nl, "en": lesson.title.en},
            minutes=lesson.minutes,
            is_complete=lesson.slug in done,
            certificate=there.get(lesson.slug),
        )
        for lesson in lessons
    ]
    whole = Thing(
        what=COURSE,
        title={"nl": library.course.title.nl, "en": library.course.title.en},
        minutes=sum(lesson.minutes for lesson in lessons),
        is_complete=all(thing.is_complete for thing in found),
        certificate=there.get(COURSE),
    )
    return [whole, *found]


def _complete(user_id: int) -> set[str]:
    """The lessons of which this learner did every step, in any run."""
    statement = select(Enrolment.lesson).where(
        Enrolment.user_id == user_id, Enrolment.steps_done >= Enrolment.steps_total
    )
    return set(db.session.scalars(statement))


def issue(user: User, what: str) -> Certificate | None:
    """Make the certificate, or give the one there is; ``None`` when it is not complete."""
    thing = next((thing for thing in things(user.id) if thing.what == what), None)
    if thing is None or (thing.certificate is None and not thing.is_complete):
        return None
    if thing.certificate is None:
        made = insert_if_absent(
            Certificate,
            code="".join(secrets.choice(ALPHABET) for _sign in range(LENGTH)),
            user_id=user.id,
            what=what,
            title=dict(thing.title),
            name=user.name,
            minutes=thing.minutes,
        )
        db.session.commit()
        if made:
            log.info("certificate_issued", user=user.id, what=what or "course")
    return db.session.scalar(select(Certificate).filter_by(user_id=user.id, what=what))


def by_code(code: str) -> Certificate | None:
    """The certificate with this code; dashes, spaces and small letters are free."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return db.session.get(Certificate, plain) if len(plain) == LENGTH else None


def revoke(code: str) -> bool:
    """Take a certificate back: its page says so from now on. ``False`` when there is none."""
    found = by_code(code)
    if found is None:
        return False
    found.revoked_at = found.revoked_at or now()
    db.session.commit()
    log.info("certificate_revoked", user=found.user_id, what=found.what or "course")
    return True


def shown_code(code: str) -> str:
    """A code as people read it: in pieces of four."""
    return "-".join(code[place : place + PIECE] for place in range(0, LENGTH, PIECE))


# --- The PDF -------------------------------------------------------------------------------


def as_pdf(found: Certificate, *, address: str) -> bytes:
    """The certificate in the language of the page; ``address`` is where anybody can check it."""
    import typst  # noqa: PLC0415 - only who wants a certificate waits for it

    lang = language()
    words = {
        "lang": lang,
        "title": _("Certificate of completion"),
        "name": found.name,
        "did": _("did all steps of the course")
        if found.what == COURSE
        else _("did all steps of the lesson"),
        "what": found.title[lang],
        "minutes": _("Study time: about %(minutes)s minutes", minutes=found.minutes),
        "when": _("Issued on %(when)s", when=day(found.issued_at)),
        "honest": _(
            "This says that every step was done. It is no grade and no diploma, and it does not "
            "say how well."
        ),
        "check": _("Check this certificate at"),
        "address": address,
        "code": shown_code(found.code),
        "code-word": _("Code"),
        "site": "Weegschaal",
    }
    # Data never becomes part of the program: typst is a language.
    pdf = typst.compile(
        _source(),
        sys_inputs={"data": json.dumps(words, ensure_ascii=False)},
        pdf_standards=STANDARDS,  # type: ignore[arg-type]  # a list of texts of its own type
        ignore_system_fonts=True,
        timestamp=int(found.issued_at.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst gave {type(pdf)} for a certificate")
    return pdf


@lru_cache
def _source() -> bytes:
    return resources.files("course.results").joinpath("certificate.typ").read_bytes()

"""The cases at hand: today's, and the older ones that somebody is still playing."""

from functools import lru_cache

from sqlalchemy import select

from course.cases.models import StoredCase
from course.core.db import db
from course.curriculum.edition import CaseEdition
from course.lessons.editions import library

EDITIONS_IN_MEMORY = 64


def current(slug: str) -> CaseEdition | None:
    """Today's edition of a case."""
    return library().cases.get(slug)


def edition_by_hash(slug: str, content_hash: str) -> CaseEdition:
    """The edition that somebody plays: today's, or an older one from the database."""
    today = current(slug)
    return today if today and today.hash == content_hash else _stored(content_hash)


@lru_cache(maxsize=EDITIONS_IN_MEMORY)
def _stored(content_hash: str) -> CaseEdition:
    # Safe to keep: the hash names the content, which therefore never changes.
    statement = select(StoredCase.compiled).filter_by(hash=content_hash)
    return CaseEdition.parse(db.session.execute(statement).scalar_one())

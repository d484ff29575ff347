"""The quizzes at hand: today's, and the older ones that attempts were made on."""

from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.lessons.editions import library
from course.quizzes.models import StoredQuiz

EDITIONS_IN_MEMORY = 64


def current(slug: str) -> QuizEdition | None:
    """Today's edition of a quiz."""
    return library().quizzes.get(slug)


def edition_by_hash(slug: str, content_hash: str) -> QuizEdition:
    """The edition of an attempt: today's, or an older one from the database."""
    today = current(slug)
    return today if today and today.hash == content_hash else _stored(content_hash)


@lru_cache(maxsize=EDITIONS_IN_MEMORY)
def _stored(content_hash: str) -> QuizEdition:
    # Safe to keep: the hash names the content, which therefore never changes.
    statement = select(StoredQuiz.compiled).filter_by(hash=content_hash)
    return QuizEdition.parse(db.session.execute(statement).scalar_one())


def stored_id(edition: QuizEdition) -> int:
    """Within the caller's transaction: the row of this edition, added where there is none yet."""
    statement = select(StoredQuiz.id).filter_by(hash=edition.hash)
    found = db.session.scalar(statement)
    if found:
        return found
    fresh = StoredQuiz(slug=edition.quiz.slug, hash=edition.hash, compiled=edition.dump())
    try:
        with db.session.begin_nested():
            db.session.add(fresh)
    except IntegrityError:  # somebody else began the same new edition in this very moment
        return db.session.execute(statement).scalar_one()
    return fresh.id

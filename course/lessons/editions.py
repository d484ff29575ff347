"""The editions at hand: today's content, and the older ones that learners still follow."""

from functools import lru_cache

from flask import Flask, current_app
from sqlalchemy import select

from course.config import Settings
from course.core.db import db
from course.curriculum.edition import Edition
from course.curriculum.library import Library, Watched, load_once
from course.lessons.models import StoredEdition

EDITIONS_IN_MEMORY = 64


def init_app(app: Flask, settings: Settings) -> None:
    """Read the content. Production refuses to start on broken content; development watches it."""
    if settings.is_production:
        app.extensions["library"] = load_once(settings.content)
    else:
        app.extensions["library"] = Watched(settings.content)
    app.jinja_env.globals["content_problems"] = problems


def problems() -> list[str]:
    """What is wrong with the files, for authors on a development site; empty in production."""
    found: Library | Watched = current_app.extensions["library"]
    return [str(problem) for problem in found.problems] if isinstance(found, Watched) else []


def library() -> Library:
    """Today's content."""
    found: Library | Watched = current_app.extensions["library"]
    return found.get() if isinstance(found, Watched) else found


def edition_by_hash(content_hash: str) -> Edition:
    """The edition that a learner is pinned to: today's, or an older one from the database."""
    for edition in library().editions.values():
        if edition.hash == content_hash:
            return edition
    return _stored(content_hash)


@lru_cache(maxsize=EDITIONS_IN_MEMORY)
def _stored(content_hash: str) -> Edition:
    # Safe to keep: the hash names the content, which therefore never changes.
    statement = select(StoredEdition.compiled).filter_by(hash=content_hash)
    return Edition.parse(db.session.execute(statement).scalar_one())

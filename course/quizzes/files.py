"""The file that answers an item: put in, replaced and taken away, until the attempt is handed in.

The response holds the name of the file, so that an item with a file is flagged, looked over, marked
and taken over like all others. A page that saves its answers leaves files alone.
"""

from dataclasses import dataclass
from typing import Final

from course.core.clock import now
from course.core.db import db
from course.core.filetypes import MEGABYTE, Problem
from course.core.log import log
from course.core.uploads import Taken
from course.quizzes import attempts, queries
from course.quizzes.attempts import Refused
from course.quizzes.models import QuizAttempt, Response, ResponseFile

MOST_OF_SOMEBODY: Final = 200 * MEGABYTE  # in all attempts together


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What answers an item now. ``is_stale``: another window was first, and its file was kept."""

    file: ResponseFile | None
    is_stale: bool = False


def keep(row: QuizAttempt, item: str, taken: Taken, *, revision: int) -> Kept | Refused | Problem:
    """Put a file in, in the place of the one that is there when that is the one of ``revision``.

    ``revision`` is that of the response, as the page showed it; sending the same file twice is not
    stale. A file that is refused changes nothing.
    """
    locked = attempts.hold_to_answer(row.public_id)
    if isinstance(locked, Refused):
        return locked
    there, response = _there(locked, item)
    is_same = there is not None and taken.is_in(there)
    if there is not None and (is_same or response.revision != revision):
        db.session.commit()
        return Kept(file=there, is_stale=not is_same)
    freed = there.size if there else 0
    if queries.bytes_of(locked.user_id) - freed + len(taken.content) > MOST_OF_SOMEBODY:
        db.session.commit()
        return Problem.NO_ROOM
    if there is None:
        there = ResponseFile(attempt_id=locked.id, item=item)
    for name, value in taken.columns().items():
        setattr(there, name, value)
    _answered(response, taken.name)
    db.session.add_all([response, there])
    db.session.commit()
    log.info("file_kept", user=locked.user_id, item=item, kind=there.kind, size=there.size)
    return Kept(file=there)


def take_away(row: QuizAttempt, item: str, *, revision: int) -> Kept | Refused:
    """Take the file away that the page showed; nothing happens to a newer one."""
    locked = attempts.hold_to_answer(row.public_id)
    if isinstance(locked, Refused):
        return locked
    there, response = _there(locked, item)
    is_stale = there is not None and response.revision != revision
    if there is not None and not is_stale:
        db.session.delete(there)
        _answered(response, None)
        log.info("file_taken_away", user=locked.user_id, item=item)
    db.session.commit()
    return Kept(file=there if is_stale else None, is_stale=is_stale)


def _there(row: QuizAttempt, item: str) -> tuple[ResponseFile | None, Response]:
    """The file that is there, and the response; a new one where nothing was saved yet."""
    response = db.session.get(Response, (row.id, item), populate_existing=True)
    new = Response(attempt_id=row.id, item=item, revision=0, is_flagged=False)
    return queries.file_of(row.id, item), response or new


def _answered(response: Response, name: str | None) -> None:
    response.given = name
    response.revision += 1
    response.saved_at = now()

"""Earlier versions of a text: kept while one writes, so that what was cut can be found again."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from course.accounts.models import User
from course.core.clock import now
from course.core.db import db
from course.domain.words import count_words
from course.lessons import queries as lessons
from course.lessons.models import Enrolment
from course.reflections.models import Version

A_WHILE: Final = timedelta(minutes=5)  # that a version by itself lasts at least
MOST: Final = 60  # of one text; of the older half every second one goes then, never the first
KIND: Final = "reflect"  # of the step that has versions


def keep(user_id: int, enrolment_id: int, step: str, text: str, *, always: bool = False) -> bool:
    """Keep this text as a version unless it is the last one; ``False`` when nothing was kept.

    While one writes, at most one in :data:`A_WHILE`; ``always`` for a moment that counts, such as
    handing in: then it is kept also when another window keeps one in this very moment.
    """
    while count_words(text):
        last = newest(enrolment_id, step)
        is_soon = last is not None and not always and last.kept_at > now() - A_WHILE
        if last is not None and (last.text == text or is_soon):
            return False
        row = Version(
            user_id=user_id,
            enrolment_id=enrolment_id,
            step=step,
            number=last.number + 1 if last else 1,
            text=text,
            words=count_words(text),
        )
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError:  # another window kept one in this very moment
            continue
        _thin_out(enrolment_id, step)
        return True
    return False


def _thin_out(enrolment_id: int, step: str) -> None:
    """Let some of the older ones go, so that a text of weeks takes no room without end."""
    of_text = select(Version.number).filter_by(enrolment_id=enrolment_id, step=step)
    numbers = db.session.scalars(of_text.order_by(Version.number)).all()
    if len(numbers) > MOST:
        gone = numbers[1 : MOST // 2 : 2]
        whose = delete(Version).filter_by(enrolment_id=enrolment_id, step=step)
        db.session.execute(whose.where(Version.number.in_(gone)))


def newest(enrolment_id: int, step: str) -> Version | None:
    """The last version, if there is any."""
    statement = (
        select(Version)
        .filter_by(enrolment_id=enrolment_id, step=step)
        .order_by(Version.number.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def versions_of(enrolment_id: int, step: str) -> Sequence[Version]:
    """All versions, newest first; one query."""
    statement = (
        select(Version)
        .filter_by(enrolment_id=enrolment_id, step=step)
        .order_by(Version.number.desc())
    )
    return db.session.scalars(statement).all()


def remember(
    sender: User, *, lesson: str, step: str, entered: Mapping[str, list[str]], **_: Any
) -> None:
    """A draft was saved: keep a version now and then, when it is a text."""
    enrolment = _writing(sender, lesson, step)
    if enrolment is not None:
        keep(sender.id, enrolment.id, step, _text(entered))
        db.session.commit()


def remember_both(
    sender: User, *, lesson: str, step: str, texts: Sequence[Mapping[str, list[str]]], **_: Any
) -> None:
    """Two windows hold different texts: whichever is chosen, both can be found again."""
    enrolment = _writing(sender, lesson, step)
    if enrolment is not None:
        keep_both(sender.id, enrolment.id, step, texts)


def keep_both(
    user_id: int, enrolment_id: int, step: str, texts: Sequence[Mapping[str, list[str]]]
) -> None:
    """Keep each of these texts that is not among the versions yet."""
    for text in map(_text, texts):
        if text not in {row.text for row in versions_of(enrolment_id, step)}:
            keep(user_id, enrolment_id, step, text, always=True)
    db.session.commit()


def _text(entered: Mapping[str, list[str]]) -> str:
    return "".join(entered.get("text", []))


def _writing(user: User, lesson: str, step: str) -> Enrolment | None:
    """The run in which this step is a text; None for another kind of step, or none."""
    enrolment, edition = lessons.followed(user, lesson)
    found = edition.step(step) if edition else None
    return enrolment if found is not None and found.kind == KIND else None

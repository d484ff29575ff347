"""Writes of playing: begin, choose, go back, predict. Each choice is kept when it is made."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from course.accounts.models import User
from course.cases import queries
from course.cases.models import ChoicePicture, Playthrough, StoredCase, Turn
from course.cases.play import Play, changed_between
from course.core.clock import now
from course.core.db import db
from course.core.errors import CourseError
from course.core.i18n import _
from course.core.log import log
from course.curriculum.edition import CaseEdition
from course.domain import branching
from course.domain.branching import Kind
from course.domain.distributions import MINIMUM, snapshot_due
from course.groups import actions as groups
from course.lessons import actions as lessons


class Elsewhere(CourseError):
    """The page is not where the case is any more; nothing was changed."""

    status = HTTPStatus.CONFLICT


def begin(user_id: int, edition: CaseEdition, *, number: int = 1) -> Play:
    """Begin the case, pinned to this edition. Beginning twice gives the first."""
    slug = edition.case.slug
    row = Playthrough(
        user_id=user_id, slug=slug, number=number, edition_id=stored_edition_id(edition)
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # another tab began it just now
        db.session.rollback()
        found = queries.newest(user_id, slug)
        if found is None:
            raise
        return found
    db.session.commit()
    log.info("case_begun", user=user_id, case=slug, number=number)
    state = branching.begin(edition.playable, session=row.id)
    return Play(edition=edition, state=state, number=number, row=row)


def stored_edition_id(edition: CaseEdition) -> int:
    """Within the caller's transaction: the row of this edition, added where nobody began it yet."""
    statement = select(StoredCase.id).filter_by(hash=edition.hash)
    found = db.session.scalar(statement)
    if found:
        return found
    fresh = StoredCase(slug=edition.case.slug, hash=edition.hash, compiled=edition.dump())
    try:
        with db.session.begin_nested():
            db.session.add(fresh)
    except IntegrityError:  # somebody else began the same new edition in this very moment
        return db.session.execute(statement).scalar_one()
    return fresh.id


# Built once, and by the tables: a choice should cost little more than keeping it.
_playthroughs = cast("Table", Playthrough.__table__)
_MOVE = (
    update(_playthroughs)
    .where(_playthroughs.c.id == bindparam("id_"), _playthroughs.c.head == bindparam("at"))
    .values(
        head=bindparam("to"),
        turns=bindparam("of"),
        lines=bindparam("on"),
        seen_at=bindparam("moment"),
        ended_at=bindparam("ended"),
    )
)
_ADD_TURN = insert(cast("Table", Turn.__table__))


def choose(play: Play, option: str, *, at: int) -> None:
    """Make a choice at the place ``at`` which the page showed, the number of the last choice.

    A second click of the same button changes nothing, and neither does going the same way again
    after going back. Raises :exc:`Elsewhere` where the case has moved on by another choice, and
    :exc:`branching.Unavailable` for a choice that is not offered.
    """
    row = _row(play)
    if row.head != at:
        raise _elsewhere(row, option, at)
    state = branching.step(play.edition.playable, play.state, option)
    before = queries.children(row.id, at)
    number = before.get(option, row.turns + 1)
    line = play.last.line if play.last else 1
    if before and option not in before:
        line = row.lines + 1
    moment = now()
    has_ended = play.edition.node(state.node).kind is Kind.END
    values = {
        "id_": row.id,
        "at": at,
        "to": number,
        "of": max(number, row.turns),
        "on": max(line, row.lines),
        "moment": moment,
        "ended": row.ended_at or (moment if has_ended else None),
    }
    connection = db.session.connection()
    # The check is in the statement that writes: of two at once, the second finds it moved.
    if not connection.execute(_MOVE, values).rowcount:
        db.session.rollback()
        db.session.refresh(row)
        raise _elsewhere(row, option, at)
    if option not in before:
        turn = {
            "playthrough_id": row.id,
            "number": number,
            "parent": at,
            "line": line,
            "node": play.state.node,
            "option": option,
            "state": branching.to_plain(state),
            "changed": changed_between(play.edition, play.state, state),
            "made_at": moment,
        }
        connection.execute(_ADD_TURN, turn)
    db.session.commit()
    log.info("case_chosen", user=row.user_id, case=row.slug, turn=number)


def go_back(play: Play, number: int) -> None:
    """Stand where one stood after choice ``number``, 0 for the start. Nothing is taken away.

    Raises :exc:`Elsewhere` for a number that this playthrough does not have.
    """
    row = _row(play)
    if not 0 <= number <= row.turns:
        raise Elsewhere(no_such_moment())
    row.head, row.seen_at = number, now()
    db.session.commit()


def predict(play: Play, satisfied: int, why: str) -> None:
    """Keep what somebody expects the client to say; the first time stands."""
    row = _row(play)
    if row.predicted is None:
        row.predicted, row.predicted_why = satisfied, why or None
        if row.lines > 1:  # they may have come to another end before this one
            key = {"playthrough_id": row.id, "number": play.at}
            row.ended_at = db.session.scalar(select(Turn.made_at).filter_by(**key))
        db.session.flush()
        if row.number == 1:
            for group_id in groups.lock_groups_of(row.user_id):
                take_pictures(group_id, row.slug)
        finish_steps(play)
    db.session.commit()


def take_pictures(group_id: int, slug: str) -> None:
    """Within the caller's transaction: keep how the group chose at moments where it may be seen.

    Where ten chose, and anew when ten more did: who subtracts one picture from the next learns of
    those ten together what a first picture tells of ten, and of nobody alone.
    """
    kept = queries.choice_pictures(group_id, slug)
    for moment, counts in queries.choices_in_group(group_id, slug).items():
        answers, picture = sum(counts.values()), kept.get(moment)
        if picture is None:
            key = {"group_id": group_id, "slug": slug, "moment": moment}
            picture = ChoicePicture(**key, answers=0, counts={})
        if snapshot_due(previous_n=picture.answers, current_n=answers, step=MINIMUM):
            picture.answers, picture.counts, picture.taken_at = answers, counts, now()
            db.session.add(picture)


def finish_steps(play: Play) -> None:
    """Within the caller's transaction: where a lesson that was begun has this case, it is done."""
    row = _row(play)
    for found in queries.places(row.user_id, row.slug):
        if found.enrolment is not None:
            lesson = found.edition.lesson
            following = lesson.steps[lesson.steps.index(found.step) + 1 :]
            go_to = following[0].slug if following else found.step.slug
            lessons.add_step_done(found.enrolment, found.step.slug, go_to=go_to)


def adopt(
    user: User,
    edition: CaseEdition,
    choices: Sequence[str],
    *,
    predicted: int | None = None,
    why: str | None = None,
    at: int | None = None,
) -> bool:
    """Within the caller's transaction: what a visitor played becomes the first playthrough.

    Only where there is none yet, else it gives False; and as far as the choices can be made.
    ``at`` is where they stand, if that is not after the last choice.
    """
    slug = edition.case.slug
    if db.session.scalar(select(Playthrough.id).filter_by(user_id=user.id, slug=slug).limit(1)):
        return False
    row = Playthrough(
        user_id=user.id,
        slug=slug,
        number=1,
        edition_id=stored_edition_id(edition),
        predicted=predicted,
        predicted_why=why,
    )
    db.session.add(row)
    db.session.flush()
    state, moment = branching.begin(edition.playable, session=row.id), now()
    for number, option in enumerate(choices, start=1):
        try:
            after = branching.step(edition.playable, state, option)
        except branching.Unavailable:
            break
        db.session.add(
            Turn(
                playthrough_id=row.id,
                number=number,
                parent=number - 1,
                line=1,
                node=state.node,
                option=option,
                state=branching.to_plain(after),
                changed=changed_between(edition, state, after),
                made_at=moment,
            )
        )
        row.head = row.turns = number
        state = after
    if edition.node(state.node).kind is Kind.END:
        row.ended_at = moment
    if at is not None:
        row.head = min(max(0, at), row.turns)
    return True


def _row(play: Play) -> Playthrough:
    if play.row is None:
        raise RuntimeError("a visitor has no playthrough in the database")
    return play.row


def _elsewhere(row: Playthrough, option: str, at: int) -> Elsewhere:
    """What to say; or, for the second click of the same button, where it is already."""
    again = queries.children(row.id, at).get(option) == row.head
    return AlreadyThere(left_behind()) if again else Elsewhere(left_behind())


def no_such_moment() -> str:
    """What to say about going back to where somebody never was."""
    return _("There is no such moment in this case.")


def left_behind() -> str:
    """What to say on a page that is older than where somebody is."""
    return _("This page was left behind: you have gone on since. Nothing was changed.")


def too_long() -> str:
    """What to say to a visitor whose cookie is full."""
    return _("To go on from here, create an account: your choices so far come along.")


class AlreadyThere(Elsewhere):
    """The same choice was made a moment ago; the case is where it leads."""

"""Reads of playing: one's own playthrough, and the trail."""

from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import Table, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from course.accounts.models import User
from course.cases import editions
from course.cases.models import ChoicePicture, Playthrough, StoredCase, Turn
from course.cases.play import Chosen, Play
from course.cases.trail import Trail
from course.core.db import db
from course.curriculum.edition import Edition
from course.curriculum.schema import CaseStep, ReflectStep, Step, WeighAgainStep
from course.domain import branching
from course.domain.branching import Kind
from course.groups.models import Membership, Part
from course.lessons import queries as lessons
from course.lessons.editions import library
from course.lessons.models import Enrolment

# Built once, because every page of a case asks for it; what a choice asks goes by the table.
_turns = cast("Table", Turn.__table__)
MOST_UNFINISHED = 3  # on the home page
_IS_HEAD = (Turn.playthrough_id == Playthrough.id) & (Turn.number == Playthrough.head)
_NEWEST = (
    select(Playthrough, StoredCase.hash, Turn)
    .join(StoredCase, StoredCase.id == Playthrough.edition_id)
    .outerjoin(Turn, _IS_HEAD)
    .where(Playthrough.user_id == bindparam("user_id"), Playthrough.slug == bindparam("slug"))
    .order_by(Playthrough.number.desc())
    .limit(1)
)
_parents = _turns.alias("parent")
_IS_PARENT = (_parents.c.playthrough_id == Turn.playthrough_id) & (_parents.c.number == Turn.parent)
_NEWEST_WITH_BEFORE = _NEWEST.outerjoin(_parents, _IS_PARENT).add_columns(_parents.c.state)


def newest(user_id: int, slug: str) -> Play | None:
    """The newest playthrough of this person, where they are in it; one query."""
    found = db.session.execute(_NEWEST, {"user_id": user_id, "slug": slug}).one_or_none()
    return _play(*found) if found else None


def newest_with_before(user_id: int, slug: str) -> Play | None:
    """As :func:`newest`, with the state in which the last choice was made; one query.

    For the page of a moment, which says what changed; a choice does without.
    """
    values = {"user_id": user_id, "slug": slug}
    found = db.session.execute(_NEWEST_WITH_BEFORE, values).one_or_none()
    if found is None:
        return None
    row, content_hash, turn, plain = found
    play = _play(row, content_hash, turn)
    if turn is None:
        return play
    first = branching.begin(play.edition.playable, session=row.id)
    return replace(play, before=branching.from_plain(plain) if plain else first)


def trails(user_id: int, slug: str) -> list[Trail]:
    """Every time that this person played a case, with all choices, the first one first; one query.

    The rows of a time come in the order of its choices.
    """
    statement = (
        select(Playthrough, StoredCase.hash, Turn)
        .join(StoredCase, StoredCase.id == Playthrough.edition_id)
        .outerjoin(Turn, Turn.playthrough_id == Playthrough.id)
        .where(Playthrough.user_id == user_id, Playthrough.slug == slug)
        .order_by(Playthrough.number, Turn.number)
    )
    times: dict[int, tuple[Playthrough, str, list[Turn]]] = {}
    for row, content_hash, turn in db.session.execute(statement):
        _row, _hash, kept = times.setdefault(row.id, (row, content_hash, []))
        kept += [turn] if turn else []
    newest_id = next(reversed(times), None)
    return [
        _trail(row, content_hash, turns, is_newest=row.id == newest_id)
        for row, content_hash, turns in times.values()
    ]


def _trail(row: Playthrough, content_hash: str, turns: list[Turn], *, is_newest: bool) -> Trail:
    head = next((turn for turn in turns if turn.number == row.head), None)
    play = _play(row, content_hash, head)
    ends = [turn for turn in turns if play.edition.node(turn.state["node"]).kind is Kind.END]
    predicted = next((turn for turn in ends if turn.made_at == row.ended_at), None)
    if predicted is None and ends:
        predicted = ends[0]
    return Trail(
        play=play,
        choices=[chosen(turn) for turn in turns],
        is_newest=is_newest,
        predicted_end=predicted.state["node"] if predicted else None,
    )


_later = aliased(Playthrough)


def unfinished(user_id: int) -> list[Play]:
    """The cases that this person is half-way in, the last one first; one query.

    Until they heard how the client looks back.
    """
    statement = (
        select(Playthrough, StoredCase.hash, Turn)
        .join(StoredCase, StoredCase.id == Playthrough.edition_id)
        .outerjoin(Turn, _IS_HEAD)
        .where(
            Playthrough.user_id == user_id,
            Playthrough.predicted.is_(None),
            # Who began once more has left the earlier time behind.
            ~exists().where(
                _later.user_id == Playthrough.user_id,
                _later.slug == Playthrough.slug,
                _later.number > Playthrough.number,
            ),
        )
        .order_by(Playthrough.seen_at.desc(), Playthrough.id)
        .limit(MOST_UNFINISHED)
    )
    return [_play(*found) for found in db.session.execute(statement)]


def _play(row: Playthrough, content_hash: str, turn: Turn | None) -> Play:
    edition = editions.edition_by_hash(row.slug, content_hash)
    last = chosen(turn) if turn else None
    state = last.state if last else branching.begin(edition.playable, session=row.id)
    return Play(
        edition=edition,
        state=state,
        at=row.head,
        last=last,
        number=row.number,
        lines=row.lines,
        predicted=row.predicted,
        predicted_why=row.predicted_why,
        row=row,
    )


def chosen(turn: Turn) -> Chosen:
    """A turn as a value."""
    return Chosen(
        number=turn.number,
        parent=turn.parent,
        line=turn.line,
        node=turn.node,
        option=turn.option,
        state=branching.from_plain(turn.state),
        changed=tuple(turn.changed),
    )


_CHILDREN = select(_turns.c.option, _turns.c.number).where(
    _turns.c.playthrough_id == bindparam("playthrough"), _turns.c.parent == bindparam("after")
)


def children(playthrough_id: int, parent: int) -> dict[str, int]:
    """What was chosen after a turn before, by option: its number."""
    values = {"playthrough": playthrough_id, "after": parent}
    return {row.option: row.number for row in db.session.connection().execute(_CHILDREN, values)}


def standings(user_id: int) -> dict[str, Playthrough]:
    """The newest playthrough of each case that this person played, by slug; one query."""
    statement = select(Playthrough).filter_by(user_id=user_id).order_by(Playthrough.number)
    return {row.slug: row for row in db.session.scalars(statement)}


def choices_in_group(group_id: int, slug: str) -> dict[str, dict[str, int]]:
    """How often each option was chosen, per moment: first playthroughs, first lines; one query.

    Of the learners of a group who played it to an end. Who looks at it has to hide small numbers.
    """
    statement = (
        select(Turn.node, Turn.option, func.count(func.distinct(Playthrough.user_id)))
        .join(Playthrough, Playthrough.id == Turn.playthrough_id)
        .join(Membership, Membership.user_id == Playthrough.user_id)
        .where(
            Membership.group_id == group_id,
            Membership.part == Part.LEARNER,
            Playthrough.slug == slug,
            Playthrough.number == 1,
            Playthrough.predicted.is_not(None),
            Turn.line == 1,
        )
        .group_by(Turn.node, Turn.option)
    )
    found: dict[str, dict[str, int]] = {}
    for node, option, count in db.session.execute(statement):
        found.setdefault(node, {})[option] = count
    return found


def played_in_group(group_id: int) -> dict[str, int]:
    """How many learners of a group heard the client of each case the first time; one query."""
    statement = (
        select(Playthrough.slug, func.count(func.distinct(Playthrough.user_id)).label("heard"))
        .join(Membership, Membership.user_id == Playthrough.user_id)
        .where(
            Membership.group_id == group_id,
            Membership.part == Part.LEARNER,
            Playthrough.number == 1,
            Playthrough.predicted.is_not(None),
        )
        .group_by(Playthrough.slug)
    )
    return {row.slug: row.heard for row in db.session.execute(statement)}


def choice_pictures(group_id: int, slug: str) -> dict[str, ChoicePicture]:
    """How a group chose, per moment, as it was when enough of them had played; one query."""
    statement = select(ChoicePicture).filter_by(group_id=group_id, slug=slug)
    return {picture.moment: picture for picture in db.session.scalars(statement)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a case stands in a lesson, and what comes of it there."""

    edition: Edition
    step: CaseStep
    weigh_again: Step | None  # the next weighing after the case
    weigh_first: Step | None  # what that weighs again, where it was not weighed yet
    reflect: ReflectStep | None  # the next reflection that shows the trail beside the text
    enrolment: Enrolment | None  # None when the reader has not begun the lesson


def places(user_id: int | None, slug: str) -> list[Place]:
    """The lessons in which this case is played, in the order of the course.

    As this person follows them; as they are today for who has not begun. Two queries a lesson.
    """
    found = []
    user = db.session.get(User, user_id) if user_id is not None else None
    for lesson, today in library().editions.items():
        if _place(today, slug, None) is None:
            continue
        enrolment, edition = lessons.followed(user, lesson)
        place = _place(edition, slug, enrolment) if edition else None
        if place is not None:
            found.append(place)
    return sorted(found, key=lambda place: place.edition.lesson.number)


def begun_places(user_id: int, slug: str) -> list[Place]:
    """As :func:`places`, only of lessons that this person has begun."""
    return [place for place in places(user_id, slug) if place.enrolment]


def _place(edition: Edition, slug: str, enrolment: Enrolment | None) -> Place | None:
    steps = edition.lesson.steps
    for at, step in enumerate(steps):
        if isinstance(step, CaseStep) and step.case == slug:
            later = steps[at + 1 :]
            again = (item for item in later if isinstance(item, WeighAgainStep))
            writings = (
                item for item in later if isinstance(item, ReflectStep) and step.slug in item.beside
            )
            weighing = next(again, None)
            done = lessons.done_steps(enrolment.id) if enrolment and weighing else frozenset()
            return Place(
                edition=edition,
                step=step,
                weigh_again=weighing,
                weigh_first=(
                    edition.step(weighing.of) if weighing and weighing.of not in done else None
                ),
                reflect=next(writings, None),
                enrolment=enrolment,
            )
    return None

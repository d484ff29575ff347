"""Loading and removing the demo: all of it in one transaction, or nothing.

The actions of the features commit one step at a time, at this very moment. Here three weeks of
thirty-five people go in at once, with the same rules of ``domain`` and the same marks and receipts.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.exc import IntegrityError

from course.accounts.models import SignUp, User
from course.accounts.passwords import hash_password
from course.cases.actions import take_pictures
from course.core.access import Role
from course.core.clock import AMSTERDAM, now
from course.core.db import Model, db, end_transaction, insert_if_absent
from course.core.log import log
from course.core.outbox import Message
from course.curriculum.edition import Edition
from course.demo import diary, marked, panels, people, told
from course.demo.booked import add_rule
from course.demo.marked import MarkedSheet, Marker
from course.demo.panels import PanelSheet
from course.demo.people import Sheet
from course.demo.plan import DemoError, Run, plan
from course.demo.planned import add_moments
from course.demo.played import PLAYED, add_playthroughs
from course.demo.taken import add_quizzes, forget_pictures
from course.demo.work import Work, pictures
from course.groups.models import Group, Membership, Part
from course.lessons import editions
from course.lessons.models import Enrolment, StoredEdition
from course.panels.models import Panel
from course.weighings.models import Weighing

SEED = 2026
PLAYING_BEGINS = 6  # days after the groups were made


def load() -> bool:
    """Load the demo; ``False`` when it was there already, also when twice at the same moment.

    Raises :exc:`DemoError` when a sheet and a lesson do not fit, or when an address or code of the
    demo belongs to somebody real, and :exc:`course.curriculum.positions.ContentErrors` for a
    sheet that cannot be read. Then nothing was loaded.
    """
    if _is_loaded():
        return False
    # Slow things first, so that nobody waits for our transaction.
    password_hash = hash_password(people.PASSWORD)
    sheets, asked, judged = people.sheets(), panels.read(), marked.read()
    random = Random(SEED)
    runs = {
        learner.address: plan(random, learner, editions.library())
        for sheet in sheets
        for learner in sheet.learners
    }
    try:
        _add_everything(random, sheets, asked, judged, runs, password_hash)
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        if _is_loaded():
            return False
        raise DemoError(
            "an account or a group of your own has an address or code that the demo needs: "
            f"{error.orig}"
        ) from error
    except Exception:
        db.session.rollback()
        raise
    log.info("demo_loaded", groups=len(sheets), learners=len(runs))
    return True


def remove() -> int:
    """Delete the demo accounts, groups and panels with everything in them; how many accounts.

    Real people who joined a demo group only lose that membership. A group that the demo instructor
    made later goes too, unless somebody real is in it.
    """
    of_demo = select(User.id).where(User.is_demo).scalar_subquery()
    emails = select(User.email).where(User.is_demo).scalar_subquery()
    theirs = list(
        db.session.scalars(select(Membership.group_id).where(Membership.user_id.in_(of_demo)))
    )
    forget_pictures()
    db.session.execute(delete(Panel).where(Panel.made_by.in_(of_demo)))
    db.session.execute(delete(Message).where(Message.recipient.in_(emails)))
    db.session.execute(delete(SignUp).where(SignUp.email.in_(emails)))
    gone = db.session.execute(delete(User).where(User.is_demo).returning(User.id)).all()
    is_empty = ~exists().where(Membership.group_id == Group.id)
    db.session.execute(delete(Group).where(or_(Group.is_demo, Group.id.in_(theirs) & is_empty)))
    db.session.commit()
    log.info("demo_removed", accounts=len(gone))
    return len(gone)


def _is_loaded() -> bool:
    found = select(User.id).where(User.is_demo).limit(1)
    loaded = db.session.scalar(found) is not None
    end_transaction()
    return loaded


def _add_everything(
    random: Random,
    sheets: Sequence[Sheet],
    asked: PanelSheet,
    judged: MarkedSheet,
    runs: Mapping[str, list[Run]],
    password_hash: str,
) -> None:
    start = diary.opening(now().astimezone(AMSTERDAM).date())
    users = _add_people(sheets, password_hash, start)
    groups = _add_groups(sheets, users, start, read_twice=judged.group)
    rows: list[Model] = []
    for address, run, enrolment in _add_enrolments(users, runs):
        rows += Work(random, run, enrolment, users[address].id).rows()
    for sheet in sheets:
        ids = {users[learner.address].id for learner in sheet.learners}
        weighings = [row for row in rows if isinstance(row, Weighing) and row.user_id in ids]
        rows += pictures(groups[sheet.code].id, weighings)
    db.session.add_all(rows)
    db.session.flush()
    learners = [users[learner.address].id for sheet in sheets for learner in sheet.learners]
    add_playthroughs(
        editions.library().cases,
        learners,
        student=users[people.STUDENT].id,
        begun=start + timedelta(days=PLAYING_BEGINS),
    )
    db.session.flush()
    for group in groups.values():
        take_pictures(group.id, PLAYED)
    ids_by_address = {address: user.id for address, user in users.items()}
    instructor_id = ids_by_address[people.INSTRUCTOR[1]]
    for sheet in sheets:
        group_id = groups[sheet.code].id
        add_quizzes(sheet, group_id, ids_by_address, instructor_id)
        names = {learner.name: ids_by_address[learner.address] for learner in sheet.learners}
        add_moments(sheet.moments, group_id, names, instructor_id)
    panels.add_panels(asked, instructor_id)
    marked.add_marked(
        judged,
        groups[judged.group].id,
        {user.name: user.id for user in users.values()},
        {
            Marker.INSTRUCTOR: instructor_id,
            Marker.COLLEAGUE: ids_by_address[people.COLLEAGUE[1]],
        },
    )
    instructor = users[people.INSTRUCTOR[1]]
    for sheet in sheets:
        group = groups[sheet.code]
        by_name = {learner.name: users[learner.address] for learner in sheet.learners}
        if sheet.gradebook is not None:
            known = {name: user.id for name, user in by_name.items()}
            add_rule(sheet.gradebook, group.id, known, instructor.id)
        told.add_letters(sheet.letters, group, by_name, instructor)
        told.add_results(group)


def _add_people(sheets: Sequence[Sheet], password_hash: str, start: datetime) -> dict[str, User]:
    """The accounts, by address."""
    shared = {"password_hash": password_hash, "is_demo": True, "created_at": start}
    users = [
        User(name=name, email=address, role=Role.INSTRUCTOR, **shared)
        for name, address in (people.INSTRUCTOR, people.COLLEAGUE)
    ]
    users += [
        User(name=learner.name, email=learner.address, language=learner.language, **shared)
        for sheet in sheets
        for learner in sheet.learners
    ]
    db.session.add_all(users)
    db.session.flush()
    return {user.email: user for user in users}


def _add_groups(
    sheets: Sequence[Sheet], users: Mapping[str, User], start: datetime, *, read_twice: str
) -> dict[str, Group]:
    """The groups, by code, with everybody in them; one of them has a second instructor."""
    groups = {
        sheet.code: Group(
            name=sheet.name,
            join_code=sheet.code,
            first_week=start.date() - timedelta(days=start.weekday()),
            is_demo=True,
            created_at=start,
        )
        for sheet in sheets
    }
    db.session.add_all(groups.values())
    db.session.flush()
    for sheet in sheets:
        parts = [(people.INSTRUCTOR[1], Part.INSTRUCTOR)]
        parts += [(people.COLLEAGUE[1], Part.INSTRUCTOR)] if sheet.code == read_twice else []
        parts += [(learner.address, Part.LEARNER) for learner in sheet.learners]
        numbers = _student_numbers(sheet)
        db.session.add_all(
            Membership(
                group_id=groups[sheet.code].id,
                user_id=users[address].id,
                part=part,
                student_number=numbers.get(address),
                joined_at=start,
            )
            for address, part in parts
        )
    return groups


def _student_numbers(sheet: Sheet) -> dict[str, str]:
    """Seven digits by address, as a list of a school has them; empty for a group without."""
    if sheet.numbers_from is None:
        return {}
    places = enumerate(sheet.learners, sheet.numbers_from)
    return {learner.address: f"{number:07}" for number, learner in places}


def _add_enrolments(
    users: Mapping[str, User], runs: Mapping[str, list[Run]]
) -> list[tuple[str, Run, Enrolment]]:
    """The enrolments with their runs and addresses; the editions are stored where they were not."""
    found = []
    stored = _edition_ids({run.edition.hash: run.edition for each in runs.values() for run in each})
    for address, of_learner in runs.items():
        for run in of_learner:
            lesson, span = run.edition.lesson, run.span
            enrolment = Enrolment(
                user_id=users[address].id,
                lesson=lesson.slug,
                run=1,
                edition_id=stored[run.edition.hash],
                last_step=run.last_step,
                started_at=span.begin,
                seen_at=span.end,
                moved_at=span.end if run.done else span.begin,
                steps_done=len(run.done),
                steps_total=len(lesson.steps),
                completed_at=span.end if len(run.done) == len(lesson.steps) else None,
            )
            found.append((address, run, enrolment))
    db.session.add_all(enrolment for _address, _run, enrolment in found)
    db.session.flush()
    return found


def _edition_ids(followed: Mapping[str, Edition]) -> dict[str, int]:
    """The rows of these editions, by hash; added where nobody began them before."""
    for content_hash, edition in followed.items():
        insert_if_absent(
            StoredEdition,
            lesson=edition.lesson.slug,
            hash=content_hash,
            compiled=edition.dump(),
        )
    statement = select(StoredEdition.hash, StoredEdition.id)
    rows = db.session.execute(statement.where(StoredEdition.hash.in_(followed)))
    return {row.hash: row.id for row in rows}

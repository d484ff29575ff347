"""Reflections of the demo that were marked: in every state, with remarks, grades and a question.

Markings are rows as the feature would have written them; results are returned by the feature, so
that each grade is in the book of grades. Everybody is invented, and so is what they say.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, ValidationError, model_validator
from sqlalchemy import select

from course.core.clock import AMSTERDAM, now
from course.core.db import db
from course.curriculum import advice, positions
from course.curriculum.positions import ContentErrors
from course.curriculum.schema import Content, Flag, ReflectStep, Slug, Text
from course.demo.plan import DemoError
from course.demo.tries import Days, Percent, Written
from course.domain import anchors, foureyes
from course.domain.grades import Scheme
from course.lessons.editions import library
from course.lessons.models import Enrolment
from course.marking import queries, releasing, rubrics
from course.marking.judging import Decision, Part
from course.marking.models import LONGEST_REMARK, LONGEST_WHY, Agreed, Assignment, Marking, Remark
from course.reflections.models import LONGEST_QUESTION, HelpRequest, Submission

SHEET: Final = Path(__file__).parent / "marked.yaml"
ASKS: Final = time(9, 45)


class Marker(StrEnum):
    """Who marks."""

    INSTRUCTOR = "instructor"
    COLLEAGUE = "colleague"  # the second reader


# --- The sheet -----------------------------------------------------------------------------


class Passage(Content):
    """A remark on a piece of the text; ``used`` is what its writer said of it, if anything."""

    quote: Text
    text: Annotated[Text, Field(max_length=LONGEST_REMARK)]
    used: Flag | None = None
    why: Annotated[Text, Field(max_length=LONGEST_WHY)] | None = None

    @model_validator(mode="after")
    def _says_why_not(self) -> Self:
        if (self.used is False) != (self.why is not None):
            raise ValueError("say 'why' with 'used: false', and only then")
        return self


class ToldMarking(Content):
    """What one marker thinks of the reflection of one learner."""

    learner: Text
    by: Marker
    levels: dict[Slug, Annotated[int, Field(strict=True, ge=0)]]
    decision: Decision = Decision.OPEN
    after: Percent
    is_done: Flag = True
    is_returned: Flag = True  # unless it waits for a second reader, or the two are too far apart
    note: Text = ""
    remarks: tuple[Passage, ...]
    comment: Written


class Asked(Content):
    """A reflection that the group was asked for."""

    lesson: Slug
    step: Slug
    asked: Days  # ago
    is_read_twice: Flag = False
    markings: tuple[ToldMarking, ...]


class Question(Content):
    """Somebody who is stuck while writing asked their instructor, who did not answer yet."""

    learner: Text
    lesson: Slug
    step: Slug
    question: Annotated[Text, Field(max_length=LONGEST_QUESTION)]
    shows_draft: Flag = False


class MarkedSheet(Content):
    """All that one group was asked."""

    group: Text  # its code
    assignments: tuple[Asked, ...]
    questions: tuple[Question, ...] = ()


def read(path: Path = SHEET) -> MarkedSheet:
    """The sheet. Raises :exc:`ContentErrors` that names file and line."""
    data, lines = positions.load(path, shown=path.name)
    try:
        return MarkedSheet.model_validate(data)
    except ValidationError as error:
        raise ContentErrors(advice.explain(error, MarkedSheet, lines, path.name)) from error


# --- The rows ------------------------------------------------------------------------------


def add_marked(
    sheet: MarkedSheet, group_id: int, users: Mapping[str, int], markers: Mapping[Marker, int]
) -> None:
    """Add the assignments with all markings, results and questions. Does not commit.

    ``users`` are by name. Raises :exc:`DemoError` where the sheet does not fit what was written.
    """
    today = now().astimezone(AMSTERDAM).date()
    for told in sheet.assignments:
        room = _Room(told, _asked(told, group_id, markers, today), users, markers)
        for marking in told.markings:
            room.mark(marking)
        db.session.flush()
        room.agree()
        room.give_back()
    for question in sheet.questions:
        _ask(question, users)
    db.session.flush()


def _asked(told: Asked, group_id: int, markers: Mapping[Marker, int], today: date) -> Assignment:
    edition = library().current(told.lesson)
    step = edition.step(told.step) if edition else None
    rubric = rubrics.current(step.rubric) if isinstance(step, ReflectStep) and step.rubric else None
    if rubric is None:
        raise DemoError(f"{told.lesson}/{told.step} is no reflection that has a rubric")
    second = markers[Marker.COLLEAGUE] if told.is_read_twice else None
    db.session.add(
        Assignment(
            group_id=group_id,
            lesson=told.lesson,
            step=told.step,
            rubric_id=rubrics.stored_id(rubric),
            scheme=dict(Scheme().to_plain()),
            names_hidden=True,
            seconds="all" if second else "none",
            second_marker_id=second,
            code_key=secrets.token_urlsafe(32),
            made_by=markers[Marker.INSTRUCTOR],
            made_at=datetime.combine(today - timedelta(days=told.asked), ASKS, AMSTERDAM),
        )
    )
    db.session.flush()
    found = queries.assignment_at(group_id, told.lesson, told.step)
    if found is None:
        raise LookupError("what was just added is not there")
    return found


@dataclass(frozen=True, slots=True)
class _Room:
    """An assignment while it is marked."""

    told: Asked
    assignment: Assignment
    users: Mapping[str, int]
    markers: Mapping[Marker, int]

    def _submission(self, learner: str) -> Submission:
        statement = select(Submission).filter_by(
            user_id=self.users.get(learner), lesson=self.told.lesson, step=self.told.step
        )
        found = db.session.scalar(statement.where(Submission.withdrawn_at.is_(None)))
        if found is None:
            raise DemoError(
                f"{learner} is marked for {self.told.lesson}/{self.told.step} and handed nothing in"
            )
        return found

    def mark(self, told: ToldMarking) -> None:
        """Add what a marker thinks, with the remarks."""
        submission = self._submission(told.learner)
        self._check(told)
        handed_in = submission.handed_in_at
        at = handed_in + (now() - handed_in) * told.after / 100
        row = Marking(
            user_id=submission.user_id,
            submission_id=submission.id,
            assignment_id=self.assignment.id,
            marker_id=self.markers[told.by],
            part=(Part.SECOND if told.by is Marker.COLLEAGUE else Part.FIRST).value,
            levels=dict(told.levels),
            comment=told.comment,
            note=told.note,
            decision=told.decision.value,
            revision=2 + 3 * len(told.remarks),
            saved_at=at,
            done_at=at if told.is_done else None,
        )
        db.session.add(row)
        if submission.marking_began_at is None or at < submission.marking_began_at:
            submission.marking_began_at = at
        db.session.flush()
        db.session.add_all(_remark(said, row, submission, at) for said in told.remarks)

    def _check(self, told: ToldMarking) -> None:
        """Raises :exc:`DemoError` unless the screen could have held it."""
        criteria = {one.slug: one for one in rubrics.edition_of(self.assignment).rubric.criteria}
        wrong = [
            slug
            for slug, level in told.levels.items()
            if slug not in criteria or level >= len(criteria[slug].levels)
        ]
        if wrong or (told.is_done and told.levels.keys() != criteria.keys()):
            raise DemoError(
                f"the levels for {told.learner} in {self.told.lesson} do not fit the rubric"
            )

    def agree(self) -> None:
        """Take the mean of two markings that are close; leave others to be talked about."""
        marked = [item for item in self._queue() if len(item.markings) > 1]
        for item in marked:
            done = sorted(item.markings.values(), key=lambda row: row.part)
            grades = [rubrics.grade_of(self.assignment, row.levels) for row in done]
            exact = [grade.exact for grade in grades if grade and grade.exact is not None]
            outcome = foureyes.compare(exact[0], exact[1])
            if outcome.decision is foureyes.Decision.MEAN:
                db.session.add(
                    Agreed(
                        submission_id=item.submission.id,
                        user_id=item.submission.user_id,
                        levels=done[0].levels,
                        exact=str(outcome.grade),
                        comment="",
                        how="mean",
                        why="",
                        made_by=self.markers[Marker.INSTRUCTOR],
                        made_at=max(row.saved_at for row in done),
                    )
                )
        db.session.flush()

    def give_back(self) -> None:
        """Return what is ready, except where the sheet says not to; mails go to nobody."""
        waits = {self.users[each.learner] for each in self.told.markings if not each.is_returned}
        ready = [
            item
            for item in self._queue()
            if item.submission.user_id not in waits
            and releasing.final_of(item, queries.agreed_of(item.submission.id)) is not None
        ]
        releasing.add_results(self.assignment, ready, by=self.markers[Marker.INSTRUCTOR])
        given = releasing.standing(self.assignment.id, [item.submission.id for item in ready])
        answered = {
            self.users[each.learner]
            for each in self.told.markings
            if any(said.used is not None for said in each.remarks)
        }
        for release in given.values():
            release.told_at = release.visible_at
            release.seen_at = release.visible_at if release.user_id in answered else None

    def _queue(self) -> Sequence[queries.Item]:
        return queries.queue(self.assignment, self.markers[Marker.INSTRUCTOR])


def _remark(said: Passage, row: Marking, submission: Submission, at: datetime) -> Remark:
    if submission.text.count(said.quote) != 1:
        raise DemoError(f"{said.quote!r} is not once in what was handed in at {submission.step}")
    start = submission.text.index(said.quote)
    anchor = anchors.make_anchor(submission.text, start, start + len(said.quote))
    return Remark(
        public_id=secrets.token_urlsafe(16),
        user_id=row.user_id,
        marking_id=row.id,
        place="passage",
        anchor=asdict(anchor),
        text=said.text,
        made_at=at,
        used=said.used,
        used_why=said.why,
        used_at=None if said.used is None else now(),
    )


def _ask(told: Question, users: Mapping[str, int]) -> None:
    user_id = users.get(told.learner)
    run = db.session.scalar(select(Enrolment).filter_by(user_id=user_id, lesson=told.lesson))
    if run is None:
        raise DemoError(f"{told.learner} asks about {told.lesson}, and did not begin it")
    db.session.add(
        HelpRequest(
            public_id=secrets.token_urlsafe(16),
            user_id=run.user_id,
            enrolment_id=run.id,
            lesson=told.lesson,
            step=told.step,
            question=told.question,
            shows_draft=told.shows_draft,
            asked_at=run.seen_at,
        )
    )

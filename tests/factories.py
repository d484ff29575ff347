"""Rows to begin a test with. Each method adds one row as the app itself would have left it.

Every call has a transaction and an app context of its own, so nothing is open when a test asks
for a page. What comes back is detached: its columns can be read, its relationships cannot.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any, Final, TypeVar

from flask import Flask, has_app_context
from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager

from course.accounts.models import PasswordReset, SignIn, SignUp, User
from course.accounts.passwords import hash_password
from course.accounts.tokens import digest, new_token
from course.audit import models as audit
from course.audit.models import Entry
from course.cases.models import ChoicePicture, Playthrough, StoredCase, Turn
from course.core.access import Role
from course.core.clock import now
from course.core.db import Model, db
from course.core.filetypes import Checked, checked
from course.core.outbox import Message
from course.core.uploads import Taken
from course.curriculum.edition import CaseEdition, Edition, QuizEdition
from course.curriculum.quizzes import WeighingItem
from course.curriculum.schema import QuestionStep, ScaleStep, Step
from course.domain import anchors, branching
from course.domain.grades import Scheme
from course.domain.words import count_words
from course.groups.models import Group, Invitation, Membership, Part, RosterDraft
from course.lessons import editions
from course.lessons.models import Draft, Enrolment, Pending, StepDone, StoredEdition
from course.marking import grades, rubrics
from course.marking.models import (
    Agreed,
    Assignment,
    Calibration,
    Looking,
    Marking,
    MarkingKeys,
    PeerReview,
    Phrase,
    Release,
    Remark,
)
from course.messages import models as messages
from course.messages.models import NoMail, Notice
from course.panels import queries as panel_queries
from course.panels.actions import freezing
from course.panels.models import Panel, PanelAnswer, PanelMember, PanelShare
from course.quizzes import attempts, files
from course.quizzes import editions as quizzes
from course.quizzes.models import (
    Allowance,
    Answer,
    ItemPicture,
    Judgement,
    KeyChange,
    Mark,
    MarkChange,
    QuizAttempt,
    Response,
    Sitting,
)
from course.reflections.actions import receipt_code
from course.reflections.models import Attachment, HelpRequest, Submission, Version
from course.results.models import Certificate, Contact, Excuse, GradeRule, SignAnswer
from course.schedule.models import CalendarFeed, Extension, LessonMoment, Subgroup
from course.teaching.models import Letter
from course.weighings.models import GroupPicture, Weighing
from tests import papers

PASSWORD: Final = "een goed bewaard geheim"
LESSON: Final = "waarom-eropaf"
QUIZ: Final = "toets-afsluiten-of-loslaten"
CASE: Final = "afsluiten-in-december"

Row = TypeVar("Row", bound=Model)


@cache
def _password_hash() -> str:
    """Hashing is slow on purpose, so all people of a test process share one hash."""
    return hash_password(PASSWORD)


def kept_of(item: WeighingItem, place: int) -> Any:
    """What a form keeps of the answer of the member at ``place`` on the example panel."""
    said: list[Any] = list(item.panel.values())
    match said[place % len(said)]:
        case int() as one:
            return str(one)
        case dict() as parts:
            return {name: str(value) for name, value in parts.items()}
        case pick:
            return {"best": pick.best, "worst": pick.worst}


class Factory:
    """Makes people, groups and work in the database of one app."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._numbers = count(1)
        self._is_together = False

    def add(self, row: Row) -> Row:
        """Save a row of any table."""
        with self.together():
            db.session.add(row)
            db.session.flush()
        return row

    @contextmanager
    def together(self) -> Iterator[None]:
        """``with make.together():`` saves many rows in one transaction, which is faster."""
        if self._is_together:
            yield
            return
        if has_app_context():
            raise AssertionError("close the app context before making rows: they would lock")
        self._is_together = True
        try:
            with self.app.app_context():
                yield
                db.session.commit()
        finally:
            self._is_together = False

    # --- People ----------------------------------------------------------------------------

    def user(self, role: Role = Role.LEARNER, **columns: Any) -> User:
        """A person whose password is :data:`PASSWORD` and who reads Dutch."""
        number = next(self._numbers)
        values = {
            "email": f"persoon{number}@example.org",
            "name": f"Persoon {number}",
            "password_hash": _password_hash(),
            "role": role,
            "language": "nl",
            **columns,
        }
        return self.add(User(**values))

    def learner(self, **columns: Any) -> User:
        """Somebody who learns."""
        return self.user(Role.LEARNER, **columns)

    def instructor(self, **columns: Any) -> User:
        """Somebody who teaches; which groups is up to the group."""
        return self.user(Role.INSTRUCTOR, **columns)

    def administrator(self, **columns: Any) -> User:
        """Somebody who looks after the site."""
        return self.user(Role.ADMINISTRATOR, **columns)

    def sign_in(self, user: User, **columns: Any) -> str:
        """A browser in which the user is signed in; returns the token for its cookie ``sid``."""
        token = new_token()
        values = {"browser": "Firefox, Linux", "expires_at": now() + timedelta(days=14), **columns}
        self.add(SignIn(user_id=user.id, token_hash=digest(token), **values))
        return token

    def sign_up(self, email: str = "nieuw@example.org", **columns: Any) -> str:
        """Somebody asked for an account; returns the token of the link in the mail."""
        token = new_token()
        values = {"language": "nl", "expires_at": now() + timedelta(days=2), **columns}
        self.add(SignUp(email=email, token_hash=digest(token), **values))
        return token

    def password_reset(self, user: User, **columns: Any) -> str:
        """The user asked for a new password; returns the token of the link in the mail."""
        token = new_token()
        values = {"expires_at": now() + timedelta(hours=1), **columns}
        self.add(PasswordReset(user_id=user.id, token_hash=digest(token), **values))
        return token

    def message(self, recipient: str = "iemand@example.org", **columns: Any) -> Message:
        """A mail that waits to be sent."""
        values = {
            "key": f"message:{next(self._numbers)}",
            "subject": "Een bericht",
            "body": "Beste lezer,\n\nDit is een bericht.",
            **columns,
        }
        return self.add(Message(recipient=recipient, **values))

    def notice(self, user: User, **columns: Any) -> Notice:
        """Something that the app told this person, not opened yet."""
        number = next(self._numbers)
        values: dict[str, Any] = {
            "public_id": f"bericht-{number}",
            "kind": messages.Kind.RESULT,
            "key": f"notice:{number}",
            "subject": "Er is feedback op je reflectie",
            "body": "Je docent gaf je reflectie terug.",
            "link": "/home",
            **columns,
        }
        return self.add(Notice(user_id=user.id, **values))

    def letter(self, sender: User, group: Group, **columns: Any) -> Letter:
        """A message that somebody wrote to three learners of a group."""
        values: dict[str, Any] = {
            "key": f"letter-{next(self._numbers)}",
            "subject": "Zullen we even praten?",
            "body": "Schikt het je deze week?",
            "receivers": 3,
            **columns,
        }
        return self.add(Letter(user_id=sender.id, group_id=group.id, **values))

    def seen(self, user: User, by: User | None = None, **columns: Any) -> Entry:
        """That somebody saw or changed something of this person."""
        values = {"kind": audit.Kind.READ, "about": f"{LESSON}/wegen", **columns}
        return self.add(Entry(user_id=user.id, actor_id=by.id if by else None, **values))

    # --- Groups ----------------------------------------------------------------------------

    def group(
        self, *, instructors: Iterable[User] = (), learners: Iterable[User] = (), **columns: Any
    ) -> Group:
        """A group with an open code and these people in it."""
        number = next(self._numbers)
        values = {"name": f"SW-{number}", "join_code": f"CODE{number:02}", **columns}
        group = self.add(Group(**values))
        for user in instructors:
            self.membership(group, user, part=Part.INSTRUCTOR)
        for user in learners:
            self.membership(group, user)
        return group

    def membership(
        self, group: Group, user: User, *, part: Part = Part.LEARNER, **columns: Any
    ) -> Membership:
        """Somebody in a group."""
        return self.add(Membership(group_id=group.id, user_id=user.id, part=part, **columns))

    def invitation(
        self, group: Group, email: str = "anna@example.org", *, token: str = "", **columns: Any
    ) -> Invitation:
        """Somebody was asked into a group; ``token`` is that of the link in the mail."""
        values = {"name": "Anna Bakker", "part": Part.LEARNER, **columns}
        values["token_hash"] = digest(token or new_token())
        return self.add(Invitation(group_id=group.id, email=email, **values))

    def roster_draft(self, group: Group, user: User, **columns: Any) -> RosterDraft:
        """A class list that was read, and from which nobody was invited yet."""
        values = {
            "rows": [["Naam", "E-mail"], ["Anna Bakker", "anna@example.org"]],
            "columns": ["name", "email"],
            "has_header": True,
            "choices": {},
            **columns,
        }
        return self.add(RosterDraft(group_id=group.id, user_id=user.id, **values))

    # --- Schedule --------------------------------------------------------------------------

    def lesson_moment(
        self, group: Group, lesson: str = LESSON, step: str = "", **columns: Any
    ) -> LessonMoment:
        """When the group has a lesson, or a step of it: due in nine days, unless told otherwise."""
        values = {"due_at": now() + timedelta(days=9), **columns}
        return self.add(LessonMoment(group_id=group.id, lesson=lesson, step=step, **values))

    def sign_answer(self, user: User, group: Group, **columns: Any) -> SignAnswer:
        """The user said something to a sign about themself."""
        values = {"rule": "late", "subject": LESSON, "why": "ill", "words": "Griep.", **columns}
        return self.add(SignAnswer(user_id=user.id, group_id=group.id, **values))

    def contact(self, user: User, group: Group, **columns: Any) -> Contact:
        """An instructor was in touch with the user."""
        values = {"note": "Dinsdag gebeld.", **columns}
        return self.add(Contact(user_id=user.id, group_id=group.id, **values))

    def grade_rule(self, group: Group, **weights: str) -> GradeRule:
        """A rule with a 5.5 to pass; ``weights`` by subject, given as ``**{"a/b": "2"}``."""
        values = {"pass_tenths": 55, "is_whole": False, "quiz_percent": 55}
        return self.add(GradeRule(group_id=group.id, weights=weights, **values))

    def excuse(self, user: User, group: Group, subject: str = "", **columns: Any) -> Excuse:
        """The user is excused from the reflection of the first lesson, or from something else."""
        about = subject or f"{LESSON}/{self.step('reflect').slug}"
        values = {"reason": "Vrijstelling.", **columns}
        return self.add(Excuse(user_id=user.id, group_id=group.id, subject=about, **values))

    def certificate(self, user: User, what: str = LESSON, **columns: Any) -> Certificate:
        """The user did all of a lesson."""
        values = {
            "code": f"CERTIF{next(self._numbers):06}",
            "title": {"nl": "Waarom eropaf?", "en": "Why reach out?"},
            "name": user.name,
            "minutes": 30,
            **columns,
        }
        return self.add(Certificate(user_id=user.id, what=what, **values))

    def extension(self, moment: LessonMoment, user: User, **columns: Any) -> Extension:
        """The user has a week more than the group."""
        due = moment.due_at or now()
        values = {"until": due + timedelta(days=7), "reason": "Mantelzorg.", **columns}
        return self.add(Extension(moment_id=moment.id, user_id=user.id, **values))

    def calendar_feed(self, user: User) -> str:
        """A calendar may read the agenda of this user; returns the token of its address."""
        token = new_token()
        self.add(CalendarFeed(user_id=user.id, token_hash=digest(token)))
        return token

    # --- Lessons ---------------------------------------------------------------------------

    def edition(self, lesson: str = LESSON) -> Edition:
        """Today's edition of a lesson of the real content."""
        with self.together():
            return editions.library().editions[lesson]

    def step(self, kind: str, lesson: str = LESSON) -> Step:
        """The first step of this kind in the lesson: read, scale, question, and so on."""
        return next(step for step in self.edition(lesson).lesson.steps if step.kind == kind)

    def stored_edition(self, edition: Edition) -> StoredEdition:
        """The row of an edition, made where it is not there yet."""
        with self.together():
            found = db.session.scalar(select(StoredEdition).filter_by(hash=edition.hash))
        return found or self.add(
            StoredEdition(lesson=edition.lesson.slug, hash=edition.hash, compiled=edition.dump())
        )

    def enrolment(
        self, user: User, lesson: str = LESSON, *, edition: Edition | None = None, **columns: Any
    ) -> Enrolment:
        """The user began the lesson: on today's edition unless another one is given."""
        followed = edition or self.edition(lesson)
        values = {
            "lesson": followed.lesson.slug,
            "run": 1,
            "last_step": followed.lesson.steps[0].slug,
            "steps_total": len(followed.lesson.steps),
            **columns,
        }
        stored = self.stored_edition(followed)
        return self.add(Enrolment(user_id=user.id, edition_id=stored.id, **values))

    def done(self, enrolment: Enrolment, *steps: str) -> None:
        """These steps are done."""
        for step in steps:
            self.add(StepDone(enrolment_id=enrolment.id, step=step))
        with self.together():
            run = db.session.get_one(Enrolment, enrolment.id)
            run.steps_done = Enrolment.steps_done + len(steps)

    def draft(
        self, enrolment: Enrolment, step: str | None = None, text: str = "Ik dacht", **columns: Any
    ) -> Draft:
        """What was typed at a step, by default at the reflection."""
        values = {"revision": 1, "content": {"text": [text]}, **columns}
        at = step or self.step("reflect", enrolment.lesson).slug
        return self.add(Draft(enrolment_id=enrolment.id, step=at, **values))

    def pending(self, visitor_token: str, step: str | None = None, **columns: Any) -> Pending:
        """What a visitor sent; ``visitor_token`` is the value of the cookie ``visitor``."""
        values = {
            "lesson": LESSON,
            "step": step or self.step("reflect").slug,
            "content": {"text": ["Ik dacht"]},
            "expires_at": now() + timedelta(days=2),
            **columns,
        }
        return self.add(Pending(visitor=digest(visitor_token), **values))

    # --- Work ------------------------------------------------------------------------------

    def answers(
        self, enrolment: Enrolment, step: str | None = None, **columns: Any
    ) -> list[Answer]:
        """A first attempt at all questions of a step, all wrong; the step is done."""
        found = self._step_of(enrolment, step, QuestionStep)
        rows = []
        for question in found.questions:
            given: Any = {
                "single": lambda item: item.options[0].slug,
                "multiple": lambda item: [item.options[0].slug],
                "number": lambda _item: "1",
                "order": lambda item: [part.slug for part in reversed(item.items)],
            }[question.type](question)
            values = {
                "attempt": 1,
                "given": given,
                "numerator": 0,
                "denominator": 1,
                "maximum": question.points,
                **columns,
            }
            rows.append(
                self.add(
                    Answer(
                        user_id=enrolment.user_id,
                        enrolment_id=enrolment.id,
                        lesson=enrolment.lesson,
                        step=found.slug,
                        question=question.slug,
                        **values,
                    )
                )
            )
        self.done(enrolment, found.slug)
        return rows

    def weighing(
        self,
        enrolment: Enrolment,
        step: str | None = None,
        *,
        agreement: list[int] | None = None,
        client: list[int] | None = None,
        **columns: Any,
    ) -> Weighing:
        """A weighing that leans towards the client; the step is done."""
        scale = self._step_of(enrolment, columns.get("scale", step), ScaleStep)
        agreement = agreement or [1] * len(scale.agreement)
        client = client or [3] * len(scale.client)
        at = step or scale.slug
        values = {
            "scale": scale.slug,
            "action": scale.actions[0].slug,
            "reason": "Hij meldt zich wel.",
            **columns,
        }
        weighing = self.add(
            Weighing(
                user_id=enrolment.user_id,
                enrolment_id=enrolment.id,
                lesson=enrolment.lesson,
                step=at,
                agreement=agreement,
                client=client,
                agreement_sum=sum(agreement),
                client_sum=sum(client),
                **values,
            )
        )
        self.done(enrolment, at)
        return weighing

    def group_picture(self, group: Group, **columns: Any) -> GroupPicture:
        """How the group weighed, large enough to be shown."""
        values = {
            "lesson": LESSON,
            "scale": self.step("scale").slug,
            "answers": 12,
            "counts": [3, 3, 6],
            **columns,
        }
        return self.add(GroupPicture(group_id=group.id, **values))

    def choice_picture(self, group: Group, **columns: Any) -> ChoicePicture:
        """How the group chose where the case begins, large enough to be shown."""
        case = self.case().case
        options = case.node(case.start).options
        values = {
            "slug": case.slug,
            "moment": case.start,
            "answers": 6 * len(options),
            "counts": {option.slug: 6 for option in options},
            **columns,
        }
        return self.add(ChoicePicture(group_id=group.id, **values))

    def item_picture(self, group: Group, **columns: Any) -> ItemPicture:
        """How the group weighed one item of a quiz, large enough to be shown."""
        items = self.quiz().quiz.items
        values = {
            "scope": f"group-{group.id}",
            "slug": QUIZ,
            "item": next(item.slug for item in items if item.type == "sct"),
            "answers": 12,
            "counts": {"": {"-1": 6, "1": 6}},
            **columns,
        }
        return self.add(ItemPicture(group_id=group.id, **values))

    def submission(
        self,
        enrolment: Enrolment,
        step: str | None = None,
        text: str = "Ik ging er zelf heen en vroeg wat er aan de hand was.",
        **columns: Any,
    ) -> Submission:
        """A reflection that was handed in. The step is done, unless it was withdrawn."""
        number = next(self._numbers)
        at = step or self.step("reflect", enrolment.lesson).slug
        public_id = f"inzending-{number:08}"
        values = {"public_id": public_id, "number": 1, **columns}
        submission = self.add(
            Submission(
                user_id=enrolment.user_id,
                enrolment_id=enrolment.id,
                lesson=enrolment.lesson,
                step=at,
                text=text,
                words=count_words(text),
                receipt=receipt_code(values["public_id"], text),
                **values,
            )
        )
        if submission.withdrawn_at is None:
            self.done(enrolment, at)
        return submission

    def assignment(
        self, group: Group, *, lesson: str = LESSON, step: str | None = None, **columns: Any
    ) -> Assignment:
        """The group is asked for a reflection, marked with the short rubric and a number."""
        at = step or self.step("reflect", lesson).slug
        with self.together():
            edition = editions.library().rubrics["korte-reflectie"]
            values = {
                "scheme": dict(Scheme().to_plain()),
                "code_key": f"een-sleutel-van-{next(self._numbers):032}",
                "rubric_id": rubrics.stored_id(edition),
                **columns,
            }
            return self.add(Assignment(group_id=group.id, lesson=lesson, step=at, **values))

    def marking(
        self,
        submission: Submission,
        assignment: Assignment,
        marker: User,
        level: int = 2,
        *,
        is_done: bool = True,
        **columns: Any,
    ) -> Marking:
        """What a marker thinks: the same level at each criterion of the short rubric."""
        with self.together():
            db.session.execute(
                update(Submission)
                .where(Submission.id == submission.id)
                .values(marking_began_at=now())
            )
            criteria = editions.library().rubrics["korte-reflectie"].rubric.criteria
            values = {
                "levels": {criterion.slug: level for criterion in criteria},
                "comment": "Mooi.",
                "note": "",
                "decision": "",
                "part": "first",
                "done_at": now() if is_done else None,
                **columns,
            }
            return self.add(
                Marking(
                    user_id=submission.user_id,
                    submission_id=submission.id,
                    assignment_id=assignment.id,
                    marker_id=marker.id,
                    **values,
                )
            )

    def remark(
        self, marking: Marking, text: str = "Waarom?", *, quote: str = "", **columns: Any
    ) -> Remark:
        """A comment on the passage ``quote``; without one on the first five characters."""
        with self.together():
            whole = db.session.get_one(Submission, marking.submission_id).text
            start = whole.index(quote) if quote else 0
            anchor = asdict(anchors.make_anchor(whole, start, start + (len(quote) or 5)))
            values = {
                "public_id": f"opmerking-{next(self._numbers)}",
                "place": "passage",
                "anchor": anchor,
                **columns,
            }
            return self.add(
                Remark(user_id=marking.user_id, marking_id=marking.id, text=text, **values)
            )

    def returned(self, marking: Marking, **columns: Any) -> Release:
        """The learner was given this, with the grade that follows from its levels."""
        with self.together():
            assignment = db.session.scalars(
                select(Assignment)
                .filter_by(id=marking.assignment_id)
                .join(Assignment.rubric)
                .options(contains_eager(Assignment.rubric))
            ).one()
            value = rubrics.grade_of(assignment, marking.levels)
            number = grades.add(
                marking.user_id, assignment.id, value, by=marking.marker_id or 0, reason="given"
            )
            values = {"visible_at": now(), "made_by": marking.marker_id, **columns}
            return self.add(
                Release(
                    user_id=marking.user_id,
                    submission_id=marking.submission_id,
                    assignment_id=marking.assignment_id,
                    marking_id=marking.id,
                    grade_number=number or None,
                    **values,
                )
            )

    def help_request(self, enrolment: Enrolment, **columns: Any) -> HelpRequest:
        """The learner is stuck while writing, and asks."""
        values = {
            "public_id": f"vraag-{next(self._numbers)}",
            "step": self.step("reflect", enrolment.lesson).slug,
            "question": "Waar begin ik?",
            **columns,
        }
        return self.add(
            HelpRequest(
                user_id=enrolment.user_id,
                enrolment_id=enrolment.id,
                lesson=enrolment.lesson,
                **values,
            )
        )

    def attachment(
        self, enrolment: Enrolment, *, content: bytes = papers.PDF, **columns: Any
    ) -> Attachment:
        """A file beside the draft of the reflection."""
        found = checked(content)
        if not isinstance(found, Checked):
            raise TypeError(found)
        taken = Taken(name=columns.pop("name", "ecogram.pdf"), kind=found.kind, content=content)
        values = {
            "public_id": f"bestand-{next(self._numbers)}",
            "step": self.step("reflect", enrolment.lesson).slug,
            **columns,
        }
        return self.add(
            Attachment(
                user_id=enrolment.user_id,
                enrolment_id=enrolment.id,
                **taken.columns(),
                **values,
            )
        )

    def _marked(self, group: Group, submission: Submission, owner: User) -> None:
        """A row in every table of marking, as the owner's own where it is a marker's."""
        marker = self.instructor()
        assignment = self.assignment(group)
        marking = self.marking(submission, assignment, marker)
        self.remark(marking)
        self.returned(marking)
        at = {"submission_id": submission.id, "user_id": owner.id}
        levels = marking.levels
        self.add(Agreed(**at, levels=levels, how="decided", why="Samen.", made_by=marker.id))
        self.add(Phrase(user_id=owner.id, group_id=group.id, kind="next", text="Ga verder."))
        self.add(Looking(**at))
        self.add(MarkingKeys(user_id=owner.id, chosen={"next": "n"}))
        key = {"rubric_id": assignment.rubric_id, "anchor": "een"}
        self.add(Calibration(user_id=owner.id, levels=levels, **key))
        self.add(
            PeerReview(
                **at,
                public_id="een-medestudent",
                assignment_id=assignment.id,
                levels=levels,
                comment="Helder.",
            )
        )

    # --- Cases -----------------------------------------------------------------------------

    def case(self, slug: str = CASE) -> CaseEdition:
        """Today's edition of a case."""
        with self.together():
            return editions.library().cases[slug]

    def playthrough(
        self, user: User, *choices: str, slug: str = CASE, to_end: bool = False, **columns: Any
    ) -> Playthrough:
        """Somebody who plays a case, and made these choices; or to an end, the first one each."""
        edition = self.case(slug)
        game, stored = edition.playable, self._stored_case(edition)
        with self.together():
            values = {"number": 1, **columns}
            row = self.add(Playthrough(user_id=user.id, slug=slug, edition_id=stored.id, **values))
            state = branching.begin(game, session=row.id)
            waiting = list(choices)
            while offered := branching.available(game, state) if waiting or to_end else ():
                option = waiting.pop(0) if waiting else offered[0].slug
                row.turns = row.head = row.turns + 1
                node, state = state.node, branching.step(game, state, option)
                self.add(
                    Turn(
                        playthrough_id=row.id,
                        number=row.head,
                        parent=row.head - 1,
                        line=1,
                        node=node,
                        option=option,
                        state=branching.to_plain(state),
                        changed=[],
                    )
                )
            if not branching.available(game, state):
                row.ended_at = now()
        return row

    def _stored_case(self, edition: CaseEdition) -> StoredCase:
        with self.together():
            found = db.session.scalar(select(StoredCase).filter_by(hash=edition.hash))
        values = {"slug": edition.case.slug, "hash": edition.hash, "compiled": edition.dump()}
        return found or self.add(StoredCase(**values))

    # --- Quizzes ---------------------------------------------------------------------------

    def quiz(self, slug: str = QUIZ) -> QuizEdition:
        """A quiz as it is today."""
        with self.app.app_context():
            found = quizzes.current(slug)
        if found is None:
            raise LookupError(f"no quiz {slug!r}")
        return found

    def sitting(
        self, learner: User, slug: str = QUIZ, *, group: Group | None = None, **rules: Any
    ) -> Sitting:
        """A quiz that is set for a group in which this learner is."""
        group = group or self.group(instructors=[self.instructor()], learners=[learner])
        edition = self.quiz(slug)
        with self.together():
            moments = ("opens_at", "closes_at", "due_at")
            columns = {name: rules.pop(name) for name in moments if name in rules}
            stored = quizzes.stored_id(edition)
            return self.add(
                Sitting(group_id=group.id, slug=slug, edition_id=stored, rules=rules, **columns)
            )

    def release(self, sitting: Sitting) -> None:
        """Give the results of a sitting."""
        with self.together():
            db.session.execute(
                update(Sitting).where(Sitting.id == sitting.id).values(released_at=now())
            )

    def attempt(
        self,
        user: User,
        slug: str = QUIZ,
        *,
        reason: str = "Daarom.",
        given: str | None = None,
        is_running: bool = False,
        **columns: Any,
    ) -> QuizAttempt:
        """An attempt to practise, with an essay and a reason; handed in, or all on one page."""
        edition = self.quiz(slug)
        essay = next(item.slug for item in edition.quiz.items if item.type == "essay")
        with self.together():
            row = attempts.begin(user.id, edition, None)
            if isinstance(row, attempts.Refused):
                raise ValueError(row.why)
            response = Response(attempt_id=row.id, item=essay, revision=1, given=given)
            response.reason = reason
            db.session.add(response)
            db.session.flush()
            if is_running:
                row.rules = {"one_page": True}
            else:
                attempts.submit(row)
            for name, value in columns.items():
                setattr(row, name, value)
            db.session.flush()
            return row

    def file_sitting(self, learner: User, *, group: Group | None = None, **rules: Any) -> Sitting:
        """The quiz that asks for a file, set for a group in which this learner is."""
        group = group or self.group(instructors=[self.instructor()], learners=[learner])
        with self.together():
            stored = quizzes.stored_id(papers.file_quiz())
            return self.add(
                Sitting(group_id=group.id, slug=papers.FILE_QUIZ, edition_id=stored, rules=rules)
            )

    def file_attempt(
        self,
        user: User,
        sitting: Sitting | None = None,
        *,
        name: str | None = "ecogram.pdf",
        content: bytes = papers.PDF,
        is_running: bool = False,
        **rules: Any,
    ) -> QuizAttempt:
        """An attempt at the quiz that asks for a file; without ``name`` there is none yet."""
        with self.together():
            row = attempts.begin(user.id, papers.file_quiz(), sitting)
            if isinstance(row, attempts.Refused):
                raise ValueError(row.why)
            row.rules = {**row.rules, **rules}
            found = checked(content)
            if name is not None and isinstance(found, Checked):
                taken = Taken(name=name, kind=found.kind, content=found.content)
                files.keep(row, papers.FILE_ITEM, taken, revision=0)
            if not is_running:
                attempts.submit(row)
            db.session.flush()
            return row

    def regraded(
        self,
        sitting: Sitting,
        attempt: QuizAttempt,
        *,
        before: dict[str, Any],
        after: dict[str, Any],
        comment: str | None = None,
    ) -> KeyChange:
        """The key of an item was changed, which changed the mark of this attempt."""
        item = attempt.items[0]
        change = {"item": item, "kind": "drop"}
        values = {"mode": "all", "reason": "Onduidelijk.", "change": change, "item": item}
        moment = now()
        with self.together():
            row = self.add(
                KeyChange(sitting_id=sitting.id, made_at=moment, shown_at=moment, **values)
            )
            changed = {"change_id": row.id, "attempt_id": attempt.id}
            self.add(MarkChange(**changed, before=before, after=after))
            mark = update(Mark).where(Mark.attempt_id == attempt.id)
            db.session.execute(mark.values(comment=comment))
            return row

    def judgement(self, attempt: QuizAttempt, *, comment: str | None = None) -> Judgement:
        """What a person gave for the first item of this attempt; its mark stays as it is."""
        key = {"attempt_id": attempt.id, "item": attempt.items[0], "number": 1}
        return self.add(Judgement(**key, fraction="1/2", comment=comment))

    # --- Panels ----------------------------------------------------------------------------

    def panel(self, maker: User, slug: str = QUIZ, **columns: Any) -> Panel:
        """A panel that this instructor made, in which nobody was asked yet."""
        edition = self.quiz(slug)
        values = {"title": "Wijkteams", "composition": "Twaalf mensen.", "min_n": 10, **columns}
        with self.together():
            stored = quizzes.stored_id(edition)
            return self.add(Panel(slug=slug, edition_id=stored, made_by=maker.id, **values))

    def panel_member(
        self, panel: Panel, *, token: str | None = None, has_answered: bool = False, **columns: Any
    ) -> PanelMember:
        """Somebody who was asked; with answers as a member of the example panel, handed in."""
        number = columns.pop("number", next(self._numbers))
        values: dict[str, Any] = {
            "number": number,
            "seed": number,
            "token_hash": digest(token or new_token()),
            "expires_at": now() + timedelta(days=14),
        }
        if has_answered:
            values |= {"role": f"wijkteamwerker, {number} jaar", "finished_at": now()}
        values |= {name: value for name, value in columns.items() if name != "reason"}
        edition = self.quiz(panel.slug)
        with self.together():
            member = self.add(PanelMember(panel_id=panel.id, **values))
            for item in panel_queries.weighings_of(edition) if has_answered else ():
                said = kept_of(item, number)
                row = PanelAnswer(member_id=member.id, item=item.slug, given=said, revision=1)
                row.reason = columns.get("reason", "Daar weegt het vertrouwen zwaarder.")
                self.add(row)
        return member

    def freeze(self, panel: Panel) -> None:
        """Derive the keys of a panel in which somebody has handed in."""
        with self.together():
            refused = freezing.freeze(panel.id, by=panel.made_by or 0)
        if refused:
            raise ValueError(refused)

    # --- All of it -------------------------------------------------------------------------

    def everything(self) -> User:
        """At least one row in every table, around one learner, who is returned."""
        with self.together():
            learner = self.learner()
            group = self.group(instructors=[self.instructor()], learners=[learner])
            enrolment = self.enrolment(learner)
            self.sign_in(learner)
            self.sign_up()
            self.password_reset(learner)
            self.message(learner.email)
            self.invitation(group, user_id=learner.id, accepted_at=now())
            self.roster_draft(group, learner)
            self.extension(self.lesson_moment(group), learner)
            self.calendar_feed(learner)
            self.sign_answer(learner, group)
            self.contact(learner, group)
            self.grade_rule(group)
            self.excuse(learner, group)
            self.certificate(learner)
            self.add(Subgroup(membership_id=self.membership(self.group(), learner).id, name="A"))
            self.pending("een bezoeker")
            self.answers(enrolment)
            self.weighing(enrolment)
            self.group_picture(group)
            self.choice_picture(group)
            self.item_picture(group)
            self.draft(enrolment)
            submission = self.submission(enrolment)
            at = {"enrolment_id": enrolment.id, "step": submission.step}
            text = {"text": submission.text, "words": submission.words}
            self.add(Version(user_id=learner.id, number=1, **at, **text))
            self.attachment(enrolment)
            self.help_request(enrolment)
            self._marked(group, submission, learner)
            self.notice(learner)
            self.add(NoMail(user_id=learner.id, kind=messages.Kind.RESULT))
            self.letter(learner, group)
            self.seen(learner)
            self.playthrough(learner, to_end=True)
            sitting = self.sitting(learner, group=group)
            self.add(Allowance(sitting_id=sitting.id, user_id=learner.id, reason="Dyslexie."))
            attempt = self.attempt(learner)
            self.regraded(sitting, attempt, before={}, after={})
            self.judgement(attempt)
            self.file_attempt(learner)
            panel = self.panel(self.instructor())
            self.panel_member(panel, has_answered=True)
            self.freeze(panel)
            self.add(PanelShare(panel_id=panel.id, user_id=learner.id, shared_by=panel.made_by))
        return learner

    def _step_of(self, enrolment: Enrolment, slug: str | None, kind: type[Any]) -> Any:
        steps = self.edition(enrolment.lesson).lesson.steps
        return next(step for step in steps if isinstance(step, kind) and slug in {None, step.slug})

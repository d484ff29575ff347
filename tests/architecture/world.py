"""One learner with all kinds of work, and everybody who might be curious about it.

Each text of the owner that others might see holds a word that is nowhere else: a canary. Where
one turns up, that text can be read.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import Flask
from sqlalchemy import RowMapping, select
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.accounts.queries import ownership
from course.core.clock import now
from course.core.db import Model, db
from course.groups.models import Group, Membership, Part
from course.lessons.models import Enrolment
from course.marking import queries
from course.marking.models import PeerReview, Phrase
from course.messages import mails
from course.messages.models import Kind
from course.quizzes.models import KeyChange, MarkChange
from course.reflections.models import Submission, Version
from course.schedule.models import Subgroup
from tests.browser import Browser
from tests.conftest import Once
from tests.factories import CASE, LESSON, QUIZ, Factory
from tests.features.teaching.sat import handed_in
from tests.papers import FILE_ITEM, PDF

# From who may do least to who may do most.
ROLES: Final = (
    "visitor",
    "owner",  # of all the work
    "fellow",  # learns in the same group
    "stranger",  # learns in another group
    "instructor",  # of the owner's group
    "colleague",  # teaches another group
    "administrator",
)
OTHER_LESSON: Final = "afsluiten-of-loslaten"
UNBEGUN: Final = "van-werkvloer-naar-beleid"
CANARY: Final = re.compile(r"kanarie-\w+")
GROUP, APPLICANT, NAME, ADDRESS, SUBMITTED = (
    "kanarie-groep",
    "kanarie-aanmelding",  # of somebody who asked for an account
    "kanarie-naam",
    "kanarie-adres",
    "kanarie-ingeleverd",
)
# Of the owner only. What a mail says is for the mail: it may hold a link that signs somebody in.
PRIVATE: Final = {
    "kanarie-apparaat",
    "kanarie-antwoord",
    "kanarie-reden",
    "kanarie-weerwoord",
    "kanarie-klad",
    "kanarie-teruggenomen",
    "kanarie-voorspelling",
    "kanarie-toetsreden",
    "kanarie-bestandsnaam",
    "kanarie-melding",
    "kanarie-uitstel",
    "kanarie-vrijstelling",
}
CASE_PAGES: Final = (
    "", "/back", "/begin", "/choose", "/paper", "/play", "/predict", "/result", "/trail",
    "/trail/<int:number>",
)  # fmt: skip
ESSAY: Final = "bovenop-het-dossier"  # an item that a person marks
KEY_ITEM: Final = "delen-over-lotte"  # an item with one right option
SITTING: Final = "/teach/groups/<int:group_id>/quizzes/<int:sitting_id>"
SCHEDULE: Final = "/teach/groups/<int:group_id>/schedule"
FILES: Final = "marks.csv, marks.xlsx, figures.csv, figures.xlsx"
FILED: Final = f"{SITTING}/answers/<public_id>/<slug>/file"
FILING: Final = "/attempts/<public_id>/files/<slug>"
FILE: Final = PDF.replace(b"/Catalog", f"/{SUBMITTED}".encode())
PANEL_ITEM: Final = "sanne-belt"  # a weighing of the quiz
ATTEMPT_PAGES: Final = ("", "/left", "/overview", "/paper", "/result", "/save", "/submit")
# What each may read, wherever it turns up. A word that an address itself gives away is not here.
MAY_READ: Final[Mapping[str, set[str]]] = {
    "visitor": set(),
    "owner": {NAME, ADDRESS, SUBMITTED, GROUP, *PRIVATE},
    "fellow": {GROUP},
    "stranger": set(),
    "instructor": {GROUP, NAME, SUBMITTED},
    "colleague": set(),
    "administrator": {NAME, ADDRESS, GROUP},  # the audit names the group
}

Rows = dict[str, list[RowMapping]]


@dataclass(frozen=True, slots=True)
class World:
    """The people by role, their browsers, and what to fill in the gaps of addresses."""

    app: Flask
    people: Mapping[str, User]  # without the visitor
    browsers: Mapping[str, Browser]
    gaps: Mapping[str, Any]
    rows: Rows  # as they were made

    def gap(self, name: str, rule: str) -> Any:
        """What belongs in the gap ``name`` of the address ``rule``."""
        return self.gaps.get(f"{name} of {rule}", self.gaps.get(name))


@dataclass(frozen=True, slots=True)
class _Everything:
    """What is in the database of a :class:`World`."""

    people: Mapping[str, User]
    gaps: Mapping[str, Any]
    tokens: Mapping[str, str]  # with which each is signed in
    rows: Rows


def build(app: Flask, once: Once) -> World:
    """Everything in an empty database, with new browsers. The same each time, numbers included."""
    made = once(_everything)
    browsers = {"visitor": _browser(app)}
    for role, token in made.tokens.items():
        browsers[role] = _browser(app)
        browsers[role].set_cookie("sid", token)
        browsers[role].user = made.people[role]
    return World(app, made.people, browsers, made.gaps, made.rows)


def _everything(app: Flask) -> _Everything:
    make = Factory(app)
    with make.together():
        people = {
            "owner": make.learner(name=NAME, email=f"{ADDRESS}@example.org"),
            "fellow": make.learner(),
            "stranger": make.learner(),
            "instructor": make.instructor(),
            "colleague": make.instructor(),
            "administrator": make.administrator(),
        }
        group = make.group(
            name=GROUP,
            instructors=[people["instructor"]],
            learners=[people["owner"], people["fellow"]],
        )
        other_group = make.group(instructors=[people["colleague"]], learners=[people["stranger"]])
        make.group_picture(group)
        attempt = make.attempt(
            people["owner"], reason="kanarie-toetsreden", is_running=True
        ).public_id
        sitting = make.sitting(people["owner"], group=group)
        written = handed_in(make, people["owner"], sitting, {ESSAY: f"{SUBMITTED} in de toets"})
        change = _changed_key(make, sitting.id, written.id)
        panel, panel_link = make.panel(people["instructor"]), "een-link-naar-een-panel"
        make.panel_member(panel, number=1, has_answered=True, reason="kanarie-panelreden")
        make.panel_member(panel, number=2, token=panel_link, role="docent")
        file_sitting = make.file_sitting(people["owner"], group=group)
        file: dict[str, Any] = {"name": "kanarie-bestandsnaam.pdf", "content": FILE}
        filed = make.file_attempt(people["owner"], file_sitting, **file)
        filing = make.file_attempt(people["owner"], is_running=True, **file)
        gaps = {
            "code": group.join_code,
            "code of /language/<code>": "en",
            "group_id": group.id,
            "group_id of the colleague": other_group.id,
            "lesson": LESSON,
            "name": "site.css",
            "panel_id": panel.id,
            "number of /teach/panels/<int:panel_id>/links/<int:number>/withdraw": 2,
            "number of /teach/panels/<int:panel_id>/sittings/<int:number>/"
            "<any(use, stop):what>": make.sitting(people["owner"], group=group).id,
            "slug of /teach/panels/<int:panel_id>/answers/<int:number>/<slug>": PANEL_ITEM,
            "sitting_id": sitting.id,
            "quiz": QUIZ,
            "slug of /author/items/<quiz>/<slug>": make.quiz().quiz.items[0].slug,
            f"slug of {SITTING}/key/<slug>": KEY_ITEM,
            f"public_id of {SITTING}/answers/<public_id>/<slug>": written.public_id,
            f"slug of {SITTING}/answers/<public_id>/<slug>": ESSAY,
            f"public_id of {FILED}": filed.public_id,
            f"sitting_id of {FILED}": file_sitting.id,
            f"slug of {FILED}": FILE_ITEM,
            f"public_id of {FILING}": filing.public_id,
            f"slug of {FILING}": FILE_ITEM,
            f"number of {SITTING}/key/changes/<int:number>": change,
            f"number of {SITTING}/key/changes/<int:number>/go-on": change,
            f"what of {SITTING}/results/<any(give, take):what>": "give",
            f"what of {SITTING}/files/<any({FILES}):what>": "marks.csv",
            "what of /teach/panels/<int:panel_id>/<any(archive, restore):what>": "archive",
            "what of /teach/panels/<int:panel_id>/sittings/<int:number>/"
            "<any(use, stop):what>": "use",
            "token": panel_link,
            **_told(app, make, people, group),
            **_planned(make, people["owner"], group),
            "what of /panel/<token>/reasons/<any(show, hide):what>": "show",
            "part": "core",
            **_marked(make, people, group, _work_of(make, people["owner"])),
            "slug": make.step("reflect").slug,
            **{f"slug of /cases/<slug>{rest}": CASE for rest in CASE_PAGES},
            **{f"slug of /author/cases/<slug>{rest}": CASE for rest in ("", "/preview")},
            "slug of /teach/groups/<int:group_id>/cases/<slug>": CASE,
            **{f"slug of /quizzes/<slug>{rest}": QUIZ for rest in ("", "/begin", "/paper")},
            **{f"public_id of /attempts/<public_id>{rest}": attempt for rest in ATTEMPT_PAGES},
            **_proved(make, people["owner"], group),
            "number": 1,
            "token of /password/<token>": make.password_reset(people["owner"]),
            "token of /invite/<token>": _invited(make, group, people["instructor"]),
            "what of /teach/groups/<int:group_id>/<any(archive, restore):what>": "archive",
            "token of /signup/<token>": make.sign_up(f"{APPLICANT}@example.org"),
            "rule": "not-begun",
            "about": _due(make, group),
            "user_id": people["owner"].id,
            "version": "1",
            "what": "renew",
        }
        tokens = {role: make.sign_in(user) for role, user in people.items()}
    return _Everything(people, gaps, tokens, rows(app))


def _told(app: Flask, make: Factory, people: Mapping[str, User], group: Group) -> dict[str, Any]:
    """A message to the owner that was not opened, one that was sent, and what was seen."""
    owner, instructor = people["owner"], people["instructor"]
    notice = make.notice(owner, subject="kanarie-melding", body="kanarie-melding")
    make.letter(instructor, group)
    make.seen(owner, instructor, group_id=group.id)
    stop = mails.token_of(app.extensions["settings"], owner.id, Kind.RESULT)
    ours = {f"public_id of /messages/<public_id>{rest}": notice.public_id for rest in ("", "/open")}
    return {**ours, "token of /unsubscribe/<token>": stop}


def _due(make: Factory, group: Group) -> str:
    """The slug of a lesson that nobody of the group began, and that is due tomorrow."""
    return make.lesson_moment(group, UNBEGUN, due_at=now() + timedelta(days=1)).lesson


def _proved(make: Factory, owner: User, group: Group) -> dict[str, Any]:
    """The owner is excused from a reflection, and has a certificate."""
    make.excuse(owner, group, f"{GIVEN}/jij-onder-druk", reason="kanarie-vrijstelling")
    code = make.certificate(owner).code
    return {
        "code of /verify/<code>": code,
        "code of /progress/certificates/<code>.pdf": code,
        "what of /teach/groups/<int:group_id>/grades/files/"
        "<any(grades.csv, grades.xlsx):what>": "grades.csv",
    }


def _planned(make: Factory, owner: User, group: Group) -> dict[str, Any]:
    """The owner is in a subgroup, has more time than the group, and a calendar that reads along."""
    own = select(Membership.id).filter_by(group_id=group.id, user_id=owner.id)
    with make.together():
        place = db.session.execute(own).scalar_one()
    make.add(Subgroup(membership_id=place, name="Werkgroep"))
    moment = make.lesson_moment(group)
    make.extension(moment, owner, reason="kanarie-uitstel")
    feed = make.calendar_feed(owner)
    return {"moment_id": moment.id, "token of /agenda/<token>/weegschaal.ics": feed}


def _invited(make: Factory, group: Group, instructor: User) -> str:
    """Somebody is asked into the group, and its instructor reads a class list."""
    make.invitation(group, token="een-uitnodiging")
    make.roster_draft(group, instructor)
    return "een-uitnodiging"


def _browser(app: Flask) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


MARK: Final = "/teach/marking/<int:assignment_id>"
RETURNED: Final = ("", "/<remark>")
MARKED_TWICE: Final = "als-de-meetlat-stuurt"  # by the instructor and a colleague of the group
# Of the owner, and seen by who marks the reflection that it stands beside.
BESIDE_A_TEXT: Final = {"kanarie-reden"}
GIVEN: Final = "in-gesprek-met-je-leidinggevende"


def _marked(
    make: Factory, people: Mapping[str, User], group: Group, handed_in: Submission
) -> dict[str, Any]:
    """One reflection with a draft of the instructor, one marked twice, one that was returned."""
    owner, marker = people["owner"], people["instructor"]
    everybody = [owner.id, people["fellow"].id]
    plain: dict[str, Any] = {"names_hidden": False, "code_key": "een-sleutel-voor-de-codes"}
    begun = make.assignment(group, **plain)
    draft = make.marking(handed_in, begun, marker, is_done=False)
    along: dict[str, Any] = {"name": "kanarie-bestandsnaam.pdf", "submission_id": handed_in.id}
    make.attachment(db.session.get_one(Enrolment, handed_in.enrolment_id), content=FILE, **along)
    remark = make.remark(draft)
    twice = make.assignment(group, lesson=MARKED_TWICE, **plain)
    both = make.submission(make.enrolment(owner, MARKED_TWICE), text=f"{SUBMITTED} en tweemaal")
    second = make.instructor()
    make.membership(group, second, part=Part.INSTRUCTOR)
    make.marking(both, twice, marker)
    make.marking(both, twice, second, part="second")
    given = make.assignment(group, lesson=GIVEN, peers=2, **plain)
    back = make.submission(make.enrolment(owner, GIVEN), text=f"{SUBMITTED} en terug")
    done = make.marking(back, given, marker)
    answered = make.remark(done)
    make.returned(done)
    fellows = make.submission(make.enrolment(people["fellow"], GIVEN), text="Van een ander.")
    make.add(
        PeerReview(
            public_id="wat-de-eigenaar-leest",
            user_id=owner.id,
            assignment_id=given.id,
            submission_id=fellows.id,
            levels={},
            comment="kanarie-klad",
        )
    )
    codes = {row.id: queries.codes_of(row, everybody)[owner.id] for row in (begun, twice, given)}
    run = make.enrolment(owner, "waarden-en-wet")
    words = {"text": "kanarie-klad", "words": 1}
    make.add(Version(enrolment_id=run.id, user_id=owner.id, step="x", number=1, **words))
    file = make.attachment(run, name="kanarie-bestandsnaam.pdf", content=FILE).public_id
    phrase = make.add(Phrase(user_id=marker.id, kind="next", text="Ga verder."))
    return {
        "public_id": handed_in.public_id,
        "public_id of /peer/<public_id>": "wat-de-eigenaar-leest",
        "public_id of /reflections/<public_id>/withdraw": make.submission(
            make.enrolment(owner, "vinden-en-vertrouwen"), text=f"{SUBMITTED} en nog te lezen"
        ).public_id,
        "assignment_id": begun.id,
        f"assignment_id of {MARK}/grades.csv": given.id,
        "step": handed_in.step,
        "remark": answered.public_id,
        "phrase_id": phrase.id,
        **{
            f"public_id of /reflections/<public_id>/feedback{rest}": back.public_id
            for rest in RETURNED
        },
        "public_id of /reflections/<public_id>/revise": back.public_id,
        **{f"public_id of /reflections/files/<public_id>{rest}": file for rest in ("", "/delete")},
        "public_id of /teach/help/<public_id>": make.help_request(run).public_id,
        **{f"code of {MARK}/<code>{rest}": codes[begun.id] for rest in ("", "/save", "/remarks")},
        f"code of {MARK}/<code>/remarks/<public_id>": codes[begun.id],
        f"code of {MARK}/<code>/files/<int:number>": codes[begun.id],
        f"public_id of {MARK}/<code>/remarks/<public_id>": remark.public_id,
        **{f"assignment_id of {MARK}/<code>{rest}": twice.id for rest in ("/compare", "/third")},
        **{f"code of {MARK}/<code>{rest}": codes[twice.id] for rest in ("/compare", "/third")},
        f"assignment_id of {MARK}/<code>/retract": given.id,
        f"code of {MARK}/<code>/retract": codes[given.id],
        f"assignment_id of {MARK}/results": given.id,
        f"assignment_id of {MARK}/peers": given.id,
    }


def _work_of(make: Factory, owner: User) -> Submission:
    """All kinds of work in two lessons; returns what was handed in."""
    run = make.enrolment(owner)
    make.sign_in(owner, browser="kanarie-apparaat")
    make.message(owner.email, body="kanarie-bericht")
    make.answers(run, given="kanarie-antwoord")
    make.weighing(run, reason="kanarie-reden", reply="kanarie-weerwoord")
    make.playthrough(owner, to_end=True, predicted=2, predicted_why="kanarie-voorspelling")
    submission = make.submission(run, text=f"{SUBMITTED} en nog wat")
    other = make.enrolment(owner, OTHER_LESSON)
    make.draft(other, text="kanarie-klad")
    make.submission(
        other, text="kanarie-teruggenomen", withdrawn_at=submission.handed_in_at, number=1
    )
    make.add(
        Version(
            enrolment_id=run.id,
            user_id=owner.id,
            step=submission.step,
            number=1,
            text="kanarie-klad",
            words=1,
        )
    )
    return submission


def _changed_key(make: Factory, sitting_id: int, attempt_id: int) -> int:
    """The key of an item was changed, and all of it is done."""
    item, moment = make.quiz().quiz.items[1].slug, now()
    plain = {"item": item, "kind": "full"}
    values = {"item": item, "change": plain, "mode": "all", "reason": "Onduidelijk."}
    row = make.add(KeyChange(sitting_id=sitting_id, made_at=moment, shown_at=moment, **values))
    mark = {"fraction": "0", "maximum": 1, "state": "wrong", "key": ""}
    after = {**mark, "fraction": "1", "state": "right"}
    make.add(MarkChange(change_id=row.id, attempt_id=attempt_id, before=mark, after=after))
    return row.id


def canaries(answer: TestResponse) -> set[str]:
    """The words of the owner in an answer, headers included."""
    text = answer.data.decode(errors="replace")  # files are no texts
    return set(CANARY.findall(f"{answer.headers}\n{text}".lower()))


def rows(app: Flask) -> Rows:
    """All rows of all tables, as the database gives them."""
    with app.app_context():
        connection = db.session.connection()
        return {
            table.name: list(connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').mappings())  # noqa: S608 - a name of ours
            for table in Model.metadata.sorted_tables
        }


def differ(before: Rows, after: Rows, besides: Collection[str] = ()) -> bool:
    """Whether anything was changed ``besides`` these tables; the order of rows does not count."""
    if besides:
        before, after = (
            {name: found for name, found in rows.items() if name not in besides}
            for rows in (before, after)
        )
    return before != after and _in_order(before) != _in_order(after)


def _in_order(everything: Rows) -> dict[str, list[str]]:
    return {name: sorted(map(repr, found)) for name, found in everything.items()}


def rows_of(user: User, everything: Rows) -> str:
    """What is kept about this user, as one text to compare."""
    runs = {row["id"] for row in everything["enrolment"] if row["user_id"] == user.id}
    mine: dict[str, list[Any]] = {
        "user": [dict(row) for row in everything["user"] if row["id"] == user.id]
    }
    for table, column in ownership().items():
        keys, name = {user.id} if column.key == "user_id" else runs, str(column.key)
        found = [dict(row) for row in everything[table.name] if row[name] in keys]
        mine[table.name] = sorted(found, key=repr)
    return json.dumps(mine, default=str, indent=1)

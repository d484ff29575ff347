"""One learner with all kinds of work, and everybody who might be curious about it.

Each text of the owner that others might see holds a word that is nowhere else: a canary. Where
one turns up, that text can be read.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from course.accounts.models import User
from course.accounts.queries import ownership
from course.core.db import Model, db
from tests.browser import Browser
from tests.factories import CASE, LESSON, QUIZ, Factory
from tests.features.teaching.sat import handed_in

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
}
CASE_PAGES: Final = (
    "", "/back", "/begin", "/choose", "/paper", "/play", "/predict", "/result", "/trail",
    "/trail/<int:number>",
)  # fmt: skip
ESSAY: Final = "bovenop-het-dossier"  # an item that a person marks
SITTING: Final = "/teach/groups/<int:group_id>/quizzes/<int:sitting_id>"
FILES: Final = "marks.csv, marks.xlsx, figures.csv, figures.xlsx"
PANEL_ITEM: Final = "sanne-belt"  # a weighing of the quiz
ATTEMPT_PAGES: Final = ("", "/overview", "/result", "/save", "/submit")
# What each may read, wherever it turns up. A word that an address itself gives away is not here.
MAY_READ: Final[Mapping[str, set[str]]] = {
    "visitor": set(),
    "owner": {NAME, ADDRESS, SUBMITTED, GROUP, *PRIVATE},
    "fellow": {GROUP},
    "stranger": set(),
    "instructor": {GROUP, NAME, SUBMITTED},
    "colleague": set(),
    "administrator": {NAME, ADDRESS},
}

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class World:
    """The people by role, their browsers, and what to fill in the gaps of addresses."""

    app: Flask
    people: Mapping[str, User]  # without the visitor
    browsers: Mapping[str, Browser]
    gaps: Mapping[str, Any]

    def gap(self, name: str, rule: str) -> Any:
        """What belongs in the gap ``name`` of the address ``rule``."""
        return self.gaps.get(f"{name} of {rule}", self.gaps.get(name))


def build(app: Flask) -> World:
    """Make everything in an empty database. The same each time, numbers included."""
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
        panel, panel_link = make.panel(people["instructor"]), "een-link-naar-een-panel"
        make.panel_member(panel, number=1, has_answered=True, reason="kanarie-panelreden")
        make.panel_member(panel, number=2, token=panel_link, role="docent")
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
            f"slug of {SITTING}/key/<slug>": make.quiz().quiz.items[0].slug,
            f"public_id of {SITTING}/answers/<public_id>/<slug>": written.public_id,
            f"slug of {SITTING}/answers/<public_id>/<slug>": ESSAY,
            f"what of {SITTING}/results/<any(give, take):what>": "give",
            f"what of {SITTING}/files/<any({FILES}):what>": "marks.csv",
            "what of /teach/panels/<int:panel_id>/sittings/<int:number>/"
            "<any(use, stop):what>": "use",
            "token": panel_link,
            "what of /panel/<token>/reasons/<any(show, hide):what>": "show",
            "part": "core",
            "public_id": _work_of(make, people["owner"]),
            "slug": make.step("reflect").slug,
            **{f"slug of /cases/<slug>{rest}": CASE for rest in CASE_PAGES},
            **{f"slug of /author/cases/<slug>{rest}": CASE for rest in ("", "/preview")},
            "slug of /teach/groups/<int:group_id>/cases/<slug>": CASE,
            **{f"slug of /quizzes/<slug>{rest}": QUIZ for rest in ("", "/begin", "/paper")},
            **{f"public_id of /attempts/<public_id>{rest}": attempt for rest in ATTEMPT_PAGES},
            "number": 1,
            "token of /password/<token>": make.password_reset(people["owner"]),
            "token of /signup/<token>": make.sign_up(f"{APPLICANT}@example.org"),
            "user_id": people["owner"].id,
            "version": "1",
            "what": "renew",
        }
        tokens = {role: make.sign_in(user) for role, user in people.items()}
    browsers = {"visitor": _browser(app)}
    for role, token in tokens.items():
        browsers[role] = _browser(app)
        browsers[role].set_cookie("sid", token)
        browsers[role].user = people[role]
    return World(app, people, browsers, gaps)


def _browser(app: Flask) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


def _work_of(make: Factory, owner: User) -> str:
    """All kinds of work in two lessons; returns the address of what was handed in."""
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
    return submission.public_id


def canaries(answer: TestResponse) -> set[str]:
    """The words of the owner in an answer, headers included."""
    return set(CANARY.findall(f"{answer.headers}\n{answer.text}".lower()))


def rows(app: Flask) -> Rows:
    """All rows of all tables, ready to be compared."""
    with app.app_context():
        return {
            table.name: sorted(
                (dict(row) for row in db.session.execute(select(table)).mappings()), key=repr
            )
            for table in Model.metadata.sorted_tables
        }


def rows_of(user: User, everything: Rows) -> str:
    """What is kept about this user, as one text to compare."""
    runs = {row["id"] for row in everything["enrolment"] if row["user_id"] == user.id}
    mine: Rows = {"user": [row for row in everything["user"] if row["id"] == user.id]}
    for table, column in ownership().items():
        keys = {user.id} if column.key == "user_id" else runs
        mine[table.name] = [row for row in everything[table.name] if row[str(column.key)] in keys]
    return json.dumps(mine, default=str, indent=1)

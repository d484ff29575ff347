"""Taking all one's data along, and leaving without a trace.

In every text column of every table with somebody's data stands a word of its own, a canary. The
download has to hold all of them, and after leaving none may be left.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from pysqlite3 import dbapi2 as sqlite3
from sqlalchemy import JSON, String, Table, inspect, make_url, select, table, text
from werkzeug.test import TestResponse

from course.accounts import queries
from course.accounts.models import User
from course.config import Settings
from course.core.clock import now
from course.core.db import Model, db
from course.groups.models import Group, Part
from course.lessons.models import Enrolment
from course.marking.models import Agreed, Calibration, Looking, MarkingKeys, PeerReview, Phrase
from course.messages.models import Kind, NoMail
from course.panels.models import PanelShare
from course.quizzes.models import Allowance
from course.reflections.models import Submission, Version
from course.schedule.models import Subgroup
from tests import pages, papers
from tests.browser import Browser
from tests.conftest import MailServer, Outbox
from tests.factories import PASSWORD, Factory

SignsIn = Callable[[User], Browser]

# Which tables hold whose data is a decision: a new table has to be added to one of these lists.
OWN = {
    "agreed",
    "allowance",
    "answer",
    "attachment",
    "audit",
    "calendar_feed",
    "calibration",
    "certificate",
    "contact",
    "draft",
    "enrolment",
    "excuse",
    "extension",
    "grade_subject",
    "help_request",
    "invitation",
    "judgement",
    "letter",
    "looking",
    "mark",
    "mark_change",
    "marking",
    "marking_keys",
    "membership",
    "no_mail",
    "notice",
    "outbox",
    "panel_share",
    "password_reset",
    "peer_review",
    "phrase",
    "playthrough",
    "quiz_attempt",
    "release",
    "remark",
    "response",
    "response_file",
    "roster_draft",
    "sign_answer",
    "sign_in",
    "step_done",
    "subgroup",
    "submission",
    "turn",
    "user",
    "version",
    "weighing",
}
# Found by an address or a cookie, by somebody who has no account yet.
BEFORE_AN_ACCOUNT = {"pending", "sign_up"}
NOBODYS = {
    "assignment",
    "case_edition",
    "choice_picture",
    "edition",
    "grade_event",
    "grade_head",
    "grade_rule",
    "group",
    "group_picture",
    "item_picture",
    "key_change",
    "lesson_moment",
    "panel",  # its maker is kept for as long as they have an account; experts have none
    "panel_answer",
    "panel_key",
    "panel_member",
    "quiz_edition",
    "rubric_edition",
    "sitting",
}

# Words of the program or the content, not of a person: these columns hold no canary.
WORDS_OF_OURS = {
    "agreed.exact",
    "agreed.how",
    "agreed.levels",
    "answer.lesson",
    "answer.question",
    "answer.step",
    "attachment.kind",
    "attachment.sha256",
    "attachment.step",
    "audit.about",
    "audit.kind",
    "calibration.anchor",
    "calibration.levels",
    "certificate.code",
    "certificate.what",
    "draft.step",
    "enrolment.last_step",
    "enrolment.lesson",
    "excuse.subject",
    "grade_subject.subject",
    "help_request.lesson",
    "help_request.step",
    "invitation.part",
    "judgement.fraction",
    "judgement.item",
    "mark.fraction",
    "mark.item",
    "mark.key",
    "mark.state",
    "marking.decision",
    "marking.levels",
    "marking.part",
    "marking_keys.chosen",
    "membership.part",
    "no_mail.kind",
    "notice.kind",
    "outbox.key",
    "peer_review.levels",
    "phrase.kind",
    "playthrough.slug",
    "quiz_attempt.items",
    "quiz_attempt.rules",
    "quiz_attempt.scope",
    "quiz_attempt.slug",
    "quiz_attempt.state",
    "remark.place",
    "response.item",
    "response_file.item",
    "response_file.kind",
    "response_file.sha256",
    "roster_draft.choices",
    "roster_draft.columns",
    "sign_answer.rule",
    "sign_answer.subject",
    "sign_answer.why",
    "step_done.step",
    "submission.lesson",
    "submission.receipt",
    "submission.step",
    "turn.changed",
    "turn.node",
    "turn.option",
    "turn.state",
    "user.language",
    "user.role",
    "version.step",
    "weighing.action",
    "weighing.agreement",
    "weighing.client",
    "weighing.lesson",
    "weighing.scale",
    "weighing.step",
}
# No good to their owner, and much to a thief. The body of a mail may hold a link that still works:
# with it, who finds a browser open would have the account. And marks, which are seen on the page of
# the result when the instructor gives them, and not here before that.
SECRETS = {
    "agreed.comment",
    "agreed.exact",
    "agreed.how",
    "agreed.levels",
    "agreed.made_at",
    "agreed.why",
    "attachment.content",
    "audit.actor_id",  # who marks is not told while names are hidden; the page has the names
    "audit.once",
    "calendar_feed.token_hash",
    "invitation.token_hash",
    "judgement.comment",
    "judgement.fraction",
    "mark.comment",
    "mark.fraction",
    "mark.key",
    "mark.maximum",
    "mark.state",
    "mark_change.after",
    "mark_change.before",
    "marking.comment",
    "marking.decision",
    "marking.done_at",
    "marking.levels",
    "marking.note",
    "marking.revision",
    "marking.saved_at",
    "notice.key",
    "outbox.body",
    "outbox.key",
    "outbox.reply_to",
    "outbox.unsubscribe",
    "password_reset.token_hash",
    "peer_review.submission_id",
    "release.grade_number",
    "release.made_at",
    "release.retracted_at",
    "release.retracted_why",
    "release.told_at",
    "release.visible_at",
    "remark.anchor",
    "remark.made_at",
    "remark.text",
    "response_file.content",  # is no secret: it comes as a file, see below
    "roster_draft.rows",  # are about others
    "sign_in.token_hash",
    "user.password_hash",
}


def canary(column: str, whose: str) -> str:
    return f"kanarie-{whose}-{column.replace('_', '-')}"


def life(make: Factory, whose: str) -> User:
    """Somebody with a row in every table, and a canary in every column that is theirs to fill."""

    def sings(column: str) -> str:
        return canary(column, whose)

    user = make.learner(email=f"{sings('user.email')}@example.org", name=sings("user.name"))
    group = make.group()
    place = make.membership(group, user, student_number=sings("number")[:20])
    make.add(Subgroup(membership_id=place.id, name=sings("subgroup.name")))
    make.extension(make.lesson_moment(group), user, reason=sings("extension.reason"))
    make.calendar_feed(user)
    make.sign_answer(user, group, words=sings("sign_answer.words"))
    make.excuse(user, group, reason=sings("excuse.reason"))
    make.certificate(
        user,
        code=f"{whose.upper():X<12}",
        title={"nl": sings("certificate.title")},
        name=sings("certificate.name"),
    )
    make.add(MarkingKeys(user_id=user.id, chosen={"next": "n"}))
    make.contact(user, group, note=sings("contact.note"))
    told = {"name": sings("invitation.name"), "student_number": sings("number")[:20]}
    make.invitation(group, f"{sings('invitation.email')}@example.org", user_id=user.id, **told)
    make.invitation(group, user.email, **told)
    make.roster_draft(group, user, rows=[[sings("roster_draft.rows")]])
    make.sign_in(user, browser=sings("sign_in.browser"))
    make.password_reset(user)
    make.message(
        user.email,
        subject=sings("outbox.subject"),
        body=sings("outbox.body"),
        last_error=sings("outbox.last_error"),
        unsubscribe=sings("outbox.unsubscribe"),
        reply_to=sings("outbox.reply_to"),
    )
    told_and_noted(make, user, group, sings)
    enrolment = make.enrolment(user)
    make.done(enrolment, enrolment.last_step)
    make.draft(enrolment, text=sings("draft.content"))
    make.answers(enrolment, given=sings("answer.given"))
    make.weighing(enrolment, reason=sings("weighing.reason"), reply=sings("weighing.reply"))
    submission = make.submission(
        enrolment,
        text=sings("submission.text"),
        public_id=sings("submission.id")[:32],
    )
    written_and_marked(make, enrolment, submission, sings)
    make.playthrough(
        user, to_end=True, predicted=4, predicted_why=sings("playthrough.predicted_why")
    )
    sitting = make.sitting(user)
    make.add(Allowance(sitting_id=sitting.id, user_id=user.id, reason=sings("allowance.reason")))
    attempt = make.attempt(
        user,
        reason=sings("response.reason"),
        given=sings("response.given"),
        public_id=sings("quiz_attempt.public_id")[:32],
    )
    panel = make.panel(make.instructor())
    make.add(PanelShare(panel_id=panel.id, user_id=user.id))
    make.regraded(
        sitting,
        attempt,
        before={"": sings("mark_change.before")},
        after={"": sings("mark_change.after")},
        comment=sings("mark.comment"),
    )
    make.judgement(attempt, comment=sings("judgement.comment"))
    make.file_attempt(
        user,
        is_running=True,
        name=f"{sings('response_file.name')}.pdf",
        content=papers.PDF.replace(b"/Catalog", f"/{sings('response_file.content')}".encode()),
    )
    return user


def told_and_noted(make: Factory, user: User, group: Group, sings: Callable[[str], str]) -> None:
    """Messages to and by somebody, and what was seen of them."""
    make.notice(
        user,
        public_id=sings("notice.id")[:32],
        subject=sings("notice.subject"),
        body=sings("notice.body"),
        link=sings("notice.link"),
        key=sings("notice.key"),
    )
    make.add(NoMail(user_id=user.id, kind=Kind.RESULT))
    written = {"subject": sings("letter.subject"), "body": sings("letter.body")}
    make.letter(user, group, key=sings("letter.key"), **written)
    make.seen(user, once=sings("audit.once"))


def written_and_marked(
    make: Factory, enrolment: Enrolment, submission: Submission, sings: Callable[[str], str]
) -> None:
    """What goes with a reflection: versions, a file, a question, remarks, peers, a marker's own."""
    owner, marker = enrolment.user_id, make.instructor()
    run = {"enrolment_id": enrolment.id, "step": submission.step}
    make.add(Version(user_id=owner, number=1, text=sings("version.text"), words=1, **run))
    make.attachment(
        enrolment,
        public_id=sings("attachment.id")[:32],
        name=f"{sings('attachment.name')}.pdf",
        content=papers.PDF.replace(b"/Catalog", f"/{sings('attachment.content')}".encode()),
    )
    make.help_request(
        enrolment,
        public_id=sings("help.id")[:32],
        question=sings("help_request.question"),
        answer=sings("help_request.answer"),
    )
    assignment = make.assignment(make.group())
    said: dict[str, Any] = {"comment": sings("marking.comment"), "note": sings("marking.note")}
    marking = make.marking(submission, assignment, marker, **said)
    make.remark(
        marking,
        sings("remark.text"),
        quote=submission.text,
        public_id=sings("remark.id")[:32],
        used=False,
        used_why=sings("remark.used_why"),
        used_at=now(),
    )
    make.returned(marking, retracted_at=now(), retracted_why=sings("release.retracted_why"))
    at = {"user_id": owner, "submission_id": submission.id}
    levels = marking.levels
    why = {"comment": sings("agreed.comment"), "why": sings("agreed.why")}
    make.add(Agreed(**at, levels=levels, how="decided", **why))
    make.add(Looking(**at))
    make.add(Phrase(user_id=owner, kind="next", text=sings("phrase.text")))
    rubric = assignment.rubric_id
    make.add(Calibration(user_id=owner, rubric_id=rubric, anchor="een", levels=levels))
    make.add(
        PeerReview(
            **at,
            public_id=sings("peer.id")[:32],
            assignment_id=assignment.id,
            levels=levels,
            comment=sings("peer_review.comment"),
        )
    )


def columns(names: set[str]) -> Iterator[tuple[Table, Any]]:
    """The columns with texts of these tables."""
    for name in sorted(names):
        found = Model.metadata.tables[name]
        yield from ((found, column) for column in found.c if isinstance(column.type, String | JSON))


# --- The lists -----------------------------------------------------------------------------


def test_for_each_table_it_has_been_decided_whose_it_is() -> None:
    assert set(Model.metadata.tables) == OWN | BEFORE_AN_ACCOUNT | NOBODYS
    assert {each.name for each in queries.ownership()} == OWN - {"user", "outbox"}


def test_for_each_column_it_has_been_decided_whether_it_is_a_secret() -> None:
    marked = {
        f"{name}.{column.name}"
        for name in OWN
        for column in Model.metadata.tables[name].c
        if not column.info.get("export", True)
    }
    assert marked == SECRETS


def test_every_column_of_somebody_holds_a_canary(app: Flask, make: Factory) -> None:
    """Otherwise the tests below would look for nothing."""
    life(make, "lena")
    silent = set()
    with app.app_context():
        for owned, column in columns(OWN):
            values = json.dumps([*db.session.scalars(select(column))], default=str)
            if "kanarie-lena" not in values:
                silent.add(f"{owned.name}.{column.name}")
    hashes = {
        "calendar_feed.token_hash",
        "invitation.token_hash",
        "password_reset.token_hash",
        "sign_in.token_hash",
        "user.password_hash",
    }
    assert silent == WORDS_OF_OURS | hashes


# --- Taking along --------------------------------------------------------------------------


def test_the_download_holds_everything_of_ones_own(
    app: Flask, make: Factory, sign_in: SignsIn
) -> None:
    user = life(make, "lena")
    answer = sign_in(user).get("/me/privacy/weegschaal.json")
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="weegschaal.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    data = json.loads(answer.text)
    assert set(data) == OWN | {"made_at"}
    for owned, column in columns(OWN):
        name = f"{owned.name}.{column.name}"
        if name in SECRETS:
            assert all(column.name not in row for row in data[owned.name])
        else:
            with app.app_context():
                kept = list(db.session.scalars(select(column)))
            given = [row[column.name] for row in data[owned.name]]
            # Rows without an order come back in another one once they were written to.
            assert _of_lena(given) == _of_lena(kept)


def _of_lena(values: list[object]) -> list[str]:
    return sorted(told for value in values if "kanarie-lena" in (told := json.dumps(value)))


def test_the_download_has_a_row_of_every_table(make: Factory, sign_in: SignsIn) -> None:
    data = sign_in(life(make, "lena")).get("/me/privacy/weegschaal.json").json
    assert data is not None
    for name in OWN:
        assert data[name], name
    (user,) = data["user"]
    assert user["name"] == "kanarie-lena-user.name"
    assert user["created_at"].endswith("+00:00")


def test_the_download_holds_nothing_of_another(make: Factory, sign_in: SignsIn) -> None:
    lena, otto = life(make, "lena"), life(make, "otto")
    data = sign_in(lena).get("/me/privacy/weegschaal.json").text
    assert "kanarie-otto" not in data
    assert "kanarie-lena" not in sign_in(otto).get("/me/privacy/weegschaal.json").text


def test_the_download_holds_no_secrets(
    app: Flask, make: Factory, sign_in: SignsIn, client: Browser
) -> None:
    user = life(make, "lena")
    client.submit("/password", {"email": user.email})
    data = sign_in(user).get("/me/privacy/weegschaal.json").text
    with app.app_context():
        for owned, column in columns(OWN):
            name = f"{owned.name}.{column.name}"
            if name in SECRETS - WORDS_OF_OURS:
                for value in db.session.scalars(select(column).where(column.is_not(None))):
                    assert json.dumps(value) not in data, column
    assert "/password/" not in data
    assert "argon2" not in data


def test_the_download_of_an_instructor_holds_no_texts_of_learners(
    make: Factory, sign_in: SignsIn, instructor: User
) -> None:
    lena = life(make, "lena")
    make.group(instructors=[instructor], learners=[lena])
    data = sign_in(instructor).get("/me/privacy/weegschaal.json")
    assert data.json is not None
    assert [row["part"] for row in data.json["membership"]] == [Part.INSTRUCTOR]
    assert "kanarie" not in data.text


def test_the_download_holds_every_file_as_it_was_handed_in(make: Factory, sign_in: SignsIn) -> None:
    lena, otto = life(make, "lena"), life(make, "otto")
    answer = sign_in(lena).get("/me/privacy/weegschaal.zip")
    assert answer.headers["Content-Disposition"] == "attachment; filename=weegschaal.zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with ZipFile(BytesIO(answer.data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert set(parts) == {
        "weegschaal.json",
        "files/001 kanarie-lena-attachment.name.pdf",
        "files/002 kanarie-lena-response-file.name.pdf",
    }
    beside = parts["files/001 kanarie-lena-attachment.name.pdf"]
    assert b"kanarie-lena-attachment.content" in beside
    file = parts["files/002 kanarie-lena-response-file.name.pdf"]
    (row,) = json.loads(parts["weegschaal.json"])["response_file"]
    assert (row["size"], row["sha256"]) == (len(file), sha256(file).hexdigest())
    assert b"kanarie-lena-response-file.content" in file
    assert all(b"kanarie-otto" not in part for part in parts.values())
    assert otto.id


def test_a_visitor_has_nothing_to_download(client: Browser) -> None:
    for name in ("weegschaal.json", "weegschaal.zip"):
        answer = client.get(f"/me/privacy/{name}")
        assert answer.location == f"/login?next=/me/privacy/{name}"


# --- Leaving -------------------------------------------------------------------------------


def leave(browser: Browser, **changes: str | list[str]) -> TestResponse:
    """Fill in the form that deletes the account."""
    return browser.submit("/me/privacy/delete", {"password": PASSWORD, "sure": "y", **changes})


def everything(app: Flask) -> str:
    """Every value of every row of every table that the database itself knows of."""
    with app.app_context():
        names = inspect(db.engine).get_table_names()
        assert set(Model.metadata.tables) < set(names)
        rows = {
            name: db.session.execute(select(text("*")).select_from(table(name))).all()
            for name in names
        }
    return repr(rows)


def test_leaving_deletes_every_row_and_nothing_of_another(
    app: Flask, make: Factory, sign_in: SignsIn
) -> None:
    lena, otto = life(make, "lena"), life(make, "otto")
    make.sign_up(lena.email)
    before = everything(app)
    assert "kanarie-lena" in before
    done = leave(sign_in(lena))
    assert (done.status_code, done.location) == (303, "/")
    after = everything(app)
    assert "kanarie-lena" not in after
    assert after.count("kanarie-otto") == before.count("kanarie-otto")
    with app.app_context():
        for owned, column in queries.ownership().items():
            if column.key == "user_id":
                assert lena.id not in set(db.session.scalars(select(column))), owned
                assert otto.id in set(db.session.scalars(select(column))), owned


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_leaving_leaves_nothing_in_the_file_of_the_database_but_what_will_be_overwritten(
    app: Flask, settings: Settings, make: Factory, sign_in: SignsIn, tmp_path: Path
) -> None:
    def file(name: str) -> bytes:
        live = make_url(settings.database_url).database
        with closing(sqlite3.connect(live)) as database:
            # Writes what is in use, and not the pages that are free.
            database.execute("VACUUM INTO ?", [str(tmp_path / name)])
        return (tmp_path / name).read_bytes()

    browser = sign_in(life(make, "lena"))
    assert b"kanarie-lena" in file("before")
    leave(browser)
    assert b"kanarie-lena" not in file("after")


def test_who_left_is_signed_out_everywhere_and_cannot_sign_in(
    app: Flask, make: Factory, sign_in: SignsIn
) -> None:
    learner = make.learner(language="en")
    here, there = sign_in(learner), sign_in(learner)
    leave(here)
    assert here.get_cookie("sid") is None
    assert "Your account and everything in it have been deleted." in here.get("/").text
    assert there.get("/home").status_code == 303
    again = app.test_client().post("/login", data={"email": learner.email, "password": PASSWORD})
    assert again.status_code == 422


def test_who_left_can_come_back_as_somebody_new(
    client: Browser, sign_in: SignsIn, learner: User, outbox: Outbox
) -> None:
    leave(sign_in(learner))
    client.submit("/signup", {"email": learner.email})
    data = {"name": "Lena", "password": "vier woorden op rij"}
    client.submit(outbox.link(learner.email), data)
    shown = client.get("/me/privacy/weegschaal.json").json
    assert shown is not None
    assert shown["enrolment"] == []


def test_a_mail_that_waits_is_not_sent_to_who_left(
    app: Flask, make: Factory, sign_in: SignsIn, learner: User, outbox: Outbox, smtp: MailServer
) -> None:
    make.message(learner.email)
    leave(sign_in(learner))
    assert outbox.send(smtp.settings(app)) == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"password": "verkeerd"}, "This is not your password."),
        ({"password": ""}, "Fill in your password, so that nobody else can do this."),
        ({"sure": []}, "Tick this box if you are sure."),
    ],
)
def test_nobody_leaves_by_accident(
    make: Factory, sign_in: SignsIn, changes: dict[str, str | list[str]], told: str
) -> None:
    browser = sign_in(make.learner(language="en"))
    page = leave(browser, **changes)
    assert page.status_code == 422
    assert told in pages.main_words(page)
    assert browser.get("/home").status_code == 200


def test_when_an_instructor_leaves_the_learners_keep_their_group(
    make: Factory, sign_in: SignsIn, instructor: User, learner: User
) -> None:
    make.group(instructors=[instructor], learners=[learner], name="SW-2B")
    leave(sign_in(instructor))
    assert "SW-2B" in sign_in(learner).get("/home").text

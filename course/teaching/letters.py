"""Writing to some learners of a group: from a message that stands ready, or in one's own words.

Each receiver gets a message of their own, so that nobody sees who else got it. A message that
stands ready, and was not changed, goes to each in the language that they read.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import func, select
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from course.accounts.models import User
from course.audit import actions as audit
from course.audit.models import Kind as Done
from course.core.db import db, insert_if_absent
from course.core.forms import BaseForm, numbers_in
from course.core.i18n import DEFAULT, _, _l, _n, language, speaking
from course.core.jobs import wake
from course.core.log import log
from course.core.security import limiter
from course.curriculum.letters import LetterFile
from course.groups.doors import group_of, instructors
from course.groups.models import Group, Membership, Part
from course.lessons.editions import library
from course.messages import actions as messages
from course.messages import mails
from course.messages.actions import Told
from course.messages.models import LONGEST_BODY, LONGEST_SUBJECT, Kind, Notice
from course.teaching.models import KEY, TOLD_AS, Letter

bp = Blueprint(
    "letters",
    __name__,
    url_prefix="/teach/groups/<int:group_id>/messages",
    template_folder="templates",
)

AN_HOUR: Final = "20 per hour"
BOXES: Final = 150  # receivers to tick one by one; more would be a page of boxes
SIGNED: Final = 500  # characters that the name, the group and an address below may take


class LetterForm(BaseForm):
    """A message to learners, and where it started from."""

    template = SelectField(_l("Start from"), validate_choice=False)
    subject = StringField(
        _l("Subject"),
        [DataRequired(_l("Give the message a subject.")), Length(max=LONGEST_SUBJECT)],
        filters=[lambda text: " ".join((text or "").split())],
        render_kw={"maxlength": LONGEST_SUBJECT, "autocomplete": "off"},
    )
    body = TextAreaField(
        _l("Message"),
        [DataRequired(_l("Write what you want to say.")), Length(max=LONGEST_BODY - SIGNED)],
        filters=[lambda text: (text or "").replace("\r\n", "\n").strip()],
        description=_l("The greeting above it and your name below it are written for you."),
    )
    reply = BooleanField(
        _l("They may answer me by mail"),
        description=_l("Then your e-mail address stands in the message. Otherwise nobody sees it."),
    )
    key = HiddenField()

    def offer(self) -> None:
        """Offer the messages that stand ready, in the language of the page."""
        lang = language()
        ready = [(slug, letter.title[lang]) for slug, letter in library().letters.items()]
        self.template.choices = [("", _("an empty message")), *ready]

    def start(self) -> None:
        """Begin anew with the message that was chosen."""
        letter = library().letters.get(self.template.data or "")
        lang = language()
        self.subject.data = letter.subject[lang] if letter else ""
        self.body.data = letter.body[lang] if letter else ""

    def by_language(self) -> Mapping[str, tuple[str, str]]:
        """The subject and the words that go to who reads each language."""
        subject, body = self.subject.data or "", self.body.data or ""
        letter = library().letters.get(self.template.data or "")
        if letter is None or not _is_unchanged(letter, subject, body):
            return dict.fromkeys(("nl", "en"), (subject, body))
        return {lang: (letter.subject[lang], letter.body[lang]) for lang in ("nl", "en")}


def _is_unchanged(letter: LetterFile, subject: str, body: str) -> bool:
    return any(
        (letter.subject[lang], letter.body[lang]) == (subject, body) for lang in ("nl", "en")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What goes to who reads one language, as the first of them gets it."""

    language: str
    names: Sequence[str]
    subject: str
    text: str


@bp.get("")
@instructors
def sent(group_id: int) -> ResponseReturnValue:
    """What one wrote to this group, newest first."""
    group = group_of(group_id)
    statement = (
        select(Letter)
        .filter_by(group_id=group.id, user_id=current_user.id)
        .order_by(Letter.id.desc())
        .limit(100)
    )
    letters = list(db.session.scalars(statement))
    return render_template(
        "teaching/letters.html", group=group, letters=letters, names=_names(letters)
    )


def _names(letters: Sequence[Letter]) -> Mapping[str, list[str]]:
    """Who got each of these, by its key and by name; who has no account now is not there.

    One query.
    """
    keys = {letter.key for letter in letters}
    statement = (
        select(Notice.key, User.name)
        .join(User, User.id == Notice.user_id)
        .where(Notice.sender_id == current_user.id, Notice.kind == Kind.LETTER)
        .order_by(func.lower(User.name), User.id)
    )
    names: dict[str, list[str]] = {key: [] for key in keys}
    for told_as, name in db.session.execute(statement):
        key = told_as.removeprefix(TOLD_AS).rpartition(":")[0]
        if key in keys:
            names[key].append(name)
    return names


@bp.get("/new")
@instructors
def new(group_id: int) -> ResponseReturnValue:
    """A message to the learners in ``to``, once or more, and with commas between; all if none."""
    group = group_of(group_id)
    form = LetterForm(
        data={"template": request.args.get("template"), "key": secrets.token_urlsafe(16)}
    )
    form.offer()
    form.start()
    return _writing(group, form, chosen=_chosen() or None)


@bp.post("/new")
@instructors
@limiter.limit(
    AN_HOUR,
    key_func=lambda: f"letters:{current_user.id}",
    exempt_when=lambda: request.form.get("do") != "send",
)
def write(group_id: int) -> ResponseReturnValue:
    """Start from a message that stands ready, look at what goes out, or send it."""
    group = group_of(group_id)
    form = LetterForm()
    form.offer()
    chosen = _chosen()
    do = request.form.get("do")
    if do == "start":
        form.start()
        return _writing(group, form, chosen=chosen)
    is_valid = form.validate_on_submit()
    receivers = [user for user in _learners(group) if user.id in chosen]
    if do == "change" or not is_valid or not receivers:
        problem = "" if receivers or do == "change" else _("Choose at least one student.")
        page = _writing(group, form, chosen=chosen, problem=problem)
        return page, HTTPStatus.OK if do == "change" else HTTPStatus.UNPROCESSABLE_ENTITY
    if do != "send":
        return render_template(
            "teaching/letter_preview.html",
            group=group,
            form=form,
            to=",".join(str(user.id) for user in receivers),
            count=len(receivers),
            previews=_previews(group, form, receivers),
        )
    if _send(group, form, receivers):
        wake(current_app._get_current_object())  # type: ignore[attr-defined]
        count = len(receivers)
        flash(_n("Sent to %(num)s person.", "Sent to %(num)s people.", count))
    else:
        flash(_("This message was sent already; nobody got it twice."))
    return redirect(url_for(".sent", group_id=group.id), 303)


def _chosen() -> set[int]:
    return numbers_in(request.values.getlist("to"))


def _learners(group: Group) -> Sequence[User]:
    """The learners of the group, by name; one query."""
    statement = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.group_id == group.id, Membership.part == Part.LEARNER)
        .order_by(func.lower(User.name), User.id)
    )
    return db.session.scalars(statement).all()


def _writing(group: Group, form: LetterForm, *, chosen: set[int] | None, problem: str = "") -> str:
    """The page to write on; ``chosen`` is ``None`` for everybody."""
    learners = _learners(group)
    to = {user.id for user in learners if chosen is None or user.id in chosen}
    return render_template(
        "teaching/letter.html",
        group=group,
        form=form,
        learners=learners,
        to=to,
        boxes=len(learners) <= BOXES,
        problem=problem,
    )


def _previews(group: Group, form: LetterForm, receivers: Sequence[User]) -> Sequence[Preview]:
    readers: dict[str, list[User]] = {}
    for user in receivers:
        readers.setdefault(user.language or DEFAULT, []).append(user)
    words = form.by_language()
    previews = []
    for lang, users in sorted(readers.items(), reverse=True):
        subject, body = _signed(words[lang], group, form.reply.data, lang)
        with speaking(lang):
            text = mails.written(users[0].name, body, link=None, stop="…")
        names = [user.name for user in users]
        previews.append(Preview(language=lang, names=names, subject=subject, text=text))
    return previews


def _signed(words: tuple[str, str], group: Group, may_answer: bool, lang: str) -> tuple[str, str]:
    """The subject, and the words with who wrote them below."""
    subject, body = words
    below = f"{current_user.name}, {group.name}"
    with speaking(lang):
        if may_answer:
            below += "\n" + _("You can answer by mail: %(email)s", email=current_user.email)
    return subject, f"{body}\n\n{below}"


def _send(group: Group, form: LetterForm, receivers: Sequence[User]) -> bool:
    """Tell each receiver once; ``False`` when this page was sent already."""
    key = (form.key.data or "")[:KEY] or secrets.token_urlsafe(16)
    words, may_answer = form.by_language(), form.reply.data
    subject, body = words[language()]
    is_new = insert_if_absent(
        Letter,
        user_id=current_user.id,
        group_id=group.id,
        key=key,
        subject=subject,
        body=body,
        receivers=len(receivers),
    )
    if not is_new:
        db.session.rollback()
        return False
    signed = {lang: _signed(words[lang], group, may_answer, lang) for lang in words}
    told = [
        Told(
            user=user,
            key=f"{TOLD_AS}{key}:{user.id}",
            subject=signed[user.language or DEFAULT][0],
            body=signed[user.language or DEFAULT][1],
        )
        for user in receivers
    ]
    reply_to = current_user.email if may_answer else None
    messages.tell_each(Kind.LETTER, told, sender_id=current_user.id, reply_to=reply_to)
    whom = [user.id for user in receivers]
    audit.note(Done.WROTE, by=current_user.id, whom=whom, group=group.id)
    db.session.commit()
    log.info("letter_sent", by=current_user.id, group=group.id, receivers=len(receivers))
    return True

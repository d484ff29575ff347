"""Another key for one item of a quiz: look what it would do, give a reason, do it."""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from course.accounts.models import User
from course.core.db import db
from course.core.forms import BaseForm
from course.core.i18n import _, _l, _n, language
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import AnyItem, ShortQuestion, TrueFalseQuestion, texts_of
from course.domain.attempts.regrading import Apply
from course.domain.scoring.textual import AcceptedText, unmatched
from course.quizzes import queries as quizzes
from course.quizzes import regrading
from course.quizzes.models import QuizAttempt, Response, Sitting
from course.quizzes.rekeying import CannotRekey, Change, Kind, after, kinds_for
from course.teaching import standing
from course.teaching.quizzes import own_sitting
from course.teaching.views import instructors

bp = Blueprint(
    "regrading",
    __name__,
    url_prefix="/teach/groups/<int:group_id>/quizzes/<int:sitting_id>/key",
    template_folder="templates",
)
LONGEST_REASON: Final = 300
MOST_UNMATCHED: Final = 20


class KeyForm(BaseForm):
    """What changes, for whom, and why; the choices come from the item, by :func:`_form`."""

    kind = RadioField(_l("What changes?"), [InputRequired(_l("Choose what changes."))])
    right = SelectMultipleField(
        _l("Right from now on"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    text = StringField(_l("Also right"), [Length(max=LONGEST_REASON)])
    expected = StringField(_l("The number"), [Length(max=40)])
    tolerance = StringField(_l("How far beside it still counts"), [Length(max=40)])
    mode = RadioField(
        _l("For whom?"), [InputRequired(_l("Choose for whom."))], default=Apply.NOT_LOWER.value
    )
    reason = TextAreaField(
        _l("Why? Your colleagues can read this later."),
        [
            InputRequired(_l("Give a reason: it is kept with the change.")),
            Length(max=LONGEST_REASON),
        ],
        render_kw={"rows": 2},
    )


def _form(item: AnyItem) -> KeyForm:
    form = KeyForm()
    words = {
        Kind.RIGHT: _("Something else is right"),
        Kind.ACCEPT: _("One more text is right"),
        Kind.NUMBER: _("Another number is right, or one beside it"),
        Kind.FULL: _("Everybody gets all points for this item"),
        Kind.DROP: _("The item does not count any more"),
    }
    form.kind.choices = [(kind.value, words[kind]) for kind in kinds_for(item)]
    form.right.choices = _options(item)
    form.mode.choices = [
        (Apply.NOT_LOWER.value, _("Nobody loses points that were earned")),
        (Apply.ALL.value, _("For everybody, also who gets less by it")),
    ]
    return form


def _options(item: AnyItem) -> list[tuple[str, str]]:
    if isinstance(item, TrueFalseQuestion):
        return [("true", _("true")), ("false", _("not true"))]
    return list(texts_of(item, "en" if language() == "en" else "nl").items())


def _change(item: AnyItem, form: KeyForm) -> Change:
    kind = Kind(form.kind.data)
    return Change(
        item=item.slug,
        kind=kind,
        right=tuple(form.right.data or ()) if kind is Kind.RIGHT else (),
        text=(form.text.data or "").strip() if kind is Kind.ACCEPT else "",
        expected=(form.expected.data or "").strip() if kind is Kind.NUMBER else "",
        tolerance=(form.tolerance.data or "").strip() if kind is Kind.NUMBER else "",
    )


def _refusal(code: str) -> tuple[str, str]:
    """At which field, and what to say."""
    found = {
        "one-right": ("right", _("Choose exactly one.")),
        "nothing-right": ("right", _("Choose what is right.")),
        "not-all-right": ("right", _("Leave at least one that is not right.")),
        "not-so-many": ("right", _("That is more than students may choose.")),
        "no-text": ("text", _("Give the text that is also right.")),
        "no-number": ("expected", _("Give a number, and a distance of 0 or more.")),
    }
    return found.get(code) or ("kind", _("This item cannot have that change."))


def _item(sitting: Sitting, slug: str) -> tuple[QuizEdition, AnyItem]:
    """An item as its key is now."""
    edition = standing.edition_of(sitting)
    if edition.quiz.item(slug) is None:
        abort(404)
    return edition, after(edition, slug, quizzes.key_changes(sitting.id))[0]


@bp.get("")
@instructors
def index(group_id: int, sitting_id: int) -> ResponseReturnValue:
    """The items, to change the key of one; and what was changed before."""
    group, sitting = own_sitting(group_id, sitting_id)
    return render_template(
        "teaching/keys.html",
        group=group,
        sitting=sitting,
        edition=standing.edition_of(sitting),
        history=regrading.history(sitting.id),
    )


@bp.get("/<slug>")
@instructors
def key(group_id: int, sitting_id: int, slug: str) -> ResponseReturnValue:
    """The form for one item."""
    group, sitting = own_sitting(group_id, sitting_id)
    edition, item = _item(sitting, slug)
    return _page(group, sitting, edition, item, _form(item))


@bp.post("/<slug>")
@instructors
def change(group_id: int, sitting_id: int, slug: str) -> ResponseReturnValue:
    """Show what it would do; or with ``do=apply`` do it."""
    group, sitting = own_sitting(group_id, sitting_id)
    edition, item = _item(sitting, slug)
    form = _form(item)
    if not form.validate():
        return _page(group, sitting, edition, item, form), HTTPStatus.UNPROCESSABLE_ENTITY
    mode, wanted = Apply(form.mode.data), _change(item, form)
    try:
        found = regrading.preview(sitting, edition, wanted, mode)
    except CannotRekey as error:
        name, words = _refusal(str(error.args[0]))
        form[name].errors = [words]
        return _page(group, sitting, edition, item, form), HTTPStatus.UNPROCESSABLE_ENTITY
    if request.form.get("do") != "apply":
        return _page(group, sitting, edition, item, form, preview=found)
    count = regrading.apply(
        sitting,
        edition,
        wanted,
        mode=mode,
        reason=(form.reason.data or "").strip(),
        made_by=current_user.id,
    )
    flash(_n("%(num)s attempt has another result.", "%(num)s attempts have another result.", count))
    return redirect(url_for("regrading.index", group_id=group_id, sitting_id=sitting_id), 303)


def _page(
    group: Any,
    sitting: Sitting,
    edition: QuizEdition,
    item: AnyItem,
    form: KeyForm,
    *,
    preview: regrading.Preview | None = None,
) -> str:
    return render_template(
        "teaching/key.html",
        group=group,
        sitting=sitting,
        edition=edition,
        item=item,
        form=form,
        preview=preview,
        people=_people(sitting.id) if preview else {},
        unmatched=_unmatched(sitting.id, item),
    )


def _people(sitting_id: int) -> dict[str, tuple[str, int]]:
    """Whose attempt it is, and which: by the number of the attempt."""
    statement = (
        select(QuizAttempt.id, User.name, QuizAttempt.number)
        .join(User, User.id == QuizAttempt.user_id)
        .where(QuizAttempt.sitting_id == sitting_id)
    )
    return {str(row.id): (row.name, row.number) for row in db.session.execute(statement)}


def _unmatched(sitting_id: int, item: AnyItem) -> list[tuple[str, int]]:
    """Texts that were typed and fit nothing, the most frequent first."""
    if not isinstance(item, ShortQuestion):
        return []
    statement = (
        select(Response.given)
        .join(QuizAttempt, QuizAttempt.id == Response.attempt_id)
        .where(
            QuizAttempt.sitting_id == sitting_id,
            QuizAttempt.finished_at.is_not(None),
            Response.item == item.slug,
        )
    )
    typed = [given for given in db.session.scalars(statement) if isinstance(given, str)]
    accepted = [
        AcceptedText(pattern=text)
        for part in item.accepted
        for text in (part.text.nl, part.text.en)
    ]
    return unmatched(typed, accepted=accepted)[:MOST_UNMATCHED]

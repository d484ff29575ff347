"""The form with which an instructor changes the key of one item, and the words for what changed."""

from collections.abc import Mapping
from hashlib import sha256
from json import dumps
from typing import Any, Final

from wtforms import (
    Field,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from course.core.forms import BaseForm
from course.core.i18n import _, _l, language, number
from course.curriculum.quizzes import AnyItem, TrueFalseQuestion, texts_of
from course.domain.attempts.regrading import Apply
from course.domain.scoring.numerals import Number, parse_number
from course.quizzes.models import KeyChange
from course.quizzes.rekeying import Change, Kind, kinds_for
from course.quizzes.words import unstopped

LONGEST_REASON: Final = 300
LONGEST_NUMBER: Final = 9  # digits of a number that a page sends back


class KeyForm(BaseForm):
    """What changes, for whom, and why; the choices come from the item, by :func:`form_for`."""

    # Checked below: what was just done is no choice any more, but a second click asks for it again.
    kind = RadioField(
        _l("What changes?"), [InputRequired(_l("Choose what changes."))], validate_choice=False
    )
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
        _l("Why? Colleagues read this later, and students read it with the question."),
        [
            InputRequired(_l("Give a reason: it is kept with the change.")),
            Length(max=LONGEST_REASON),
        ],
        render_kw={"rows": 2},
    )
    seen = HiddenField()  # the number of the newest change when this page was shown; 0 for none
    looked_at = HiddenField()  # what was previewed, by :func:`fingerprint`

    def validate_kind(self, field: Field) -> None:
        """Something that can be done to some item; whether to this one is asked of the item."""
        if field.data not in set(Kind):
            raise ValidationError(_("Choose what changes."))

    def seen_number(self) -> int:
        """The newest change that the page knew; 0 for what no page of ours sends."""
        text = self.seen.data or ""
        fits = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
        return int(text) if fits else 0


def form_for(item: AnyItem, last: Change | None, data: Mapping[str, Any] | None = None) -> KeyForm:
    """The form for an item, after the last change that it had; ``data`` is filled in already."""
    form = KeyForm(data=data)
    words = {
        Kind.RIGHT: _("Something else is right"),
        Kind.ACCEPT: _("One more text is right"),
        Kind.NUMBER: _("Another number is right, or one beside it"),
        Kind.DROP: _("Leave this question out: it does not count any more"),
        Kind.FULL: _("Everybody gets all points for it"),
        Kind.BACK: _("Count it again, as before"),
    }
    form.kind.choices = [(kind.value, words[kind]) for kind in kinds_for(item, last)]
    form.right.choices = choices_of(item)
    form.mode.choices = [
        (Apply.NOT_LOWER.value, _("Nobody loses points that were earned")),
        (Apply.ALL.value, _("For everybody, also who gets less by it")),
    ]
    return form


def choices_of(item: AnyItem) -> list[tuple[str, str]]:
    """What can be right: slug and text."""
    if isinstance(item, TrueFalseQuestion):
        return [("true", _("true")), ("false", _("not true"))]
    return list(texts_of(item, "en" if language() == "en" else "nl").items())


def change_in(item: AnyItem, form: KeyForm) -> Change:
    """What is chosen; call only after validation."""
    kind = Kind(form.kind.data)
    return Change(
        item=item.slug,
        kind=kind,
        right=tuple(form.right.data or ()) if kind is Kind.RIGHT else (),
        text=(form.text.data or "").strip() if kind is Kind.ACCEPT else "",
        expected=(form.expected.data or "").strip() if kind is Kind.NUMBER else "",
        tolerance=(form.tolerance.data or "").strip() if kind is Kind.NUMBER else "",
    )


def fingerprint(change: Change, mode: Apply) -> str:
    """What was previewed, so that nothing else is done by a button below another preview."""
    told = dumps({**change.to_plain(), "mode": mode.value}, sort_keys=True)
    return sha256(told.encode()).hexdigest()


def refusal(code: str) -> tuple[str, str]:
    """At which field a change is refused, and what to say."""
    found = {
        "one-right": ("right", _("Choose exactly one.")),
        "nothing-right": ("right", _("Choose what is right.")),
        "not-all-right": ("right", _("Leave at least one that is not right.")),
        "not-so-many": ("right", _("That is more than students may choose.")),
        "no-text": ("text", _("Give the text that is also right.")),
        "no-number": ("expected", _("Give a number, and a distance of 0 or more.")),
        "only-item": (
            "kind",
            _(
                "For some students it is the only question that counts, so it cannot be left out. "
                "Give everybody its points instead."
            ),
        ),
    }
    return found.get(code) or ("kind", _("This item cannot have that change."))


# --- In words ------------------------------------------------------------------------------


def told(change: KeyChange, item: AnyItem) -> str:
    """What a change says, in a few words."""
    plain = change.change
    match Kind(plain["kind"]):
        case Kind.DROP:
            return _("left out")
        case Kind.FULL:
            return _("all points for everybody")
        case Kind.BACK:
            return _("counts again")
        case Kind.ACCEPT:
            return _("also right: %(what)s", what=plain["text"])
        case Kind.NUMBER:
            return _number(plain)
        case Kind.RIGHT:
            texts = dict(choices_of(item))
            right = [unstopped(texts[slug]) for slug in plain["right"]]
            return _("right: %(what)s", what="; ".join(right))


def _number(plain: Mapping[str, str]) -> str:
    distance = plain.get("tolerance", "0")
    if distance in {"", "0"}:
        return _("right: %(what)s", what=_shown(plain["expected"]))
    return _(
        "right: %(what)s, or up to %(distance)s beside it",
        what=_shown(plain["expected"]),
        distance=_shown(distance),
    )


def _shown(text: str) -> str:
    parsed = parse_number(text)
    return number(parsed.value) if isinstance(parsed, Number) else text


def for_whom(change: KeyChange) -> str:
    """Whose result it changed."""
    if change.mode == Apply.ALL:
        return _("for everybody, also who gets less by it")
    return _("nobody loses points that were earned")

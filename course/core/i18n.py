"""Two languages: English in the code, Dutch from the catalogue. All texts come through here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from babel import negotiate_locale
from flask import Flask, g, has_request_context, request, session
from flask_babel import (
    Babel,
    force_locale,
    format_date,
    format_datetime,
    format_decimal,
    get_locale,
    get_translations,
    gettext,
    lazy_gettext,
    ngettext,
)
from flask_login import current_user
from markupsafe import Markup

from course.core.clock import AMSTERDAM, now

__all__ = ["_", "_l", "_n", "init_app", "language", "speaking"]

LANGUAGES = ("nl", "en")
DEFAULT = "nl"
TRANSLATIONS = Path(__file__).parent.parent / "translations"

_ = gettext
_l = lazy_gettext
_n = ngettext


def choose() -> str:
    """The language of this request: the user's choice, else the browser's, else Dutch."""
    if not has_request_context():
        return DEFAULT  # a command, or the worker
    chosen = getattr(current_user, "language", None) or session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    # Werkzeug's best_match answers "en-GB,nl;q=0.5" with nl; Babel's negotiation does not.
    preferred = [value.replace("-", "_") for value in request.accept_languages.values()]
    return negotiate_locale(preferred, LANGUAGES) or DEFAULT


@contextmanager
def speaking(code: str | None) -> Iterator[None]:
    """Write in this language for a while, as for a letter to somebody; None is the default."""
    with force_locale(code or DEFAULT):
        yield


def language() -> str:
    """``"nl"`` or ``"en"``: the language of this request."""
    locale = get_locale()
    return str(locale.language) if locale else DEFAULT


class _Texts(dict[str, Markup]):
    """The texts of one language as pages show them, each looked up once."""

    def __init__(self, catalogue: Any) -> None:
        self.catalogue = catalogue

    def __missing__(self, text: str) -> Markup:
        found = self[text] = Markup(self.catalogue.gettext(text))  # noqa: S704 - our own text
        return found


_texts: dict[str, _Texts] = {}  # by language


def _texts_of_page() -> _Texts:
    found: _Texts | None = g.get("texts")
    if found is None:
        name = language()
        found = g.texts = _texts.setdefault(name, _Texts(get_translations()))
    return found


def _in_page(text: str, **values: Any) -> Markup:
    """A text of a template; the values are escaped."""
    return _texts_of_page()[text] % values


def _counted_in_page(one: str, many: str, num: int, **values: Any) -> Markup:
    """A text of a template that differs with a number; the values are escaped."""
    values.setdefault("num", num)
    return Markup(_texts_of_page().catalogue.ngettext(one, many, num)) % values  # noqa: S704 - our own text


def moment(value: datetime) -> str:
    """A moment as people say it: today only the time, this year without the year."""
    local, today = value.astimezone(AMSTERDAM), now().astimezone(AMSTERDAM)
    if local.date() == today.date():
        return clock_time(value)
    if local.year == today.year:
        return str(format_datetime(value, "d MMMM H:mm"))
    return day(value)


def day(value: datetime) -> str:
    """A day, written out: 23 november 2026."""
    return str(format_date(value, "d MMMM yyyy"))


def clock_time(value: datetime) -> str:
    """The time of day in Amsterdam: 14:06, in both languages."""
    local = value.astimezone(AMSTERDAM)
    return f"{local.hour}:{local.minute:02}"


def number(value: Decimal | float) -> str:
    """A number with the separators of the language."""
    return str(format_decimal(value))


def init_app(app: Flask) -> None:
    """Set up the languages and the filters that write dates and numbers."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(
        app,
        default_locale=DEFAULT,
        default_timezone="Europe/Amsterdam",
        locale_selector=choose,
    )
    # Those of Flask-Babel and Jinja do the same at twice the cost, and a page has dozens of texts.
    app.jinja_env.globals.update(gettext=_in_page, _=_in_page, ngettext=_counted_in_page)
    app.jinja_env.filters.update(moment=moment, day=day, clock_time=clock_time, number=number)
    app.context_processor(lambda: {"lang": language()})

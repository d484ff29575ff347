"""The test client as a browser: it fills in the forms that a page has, and reads every page.

Protection against forged forms stays on in all tests, because this client can get past it as a
person does: with the token of the page.
"""

from collections.abc import Mapping
from contextvars import Context
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

from flask import has_app_context, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from course.accounts.models import User
from tests import pages

Fields = dict[str, list[str]]


class Browser(FlaskClient):
    """A browser of one person. ``user`` is who signed in with it, if anybody."""

    user: User | None = None
    checks_pages = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask for a page, in a context of its own, and check what comes back.

        Flask goes on in an app context that is open already, and Flask-Login keeps the user in
        it: a second browser would then be answered as the first one. So none may be open, and
        each request runs in an empty context.
        """
        if has_app_context():
            raise AssertionError("close the app context before asking for a page")
        kwargs.setdefault("buffered", True)  # Read to the end, so that files are closed.
        response = Context().run(super().open, *args, **kwargs)
        if self.checks_pages:
            pages.check(response)
        return response

    def post(self, *args: Any, token: bool = True, **kwargs: Any) -> TestResponse:
        """Send data without opening a page first; with a valid token unless told otherwise."""
        if token:
            data = kwargs.get("data")
            if data is None and "json" not in kwargs:
                data = {}
            if isinstance(data, Mapping):
                kwargs["data"] = {**data, "csrf_token": self.csrf_token()}
            else:
                kwargs["headers"] = {**kwargs.get("headers", {}), "X-CSRFToken": self.csrf_token()}
        return super().post(*args, **kwargs)

    def csrf_token(self) -> str:
        """A token that fits the cookie of this browser; asks for no page and no database."""

        def ask() -> str:
            with self.application.test_request_context(), self.session_transaction() as kept:
                session.update(kept)
                token: str = generate_csrf()
                kept.update(session)
                return token

        return Context().run(ask)

    def submit(
        self,
        page: str | TestResponse,
        data: Mapping[str, str | list[str]] | None = None,
        *,
        action: str | None = None,
        files: Mapping[str, tuple[bytes, str]] | None = None,
        **kwargs: Any,
    ) -> TestResponse:
        """Open ``page``, fill in its form with ``data``, and send it as a browser does.

        ``files``: what is chosen in its fields for files, as content and name.

        Hidden fields and what is filled in already go along. The form is the first one in
        ``main`` that has all the names in ``data``; ``action`` chooses the one that goes to an
        address with this in it. A name may be that of a button. Raises :exc:`AssertionError`
        when no form fits, so a test cannot send what a person could not.
        """
        shown = self.get(page) if isinstance(page, str) else page
        filled = {
            name: [value] if isinstance(value, str) else list(value)
            for name, value in (data or {}).items()
        }
        form = _form_in(shown, set(filled) | set(files or ()), action)
        chosen = {name: [(BytesIO(what), named)] for name, (what, named) in (files or {}).items()}
        fields = {**_fields(form), **filled, **chosen}
        target = form.get("action") or shown.request.full_path.rstrip("?")
        headers = {
            "Origin": "http://localhost",
            "Sec-Fetch-Site": "same-origin",
            **kwargs.pop("headers", {}),
        }
        return self.post(target, data=fields, token=False, headers=headers, **kwargs)


def _form_in(page: TestResponse, names: set[str], action: str | None) -> Element:
    document = pages.parse(page.text)
    main = document.find(".//main")
    within = document if action is not None or main is None else main
    for form in within.iter("form"):
        goes_there = action is None or action in form.get("action", page.request.path)
        if goes_there and form.get("method") == "post" and names <= _names(form):
            return form
    found = [
        (form.get("action", page.request.path), sorted(_names(form)))
        for form in within.iter("form")
    ]
    raise AssertionError(
        f"{page.request.path} ({page.status}) has no form to {action or 'anywhere'} "
        f"with {sorted(names)}; it has {found}"
    )


def _names(form: Element) -> set[str]:
    return {element.get("name", "") for element in form.iter()} - {""}


def _fields(form: Element) -> Fields:
    """What a browser sends when nothing is changed in the form."""
    fields: Fields = {}
    for element in form.iter():
        name, kind = element.get("name"), element.get("type", "text")
        if not name:
            continue
        if element.tag == "textarea":
            # The first line break belongs to the tag; browsers send line breaks as CRLF.
            value = "".join(element.itertext()).replace("\n", "\r\n")
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [item for item in options if "selected" in item.attrib] or options[:1]
            value = chosen[0].get("value", "") if chosen else ""
        elif element.tag == "input" and kind in {"radio", "checkbox"}:
            if "checked" not in element.attrib:
                continue
            value = element.get("value", "on")
        elif element.tag == "input" and kind not in {"submit", "button", "file"}:
            value = element.get("value", "")
        else:
            continue
        fields.setdefault(name, []).append(value)
    return fields

"""Error pages in the look of the site, and refusals that say what to do."""

from http import HTTPStatus

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from course.core import access
from course.core.db import db, is_busy
from course.core.i18n import _, _l
from course.core.log import log

RETRY_SECONDS = 5

TITLES = {
    400: _l("We could not read that"),
    403: _l("You may not do this"),
    404: _l("This page does not exist"),
    405: _l("This page cannot be used like that"),
    409: _l("Somebody was here before you"),
    413: _l("This is too large"),
    429: _l("Too many attempts"),
    500: _l("Something broke on our side"),
    503: _l("It is very busy"),
}
REMEDIES = {
    400: _l("Go back, reload the page and try again. What you typed is usually still there."),
    403: _l("Ask your instructor or the administrator if you think you should be able to."),
    404: _l("The address may be wrong, or the page is not meant for this account."),
    405: _l("Go back and use the buttons on the page."),
    409: _l("Go back and look at what changed before you try again."),
    413: _l("Make the text or file smaller and try again."),
    429: _l("Wait a while before you try again."),
    500: _l("It has been written down. Nothing that was saved is lost. Try again later."),
    503: _l("Wait a moment and try again. Nothing has been lost."),
}


class CourseError(Exception):
    """A refusal by a feature: expected, explained, and not a bug."""

    status = HTTPStatus.CONFLICT

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(CourseError):
    """Something that no page of ours can send; nothing was changed."""

    status = HTTPStatus.BAD_REQUEST


def wants_json() -> bool:
    """Whether a script asked, such as the autosave: it gets a status and no page."""
    return request.accept_mimetypes.best == "application/json"


def answer(status: int, message: str | None = None) -> tuple[Response | str, int]:
    """The error page, or its JSON for scripts."""
    title = TITLES.get(status, TITLES[400])
    remedy = message or REMEDIES.get(status, REMEDIES[400])
    if wants_json():
        return jsonify(error=str(remedy)), status
    page = render_template(
        "layout/error.html",
        status=status,
        title=title,
        remedy=remedy,
        request_id=g.get("request_id", ""),
    )
    return page, status


def resend_page(status: int, remedy: str, title: str | None = None) -> tuple[Response | str, int]:
    """Show what was sent, with one button to send it again: nothing typed is lost."""
    if wants_json() or request.method != "POST":
        return answer(status)
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and "password" not in name  # as all fields with one are called
    ]
    page = render_template(
        "layout/resend.html",
        title=title or _("Your text is still here"),
        remedy=remedy,
        fields=fields,
        status=status,
    )
    return page, status


def _let_go() -> None:
    """Give up the transaction, and ask the database nothing more: it may not answer again.

    What was read stays readable, as the name at the top of the page. A rollback alone would make
    all objects ask for their values anew.
    """
    db.session.expunge_all()
    db.session.rollback()
    access.stop_asking()


def _resend_or_not(status: int) -> ResponseReturnValue:
    """The page with what was typed, unless the form was too large to be read at all."""
    try:
        return resend_page(status, str(REMEDIES[status]), str(TITLES[status]))
    except RequestEntityTooLarge:
        return answer(status)


def init_app(app: Flask) -> None:
    """Map refusals, HTTP errors and bugs to pages."""

    @app.errorhandler(CourseError)
    def _refusal(error: CourseError) -> ResponseReturnValue:
        return answer(error.status, error.message)

    @app.errorhandler(CSRFError)
    def _stale_form(_error: CSRFError) -> ResponseReturnValue:
        # core.security has already refused other sites, so this is our own form, grown old.
        return resend_page(
            HTTPStatus.BAD_REQUEST,
            _("This page was open for a long time. Press the button to send it again."),
        )

    @app.errorhandler(OperationalError)
    def _busy(error: OperationalError) -> ResponseReturnValue:
        if not is_busy(error):
            return _bug(error)
        _let_go()
        log.warning("database_busy", endpoint=request.endpoint)
        page = resend_page(
            HTTPStatus.SERVICE_UNAVAILABLE,
            _("It is very busy. Press the button to send it again; nothing has been lost."),
        )
        response = app.make_response(page)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None or error.code is None:
            return error
        loses_text = error.code in {413, 429} and request.method == "POST"
        page = _resend_or_not(error.code) if loses_text else answer(error.code)
        response = app.make_response(page)
        for name, value in error.get_headers():
            if name.lower() not in {"content-type", "content-length"}:
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def _bug(error: Exception) -> ResponseReturnValue:
        if app.testing or app.debug:
            raise error
        _let_go()
        log.error("bug", endpoint=request.endpoint, exc_info=error)
        return answer(HTTPStatus.INTERNAL_SERVER_ERROR)

"""Who is asking: a cookie with a random token, and a row that can be taken away.

The cookie ``sid`` holds the token, the table ``sign_in`` its hash. There is no authority in
Flask's own signed cookie: that one only carries the form token, messages and the language of
visitors, and it outlives signing in and out, so a form that stood open can still be sent.
"""

import secrets

from flask import Flask, Request, flash, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_login import LoginManager
from werkzeug.wrappers import Response as BaseResponse

from course.accounts import queries
from course.accounts.models import User
from course.accounts.tokens import digest
from course.core.current import settings
from course.core.errors import wants_json
from course.core.i18n import _

VISITOR_DAYS = 2
DAY = 24 * 3600
BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
NAMES = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS"}

login_manager = LoginManager()


def cookie_name(name: str) -> str:
    """The name of a cookie; ``__Host-`` keeps other hosts from setting it."""
    return f"__Host-{name}" if settings().is_production else name


def sign_in_token() -> str | None:
    """The token of the browser that asks."""
    return request.cookies.get(cookie_name("sid"))


def visitor() -> str | None:
    """The hash under which work of this browser is kept while nobody is signed in."""
    token = request.cookies.get(cookie_name("visitor"))
    return digest(token) if token else None


def remember_visitor() -> str:
    """As :func:`visitor`, for who leaves work here: the cookie lasts as long as the work does.

    It outlives signing in and out. What was sent from a page of one account waits in it while
    somebody else uses the browser, and only its owner gets it.
    """
    g.visitor_token = request.cookies.get(cookie_name("visitor")) or secrets.token_urlsafe(32)
    return digest(g.visitor_token)


def keep(response: BaseResponse, name: str, token: str, *, days: int) -> None:
    """Set a cookie that no script and no other site can read."""
    response.set_cookie(
        cookie_name(name),
        token,
        max_age=days * DAY,
        path="/",
        secure=settings().is_production,
        httponly=True,
        samesite="Lax",
    )


def forget(response: BaseResponse, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(cookie_name(name), path="/", secure=settings().is_production)


def describe(agent: str) -> str:
    """A browser as its owner would call it: "Firefox, Windows"."""
    browser = next((NAMES.get(name, name) for name in BROWSERS if name in agent), _("a browser"))
    system = next((NAMES.get(name, name) for name in SYSTEMS if name in agent), "")
    return f"{browser}, {system}" if system else browser


def init_app(app: Flask) -> None:
    """Load the user from the cookie; say where to sign in."""
    # Compares what Flask-Login keeps in the signed cookie, which here is nothing.
    login_manager.session_protection = None
    login_manager.init_app(app)

    @login_manager.request_loader
    def _load(request: Request) -> User | None:
        token = request.cookies.get(cookie_name("sid"))
        return queries.user_by_token(token) if token else None

    @login_manager.unauthorized_handler
    def _ask_to_sign_in() -> ResponseReturnValue:
        if wants_json():
            return jsonify(error=_("You are signed out.")), 401
        if request.method == "GET":
            flash(_("Sign in to open that page."))
            return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")), 303)
        return redirect(url_for("accounts.login"), 303)

    @app.after_request
    def _send_visitor(response: Response) -> Response:
        token = g.pop("visitor_token", None)
        if token:
            keep(response, "visitor", token, days=VISITOR_DAYS)
        return response

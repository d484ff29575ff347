"""Who may open which page. Every route says so, and one hook enforces it before any view runs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Flask, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin, LoginManager, current_user

View = Callable[..., Any]


class Role(StrEnum):
    """What somebody is on this site. Rights on a group come from membership, not from this."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may call a view: everyone, everyone signed in, or only these roles."""

    public: bool = False
    roles: frozenset[Role] = frozenset(Role)


def public(view: View) -> View:
    """Open to everyone, signed in or not."""
    return _declare(view, Policy(public=True))


def signed_in(view: View) -> View:
    """Open to everyone with an account."""
    return _declare(view, Policy())


def requires(*roles: Role) -> Callable[[View], View]:
    """Open to these roles only; for the others the page does not exist (404)."""
    return lambda view: _declare(view, Policy(roles=frozenset(roles)))


def policy_of(view: View) -> Policy | None:
    """The policy that a view declares, or ``None``: a mistake that the hook refuses."""
    policy: Policy | None = getattr(view, "policy", None)
    return policy


def _declare(view: View, policy: Policy) -> View:
    view.policy = policy  # type: ignore[attr-defined]  # functions take attributes
    return view


def enforce() -> ResponseReturnValue | None:
    """Refuse what the policy of the route does not allow; a route without one is a bug (500)."""
    if request.endpoint is None:
        return None  # no such page: Flask answers 404
    policy = policy_of(current_app.view_functions[request.endpoint])
    if policy is None:
        raise RuntimeError(f"{request.endpoint} declares no policy: use core.access")
    if policy.public:
        return None
    if not current_user.is_authenticated:
        login_manager: LoginManager = current_app.login_manager  # type: ignore[attr-defined]  # set by Flask-Login
        return login_manager.unauthorized()  # type: ignore[no-any-return]  # untyped library
    if current_user.role not in policy.roles:
        abort(404)
    return None


def stop_asking() -> None:
    """Take who asks for a visitor, unless known already: the database cannot tell now."""
    if "_login_user" not in g:  # where Flask-Login keeps whom it found
        g._login_user = AnonymousUserMixin()


def is_for_a_user() -> bool:
    """Whether somebody signed in was looked up for this answer; does not look itself."""
    user = g.get("_login_user")
    return user is not None and bool(user.is_authenticated)


def init_app(app: Flask) -> None:
    """Enforce the policies before each request."""
    app.before_request(enforce)

"""What a load balancer asks: is the program up, and can it reach its database?"""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from course.core.access import public
from course.core.db import db

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The program answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """The database answers too; an error page with 503 when it does not."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")

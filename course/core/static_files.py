"""Static files under one address that changes with their content, so browsers keep them a year."""

from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Flask, abort, current_app, request, send_from_directory
from flask.wrappers import Response

from course.core.access import public

HERE = Path(__file__).parent
YEAR = 365 * 24 * 3600

bp = Blueprint("static_files", __name__)


def folders() -> dict[str, Path]:
    """Each part of the app that has a ``static`` folder, by its name."""
    return {path.parent.name: path for path in sorted(HERE.parent.glob("*/static"))}


def tree_hash(parts: dict[str, Path]) -> str:
    """Sixteen hexadecimal digits that change when any static file does."""
    digest = sha256()
    for part, folder in parts.items():
        for path in sorted(file for file in folder.rglob("*") if file.is_file()):
            digest.update(f"{part}/{path.relative_to(folder)}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@bp.get("/static/<version>/<part>/<path:name>")
@public
def file(version: str, part: str, name: str) -> Response:
    """A static file. ``version`` only names the address: any version gives today's file."""
    folder = current_app.extensions["static_folders"].get(part) or abort(404)
    response = send_from_directory(folder, name)
    response.headers["Cache-Control"] = (
        "no-cache" if current_app.debug else f"public, max-age={YEAR}, immutable"
    )
    return response


def static_url(name: str) -> str:
    """The address of ``part/path``, such as ``core/site.css``."""
    # Put together by hand, since a page names a dozen; a test compares it with the route.
    return f"{request.script_root}/static/{current_app.extensions['static_version']}/{name}"


def init_app(app: Flask) -> None:
    """Find the folders once; offer ``static_url`` to templates."""
    parts = folders()
    app.extensions["static_folders"] = parts
    app.extensions["static_version"] = tree_hash(parts)
    app.jinja_env.globals["static_url"] = static_url
    app.register_blueprint(bp)

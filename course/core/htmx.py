"""Pages and their parts: htmx gets the part that changed, everybody else the whole page."""

from typing import Any

from flask import make_response, render_template, request
from flask.wrappers import Response


def wants_partial() -> bool:
    """Whether htmx asked for a part of the page (not a restored history entry)."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") is None


def render(page: str, partial: str, **context: Any) -> Response:
    """Render ``partial`` for htmx and ``page``, which includes it, for everyone else."""
    response = make_response(render_template(partial if wants_partial() else page, **context))
    response.vary.add("HX-Request")
    return response

"""Pages and their parts: htmx gets the part that changed, everybody else the whole page."""

from flask import after_this_request, make_response, redirect, request
from flask.wrappers import Response
from werkzeug.wrappers import Response as BaseResponse


def wants_partial() -> bool:
    """Whether htmx asked for a part of the page (not a restored history entry).

    A page includes its part, so the two cannot drift. Asking makes the answer vary by the header,
    so that a cache never gives the part to somebody who wants the page.
    """

    @after_this_request
    def _vary(response: Response) -> Response:
        response.vary.add("HX-Request")
        return response

    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") is None


def leave_for(address: str) -> BaseResponse:
    """Go to another page, whole: htmx would put what a redirect leads to into its part."""
    if not wants_partial():
        return redirect(address, 303)
    response = make_response("")
    response.headers["HX-Redirect"] = address
    return response

"""What every answer carries and every write must show: headers, form token, same origin."""

from http import HTTPStatus
from urllib.parse import quote, urlsplit

from flask import Flask, abort, request
from flask.wrappers import Response
from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from redis.backoff import NoBackoff
from redis.retry import Retry

from course.config import Settings
from course.core.access import is_for_a_user
from course.core.db import SAFE_METHODS

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=False)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)
MAXIMUM_BYTES = 512 * 1024
MOST_FIELDS = 200  # with a name of their own
MOST_VALUES = 20_000  # of all of them: each of ten thousand people may be ticked
LONGEST_TARGET = 200  # characters; ours are shorter, and this is what the database keeps
YEAR = 365 * 24 * 3600


def refuse_other_sites() -> None:
    """Refuse writes that another site started, for all routes at once."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            abort(HTTPStatus.FORBIDDEN)
        return
    origin = request.headers.get("Origin")
    if origin is not None and _host_of(origin) != request.host:
        abort(HTTPStatus.FORBIDDEN)


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as http://[::1, which no browser sends
        return None


def refuse_what_cannot_be_stored() -> None:
    """Read the whole form, and refuse what no person sends: very many fields, the character NUL.

    Reading comes before anything asks the database: a request that arrives slowly would otherwise
    keep the others from writing while it waits for its own words.
    """
    fields = [*request.args.items(multi=True), *request.form.items(multi=True)]
    if len(fields) > MOST_VALUES or len({name for name, _value in fields}) > MOST_FIELDS:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if any("\0" in text for text in (request.path, *(part for field in fields for part in field))):
        abort(HTTPStatus.BAD_REQUEST)  # PostgreSQL does not take it


def own_address() -> str:
    """Path and query of this request as they stand in an address: for forms that lead back."""
    query = request.query_string.decode("latin-1")
    return quote(request.path, safe="/:@!$&'()*+,;=") + (f"?{query}" if query else "")


def safe_next(target: str | None) -> str | None:
    """``target`` when it is a path on this site, else ``None``: no redirect leaves the house."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if len(target) > LONGEST_TARGET:
        return None
    if "\\" in target or any(ord(character) < ord(" ") + 1 for character in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


def guard(app: Flask) -> None:
    """Refuse what needs no database to be refused; registered before anything that asks it."""
    app.before_request(refuse_other_sites)
    app.before_request(refuse_what_cannot_be_stored)


def init_app(app: Flask, settings: Settings) -> None:
    """Set up the form token, the rate limits, the cookies and the headers."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-form" if settings.is_production else "form",
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A form may stay open for days; the text in it matters more than the age of its token.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # the origin is checked above, with better headers
        MAX_CONTENT_LENGTH=MAXIMUM_BYTES,
        MAX_FORM_MEMORY_SIZE=MAXIMUM_BYTES,
        MAX_FORM_PARTS=200,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
        # A Redis that does not answer may cost a page 0.3 s, not the seven of the defaults.
        RATELIMIT_STORAGE_OPTIONS=(
            {
                "socket_timeout": 0.3,
                "socket_connect_timeout": 0.3,
                "retry": Retry(NoBackoff(), 0),  # the client would try for seconds
            }
            if settings.redis_url
            else {}
        ),
    )
    app.config.update(
        # Quick settings: pages are made for one reader, so compressing them twice gains nothing.
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=3,  # half the time of 4, for 3 % more bytes
        COMPRESS_LEVEL=5,
        COMPRESS_MIN_SIZE=1000,
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "text/javascript",
            "application/json",
            "image/svg+xml",
        ],
    )
    Compress(app)
    app.jinja_env.globals["own_address"] = own_address
    csrf.init_app(app)
    limiter.init_app(app)

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        # What somebody handed in has one of its own, which allows less.
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers["X-Content-Type-Options"] = "nosniff"
        # A part whose addresses are secrets says less.
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if settings.is_production:
            headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
        if "Cache-Control" not in headers:
            mine = is_for_a_user() or request.method not in SAFE_METHODS
            headers["Cache-Control"] = "no-store" if mine else "no-cache, private"
            response.vary.update(("Cookie", "Accept-Language"))
        return response

"""A message as a mail: who it is to, where there is more, and how to get no more of them.

The address that ends mails of a kind says whose and which, signed with the key of the site: there
is nothing to look up, and nobody can make one for somebody else.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Final

from course.config import Settings
from course.core.db import LARGEST_ID
from course.core.i18n import _
from course.messages.models import Kind

SIGNATURE: Final = 18  # bytes, which make 24 characters


def written(name: str, body: str, *, link: str | None, stop: str) -> str:
    """The text of the mail, in the language that is spoken now."""
    parts = [_("Hello %(name)s,", name=name), body]
    if link:
        parts.append(_("Read it here:\n%(link)s", link=link))
    parts += [
        "Weegschaal",
        "-- \n"
        + _(
            "Everything stands on the site too, under Messages. No more mail about this:\n%(stop)s",
            stop=stop,
        ),
    ]
    return "\n\n".join(parts)


def unsubscribe_url(settings: Settings, user_id: int, kind: Kind) -> str:
    """Where one press ends mails of this kind to this person."""
    return f"{settings.base_url}/unsubscribe/{token_of(settings, user_id, kind)}"


def token_of(settings: Settings, user_id: int, kind: Kind) -> str:
    """The signed end of that address: ``12.result.`` and the signature."""
    return f"{user_id}.{kind}.{_signature(settings, user_id, kind)}"


def meant_by(settings: Settings, token: str) -> tuple[int, Kind] | None:
    """Whose mails of which kind the token ends; ``None`` when nobody here signed it."""
    number, _dot, rest = token.partition(".")
    kind, _dot, _signed = rest.partition(".")
    if not number.isascii() or not number.isdecimal() or kind not in set(Kind):
        return None
    if len(number) > len(str(LARGEST_ID)):
        return None
    user_id, found = int(number), Kind(kind)
    genuine = compare_digest(token.encode(), token_of(settings, user_id, found).encode())
    return (user_id, found) if genuine else None


def _signature(settings: Settings, user_id: int, kind: Kind) -> str:
    signed = digest(settings.secret_key.encode(), f"unsubscribe:{user_id}:{kind}".encode(), sha256)
    return urlsafe_b64encode(signed[:SIGNATURE]).decode()

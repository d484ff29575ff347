"""Random tokens: the browser or the mail holds the token, the database only its hash."""

import secrets
from hashlib import sha256


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What the database keeps: 64 hexadecimal digits. Random tokens need no slow hash."""
    return sha256(token.encode()).hexdigest()

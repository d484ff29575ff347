"""Passwords: argon2id, and a plain answer to "is this one good enough?"."""

from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 128
FEWEST_DIFFERENT = 5
SHORTEST_OWN = 3  # letters of a name; shorter ones are in every word

# OWASP's second profile (19 MiB, two passes): about 30 ms here, and room for many at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked when there is no such account, so that the answer takes as long as when there is.
_nobody = _hasher.hash("nobody has this password")


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    PERSONAL = "personal"


def hash_password(password: str) -> str:
    """The argon2id hash, with its parameters and salt inside."""
    return _hasher.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` belongs to the hash; as slow for ``None``, when nobody is there."""
    try:
        return _hasher.verify(password_hash or _nobody, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether the parameters have been raised since this hash was made."""
    return _hasher.check_needs_rehash(password_hash)


def weakness(password: str, *, email: str, name: str = "") -> Weakness | None:
    """Why ``password`` is refused, or ``None``. Length counts, composition rules do not.

    12 to 128 characters; not a well-known one, a few characters repeated, or somebody's own name
    or address (NIST SP 800-63B; ASVS 5.0 6.2).
    """
    if len(password) < SHORTEST:
        return Weakness.SHORT
    if len(password) > LONGEST:
        return Weakness.LONG
    folded = password.casefold()
    if len(set(folded)) < FEWEST_DIFFERENT or any(word in folded for word in COMMON):
        return Weakness.COMMON
    own = [email.casefold().split("@", maxsplit=1)[0], *name.casefold().split()]
    rest = folded
    for part in sorted(own, key=len, reverse=True):
        if len(part) >= SHORTEST_OWN:
            rest = rest.replace(part, "")
    if rest != folded and len(rest) < SHORTEST // 2:
        return Weakness.PERSONAL
    return None


# The stems of the most used long passwords in Dutch and English; a variation is no better.
COMMON = (
    "123456789",
    "987654321",
    "abcdefgh",
    "qwertyuiop",
    "qwerty123",
    "azertyuiop",
    "password1",
    "passw0rd",
    "welkom01",
    "welkom123",
    "wachtwoord1",
    "wachtwoord2",
    "iloveyou12",
    "letmein12",
    "administrator1",
)

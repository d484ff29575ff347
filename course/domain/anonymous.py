"""A code instead of a name, so that who marks does not know whose work it is.

It follows from a key that only the server has, the student and the assignment: the same student
has another code in another assignment, and without the key no code leads back to a name.
Specification: assessment.md, 4.3.
"""

from base64 import b32encode
from collections.abc import Collection, Mapping
from hashlib import sha256
from hmac import digest
from types import MappingProxyType
from typing import Final

LENGTH: Final = 6  # characters: one in 1,073,741,824
FEWEST_KEY: Final = 16  # bytes: less can be tried out


def anon_code(key: bytes, student: str, assignment: str) -> str:
    """Six of the characters A to Z and 2 to 7: the first of the HMAC in base 32.

    Raises :exc:`ValueError` for a key below 16 bytes.
    """
    return _code(key, student, assignment, start=0)


def anon_codes(
    key: bytes,
    students: Collection[str],
    assignment: str,
    *,
    known: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """A code for each of ``students``, all different; their order does not matter.

    When two students get the same, the one who sorts last takes the next six characters, and so
    on: it happens in about one of 6,000 classes of 600. ``known`` are codes that were given
    before, by student: give them along, so that who comes later does not change them.
    Raises :exc:`ValueError` as :func:`anon_code`, and when a student is there twice.
    """
    if len(set(students)) != len(students):
        raise ValueError(f"students={sorted(students)} must differ")
    codes, taken = dict[str, str](), set(known.values())
    for student in sorted(students):
        if student in known:
            codes[student] = known[student]
            continue
        start = 0
        while (code := _code(key, student, assignment, start=start)) in taken:
            start += 1
        codes[student] = code
        taken.add(code)
    return codes


def _code(key: bytes, student: str, assignment: str, *, start: int) -> str:
    """The code after ``start`` others that were taken; a hash holds eight of six characters."""
    if len(key) < FEWEST_KEY:
        raise ValueError(f"key of {len(key)} bytes must be at least {FEWEST_KEY}")
    block, place = divmod(start, sha256().digest_size * 8 // 5 // LENGTH)
    # The lengths keep "1" of "23" and "12" of "3" apart.
    message = f"{len(student)}:{student}{len(assignment)}:{assignment}"
    if block:
        message += f"#{block}"
    text = b32encode(digest(key, message.encode(), sha256)).decode()
    return text[place * LENGTH :][:LENGTH]

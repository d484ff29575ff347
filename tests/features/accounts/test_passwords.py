import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.accounts.passwords import (
    COMMON,
    LONGEST,
    SHORTEST,
    Weakness,
    hash_password,
    needs_rehash,
    verify,
    weakness,
)

GOOD = "een goed bewaard geheim"


def test_passwords_are_kept_as_argon2id_with_a_salt_of_their_own() -> None:
    first, second = hash_password(GOOD), hash_password(GOOD)
    # OWASP, Password Storage Cheat Sheet: m=19456 (19 MiB), t=2, p=1.
    shape = r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}"
    assert re.fullmatch(shape, first)
    assert first != second
    assert not needs_rehash(first)


@pytest.mark.parametrize(
    ("password", "fits"),
    [(GOOD, True), (f"{GOOD} ", False), (GOOD.upper(), False), ("", False), ("é" * 40, False)],
)
def test_only_the_same_password_fits(password: str, fits: bool) -> None:
    assert verify(hash_password(GOOD), password) is fits


def test_a_password_may_hold_any_letter_of_any_language() -> None:
    password = "wachten op 🐦 in de ochtend éééé"
    assert verify(hash_password(password), password)


def test_nobody_has_no_password_not_even_the_one_that_is_checked() -> None:
    assert not verify(None, "nobody has this password")
    assert not verify(None, "")


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("a b c d e f ", None),
        ("elf tekens!", Weakness.SHORT),
        ("", Weakness.SHORT),
        ("vier woorden op rij", None),
        ("abcde" * 25 + "abc", None),
        ("abcde" * 25 + "abcd", Weakness.LONG),
        ("aaaaaaaaaaaa", Weakness.COMMON),
        ("abababababab", Weakness.COMMON),
        ("abcdabcdabcd", Weakness.COMMON),
        ("abcdeabcdeab", None),
        ("            ", Weakness.COMMON),
        ("wachtwoord123", Weakness.COMMON),
        ("WACHTWOORD123!", Weakness.COMMON),
        ("Qwertyuiop[]", Weakness.COMMON),
        ("0123456789012", Weakness.COMMON),
        ("mijn wachtwoord is geheim", None),
        ("jan.de.vries", Weakness.PERSONAL),
        ("JAN.DE.VRIES2026", Weakness.PERSONAL),
        ("Vries Vries Vries", Weakness.PERSONAL),
        ("Marijke Vries", Weakness.PERSONAL),
        ("vries-marijke!", Weakness.PERSONAL),
        ("marijke en de hond", None),
        ("de hele dag buiten", None),
    ],
)
def test_a_password_is_refused_for_what_makes_it_easy_to_guess(
    password: str, refused: Weakness | None
) -> None:
    found = weakness(password, email="Jan.de.Vries@example.org", name="Marijke de Vries")
    assert found == refused


def test_without_a_name_only_the_address_counts() -> None:
    assert weakness("jan.de.vries", email="jan.de.vries@example.org") is Weakness.PERSONAL
    assert weakness("marijke vries", email="jan.de.vries@example.org") is None
    assert weakness("jan.de.vries", email="") is None


@given(st.sampled_from(COMMON), st.text(max_size=20), st.text(max_size=20))
def test_a_common_password_is_common_with_anything_around_it(
    common: str, before: str, after: str
) -> None:
    password = before + common.swapcase() + after
    expected = Weakness.COMMON if len(password) >= SHORTEST else Weakness.SHORT
    assert weakness(password, email="a@example.org") is expected


@given(st.text(), st.emails(), st.text())
def test_length_comes_before_everything_else(password: str, email: str, name: str) -> None:
    found = weakness(password, email=email, name=name)
    assert (found is Weakness.SHORT) is (len(password) < SHORTEST)
    assert (found is Weakness.LONG) is (len(password) > LONGEST)

"""New, known, doubtful or wrong: each row with its reason."""

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from course.domain.roster.people import Listed, is_address
from course.domain.roster.verdicts import (
    Kind,
    Known,
    Reason,
    is_a_slip,
    meant_by,
    verdicts,
)

KNOWN = Known(
    members={"mia@x.nl", "ken@x.nl"},
    unnumbered={"ken@x.nl"},
    invited={"ina@x.nl"},
    elsewhere={"eva@x.nl": "SW-1A"},
    names={"mia mol": {"mia@x.nl"}},
    numbers={"777": "Mia Mol"},
)


def person(row: int, email: str, name: str = "", number: str = "") -> Listed:
    return Listed(row, name, email, number)


@pytest.mark.parametrize(
    ("one", "kind", "reason", "other"),
    [
        (person(2, "nieuw@x.nl", "Nel Nieuw", "123"), Kind.NEW, Reason.NOTHING_SPECIAL, ""),
        (person(2, ""), Kind.WRONG, Reason.NO_ADDRESS, ""),
        (person(2, "nel apenstaart x.nl"), Kind.WRONG, Reason.NOT_AN_ADDRESS, ""),
        (person(2, "eerst@x.nl"), Kind.WRONG, Reason.DOUBLE, "1"),
        (person(2, "a@x.nl", "n" * 81), Kind.WRONG, Reason.LONG_NAME, ""),
        (person(2, "a@x.nl", "A", "1" * 21), Kind.WRONG, Reason.LONG_NUMBER, ""),
        (person(2, "a@x.nl", "=1+1"), Kind.WRONG, Reason.FORMULA, ""),
        (person(2, "a@x.nl", "A", "@SUM(1)"), Kind.WRONG, Reason.FORMULA, ""),
        (person(2, "mia@x.nl"), Kind.KNOWN, Reason.IN_GROUP, ""),
        (person(2, "mia@x.nl", "Mia Mol", "123"), Kind.KNOWN, Reason.IN_GROUP, ""),
        (person(2, "ken@x.nl", "Ken"), Kind.KNOWN, Reason.IN_GROUP, ""),
        (person(2, "ken@x.nl", "Ken", "123"), Kind.KNOWN, Reason.GETS_NUMBER, ""),
        (person(2, "ken@x.nl", "Ken", "777"), Kind.KNOWN, Reason.IN_GROUP, ""),  # Mia's
        (person(2, "ken@x.nl", "Ken", "001"), Kind.KNOWN, Reason.IN_GROUP, ""),  # Emma's
        (person(2, "ina@x.nl"), Kind.KNOWN, Reason.INVITED, ""),
        (person(2, "eva@x.nl"), Kind.KNOWN, Reason.IN_OTHER_GROUP, "SW-1A"),
        (person(2, "nel@gmial.com"), Kind.DOUBTFUL, Reason.MISTYPED, "nel@gmail.com"),
        (person(2, "a@x.nl", "A", "001"), Kind.DOUBTFUL, Reason.NUMBER_TWICE, "1"),
        (person(2, "a@x.nl", "A", "777"), Kind.DOUBTFUL, Reason.NUMBER_TAKEN, "Mia Mol"),
        (person(2, "a@x.nl", "emma  EERST"), Kind.DOUBTFUL, Reason.SAME_NAME, "1"),
        (person(2, "a@x.nl", "Mia Mol"), Kind.DOUBTFUL, Reason.NAME_TAKEN, ""),
    ],
)
def test_each_row_gets_its_verdict_with_the_reason(
    one: Listed, kind: Kind, reason: Reason, other: str
) -> None:
    first, found = verdicts([person(1, "eerst@x.nl", "Emma Eerst", "001"), one], KNOWN)
    assert first.reason is Reason.NOTHING_SPECIAL
    assert (found.kind, found.reason, found.other) == (kind, reason, other)


def test_who_is_doubtful_is_invited_only_when_somebody_says_so() -> None:
    doubtful, elsewhere, there, wrong = verdicts(
        [person(1, "a@gmial.com"), person(2, "eva@x.nl"), person(3, "mia@x.nl"), person(4, "x")],
        KNOWN,
    )
    assert (doubtful.is_invited, doubtful.can_be_invited) == (False, True)
    assert (elsewhere.is_invited, elsewhere.can_be_invited) == (True, True)
    assert [(one.is_invited, one.can_be_invited) for one in (there, wrong)] == [(False, False)] * 2


def test_a_number_with_and_without_its_zeros_is_not_the_same() -> None:
    found = verdicts([person(1, "a@x.nl", "A", "0012"), person(2, "b@x.nl", "B", "12")], Known())
    assert [one.kind for one in found] == [Kind.NEW, Kind.NEW]


def test_a_domain_that_many_of_the_list_have_is_no_slip_of_another() -> None:
    many = [person(row, f"s{row}@student.hx.nl") for row in range(1, 5)]
    (*usual, slip) = verdicts([*many, person(5, "s5@studnet.hx.nl")], Known())
    assert {one.reason for one in usual} == {Reason.NOTHING_SPECIAL}
    assert (slip.reason, slip.other) == (Reason.MISTYPED, "s5@student.hx.nl")


@pytest.mark.parametrize(
    ("typed", "is_slip"),
    [
        ("gmai.com", True),
        ("gmaill.com", True),
        ("gmaik.com", True),
        ("gmial.com", True),
        ("gmail.co", True),
        ("gmail.com", False),
        ("gmx.com", False),
        ("moc.liamg", False),
    ],
)
def test_one_slip_of_the_hand_is_seen_and_two_are_not(typed: str, is_slip: bool) -> None:
    assert is_a_slip(typed, "gmail.com") is is_slip
    assert bool(meant_by(f"a@{typed}", {"gmail.com"})) is is_slip


NOT_FOR_MAIL = {"test", "local", "arpa", "onion", "alt"}  # names that are kept for other use
ADDRESSES = st.from_regex(r"[a-zé.+ ]{0,8}@?[a-z.-]{0,6}\.?[a-z0-9]{0,3}", fullmatch=True)


@given(ADDRESSES)
def test_what_is_an_address_here_is_one_for_whoever_signs_up(text: str) -> None:
    """A second reading, by the library that the form for an account uses."""
    if is_address(text) and text.rpartition(".")[2] not in NOT_FOR_MAIL:
        assert validate_email(text, check_deliverability=False).normalized == text


LISTS = st.lists(
    st.builds(
        person,
        st.just(0),
        st.sampled_from(["a@x.nl", "ken@x.nl", "mia@x.nl", "eva@x.nl", "x", "", "c@gmial.com"]),
        st.sampled_from(["", "A", "B", "Mia Mol"]),
        st.sampled_from(["", "1", "777"]),
    ),
    max_size=12,
)


@given(LISTS)
def test_nobody_is_invited_twice_and_every_row_is_told_about(people: list[Listed]) -> None:
    numbered = [person(row, one.email, one.name, one.number) for row, one in enumerate(people, 1)]
    found = verdicts(numbered, KNOWN)
    assert [one.person for one in found] == numbered
    invitable = [one.person.email for one in found if one.can_be_invited]
    assert len(set(invitable)) == len(invitable)
    assert all(is_address(email) for email in invitable)
    assert set(invitable).isdisjoint({*KNOWN.members, *KNOWN.invited})
    assert all(one.can_be_invited for one in found if one.is_invited)
    assert sum(one.gets_number for one in found) <= 1

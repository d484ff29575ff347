"""What would become of each row: new, known, doubtful or wrong, and why.

Rules, in this order; the first that holds decides:

1. *wrong*, never invited: no address, not an address, an address that stands in an earlier row, a
   name or a number that is a formula, a name longer than 80 or a number longer than 20 characters;
2. *known*, never invited: in this group, or invited to it and not answered yet. A student in the
   group without a number gets that of the list, unless it is somebody else's;
3. *doubtful*, invited only when somebody says so: an address that looks mistyped, a number that is
   somebody else's, a name that has another address;
4. *known*, and still invited: in another group of the same instructor;
5. *new*.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from course.domain.roster.people import Listed, is_address

LONGEST_NAME: Final = 80
LONGEST_NUMBER: Final = 20
# Where students have their mail, and what is easily typed instead.
WELL_KNOWN: Final = frozenset(
    {
        *("gmail.com", "hotmail.com", "hotmail.nl", "outlook.com", "live.nl", "icloud.com"),
        *("yahoo.com", "ziggo.nl", "kpnmail.nl", "planet.nl", "xs4all.nl", "casema.nl"),
        *("home.nl", "upcmail.nl", "protonmail.com"),
    }
)
COMMON: Final = 3  # rows with a domain, from which it is one that people of this list have
MOST_COMMON: Final = 20  # domains that others are compared with


class Kind(StrEnum):
    """What would become of a row."""

    NEW = "new"
    KNOWN = "known"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


class Reason(StrEnum):
    """Why."""

    NOTHING_SPECIAL = "nothing-special"
    NO_ADDRESS = "no-address"
    NOT_AN_ADDRESS = "not-an-address"
    DOUBLE = "double"  # the address stands in row ``other``
    FORMULA = "formula"
    LONG_NAME = "long-name"
    LONG_NUMBER = "long-number"
    GETS_NUMBER = "gets-number"  # is in the group
    IN_GROUP = "in-group"
    INVITED = "invited"
    IN_OTHER_GROUP = "in-other-group"  # called ``other``
    MISTYPED = "mistyped"  # perhaps ``other`` was meant
    NUMBER_TWICE = "number-twice"  # as in row ``other``
    NUMBER_TAKEN = "number-taken"  # by ``other``, who is in the group or invited
    SAME_NAME = "same-name"  # as in row ``other``
    NAME_TAKEN = "name-taken"  # by somebody in the group or invited, with another address


KINDS: Final[Mapping[Reason, Kind]] = {
    Reason.NOTHING_SPECIAL: Kind.NEW,
    Reason.NO_ADDRESS: Kind.WRONG,
    Reason.NOT_AN_ADDRESS: Kind.WRONG,
    Reason.DOUBLE: Kind.WRONG,
    Reason.FORMULA: Kind.WRONG,
    Reason.LONG_NAME: Kind.WRONG,
    Reason.LONG_NUMBER: Kind.WRONG,
    Reason.GETS_NUMBER: Kind.KNOWN,
    Reason.IN_GROUP: Kind.KNOWN,
    Reason.INVITED: Kind.KNOWN,
    Reason.IN_OTHER_GROUP: Kind.KNOWN,
    Reason.MISTYPED: Kind.DOUBTFUL,
    Reason.NUMBER_TWICE: Kind.DOUBTFUL,
    Reason.NUMBER_TAKEN: Kind.DOUBTFUL,
    Reason.SAME_NAME: Kind.DOUBTFUL,
    Reason.NAME_TAKEN: Kind.DOUBTFUL,
}
INVITED_UNLESS: Final = {Reason.NOTHING_SPECIAL, Reason.IN_OTHER_GROUP}
THERE: Final = {Reason.GETS_NUMBER, Reason.IN_GROUP, Reason.INVITED}
FORMULA: Final = ("=", "+", "@")  # with what a cell begins that a program for tables would run
# In which order a page tells: first what somebody has to look at.
ORDER: Final = (Kind.DOUBTFUL, Kind.WRONG, Kind.NEW, Kind.KNOWN)


@dataclass(frozen=True, slots=True)
class Known:
    """Who is there already. Addresses in lower case."""

    members: Collection[str] = ()  # addresses in this group
    unnumbered: Collection[str] = ()  # addresses of its learners whose number is not known
    invited: Collection[str] = ()  # addresses that were invited to it
    elsewhere: Mapping[str, str] = field(default_factory=dict)  # address → another own group
    names: Mapping[str, Collection[str]] = field(default_factory=dict)  # folded → addresses here
    numbers: Mapping[str, str] = field(default_factory=dict)  # student number → name here


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row, and what would become of it."""

    person: Listed
    reason: Reason
    other: str = ""  # what the reason is about: a row, a name, a group or an address

    @property
    def kind(self) -> Kind:
        """New, known, doubtful or wrong."""
        return KINDS[self.reason]

    @property
    def can_be_invited(self) -> bool:
        """Whether there is somebody to invite: not for what is wrong, or there already."""
        return self.kind is not Kind.WRONG and self.reason not in THERE

    @property
    def is_invited(self) -> bool:
        """Whether this row is invited when nobody says otherwise."""
        return self.reason in INVITED_UNLESS

    @property
    def gets_number(self) -> bool:
        """Whether somebody in the group gets the number of this row, when nobody says otherwise."""
        return self.reason is Reason.GETS_NUMBER

    @property
    def can_be_chosen(self) -> bool:
        """Whether there is anything to do for this row."""
        return self.can_be_invited or self.gets_number

    @property
    def is_chosen(self) -> bool:
        """Whether that is done when nobody says otherwise."""
        return self.is_invited or self.gets_number


def folded(name: str) -> str:
    """A name to compare by: without capitals and double spaces."""
    return " ".join(name.casefold().split())


def verdicts(people: Sequence[Listed], known: Known) -> list[Verdict]:
    """What would become of each row, in the order of the list; in time that grows as it does."""
    first = _First(people)
    usual = WELL_KNOWN | first.domains
    return [_verdict(person, known, first, usual) for person in people]


class _First:
    """Where in a list each address, name and number stands first; and which domains are usual."""

    def __init__(self, people: Sequence[Listed]) -> None:
        self.addresses: dict[str, Listed] = {}
        self.names: dict[str, Listed] = {}
        self.numbers: dict[str, Listed] = {}
        for person in people:
            if not is_address(person.email):
                continue
            is_double = person.email in self.addresses
            self.addresses.setdefault(person.email, person)
            if person.name and not is_double:
                self.names.setdefault(folded(person.name), person)
            if person.number and not is_double:
                self.numbers.setdefault(person.number, person)
        count = Counter(email.rpartition("@")[2] for email in self.addresses)
        often = count.most_common(MOST_COMMON)
        self.domains = {domain for domain, times in often if times >= COMMON}

    def holds_number(self, person: Listed) -> bool:
        """Whether this row is the first with its number. ``person`` has an address of their own."""
        holder = self.numbers.get(person.number)
        return holder is not None and holder.row == person.row


_Why = tuple[Reason, str]


def _verdict(person: Listed, known: Known, first: _First, usual: Collection[str]) -> Verdict:
    reason, other = (
        _wrong(person, first)
        or _there(person, known, first)
        or _doubt(person, known, first, usual)
        or _elsewhere(person, known)
        or (Reason.NOTHING_SPECIAL, "")
    )
    return Verdict(person, reason, other)


def _wrong(person: Listed, first: _First) -> _Why | None:
    if not person.email:
        return Reason.NO_ADDRESS, ""
    if not is_address(person.email):
        return Reason.NOT_AN_ADDRESS, ""
    earlier = first.addresses[person.email]
    if earlier.row != person.row:
        return Reason.DOUBLE, str(earlier.row)
    if person.name.startswith(FORMULA) or person.number.startswith(FORMULA):
        return Reason.FORMULA, ""
    if len(person.name) > LONGEST_NAME:
        return Reason.LONG_NAME, ""
    if len(person.number) > LONGEST_NUMBER:
        return Reason.LONG_NUMBER, ""
    return None


def _there(person: Listed, known: Known, first: _First) -> _Why | None:
    if person.email in known.members:
        is_free = person.number not in known.numbers and first.holds_number(person)
        gets_it = is_free and person.email in known.unnumbered
        return Reason.GETS_NUMBER if gets_it else Reason.IN_GROUP, ""
    if person.email in known.invited:
        return Reason.INVITED, ""
    return None


def _doubt(person: Listed, known: Known, first: _First, usual: Collection[str]) -> _Why | None:
    meant = meant_by(person.email, usual)
    if meant:
        return Reason.MISTYPED, meant
    if person.number:
        if not first.holds_number(person):
            return Reason.NUMBER_TWICE, str(first.numbers[person.number].row)
        if person.number in known.numbers:
            return Reason.NUMBER_TAKEN, known.numbers[person.number]
    if person.name:
        namesake = first.names.get(folded(person.name))
        if namesake is not None and namesake.row != person.row:
            return Reason.SAME_NAME, str(namesake.row)
        if folded(person.name) in known.names:
            return Reason.NAME_TAKEN, ""
    return None


def _elsewhere(person: Listed, known: Known) -> _Why | None:
    group = known.elsewhere.get(person.email)
    return (Reason.IN_OTHER_GROUP, group) if group is not None else None


def meant_by(email: str, usual: Collection[str]) -> str:
    """The address that was probably meant, or "": its domain is one slip away from a usual one."""
    local, _at, domain = email.rpartition("@")
    if domain in usual:
        return ""
    meant = min((known for known in usual if is_a_slip(domain, known)), default="")
    return f"{local}@{meant}" if meant else ""


def is_a_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too many or another one, or two neighbours changed places."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = next(
        (at for at, pair in enumerate(zip(typed, meant, strict=False)) if pair[0] != pair[1]),
        min(len(typed), len(meant)),
    )
    left, right = typed[start:], meant[start:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[1::-1] and left[2:] == right[2:])
    )

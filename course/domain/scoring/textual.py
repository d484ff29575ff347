"""Texts as answers: a word or a few against patterns, and writing that a person has to read."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from course.domain.scoring.scores import EVERYTHING, NOTHING, Score, Unmarked, blank

LONGEST_TEXT: Final = 500  # characters of a short answer, and of a pattern
SHORTEST_ALMOST: Final = 6  # characters: in a shorter word one slip makes another word of it

SPACE: Final = re.compile(r"\s+")
# An asterisk of the pattern itself, unless a backslash stands before it.
STAR: Final = re.compile(r"(?<!\\)\*")
# What telephones and word processors write for ' and -, and what has no width and comes along with
# a copied text; NFKC leaves both as they are.
APOSTROPHES, HYPHENS, WIDTHLESS = "\u2018\u2019\u02bc", "\u2010\u2011", "\u00ad\u200b\u2060\ufeff"
TYPOGRAPHIC: Final = str.maketrans(APOSTROPHES + HYPHENS, "'''--", WIDTHLESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRules:
    """What makes no difference between two texts, beside spaces and compatible characters."""

    ignores_marks: bool = False  # é is e, ç is c; but ø stays ø, being a letter of its own
    forgives_slips: bool = False  # one slip in a longer word is almost right: asked again


PLAIN: Final = TextRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedText:
    """A text that earns something.

    ``*`` stands for any characters, or none; ``\\*`` is an asterisk. Raises :exc:`ValueError` for a
    pattern that is blank or longer than 500 characters, and for a share outside its bounds.
    """

    pattern: str
    fraction: Fraction = EVERYTHING  # share of the marks, 0 to 1
    minds_case: bool = False

    def __post_init__(self) -> None:
        if not normalised(self.pattern) or len(self.pattern) > LONGEST_TEXT:
            raise ValueError(f"pattern={self.pattern!r} must have 1 to {LONGEST_TEXT} characters")
        if not NOTHING <= self.fraction <= EVERYTHING:
            raise ValueError(f"fraction={self.fraction} must be between 0 and 1")

    @property
    def is_open(self) -> bool:
        """Whether it stands for more than one text."""
        return bool(STAR.search(self.pattern))


def normalised(text: str, *, minds_case: bool = False, rules: TextRules = PLAIN) -> str:
    """Write ``text`` in the one way in which texts are compared.

    Compatible characters become the usual ones (Unicode NFKC), runs of white space one space and
    those at the ends none, capitals small letters unless ``minds_case``. A typographic apostrophe
    or hyphen becomes the plain one, and what has no width goes. Doing it twice changes nothing.
    """
    return _even(text, minds_case=minds_case, rules=rules).strip()


def _even(text: str, *, minds_case: bool, rules: TextRules) -> str:
    before, even = None, text
    # Folding can undo normal form, as in U+1E9B with a dot below: until nothing changes.
    while even != before:
        before, even = even, unicodedata.normalize("NFKC", even).translate(TYPOGRAPHIC)
        even = even if minds_case else even.casefold()
        if rules.ignores_marks:
            even = _without_marks(even)
    return SPACE.sub(" ", even)


def _without_marks(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
    return unicodedata.normalize("NFKC", bare)


def fits(text: str, accepted: AcceptedText, *, rules: TextRules = PLAIN) -> bool:
    """Tell whether ``text`` is what the pattern of ``accepted`` describes.

    No pattern takes long: each piece between two asterisks is looked for once, from left to right,
    at the first place where it is, which leaves the most room for the next one.
    """
    given = normalised(text, minds_case=accepted.minds_case, rules=rules)
    first, *middle = [
        _even(piece.replace(r"\*", "*"), minds_case=accepted.minds_case, rules=rules)
        for piece in STAR.split(accepted.pattern)
    ]
    if not middle:
        return given == first.strip()
    first, *middle, last = first.lstrip(), *middle[:-1], middle[-1].rstrip()
    here, end = len(first), len(given) - len(last)
    if here > end or not (given.startswith(first) and given.endswith(last)):
        return False
    for piece in middle:
        found = given.find(piece, here, end)
        if found < 0:
            return False
        here = found + len(piece)
    return True


def first_fitting(
    text: str, accepted: Sequence[AcceptedText], *, rules: TextRules = PLAIN
) -> AcceptedText | None:
    """The first of ``accepted`` that ``text`` fits; ``None`` when it fits none."""
    return next((pattern for pattern in accepted if fits(text, pattern, rules=rules)), None)


def score_text(
    given: str, *, accepted: Sequence[AcceptedText], maximum: int, rules: TextRules = PLAIN
) -> Score:
    """Award the share of the first of ``accepted`` that ``given`` fits; white space is blank.

    With ``forgives_slips`` a text that earns nothing, but is one slip away from a text of six
    characters or more that does, has no mark: it is ALMOST right, and worth another try. A pattern
    without asterisks that is worth 0 stays wrong, so that an author can tell two words apart. A
    text of more than 500 characters is not compared: TOO_LONG.
    Raises :exc:`ValueError` when no text earns everything.
    """
    _check(accepted)
    if len(given) > LONGEST_TEXT:
        return Score(NOTHING, maximum, Unmarked.TOO_LONG)
    if not normalised(given):
        return blank(maximum)
    found = first_fitting(given, accepted, rules=rules)
    if found and (found.fraction or not found.is_open):
        return Score(found.fraction, maximum)
    if rules.forgives_slips and _is_almost(given, accepted, rules):
        return Score(NOTHING, maximum, Unmarked.ALMOST)
    return Score(NOTHING, maximum)


def unmatched(
    given: Iterable[str], *, accepted: Sequence[AcceptedText], rules: TextRules = PLAIN
) -> list[tuple[str, int]]:
    """The answers that fit nothing, with how often each was given: what a key may have forgotten.

    Most frequent first, then by alphabet, in normal form; blank ones are left out, and so are
    those that are too long to be compared.
    """
    known = Counter(
        normalised(text, rules=rules)
        for text in given
        if len(text) <= LONGEST_TEXT
        and normalised(text)
        and not first_fitting(text, accepted, rules=rules)
    )
    return sorted(known.items(), key=lambda item: (-item[1], item[0]))


def score_writing(given: str, *, maximum: int) -> Score:
    """White space is blank; anything else waits for a person, with no mark until then."""
    return Score(NOTHING, maximum, Unmarked.NEEDS_GRADING) if given.strip() else blank(maximum)


def score_files(given: Collection[str], *, maximum: int) -> Score:
    """No file is blank; any number of them waits for a person, with no mark until then."""
    return Score(NOTHING, maximum, Unmarked.NEEDS_GRADING) if given else blank(maximum)


def is_one_slip_away(one: str, other: str) -> bool:
    """Tell whether one slip makes ``one`` of ``other``: a Damerau-Levenshtein distance of 1.

    A slip is a letter too many, one too few, a wrong one, or two neighbours exchanged.
    """
    same = next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )
    here, there = one[same:], other[same:]
    if not here and not there:
        return False
    exchanged = here[1::-1] + here[2:] if len(here) > 1 else here
    return here[1:] == there[1:] or here[1:] == there or here == there[1:] or exchanged == there


def _is_almost(given: str, accepted: Sequence[AcceptedText], rules: TextRules) -> bool:
    for pattern in accepted:
        if not pattern.fraction or pattern.is_open:
            continue
        case = pattern.minds_case
        right = normalised(pattern.pattern.replace(r"\*", "*"), minds_case=case, rules=rules)
        typed = normalised(given, minds_case=case, rules=rules)
        if len(right) >= SHORTEST_ALMOST and is_one_slip_away(typed, right):
            return True
    return False


def _check(accepted: Sequence[AcceptedText]) -> None:
    if not any(pattern.fraction == EVERYTHING for pattern in accepted):
        raise ValueError(f"one of accepted={list(accepted)} must have fraction 1")

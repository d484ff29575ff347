"""A comment that hangs on a passage, and finds it again when the text was changed.

An anchor keeps where the passage was, what it said, and a little of what stood around it, as the
W3C Web Annotation model does (TextPositionSelector and TextQuoteSelector, 2017). Places are counted
in code points: a browser counts UTF-16 units, where an emoji is two. Nothing here raises: a passage
that cannot be found is lost, and its comment is shown with what it was about.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from fractions import Fraction
from heapq import nsmallest
from typing import Final

AROUND: Final = 32  # code points kept on either side
ENOUGH: Final = Fraction(3, 5)  # how sure to be, at least, before a passage counts as found
LONGEST: Final = 60  # words compared one by one; of a longer passage the two ends are looked for
FEWEST: Final = 4  # words that can be told from others by themselves
LIKENESS: Final = Fraction(9, 10)  # how sure to be of the same words in other surroundings
NEAREST: Final = 10  # places with the same words before them that are looked at
CANDIDATES: Final = 3  # places that are compared
WORD: Final = re.compile(r"\w+|[^\w\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A passage: ``start`` inclusive, ``end`` exclusive, in code points of the text it was in."""

    start: int
    end: int
    quote: str  # what it said; empty: a place between two signs
    prefix: str  # at most 32 code points before it
    suffix: str  # and after it


class How(StrEnum):
    """By what a passage was found."""

    EXACT = "exact"  # its words are there, and at one place only, or at the old one
    CONTEXT = "context"  # what stands around it decided
    FUZZY = "fuzzy"  # words like it are there
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Found:
    """Where a passage is now."""

    how: How
    span: tuple[int, int] | None  # start inclusive, end exclusive; None when it is lost
    sure: Fraction  # 0, lost, to 1, nothing changed here


LOST: Final = Found(How.LOST, None, Fraction(0))


def make_anchor(text: str, start: int, end: int) -> Anchor:
    """Anchor the passage from ``start`` to ``end``, cut off at the ends of ``text``.

    The two may come in either order, as a selection does that was made backwards.
    """
    low, high = sorted(min(max(place, 0), len(text)) for place in (start, end))
    return Anchor(
        start=low,
        end=high,
        quote=text[low:high],
        prefix=text[max(low - AROUND, 0) : low],
        suffix=text[high : high + AROUND],
    )


def find(anchor: Anchor, text: str) -> Found:
    """Where the passage of ``anchor`` is in ``text``; takes time in proportion to its length.

    First the same words at the same place, then the same words elsewhere, then what stands
    between the same surroundings, then words that are like it.
    """
    if make_anchor(text, anchor.start, anchor.end) == anchor:
        return Found(How.EXACT, (anchor.start, anchor.end), Fraction(1))
    for attempt in (_by_quote, _by_context, _by_likeness):
        found = attempt(anchor, text)
        if found is not None and found.sure >= ENOUGH:
            return found
    return LOST


# --- The same words ------------------------------------------------------------------------


def _by_quote(anchor: Anchor, text: str) -> Found | None:
    """The place of the quote whose surroundings are most alike, and of those the nearest."""
    places = list(_places(anchor.quote, text))
    if not places:
        return None
    around = {place: _around(anchor, text, place) for place in places}
    best = min(places, key=lambda place: (-around[place], abs(place - anchor.start)))
    size = len(anchor.quote)
    whole = size + len(anchor.prefix) + len(anchor.suffix)
    sure = Fraction(size + around[best], whole) if whole else Fraction(0)
    how = How.EXACT if len(places) == 1 else How.CONTEXT
    return Found(how, (best, best + size), sure)


def _places(quote: str, text: str) -> Iterator[int]:
    place = text.find(quote)
    while place >= 0:
        yield place
        place = text.find(quote, place + 1)


def _around(anchor: Anchor, text: str, place: int) -> int:
    """How many code points directly before and after a place are as they were."""
    end = place + len(anchor.quote)
    before = text[max(place - AROUND, 0) : place]
    after = text[end : end + AROUND]
    return _shared(anchor.suffix, after) + _shared(anchor.prefix[::-1], before[::-1])


def _shared(one: str, other: str) -> int:
    """The length of the beginning that both have."""

    def differs(size: int) -> bool:
        return one[:size] != other[:size]

    sizes = range(1, min(len(one), len(other)) + 1)
    return bisect_left(sizes, x=True, key=differs)  # they are the same, and then no longer


# --- The same surroundings -----------------------------------------------------------------


def _by_context(anchor: Anchor, text: str) -> Found | None:
    """What stands between the old surroundings, when it is neither nothing nor far more."""
    if not (anchor.prefix.strip() and anchor.suffix.strip()):
        return None
    most = 3 * len(anchor.quote) + 2 * AROUND
    best: Found | None = None
    # A text may repeat itself without end.
    places = nsmallest(
        NEAREST, _places(anchor.prefix, text), key=lambda place: abs(place - anchor.start)
    )
    for before in places:
        start = before + len(anchor.prefix)
        end = text.find(anchor.suffix, start, start + most + len(anchor.suffix))
        if end < 0 or not text[start:end].strip():
            continue
        kept = len(anchor.prefix) + len(anchor.suffix)
        alike = _alike(anchor.quote[:most], text[start:end])
        sure = (kept + alike * len(anchor.quote)) / (kept + len(anchor.quote))
        if best is None or sure > best.sure:
            best = Found(How.CONTEXT, (start, end), sure)
    return best


def _alike(one: str, other: str) -> Fraction:
    """The share of words that both have, 0 to 1, whatever their order."""
    first, second = Counter(WORD.findall(one)), Counter(WORD.findall(other))
    both = (first & second).total()
    return Fraction(2 * both, max(first.total() + second.total(), 1))


# --- Words that are like it ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Words:
    words: Sequence[str]
    spans: Sequence[tuple[int, int]]


def _words(text: str) -> _Words:
    found = list(WORD.finditer(text))
    return _Words([one[0].casefold() for one in found], [one.span() for one in found])


def _by_likeness(anchor: Anchor, text: str) -> Found | None:
    quote, within = _words(anchor.quote).words, _words(text)
    if len(quote) < FEWEST:
        return None
    if len(quote) <= LONGEST:
        return _like(quote, within, anchor.start)
    head = _like(quote[: LONGEST // 2], within, anchor.start)
    tail = _like(quote[-LONGEST // 2 :], within, anchor.end)
    if head is None or tail is None or head.span is None or tail.span is None:
        return None
    start, end = head.span[0], tail.span[1]
    if not len(anchor.quote) <= 2 * (end - start) <= 4 * len(anchor.quote):
        return None
    return Found(How.FUZZY, (start, end), min(head.sure, tail.sure))


def _like(quote: Sequence[str], within: _Words, place: int) -> Found | None:
    best: Found | None = None
    for first in _windows(quote, within, place):
        low = max(first - len(quote) // 2, 0)
        found = _compared(quote, within, low, first + len(quote) + len(quote) // 2)
        if found is not None and (best is None or found.sure > best.sure):
            best = found
    return best


def _windows(quote: Sequence[str], within: _Words, place: int) -> list[int]:
    """Where the most words of the quote stand together, the nearest first of those with as many."""
    size, wanted = len(quote), Counter(quote)
    have: Counter[str] = Counter()
    shared = 0
    scores: list[tuple[int, int, int]] = []
    for here, word in enumerate(within.words):
        have[word] += 1
        shared += have[word] <= wanted[word]
        if here >= size:
            gone = within.words[here - size]
            shared -= have[gone] <= wanted[gone]
            have[gone] -= 1
        if shared:
            first = max(here - size + 1, 0)
            scores.append((-shared, abs(within.spans[first][0] - place), first))
    return [first for _, _, first in sorted(scores)[:CANDIDATES]]


def _compared(quote: Sequence[str], within: _Words, low: int, high: int) -> Found | None:
    """From the first to the last word that fits, and how much of both that is."""
    window = within.words[low:high]
    blocks = SequenceMatcher(None, quote, window, autojunk=False).get_matching_blocks()[:-1]
    if not blocks:
        return None
    first, last = blocks[0].b, blocks[-1].b + blocks[-1].size - 1
    fitting = sum(len(word) for block in blocks for word in window[block.b :][: block.size])
    whole = sum(map(len, quote)) + sum(map(len, window[first : last + 1]))
    span = within.spans[low + first][0], within.spans[low + last][1]
    return Found(How.FUZZY, span, LIKENESS * 2 * fitting / whole)

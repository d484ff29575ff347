"""What changed between two texts, word by word, with every space and empty line kept.

Words that are there once in both are matched first, in the longest order that both have (patience
diff, after Bram Cohen); between them the longest common subsequence is found where the piece is
small enough. A piece that is too large, without such a word, counts as rewritten. So the time stays
bounded: at most ``LARGEST`` cells per piece, which is 150 per word.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

# A word with what is written onto it, or signs that belong together; white space follows it.
TOKEN: Final = re.compile(r"(\w[\w\u0300-\u036f'\u2019-]*|[^\w\s]+|^)(\s*)")
LARGEST: Final = 150 * 150  # words of one piece times words of the other


class Change(StrEnum):
    """What happened to a piece of text."""

    SAME = "same"
    ADDED = "added"  # only in the new text
    REMOVED = "removed"  # only in the old text


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text, not empty."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class _Token:
    word: str  # empty before the first word only
    space: str

    @property
    def text(self) -> str:
        return self.word + self.space


def differences(old: str, new: str) -> tuple[Run, ...]:
    """The runs from ``old`` to ``new``: never two of a kind in a row, removed before added.

    Same and removed runs joined are ``old``, same and added runs joined are ``new``, exactly. A
    capital, an accent or white space is a difference too.
    """
    before, after = _tokens(old), _tokens(new)
    matches = _matches([one.word for one in before], [one.word for one in after])
    return tuple(_runs(before, after, matches))


def _tokens(text: str) -> list[_Token]:
    return [_Token(found[1], found[2]) for found in TOKEN.finditer(text)]


# --- Runs ----------------------------------------------------------------------------------


def _runs(
    before: Sequence[_Token], after: Sequence[_Token], matches: Sequence[tuple[int, int]]
) -> Iterator[Run]:
    same, removed, added = "", "", ""
    here = there = 0
    for old, new in (*matches, (len(before), len(after))):
        removed += "".join(token.text for token in before[here:old])
        added += "".join(token.text for token in after[there:new])
        if old == len(before):
            break
        if removed or added:
            yield from _some(same, removed, added)
            same, removed, added = "", "", ""
        same += before[old].word
        if before[old].space == after[new].space:
            same += before[old].space
        else:
            removed, added = before[old].space, after[new].space
        here, there = old + 1, new + 1
    yield from _some(same, removed, added)


def _some(same: str, removed: str, added: str) -> Iterator[Run]:
    for change, text in (
        (Change.SAME, same),
        (Change.REMOVED, removed),
        (Change.ADDED, added),
    ):
        if text:
            yield Run(change, text)


# --- Which words belong together -----------------------------------------------------------


def _matches(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Places of the same word in both, rising in both."""
    found: list[tuple[int, int]] = []
    pieces = [(0, len(old), 0, len(new))]  # a stack, so that depth has no bound of its own
    while pieces:
        low, high, start, end = pieces.pop()
        while low < high and start < end and old[low] == new[start]:
            found.append((low, start))
            low, start = low + 1, start + 1
        while low < high and start < end and old[high - 1] == new[end - 1]:
            high, end = high - 1, end - 1
            found.append((high, end))
        if low == high or start == end:
            continue
        if anchors := _anchors(old, new, (low, high, start, end)):
            found.extend(anchors)
            edges = [(low - 1, start - 1), *anchors, (high, end)]
            pieces.extend((a + 1, b, c + 1, d) for (a, c), (b, d) in pairwise(edges))
        elif (high - low) * (end - start) <= LARGEST:
            longest = _longest(old[low:high], new[start:end])
            found.extend((low + one, start + other) for one, other in longest)
    return sorted(found)


def _anchors(
    old: Sequence[str], new: Sequence[str], piece: tuple[int, int, int, int]
) -> list[tuple[int, int]]:
    """The longest rising row of words that are there once on both sides."""
    low, high, start, end = piece
    once = _once(old[low:high]) & _once(new[start:end])
    if not once:
        return []
    places = {word: place for place, word in enumerate(new[start:end], start) if word in once}
    return _rising([(here, places[old[here]]) for here in range(low, high) if old[here] in once])


def _once(words: Sequence[str]) -> set[str]:
    return {word for word, count in Counter(words).items() if count == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence whose second places rise too (patience sorting)."""
    tops: list[int] = []  # lowest second place that ends a row of each length
    ends: list[int] = []  # and the pair it belongs to
    before: list[int] = []  # the pair before each, or -1
    for here, (_, place) in enumerate(pairs):
        length = bisect_left(tops, place)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1] = [place]
        ends[length : length + 1] = [here]
    row: list[tuple[int, int]] = []
    here = ends[-1]
    while here >= 0:
        row.append(pairs[here])
        here = before[here]
    return row[::-1]


def _longest(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The longest common subsequence, by the table of all rests."""
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for here in range(len(old) - 1, -1, -1):
        row, below, word = table[here], table[here + 1], old[here]
        for there in range(len(new) - 1, -1, -1):
            if word == new[there]:
                row[there] = below[there + 1] + 1
            else:
                row[there] = max(below[there], row[there + 1])
    found: list[tuple[int, int]] = []
    here = there = 0
    while here < len(old) and there < len(new):
        if old[here] == new[there]:
            found.append((here, there))
            here, there = here + 1, there + 1
        elif table[here + 1][there] >= table[here][there + 1]:
            here += 1
        else:
            there += 1
    return found

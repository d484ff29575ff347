from collections.abc import Sequence
from itertools import pairwise
from random import Random
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.differences import Change, Run, differences

SIGNS = {Change.SAME: "=", Change.ADDED: "+", Change.REMOVED: "-"}

prose = st.lists(
    st.sampled_from(["de", "cliënt", "zegt", "nee", ".", ",", " ", "  ", "\n\n", "\t", "ik"]),
    max_size=40,
).map("".join)


def old_text(runs: Sequence[Run]) -> str:
    """The text before the changes."""
    return "".join(run.text for run in runs if run.change is not Change.ADDED)


def new_text(runs: Sequence[Run]) -> str:
    """The text after the changes."""
    return "".join(run.text for run in runs if run.change is not Change.REMOVED)


def shown(old: str, new: str) -> list[str]:
    return [SIGNS[run.change] + run.text for run in differences(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "runs"),
    [
        ("Ik sloot af.", "Ik sloot af.", ["=Ik sloot af."]),
        ("Ik sloot af.", "Ik sloot niet af.", ["=Ik sloot ", "+niet ", "=af."]),
        ("Ik sloot niet af.", "Ik sloot af.", ["=Ik sloot ", "-niet ", "=af."]),
        ("Zij zei ja.", "Zij zei nee.", ["=Zij zei ", "-ja", "+nee", "=."]),
        ("Ja, zei ze", "Ja zei ze", ["=Ja", "-, ", "+ ", "=zei ze"]),
        ("een\ntwee", "een\n\ntwee", ["=een", "-\n", "+\n\n", "=twee"]),
        ("", "Nieuw.", ["+Nieuw."]),
        ("Oud.", "", ["-Oud."]),
        ("", "", []),
        (" \n", " \n", ["= \n"]),
        (" a", "a", ["- ", "=a"]),
    ],
)
def test_what_changed_is_told_word_by_word(old: str, new: str, runs: list[str]) -> None:
    assert shown(old, new) == runs


def test_a_paragraph_that_was_put_in_leaves_the_others() -> None:
    old = "Eerst belde ik.\n\nDaarna ging ik langs."
    new = "Eerst belde ik.\n\nNiemand nam op.\n\nDaarna ging ik langs."
    assert shown(old, new) == [
        "=Eerst belde ik.\n\n",
        "+Niemand nam op.\n\n",
        "=Daarna ging ik langs.",
    ]


def test_a_word_is_whole_with_its_accents_and_hyphens() -> None:
    assert shown("zo'n auto-ongeluk", "zo'n auto-ongeval") == [
        "=zo'n ",
        "-auto-ongeluk",
        "+auto-ongeval",
    ]
    assert shown("cafe\u0301", "cafe") == ["-cafe\u0301", "+cafe"]


@given(prose | st.text(max_size=40), prose | st.text(max_size=40))
def test_joined_runs_give_back_either_text(old: str, new: str) -> None:
    runs = differences(old, new)
    assert (old_text(runs), new_text(runs)) == (old, new)
    for one, other in pairwise(runs):
        assert one.change is not other.change
        assert (one.change, other.change) != (Change.ADDED, Change.REMOVED)
    assert all(run.text for run in runs)


@given(prose)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert shown(text, text) == (["=" + text] if text else [])


def words(chance: Random, vocabulary: int, number: int = 5000) -> list[str]:
    return [f"w{chance.randrange(vocabulary)}" for _ in range(number)]


@pytest.mark.parametrize("vocabulary", [1, 2, 40, 2000, 100_000])
def test_five_thousand_words_take_little_time_however_they_changed(vocabulary: int) -> None:
    chance = Random(7)
    old = words(chance, vocabulary)
    edited = [word for word in old if chance.random() > 0.05]
    for new in (edited, words(chance, vocabulary), old[2500:] + old[:2500], old[::-1]):
        began = perf_counter()
        runs = differences(" ".join(old), " ".join(new))
        assert perf_counter() - began < 10  # a second at most, when nothing else runs
        assert new_text(runs) == " ".join(new)


def test_small_changes_in_a_long_text_stay_small() -> None:
    chance = Random(7)
    old = words(chance, 2000)
    new = list(old)
    for place in range(0, 5000, 100):
        new[place] = "ANDERS"
    runs = differences(" ".join(old), " ".join(new))
    assert sum(run.change is Change.REMOVED for run in runs) == 50
    assert sum(len(run.text.split()) for run in runs if run.change is Change.ADDED) == 50

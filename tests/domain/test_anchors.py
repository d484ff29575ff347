from fractions import Fraction
from random import Random
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.anchors import Anchor, Found, How, find, make_anchor

TEXT = (
    "Ik sloot het dossier na zes gesprekken. De buurvrouw belde een week later: hij deed niet "
    "meer open. Ik vroeg mijn teamleider om drie uur extra. Zij zei dat de norm dat niet toeliet. "
    "Toen ben ik toch langsgegaan, op mijn vrije middag."
)
SURE = Fraction(1)
QUOTE = "Zij zei dat de norm dat niet toeliet."

texts = st.text(max_size=80) | st.text("ab ", max_size=80)


def anchored(quote: str, text: str = TEXT) -> Anchor:
    start = text.index(quote)
    return make_anchor(text, start, start + len(quote))


def passage(found: Found, text: str) -> str:
    assert found.span is not None
    start, end = found.span
    return text[start:end]


def test_an_anchor_keeps_the_passage_and_what_stands_around_it() -> None:
    assert anchored("Zij zei") == Anchor(
        start=144,
        end=151,
        quote="Zij zei",
        prefix=" mijn teamleider om drie uur extra. "[-32:],
        suffix=" dat de norm dat niet toeliet. To"[:32],
    )


def test_places_are_cut_off_and_may_come_backwards() -> None:
    assert make_anchor("kort", 99, -5) == Anchor(start=0, end=4, quote="kort", prefix="", suffix="")


def test_in_a_text_that_did_not_change_a_passage_is_where_it_was() -> None:
    start = TEXT.index(QUOTE)
    assert find(anchored(QUOTE), TEXT) == Found(How.EXACT, (start, start + len(QUOTE)), SURE)


@given(texts, st.integers(-5, 90), st.integers(-5, 90))
def test_every_passage_of_a_text_is_found_in_it(text: str, start: int, end: int) -> None:
    anchor = make_anchor(text, start, end)
    assert find(anchor, text) == Found(How.EXACT, (anchor.start, anchor.end), SURE)


@given(texts, st.integers(0, 90), st.integers(0, 90), texts)
def test_whatever_became_of_the_text_nothing_raises(
    text: str, start: int, end: int, other: str
) -> None:
    found = find(make_anchor(text, start, end), other)
    assert 0 <= found.sure <= 1
    assert (found.span is None) == (found.how is How.LOST) == (found.sure == 0)
    if found.span is not None:
        assert 0 <= found.span[0] <= found.span[1] <= len(other)


def test_a_passage_moves_along_with_what_is_written_before_it() -> None:
    later = "Vooraf: dit gaat over vorig jaar.\n\n" + TEXT
    found = find(anchored(QUOTE), later)
    assert (found.how, found.sure) == (How.EXACT, SURE)
    assert passage(found, later) == QUOTE


def test_of_the_same_words_those_with_the_same_surroundings_are_meant() -> None:
    text = "Ik twijfelde. Zij zweeg. Ik twijfelde. Hij ging weg."
    anchor = make_anchor(text, 25, 38)
    assert anchor.quote == "Ik twijfelde."
    changed = "Nu. " + text
    found = find(anchor, changed)
    assert (found.how, found.span) == (How.CONTEXT, (29, 42))


def test_what_now_stands_between_the_same_surroundings_is_the_passage() -> None:
    changed = TEXT.replace("de norm", "het rooster")
    found = find(anchored("de norm"), changed)
    assert (found.how, passage(found, changed)) == (How.CONTEXT, "het rooster")
    assert found.sure < 1


def test_words_that_are_like_it_are_found_where_the_surroundings_changed_too() -> None:
    changed = (
        "Het dossier ging dicht. Mijn leidinggevende zei toen nog dat de norm dat helaas niet "
        "toeliet, en daarom heb ik het anders gedaan."
    )
    found = find(anchored(QUOTE), changed)
    assert found.how is How.FUZZY
    assert passage(found, changed) == "zei toen nog dat de norm dat helaas niet toeliet"


def test_what_was_taken_out_is_lost() -> None:
    assert find(anchored(QUOTE), TEXT.replace(QUOTE + " ", "")).how is How.LOST
    assert find(anchored(QUOTE), "").how is How.LOST
    assert find(anchored("de"), "Alles is de laatste week herschreven.").how is How.LOST


def test_of_a_long_passage_the_ends_are_looked_for() -> None:
    chance = Random(7)
    before = [f"woord{chance.randrange(900)}" for _ in range(900)]
    text = " ".join(before)
    long_one = anchored(" ".join(before[300:600]), text)
    after = ["Nieuw.", *before[:298], "x", *before[300:400], "y", *before[410:598], "z", "z"]
    changed = " ".join([*after, *before[602:]])
    found = find(long_one, changed)
    assert found.how is How.FUZZY
    assert passage(found, changed) == " ".join([*before[300:400], "y", *before[410:598]])


def test_an_emoji_is_one_place() -> None:
    text = "👍 Goed. Ik belde. 🙂"
    assert passage(find(anchored("Ik belde.", text), "Ja! " + text), "Ja! " + text) == "Ik belde."


def test_a_place_between_two_signs_is_found_by_its_surroundings() -> None:
    start = TEXT.index("Zij zei")
    found = find(make_anchor(TEXT, start, start), "Vooraf. " + TEXT)
    assert (found.span, found.sure) == ((start + 8, start + 8), SURE)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("a" * 30_000, 1),
        ("a" * 30_000, 15_000),
        ("ab " * 10_000, 2),
        ("ab " * 10_000, 9_000),
        ("de cliënt zegt nee en dat mag " * 1_000, 0),
        ("de cliënt zegt nee en dat mag " * 1_000, 3_000),
    ],
)
def test_thirty_thousand_signs_take_little_time(text: str, size: int) -> None:
    anchor = make_anchor(text, 14_000, 14_000 + size)
    for changed in ("x" + text, text[::-1], text.replace("a", "o"), text.replace(" ", "\n")):
        began = perf_counter()
        find(anchor, changed)
        assert perf_counter() - began < 5  # half a second at most, when nothing else runs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.words import count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("   \n\t ", 0),
        ("woord", 1),
        ("twee woorden", 2),
        ("  twee\n\nwoorden\u00a0 ", 2),
        ("zo'n", 1),
        ("zo\u2019n", 1),
        ("'s avonds", 2),
        ("auto-ongeluk", 1),
        ("1,5", 1),
        ("€ 5,-", 1),
        ("en/of", 1),
        ("café cafe\u0301", 2),
        ("Şükran Çelik", 2),
        ("русский العَرَبِيَّة हिन्दी", 3),
        ("ik – en jij — ook", 4),
        ("ja ... nee … * _ -", 2),
        ("__init__ _", 1),
        ("(haakjes) \u201ccitaat\u201d", 2),
        ("😀", 0),
        ("👍🏽 👨\u200d👩\u200d👧 🇳🇱", 0),
        ("1\ufe0f\u20e3 \u2139\ufe0f", 0),
        ("goed😀 😀goed", 2),
        ("één\ufefftwee\x85drie\x1cvier", 4),
        ("Dan zie ik jou dus ook niet meer.", 8),
    ],
)
def test_a_word_has_a_letter_or_a_digit(text: str, words: int) -> None:
    assert count_words(text) == words


def test_a_long_line_of_dashes_is_counted_at_once() -> None:
    assert count_words("-" * 1_000_000) == 0


words = st.text(alphabet="abcé1'-,", min_size=1).filter(lambda word: any(c.isalnum() for c in word))


@given(st.lists(words), st.sampled_from([" ", "\n", "  ", " - ", "\u00a0", " 😀 "]))
def test_words_are_counted_whatever_stands_between_them(some: list[str], between: str) -> None:
    assert count_words(between.join(some)) == len(some)


@given(st.text(), st.text())
def test_two_texts_have_as_many_words_together_as_apart(one: str, other: str) -> None:
    assert count_words(f"{one} {other}") == count_words(one) + count_words(other)

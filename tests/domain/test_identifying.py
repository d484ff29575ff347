import json
import re
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.domain.identifying import (
    PATTERNS,
    Kind,
    exported,
    identifying,
    passes_elfproef,
    pseudonyms,
    replaced,
)


def marked(text: str) -> list[tuple[str, str]]:
    return [(str(span.kind), text[span.start : span.end]) for span in identifying(text)]


@pytest.mark.parametrize(
    "name",
    [
        "mevrouw Jansen",
        "Mevrouw J. Jansen",
        "mevrouw A. De Vries",
        "meneer H. Ikink",
        "mw. De Vries-Smit",
        "mw Jansen",
        "dhr. M. el Idrissi",
        "de heer Van der Berg",
        "meneer A.B. van 't Hof",
        "mevrouw Fatima Y\u0131lmaz",
        "familie Şahin",
        "Mr Smith",
        "Mr. Smith",
        "Mrs O'Brien",
        "Ms D\u2019Angelo",
        "Dr. Müller",
        "cliënt Ahmed",
        "client Sara",
        "heet Zoë",
        "naam is Łukasz",
        "mevrouw\u00a0Jansen",
        "collega Fatima el Amrani",
        "begeleider R. Tuinman",
        "MEVROUW ANNA JANSEN",
    ],
)
def test_a_name_after_a_title_is_marked(name: str) -> None:
    assert marked(f"Toen kwam {name}, en dat was goed.") == [("name", name)]


@pytest.mark.parametrize(
    "text",
    [
        "Die mevrouw heeft gebeld.",
        "mevrouw A. en meneer B. zijn getrouwd",
        "Ik sprak mevrouw A. Haar zus was er. Meneer B. De buurman ook. And Mrs C. She left.",
        "Mevrouw. Jansen is een dorp.",
        "De cliënt zegt nee.",
        "Het was 2024 en om 12:30 ging ik weg.",
        "Ik was onderweg 3 keer gestopt.",
        "op 12-03-2024 en 3 maart 2025 was ik er",
        "123456789 stuks",
        "111111112",
        "nummer 12345678901234",
        "in 2020 SS",
        "kosten: 1.234,56 euro",
        "",
    ],
)
def test_an_ordinary_text_is_left_alone(text: str) -> None:
    assert marked(text) == []


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("initials", "J.B. (1954"),
        ("initials", "A. de V., geb. 1961"),
        ("initials", "K., 1980"),
        ("initials", "J.H. (1988)"),
        ("birth", "geboren op 3 maart 1961"),
        ("birth", "geb. 1-2-'61"),
        ("birth", "DOB: 03/04/1988"),
        ("birth", "Born on March 3, 1961"),
        ("birth", "geboortedatum: 2011-12-31"),
        ("birth", "geboren in 1954"),
        ("birth", "5 mei 1945"),
        ("birth", "31-12-1999"),
        ("bsn", "111222333"),
        ("bsn", "1112.22.333"),
        ("bsn", "BSN 123456789"),
        ("bsn", "burgerservicenummer: 123456789"),
        ("bsn", "bsn-nummer is 12345678"),
        ("address", "Kerkstraat 12"),
        ("address", "Lindelaan 3b"),
        ("address", "kerkstraat 12-3"),
        ("address", "Zeedijk 7"),
        ("address", "Lange Nieuwstraat 4a"),
        ("address", "Burgemeester van de Pollstraat 12"),
        ("address", "12 Baker Street"),
        ("postcode", "1234 AB"),
        ("postcode", "1234AB"),
        ("postcode", "SW1A 1AA"),
        ("phone", "06-12345678"),
        ("phone", "0612345678"),
        ("phone", "+31 6 12 34 56 78"),
        ("phone", "+31 (0)6 12345678"),
        ("phone", "020-1234567"),
        ("phone", "0031612345678"),
        ("phone", "+44 20 7946 0958"),
        ("email", "a.b-c@voorbeeld.nl"),
        ("iban", "NL91 ABNA 0417 1643 00"),
        ("iban", "NL91ABNA0417164300"),
        ("iban", "DE89 3704 0044 0532 0130 00"),
    ],
)
def test_other_details_are_marked_with_their_kind(kind: str, detail: str) -> None:
    assert marked(f"Ik las: {detail}; en toen.") == [(kind, detail)]


def test_where_somebody_works_or_lives_is_no_part_of_their_name() -> None:
    text = "Dr. Jansen van de GGZ sprak mevrouw Smit van de Lindenstraat 12 en Anna van de Berg."
    assert marked(text) == [
        ("name", "Dr. Jansen"),
        ("name", "mevrouw Smit"),
        ("address", "Lindenstraat 12"),
    ]


def test_every_kind_is_looked_for() -> None:
    assert {one.kind for one in PATTERNS} == set(Kind)


def test_details_beside_each_other_are_told_apart() -> None:
    text = "Mevrouw Jansen, Kerkstraat 12, 1234 AB Utrecht, 06-12345678 of +31612345678."
    assert [kind for kind, _ in marked(text)] == ["name", "address", "postcode", "phone", "phone"]


@pytest.mark.parametrize(
    ("number", "passes"),
    [
        ("111222333", True),
        ("123456782", True),
        ("1234.56.782", True),
        ("123456789", False),
        ("000000000", False),
        ("11122233", False),
    ],
)
def test_a_bsn_passes_the_eleven_test(number: str, passes: bool) -> None:
    assert passes_elfproef(number) is passes


@given(st.integers(0, 99_999_999))
def test_one_last_digit_at_most_makes_a_bsn(front: int) -> None:
    assert sum(passes_elfproef(f"{front:08}{last}") for last in range(10)) <= 1


@given(st.text(max_size=80) | st.text("Mm evrouwJ.19-@0", max_size=80))
def test_whatever_the_text_spans_rise_and_do_not_overlap(text: str) -> None:
    here = 0
    for span in identifying(text):
        assert here <= span.start < span.end <= len(text)
        here = span.end


@pytest.mark.parametrize(
    "piece",
    ["a", "A.", "1 ", "0", "mevrouw ", "Aa ", "van ", "a.a-", "Mevrouw A.A. van de ", "A-Aa", "1-"],
)
def test_thirty_thousand_signs_take_little_time(piece: str) -> None:
    text = (piece * 30_000)[:30_000]
    began = perf_counter()
    identifying(text)
    assert perf_counter() - began < 2  # a tenth of a second, when nothing else runs


# --- The same in the browser ---------------------------------------------------------------

CLASS = r"\[\^?(?:[^\[\]\\&|~]|\\u[0-9a-f]{4})+\]"
PIECES = re.compile(
    rf"{CLASS}"
    rf"|\(\?<!{CLASS}\)|\(\?!|\(\?:|\)"  # groups; what is looked at behind is one sign
    r"|\\[.+()*]|\\u[0-9a-f]{4}"  # escapes
    r"|[?+](?![?+])|\{[0-9]+(?:,[0-9]+)?\}(?![?+])|\|"  # repeats that are greedy
    r"|[^\\\[\](){}.*+?^$|/]"  # signs that mean themselves
)


@pytest.mark.parametrize("pattern", [one.pattern for one in PATTERNS])
def test_a_pattern_means_the_same_in_python_and_javascript(pattern: str) -> None:
    assert re.fullmatch(rf"(?:{PIECES.pattern})+", pattern)


@pytest.mark.parametrize(
    "pattern", [r"\bx", r"\w", r"(?i)x", r"(?P<a>x)", r"(?<!ab)x", r"x*?", r"[\d]", r"\-", r"x++"]
)
def test_the_guard_knows_what_differs(pattern: str) -> None:
    assert not re.fullmatch(rf"(?:{PIECES.pattern})+", pattern)


def test_a_page_gets_all_patterns_as_json() -> None:
    found = json.loads(json.dumps(exported()))
    assert [one["pattern"] for one in found] == [one.pattern for one in PATTERNS]
    assert [one["kind"] for one in found if one["elfproef"]] == ["bsn"]


# --- Pseudonyms ----------------------------------------------------------------------------


def test_the_same_person_has_the_same_pseudonym() -> None:
    text = (
        "Mevrouw Jansen belde. Ik zei tegen mw. J. Jansen dat dhr. Jansen en meneer Smit er waren."
    )
    found = pseudonyms(text)
    assert [one.pseudonym for one in found] == ["Mevrouw A.", "mw. A.", "dhr. B.", "meneer C."]
    assert [one.person for one in found] == ["v:jansen", "v:jansen", "m:jansen", "m:smit"]
    assert replaced(text, found) == (
        "Mevrouw A. belde. Ik zei tegen mw. A. dat dhr. B. en meneer C. er waren."
    )


def test_a_letter_is_not_the_own_one_and_not_in_use() -> None:
    found = pseudonyms("Mevrouw A. sprak met mevrouw Bakker en met meneer Carel Dam.")
    assert [one.letter for one in found] == ["C.", "B."]


def test_who_had_a_letter_keeps_it() -> None:
    text = "Ik zag meneer Smit en mevrouw Jansen weer."
    found = pseudonyms(text, known={"v:jansen": "A.", "m:oud": "B."})
    assert [one.pseudonym for one in found] == ["meneer C.", "mevrouw A."]


def test_the_dot_of_a_sentence_is_not_doubled() -> None:
    text = "Dat was mevrouw Jansen. Toen niet."
    assert replaced(text, pseudonyms(text)) == "Dat was mevrouw A. Toen niet."


def test_after_the_alphabet_letters_go_on() -> None:
    text = " en ".join(f"mevrouw Zz{'abcdefghijklmnopqrstuvwxyz'[n]}x" for n in range(26))
    letters = [one.letter for one in pseudonyms(text)]
    assert letters[:2] == ["A.", "B."]
    assert letters[-1] == "A1."
    assert len(set(letters)) == 26


names = st.sampled_from(["mevrouw Jansen", "mw. Jansen", "meneer Smit", "dhr. Bos", "Mrs O'Brien"])


@given(st.lists(names | st.sampled_from(["belde.", "en", "A.", "\n"]), max_size=12))
def test_after_replacing_no_name_is_left(words: list[str]) -> None:
    text = " ; ".join(words)
    found = pseudonyms(text)
    assert [span for span in identifying(replaced(text, found)) if span.kind is Kind.NAME] == []
    assert len({one.letter for one in found}) == len({one.person for one in found})

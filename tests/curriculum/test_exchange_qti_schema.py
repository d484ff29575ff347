"""What we write for QTI 3.0 is what its schema asks: elements, their order, their attributes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.curriculum.loader import load
from tests.curriculum.exchanged import both, item, option, quiz, thing, unpacked, write
from tests.curriculum.qti_grammar import loose_ends, mistakes

CONTENT = Path(__file__).parents[2] / "content"
OPTIONS = [option("aa", "Wel.", right=True), option("bb", "Niet & nooit.")]
KINDS: dict[str, dict[str, Any]] = {
    "single": item("single", options=OPTIONS),
    "multiple": item("multiple", options=[*OPTIONS, option("cc", "Ook.", right=True)], points=2),
    "true-false": item("true-false", right=False, feedback=both("Toch niet.")),
    "order": item("order", items=[thing("cc", "eerst"), thing("aa", "dan"), thing("bb", "slot")]),
    "matching": item(
        "matching",
        stems=[{**thing("s1", "licht"), "choice": "c1"}, {**thing("s2", "samen"), "choice": "c2"}],
        choices=[thing("c1", "vlam"), thing("c2", "warm"), thing("c3", "koud")],
        points=3,
    ),
    "number": item("number", expected="1.5", tolerance="0.25"),
    "number, exact": item("number", expected="12", tolerance="0"),
    "short": item("short", accepted=[{"text": both("contact")}]),
    "short, in part": item(
        "short", accepted=[{"text": both("contact")}, {"text": both("praatje"), "share": 50}]
    ),
    "essay": item("essay", points=4),
}


def files_of(name: str) -> dict[str, str]:
    """What is written of an item: the manifest, and its file."""
    written = write(quiz(KINDS[name]), "qti")
    assert written.count == 1, [str(remark) for remark in written.remarks]
    return unpacked(written.data)


def everything() -> Iterator[tuple[str, str]]:
    """The files of the quizzes in the content, in both languages."""
    for edition in load(CONTENT).quizzes.values():
        for language in ("nl", "en"):
            yield from unpacked(write(edition.quiz, "qti", language).data).items()


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_of_item_is_written_as_the_schema_asks(name: str) -> None:
    files = files_of(name)
    assert {path: mistakes(text) for path, text in files.items() if mistakes(text)} == {}
    assert loose_ends(files["items/wie-telt.xml"]) == []


def test_every_quiz_in_the_content_is_written_as_the_schema_asks() -> None:
    wrong = {path: mistakes(text) for path, text in everything() if mistakes(text)}
    assert wrong == {}
    ends = {path: found for path, text in everything() if (found := loose_ends(text))}
    assert ends == {}


@pytest.mark.parametrize(
    ("name", "there", "instead", "told"),
    [
        ("single", ' time-dependent="false"', "", "misses time-dependent"),
        ("single", ' identifier="aa"', "", "misses identifier"),
        ("single", 'shuffle="true"', 'shuffle="yes"', "cannot have shuffle='yes'"),
        ("single", "max-choices=", "maxChoices=", "has no maxChoices"),
        ("single", "qti-item-body", "qti-response-processing", "cannot hold"),
        ("essay", 'external-scored="human"', 'external-scored="person"', "cannot have external-"),
        ("matching", ' match-max="1"', "", "misses match-max"),
        ("number", 'tolerance="0.25 0.25"', 'tolerance="0 0"', "cannot have tolerance"),
        ("true-false", ' show-hide="show"', "", "misses show-hide"),
    ],
)
def test_a_mistake_would_be_noticed(name: str, there: str, instead: str, told: str) -> None:
    text = files_of(name)["items/wie-telt.xml"]
    assert there in text
    assert any(told in mistake for mistake in mistakes(text.replace(there, instead)))


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("<qti-value>aa<", "<qti-value>zz<"),
        ('response-identifier="RESPONSE"', 'response-identifier="ANSWER"'),
        ('outcome-identifier="FEEDBACK"', 'outcome-identifier="TOLD"'),
    ],
)
def test_a_name_that_leads_nowhere_would_be_noticed(there: str, instead: str) -> None:
    text = files_of("single")["items/wie-telt.xml"]
    assert there in text
    assert loose_ends(text.replace(there, instead))


def test_a_number_without_a_margin_is_compared_exactly() -> None:
    assert 'tolerance-mode="exact"' in files_of("number, exact")["items/wie-telt.xml"]


def test_what_an_item_earns_at_most_stands_under_the_name_that_others_look_for() -> None:
    text = files_of("essay")["items/wie-telt.xml"]
    assert 'normal-maximum="4"' in text
    assert 'identifier="MAXSCORE"' in text


def test_files_say_where_their_schema_is() -> None:
    files = files_of("essay")
    assert "imsqti_asiv3p0_v1p0.xsd" in files["items/wie-telt.xml"]
    assert "imsqtiv3p0_imscpv1p2_v1p0.xsd" in files["imsmanifest.xml"]

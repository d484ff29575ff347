"""QTI 3.0, read and written: packages, items, and a line for what has no place."""

from decimal import Decimal

import pytest

from course.curriculum.exchange.report import Unreadable
from tests.curriculum.exchanged import (
    back,
    both,
    item,
    left_behind,
    meaning,
    one,
    option,
    package,
    quiz,
    read,
    refusals,
    report,
    thing,
    unpacked,
    write,
)

SPACE = 'xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"'
MANIFEST = "imsmanifest.xml"


def asks(body: str, *declared: str, after: str = "", title: str = "Wie telt") -> str:
    """An item with this body and these declarations."""
    return (
        f'<qti-assessment-item {SPACE} identifier="wie-telt" title="{title}">\n'
        f"{''.join(declared)}\n<qti-item-body>\n{body}\n</qti-item-body>\n{after}\n"
        "</qti-assessment-item>"
    )


def response(
    *right: str, cardinality: str = "single", kind: str = "identifier", mapping: str = ""
) -> str:
    """The declaration of the response."""
    values = "".join(f"<qti-value>{value}</qti-value>" for value in right)
    correct = f"<qti-correct-response>{values}</qti-correct-response>" if right else ""
    return (
        f'<qti-response-declaration identifier="RESPONSE" cardinality="{cardinality}" '
        f'base-type="{kind}">{correct}{mapping}</qti-response-declaration>'
    )


def mapped(**worth: str) -> str:
    """A mapping of answers to points."""
    entries = "".join(
        f'<qti-map-entry map-key="{key}" mapped-value="{value}" case-sensitive="false"/>'
        for key, value in worth.items()
    )
    return f"<qti-mapping>{entries}</qti-mapping>"


def choices(*names: str, tag: str = "choice") -> str:
    """An interaction with these choices."""
    inside = "".join(
        f'<qti-simple-choice identifier="{name}">Keuze {name}</qti-simple-choice>' for name in names
    )
    return (
        f'<qti-{tag}-interaction response-identifier="RESPONSE">'
        f"<qti-prompt>Wie telt mee?</qti-prompt>{inside}</qti-{tag}-interaction>"
    )


ENTRY = '<qti-text-entry-interaction response-identifier="RESPONSE"/>'
MAP = (
    '<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/'
    'map_response.xml"/>'
)

# --- Reading ---------------------------------------------------------------------------------


def test_a_choice_with_one_right_response_is_a_single_question() -> None:
    found = one(asks(choices("A", "B"), response("B")), "qti")
    assert (found.type, found.slug, found.prompt.nl) == ("single", "wie-telt", "Wie telt mee?")
    assert [(part.text.nl, part.right) for part in found.options] == [
        ("Keuze A", False),
        ("Keuze B", True),
    ]


def test_the_text_before_the_interaction_belongs_to_the_prompt() -> None:
    body = f"<p>Mevrouw Bakker &amp; haar <em>buren</em>.</p>{choices('A', 'B')}"
    assert one(asks(body, response("B")), "qti").prompt.nl == (
        "Mevrouw Bakker & haar buren. Wie telt mee?"
    )


def test_a_choice_of_several_is_a_multiple_question_and_weights_are_read() -> None:
    declared = response("A", "C", cardinality="multiple", mapping=mapped(A="1", C="1", B="-2"))
    source = asks(choices("A", "B", "C"), declared, after=MAP)
    found = one(source, "qti")
    assert [part.right for part in found.options] == [True, False, True]
    assert not any("weights" in line for line in report(source, "qti"))


def test_all_or_nothing_is_told() -> None:
    source = asks(choices("A", "B", "C"), response("A", "C", cardinality="multiple"))
    assert any("is right as a whole or not at all" in line for line in report(source, "qti"))


def test_true_and_false_are_a_claim() -> None:
    found = one(asks(choices("true", "false"), response("false")), "qti")
    assert (found.type, found.right) == ("true-false", False)


def test_an_order_is_the_order_of_the_right_response() -> None:
    declared = response("C", "A", "B", cardinality="ordered")
    found = one(asks(choices("A", "B", "C", tag="order"), declared), "qti")
    assert [part.text.nl for part in found.items] == ["Keuze C", "Keuze A", "Keuze B"]


def match(*pairs: str) -> str:
    """An item that matches two things with three."""
    tag = "qti-simple-associable-choice"
    sets = "".join(
        "<qti-simple-match-set>"
        + "".join(f'<{tag} identifier="{name}" match-max="1">{name}</{tag}>' for name in names)
        + "</qti-simple-match-set>"
        for names in (("licht", "samen"), ("vlam", "warm", "koud"))
    )
    body = f'<p>Koppel.</p><qti-match-interaction response-identifier="RESPONSE">{sets}'
    declared = response(*pairs, cardinality="multiple", kind="directedPair")
    return asks(f"{body}</qti-match-interaction>", declared)


def test_pairs_make_a_matching_question() -> None:
    found = one(match("licht vlam", "samen warm"), "qti")
    names = {choice.slug: choice.text.nl for choice in found.choices}
    assert [(stem.text.nl, names[stem.choice]) for stem in found.stems] == [
        ("licht", "vlam"),
        ("samen", "warm"),
    ]
    assert sorted(names.values()) == ["koud", "vlam", "warm"]


@pytest.mark.parametrize("pairs", [("licht vlam",), ("licht vlam", "licht warm", "samen warm")])
def test_pairs_that_do_not_give_each_its_own_are_refused(pairs: tuple[str, ...]) -> None:
    (refused,) = refusals(match(*pairs), "qti")
    assert "does not give each of the first set one of the second" in refused


def test_typed_texts_have_shares_and_capitals_do_not_matter() -> None:
    declared = response("contact", kind="string", mapping=mapped(contact="2", praatje="1"))
    found = one(asks(f"<p>Eerst {ENTRY}, dan de rest.</p>", declared, after=MAP), "qti")
    assert found.prompt.nl == "Eerst _____, dan de rest."
    assert [(one.text.nl, one.share) for one in found.accepted] == [
        ("contact", 100),
        ("praatje", 50),
    ]
    assert not found.minds_case


def test_capitals_matter_in_a_right_response_and_an_asterisk_is_one() -> None:
    found = one(asks(f"<p>Welke?</p><p>{ENTRY}</p>", response("P*Q", kind="string")), "qti")
    assert found.minds_case
    assert found.accepted[0].text.nl == r"P\*Q"


def processing(mode: str, tolerance: str) -> str:
    """How far off a number may be."""
    return (
        "<qti-response-processing><qti-response-condition><qti-response-if>"
        f'<qti-equal tolerance-mode="{mode}" tolerance="{tolerance}">'
        '<qti-variable identifier="RESPONSE"/><qti-correct identifier="RESPONSE"/></qti-equal>'
        "</qti-response-if></qti-response-condition></qti-response-processing>"
    )


@pytest.mark.parametrize(
    ("mode", "given", "tolerance"),
    [
        ("absolute", "0.5", "0.5"),
        ("absolute", "2 2", "2"),
        ("relative", "10", "4"),
        ("exact", "", "0"),
    ],
)
def test_a_number_may_be_off_by_an_amount_or_a_share(mode: str, given: str, tolerance: str) -> None:
    source = asks(
        f"<p>Hoeveel?</p>{ENTRY}", response("40", kind="float"), after=processing(mode, given)
    )
    found = one(source, "qti")
    assert (found.expected, found.tolerance) == (Decimal(40), Decimal(tolerance))


def test_an_extended_text_is_an_essay_and_points_are_read() -> None:
    body = '<qti-extended-text-interaction response-identifier="RESPONSE"><qti-prompt>Vertel.</qti-prompt></qti-extended-text-interaction>'  # noqa: E501 - as it stands in a file
    score = '<qti-outcome-declaration identifier="SCORE" normal-maximum="4.0"/>'
    found = one(asks(body, response(kind="string"), score), "qti")
    assert (found.type, found.prompt.nl, found.points) == ("essay", "Vertel.", 4)


def test_feedback_on_choices_and_for_everybody_is_read() -> None:
    body = choices("A", "B").replace(
        "Keuze A</", "Keuze A<qti-feedback-inline>Jammer.</qti-feedback-inline></"
    )
    modal = (
        '<qti-modal-feedback identifier="B">Goed.</qti-modal-feedback>'
        '<qti-modal-feedback identifier="dus"><qti-content-body><p>Iedereen.</p></qti-content-body>'
        "</qti-modal-feedback>"
    )
    found = one(asks(body, response("B"), after=modal), "qti")
    assert [part.feedback.nl for part in found.options] == ["Jammer.", "Goed."]
    assert [part.text.nl for part in found.options] == ["Keuze A", "Keuze B"]
    assert found.explanation.nl == "Iedereen."


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (asks("<p>Lees.</p>", response("A")), "asks 0 things at once"),
        (asks(choices("A", "B") * 2, response("A")), "asks 2 things at once"),
        (asks(choices("A", "B", tag="hottext"), response("A")), "asks with <qti-hottext-inter"),
        (asks(choices("A", "B")), "does not declare the response 'RESPONSE'"),
        (asks(choices("A", "B"), response("C")), "0 options are worth 100 %"),
        (asks(choices("A", "B", tag="order"), response("A")), "does not tell the right order"),
        (asks(f"<p>{ENTRY}</p>", response(kind="string")), "does not tell what is right"),
        (f"<qti-assessment-item {SPACE}/>", "has no <qti-item-body>"),
        ("<assessmentItem/>", "is of an older QTI: convert it to QTI 3.0"),
        ("<quiz/>", "is no item of QTI 3.0"),
    ],
)
def test_what_is_not_taken_is_named(source: str, reason: str) -> None:
    (refused,) = refusals(source, "qti")
    assert refused.startswith("line 1: ")
    assert reason in refused


# --- Packages --------------------------------------------------------------------------------


def manifest(*resources: str) -> str:
    """A manifest with these resources."""
    return f"<manifest>\n<resources>\n{''.join(resources)}</resources></manifest>"


def resource(href: str, kind: str = "imsqti_item_xmlv3p0") -> str:
    """A resource in a manifest."""
    return f'<resource type="{kind}" href="{href}"/>\n'


def test_a_package_is_read_in_the_order_of_its_manifest() -> None:
    files = {
        MANIFEST: manifest(
            resource("items/b%20b.xml"), resource("a.xml"), resource("x.png", "web")
        ),
        "a.xml": asks(choices("A", "B"), response("A")),
        "items/b b.xml": asks(f"<p>Welk?</p>{ENTRY}", response("x", kind="string")),
    }
    assert [found.type for found in read(package(files), "qti").items] == ["short", "single"]


def test_the_report_names_the_file_in_the_package() -> None:
    files = {
        MANIFEST: manifest(
            resource("a.xml"),
            resource("weg.xml"),
            resource("oud.xml", "imsqti_item_xmlv2p1"),
            resource("test.xml", "imsqti_test_xmlv3p0"),
            resource("stuk.xml"),
        ),
        "a.xml": asks("<p>Lees.</p>"),
        "stuk.xml": "<qti-assessment-item>\n<p>",
    }
    lines = report(package(files), "qti")
    assert lines == [
        "a.xml: line 1: item 'Wie telt': asks 0 things at once: make an item of each",
        "imsmanifest.xml: line 4: resource 'weg.xml': is not in the package: export it again",
        "imsmanifest.xml: line 5: resource 'oud.xml': is of an older QTI: convert it to QTI 3.0",
        "imsmanifest.xml: line 6: resource 'test.xml': is a test: its items come along, not its "
        "parts and rules",
        "stuk.xml: line 2: file: is not XML here (Premature end of data in tag p line 2): repair "
        "it, or export it again",
    ]


def test_a_package_without_a_manifest_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"holds no imsmanifest\.xml"):
        read(package({"a.xml": "<a/>"}), "qti")


# --- Writing ---------------------------------------------------------------------------------


def test_a_package_holds_a_manifest_and_a_file_for_each_item() -> None:
    written = write(quiz(item("essay", slug="een"), item("essay", slug="twee")), "qti")
    files = unpacked(written.data)
    assert list(files) == [MANIFEST, "items/een.xml", "items/twee.xml"]
    assert 'href="items/een.xml"' in files[MANIFEST]
    assert 'xml:lang="nl"' in files["items/een.xml"]


def test_the_same_quiz_always_gives_the_same_package() -> None:
    assert write(quiz(item("essay")), "qti").data == write(quiz(item("essay")), "qti").data


def test_what_is_shown_of_an_order_does_not_give_it_away() -> None:
    things = [thing("cc", "eerst"), thing("aa", "dan"), thing("bb", "tot slot")]
    written = write(quiz(item("order", items=things)), "qti")
    text = unpacked(written.data)["items/wie-telt.xml"]
    shown = [text.index(f'identifier="{slug}"') for slug in ("aa", "bb", "cc")]
    assert shown == sorted(shown)
    assert "part of an order earns nothing there" in str(written.remarks[0])


def test_an_asterisk_for_anything_stays_here() -> None:
    short = item("short", accepted=[{"text": both("waakvlam*")}])
    assert left_behind(quiz(short), "qti") == [
        "item 'wie-telt': 'waakvlam*' has an asterisk for anything, and QTI takes it as it is: "
        "accept whole words"
    ]


def test_a_choice_called_explanation_keeps_its_own_feedback() -> None:
    options = [
        option("explanation", "explanation", right=True, feedback="Goed."),
        option("b1", "b"),
    ]
    single = item("single", options=options)
    (found,) = back("qti", single)
    assert meaning(found) == meaning(quiz(single).items[0])

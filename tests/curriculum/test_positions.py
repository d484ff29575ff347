import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.curriculum import positions
from course.curriculum.positions import ContentErrors, Data, Problem


def data_of(text: str) -> Data:
    return positions.parse(text, "a.yaml")[0]


def problems_of(text: str) -> list[str]:
    with pytest.raises(ContentErrors) as caught:
        positions.parse(text, "a.yaml")
    return [line.removeprefix("a.yaml:") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("True", "True"),
        ("12:30", "12:30"),
        ("2026-05-01", "2026-05-01"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("007", "007"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("0.10", "0.10"),
        ("+5", "+5"),
        ("9" * 19, "9" * 19),
        ("'5'", "5"),
        ('"true"', "true"),
        ("=", "="),
        ("5", 5),
        ("-5", -5),
        ("0", 0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("''", ""),
        (">-\n  twee\n  regels", "twee regels"),
        ("|\n  twee\n  regels\n", "twee\nregels\n"),
        ("[a, 2]", ["a", 2]),
        ("{b: Waarom?}", {"b": "Waarom?"}),
    ],
)
def test_a_scalar_means_what_it_says(written: str, meant: Data) -> None:
    assert data_of(f"a: {written}") == {"a": meant}


def test_keys_are_always_text() -> None:
    assert data_of("1: x\ntrue: y\nnull: z") == {"1": "x", "true": "y", "null": "z"}


def test_every_key_and_item_has_its_line() -> None:
    _, lines = positions.parse("# eerst\na:\n  - b: 1\n    c:\n      nl: x\n  - d\n", "a.yaml")
    found = {location: lines.of(location) for location in lines.by_location}
    assert found == {
        (): 1,
        ("a",): 2,
        ("a", 0): 3,
        ("a", 0, "b"): 3,
        ("a", 0, "c"): 4,
        ("a", 0, "c", "nl"): 5,
        ("a", 1): 6,
    }


def test_the_line_of_what_is_not_there_is_that_of_what_holds_it() -> None:
    _, lines = positions.parse("a:\n  - kind: read\n    title:\n      nl: x\n", "a.yaml")
    assert lines.of(("a", 0, "read", "title", "en")) == 3
    assert lines.of(("b",)) == 1


def test_an_empty_file_holds_nothing() -> None:
    assert data_of("") is None
    assert data_of("# alleen dit\n") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb:\n  a: 2\na: 3", ["4: a: stands here twice, first on line 1: keep one of them"]),
        (
            "a: &x 1\nb: *x",
            [
                "1: a: anchors are not used here: remove '&x', or quote the text",
                "2: b: aliases are not used here: write out what '*x' stands for",
            ],
        ),
        ("a:\n  <<: {b: 1}", ["2: a.<<: merge keys are not used here: write them out"]),
        (
            "a: !!python/object:os.system x",
            ["1: a: tags are not used here: remove the word with '!', or quote the text"],
        ),
        (
            "%YAML 1.1\n---\na: no",
            ["1: yaml: directives are not used here: remove the lines with '%'"],
        ),
        (
            "a: 1\n---\nb: 2",
            ["2: yaml: a second document begins here: remove the line '---'"],
        ),
        ("? [a]\n: b", ["1: file: a key must be a word: write 'key: value'"]),
        ("a:\n\tb: 1\nc:\t2", [
            "2: file: a tab stands here: use spaces",
            "3: file: a tab stands here: use spaces",
        ]),
        ("a: x\u202ey", ["1: file: a character that nobody sees (U+202E): delete it"]),
        ("a: x\ufffdy", ["1: file: a letter was lost here ('\ufffd'): type it again"]),
        (
            'a: "\\uD800"',
            ["1: a: an escape stands for U+D800, which nobody sees: remove it"],
        ),
        (
            'a: "\\U00110000"',
            ["1: yaml: cannot be read (chr() arg not in range(0x110000)): rewrite this"],
        ),
        (
            "a: b\nc: d: e",
            [
                "2: yaml: a ': ' inside a text, or a wrong indentation: put the text between "
                "quotes or below '>-', and line the key up with the others"
            ],
        ),
        (
            "a:\n  - b: 1\n    c",
            [
                "3: yaml: no ': ' on this line: write 'key: value', and indent the lines of a "
                "long text below '>-'"
            ],
        ),
        ("a: 'x\nb: c", ["1: yaml: the quote that opens here is never closed: close it"]),
        (
            "a: 1\nb: [x, y",
            [
                "2: yaml: a bracket that opens here is never closed: close it, or write every "
                "item on a line of its own"
            ],
        ),
        (
            "a:\n  nl: x\n en: y",
            [
                "3: yaml: does not line up with the lines above: indent it as far as the other "
                "keys or items"
            ],
        ),
        (
            "a: @x",
            ["1: yaml: a text may not start with this character: put it between quotes"],
        ),
        ("a: 'x' y", [
            "1: yaml: words after the closing quote: put the whole text between quotes"
        ]),
        ("a: - b", ["1: yaml: a list item after a key: put '- ' on the next line"]),
        ('a: "\\q"', ["1: yaml: a backslash between double quotes: use single quotes"]),
        ("a: >-x\n y", ["1: yaml: text after '>' or '|': start the text on the next line"]),
        ("a: [\n", [
            "2: yaml: something is missing before this line: close the bracket, or write the "
            "value"
        ]),
    ],
)  # fmt: skip
def test_says_what_to_do_about_wrong_yaml(text: str, expected: list[str]) -> None:
    assert problems_of(text) == expected


LAUGHS = "\n".join(
    f"l{number}: &l{number} [{', '.join([f'*l{number - 1}' if number else 'ha'] * 9)}]"
    for number in range(10)
)


def test_an_alias_bomb_is_refused_at_once() -> None:
    begun = time.process_time()
    assert any("aliases are not used here" in line for line in problems_of(LAUGHS))
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("text", ["[" * 3000, "{a: " * 3000, "- " * 3000, "&a [*a]", "[" * 250_000])
def test_deep_nesting_is_a_message_and_never_a_crash(text: str) -> None:
    assert problems_of(text)


def test_twenty_levels_fit_and_twenty_one_do_not() -> None:
    assert data_of("[" * 20 + "]" * 20)
    message = "more than 20 lists and mappings inside each other: write it flat"
    assert problems_of("[" * 21 + "]" * 21) == [f"1: yaml: {message}"]


def test_a_file_has_a_limited_number_of_values() -> None:
    assert problems_of("- a\n" * 25_000) == [
        "20000: yaml: more than 20000 keys and values: split the file"
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a: 1\nb: \xff\n", "a.yaml:2: file: is not UTF-8 here: save the file as UTF-8"),
        (b"a" * (256 * 1024 + 1), "a.yaml:1: file: is larger than 256 KB: split it or shorten it"),
        (b"a: \0", "a.yaml:1: file: a character that nobody sees (U+0000): delete it"),
    ],
)
def test_says_what_is_wrong_with_the_bytes_of_a_file(
    tmp_path: Path, raw: bytes, expected: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(raw)
    with pytest.raises(ContentErrors) as caught:
        positions.read(path, shown="a.yaml")
    assert str(caught.value) == expected


def test_reads_what_windows_writes(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: caf\xc3\xa9\r\nb: 2\r\n")
    data, lines = positions.load(path)
    assert data == {"a": "café", "b": 2}
    assert lines.of(("b",)) == 2


def test_never_follows_a_link_or_waits_for_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a: canary")
    link, pipe = tmp_path / "link.yaml", tmp_path / "pipe.yaml"
    link.symlink_to(tmp_path / "secret")
    os.mkfifo(pipe)
    for path in (link, pipe, tmp_path, tmp_path / "absent", tmp_path / "a\0b"):
        with pytest.raises(ContentErrors) as caught:
            positions.load(path)
        assert "canary" not in str(caught.value)


YAMLISH = st.text(
    alphabet=st.sampled_from(list("ab:-?[]{},&*!|>'\"%@`#\n\n  \\~<=01.xUu\t\ufeff_é")),
    max_size=80,
)


@given(YAMLISH | st.text(max_size=80))
@settings(deadline=2000)
def test_any_text_gives_data_or_problems(text: str) -> None:
    found: tuple[Problem, ...] = ()
    try:
        positions.parse(text, "a.yaml")
    except ContentErrors as errors:
        found = errors.problems or (Problem("a.yaml", 0, "", ""),)
    assert all(problem.line >= 1 and problem.message for problem in found)

"""An item that goes to another system and comes back asks the same and pays for the same."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.curriculum.markdown import markup_in
from tests.curriculum.exchanged import back, both, item, meaning, option, quiz, thing

# Every character that means something in a format, and some that mean nothing.
SIGNS = "ab Tén1:#=~{}%[]()\\/<>&;\"'*-+.,!?_|$@^`“”–→\u00a0\U0001f600"


def _is_ours(text: str) -> bool:
    return bool(text) and not markup_in(text) and "->" not in text


TEXTS = (
    st.text(alphabet=SIGNS, min_size=1, max_size=25)
    .map(lambda text: " ".join(part for part in text.split(" ") if part).strip())
    .filter(_is_ours)
)
# What is typed is compared without regard to capitals, so these differ in more than that.
TYPED = TEXTS.filter(lambda text: "*" not in text and not text.endswith("\\"))
NUMBERS = st.decimals(-10_000, 10_000, places=3, allow_nan=False).map(lambda value: value + 0)
SOME = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def prompts(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Items of one kind, with any texts."""
    return st.fixed_dictionaries(
        {
            "type": st.just(kind),
            "slug": st.from_regex(r"[a-z][a-z0-9-]{1,34}[a-z0-9]", fullmatch=True),
            "prompt": TEXTS.map(both),
            "explanation": TEXTS.map(both),
            "points": st.integers(1, 10),
            **fields,
        }
    )


def options(
    least: int, most: int, right: st.SearchStrategy[set[int]]
) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Options with any texts, of which ``right`` are right."""
    texts = st.lists(st.tuples(TEXTS, TEXTS), min_size=least, max_size=most)
    return st.tuples(texts, right).map(
        lambda drawn: [
            option(f"o{place}", text, right=place in drawn[1], feedback=told)
            for place, (text, told) in enumerate(drawn[0])
        ]
    )


@st.composite
def matchings(draw: st.DrawFn) -> dict[str, Any]:
    """Matching items; some choices belong to none."""
    choices = draw(st.lists(TEXTS, min_size=2, max_size=6, unique=True))
    stems = draw(st.lists(TEXTS, min_size=2, max_size=5))
    chosen = [draw(st.integers(0, len(choices) - 1)) for _ in stems]
    return draw(
        prompts(
            "matching",
            stems=st.just(
                [
                    {**thing(f"s{place}", text), "choice": f"c{chosen[place]}"}
                    for place, text in enumerate(stems)
                ]
            ),
            choices=st.just([thing(f"c{place}", text) for place, text in enumerate(choices)]),
        )
    )


@st.composite
def accepted(draw: st.DrawFn, *, feedback: bool) -> list[dict[str, Any]]:
    """Texts to type, the first one for all of the marks."""
    texts = draw(st.lists(TYPED, min_size=1, max_size=4, unique_by=str.casefold))
    shares = [100, *(draw(st.sampled_from([100, 50, 33, 0])) for _ in texts[1:])]
    return [
        {"text": both(text), "share": share, **({"feedback": both(text)} if feedback else {})}
        for text, share in zip(texts, shares, strict=True)
    ]


@st.composite
def gaps(draw: st.DrawFn) -> dict[str, Any]:
    """Texts with two gaps, one of each kind."""
    without_braces = TEXTS.filter(lambda text: not set(text) & set("{}"))
    before, between = draw(without_braces), draw(without_braces)
    texts = draw(st.lists(TEXTS, min_size=2, max_size=4, unique=True))
    found = [
        {"slug": "een", "accepted": draw(accepted(feedback=draw(st.booleans())))},
        {
            "slug": "twee",
            "options": [thing(f"o{place}", text) for place, text in enumerate(texts)],
            "right": "o1",
        },
    ]
    text = f"{before} {{een}} {between} {{twee}}"
    return draw(prompts("gaps", text=st.just(both(text)), gaps=st.just(found)))


SINGLES = prompts("single", options=options(2, 6, st.just({0})))
MULTIPLES = prompts(
    "multiple", options=options(3, 8, st.sets(st.integers(0, 1), min_size=1, max_size=2))
)
CLAIMS = prompts("true-false", right=st.booleans(), feedback=TEXTS.map(both))
ORDERS = prompts(
    "order",
    items=st.lists(TEXTS, min_size=3, max_size=8).map(
        lambda texts: [thing(f"t{9 - place}", text) for place, text in enumerate(texts)]
    ),
)
NUMERIC = prompts(
    "number",
    expected=NUMBERS.map(str),
    tolerance=NUMBERS.map(abs).map(str),
)
MISTAKEN = prompts(
    "number",
    expected=NUMBERS.map(str),
    mistakes=st.lists(
        st.fixed_dictionaries({"value": NUMBERS.map(str), "feedback": TEXTS.map(both)}), max_size=3
    ),
)
SHORT = prompts("short", accepted=st.booleans().flatmap(lambda told: accepted(feedback=told)))
PLAIN_SHORT = prompts("short", accepted=accepted(feedback=False), minds_case=st.booleans())
ESSAYS = prompts("essay")


def same(format: str, asked: dict[str, Any], *, points: bool = True) -> None:
    """It comes back as it went."""
    (found,) = back(format, asked)
    (ours,) = quiz(asked).items
    told, meant = meaning(found, points=points), meaning(ours, points=points)
    if format == "qti":  # where no pattern is first
        for one in (told, meant):
            one.update({"accepted": sorted(one["accepted"])} if "accepted" in one else {})
    assert told == meant


@SOME
@given(SINGLES | MULTIPLES | CLAIMS | matchings() | NUMERIC | MISTAKEN | SHORT | ESSAYS)
def test_gift_keeps_the_meaning(asked: dict[str, Any]) -> None:
    same("gift", asked, points=False)


@SOME
@given(
    SINGLES
    | MULTIPLES
    | CLAIMS
    | matchings()
    | ORDERS
    | NUMERIC
    | MISTAKEN
    | SHORT
    | PLAIN_SHORT
    | gaps()
    | ESSAYS
)
def test_moodle_xml_keeps_the_meaning(asked: dict[str, Any]) -> None:
    same("moodle", asked)


@SOME
@given(SINGLES | MULTIPLES | CLAIMS | matchings() | ORDERS | NUMERIC | PLAIN_SHORT | ESSAYS)
def test_qti_keeps_the_meaning(asked: dict[str, Any]) -> None:
    same("qti", asked)


@pytest.mark.parametrize("format", ["gift", "moodle"])
@pytest.mark.parametrize(
    "text", ["[html]x", "%50%x", "[plain]", "TRUE", "//x", "$CATEGORY: x", "::x::"]
)
def test_a_text_that_looks_like_a_mark_is_a_text(format: str, text: str) -> None:
    single = item(
        "single",
        prompt=both(text),
        options=[option("o0", text, right=True, feedback=text), option("o1", f"{text}!")],
        explanation=both(text),
    )
    same(format, single)
    same(format, item("short", prompt=both(text), accepted=[{"text": both(text)}]))


@pytest.mark.parametrize("format", ["gift", "moodle"])
@pytest.mark.parametrize("pattern", ["waakvlam*", r"P\*Q", "*licht*", "a*b\\*c"])
def test_an_asterisk_for_anything_stays_one(format: str, pattern: str) -> None:
    same(format, item("short", accepted=[{"text": both(pattern)}]))


def test_a_unit_comes_along_in_moodle() -> None:
    same("moodle", item("number", expected="3", unit=both("uur"), tolerance=str(Decimal("0.5"))))


def test_the_limits_of_an_essay_come_along_in_moodle() -> None:
    same("moodle", item("essay", minimum_words=50, maximum_words=200))

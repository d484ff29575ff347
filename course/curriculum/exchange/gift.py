"""GIFT, the plain text of Moodle: read and written.

Questions are apart by empty lines. ``::title::`` comes first, then the text, then the answers
between braces; what follows the braces makes them a gap in the text. Reserved characters of a text
have a backslash before them. A line that starts with ``//`` is for authors.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from course.curriculum.exchange import intake
from course.curriculum.exchange.intake import Draft, Intake, Language, Numeric, Said, Weighted
from course.curriculum.exchange.outgoing import (
    Outgoing,
    Written,
    moodle_share,
    moodle_weight,
)
from course.curriculum.exchange.plain import from_auto, from_html, from_markdown, from_plain
from course.curriculum.exchange.reading import Reading
from course.curriculum.exchange.report import NotTaken, Place, decoded, unreadable
from course.curriculum.quizzes import (
    AnyItem,
    EssayQuestion,
    MatchingQuestion,
    QuizFile,
    ShortQuestion,
    TrueFalseQuestion,
)
from course.curriculum.schema import MultipleQuestion, NumberQuestion, SingleQuestion

# --- Reading ---------------------------------------------------------------------------------

_RESERVED: Final = r"\:#={}~n"
_ESCAPE: Final = re.compile(r"\\([\\:#={}~n])")
# While we read, a character of private use stands for what was escaped.
_FIRST: Final = 0xE000
_PROTECTED: Final = {sign: chr(_FIRST + place) for place, sign in enumerate(_RESERVED)}
_MEANT: Final = {
    _FIRST + place: "\n" if sign == "n" else sign for place, sign in enumerate(_RESERVED)
}
_PRIVATE: Final = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + len(_RESERVED) - 1)}]")
_FORMAT: Final = re.compile(r"\[(html|moodle|plain|markdown)\]")
_WEIGHT: Final = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]{0,10})?)%")
_READERS: Final = {
    "html": from_html,
    "moodle": from_auto,
    "plain": from_plain,
    "markdown": from_markdown,
}
_TRUE: Final = ("T", "TRUE")
_FALSE: Final = ("F", "FALSE")
_GAP: Final = "_____"
_NAMED: Final = 200  # characters of a text that name it in a report


def read(data: bytes, *, language: Language) -> Reading:
    """The items of a GIFT file. Raises :exc:`~report.Unreadable` when it is no text of ours."""
    text = decoded(data)
    if private := _PRIVATE.search(text):
        line = text.count("\n", 0, private.start()) + 1
        message = f"holds U+{ord(private[0]):04X}, a character of private use: take it out"
        raise unreadable(message, line=line)
    found = Intake(language)
    categories: list[tuple[int, str]] = []
    for block in _blocks(text):
        if block.text.startswith("$CATEGORY:"):
            categories.append((block.line, block.text.removeprefix("$CATEGORY:").strip()))
            continue
        _take(block, found)
    if len(categories) > 1:
        names = ", ".join(name for _, name in categories)
        place = Place("$CATEGORY", categories[1][0])
        found.remarks.append(
            place.lost(f"a quiz has no categories ({names}): all items are in one")
        )
    title = last_of(categories[0][1]) if categories else ""
    return Reading(title, tuple(found.items), tuple(found.remarks))


def last_of(category: str) -> str:
    """The last name of a path of categories, where // is a stroke in a name."""
    return re.split(r"(?<!/)/(?!/)", category)[-1].replace("//", "/").strip()


@dataclass(frozen=True, slots=True)
class _Block:
    line: int
    text: str


def _blocks(text: str) -> Iterator[_Block]:
    """The parts between empty lines, without what is for authors."""
    start, kept = 0, list[str]()
    for number, line in enumerate([*text.split("\n"), ""], 1):
        bare = line.strip()
        if not bare:
            if kept:
                yield _Block(start, "\n".join(kept).strip())
            kept = []
        elif bare.startswith("//"):
            continue
        elif not kept and bare.startswith("$CATEGORY:"):
            yield _Block(number, bare)
        else:
            start = start if kept else number
            kept.append(line)


def _take(block: _Block, found: Intake) -> None:
    protected = _ESCAPE.sub(lambda escape: _PROTECTED[escape[1]], block.text)
    title, text = _title(protected)
    asked = _FORMAT.sub("", text, count=1)
    begin = from_auto(_meant(asked.partition("{")[0])[:_NAMED]).text
    named = intake.short(title or begin or _meant(asked))
    place = Place(f"question {named}", block.line)
    draft = found.draft(place)
    try:
        _understand(text, title, draft, found)
    except NotTaken as reason:
        found.refuse(place, str(reason))


def _title(text: str) -> tuple[str, str]:
    if not text.startswith("::"):
        return "", text
    title, marks, rest = text[2:].partition("::")
    if not marks:
        return "", text
    return " ".join(_meant(title).split()), rest.strip()


def _understand(text: str, title: str, draft: Draft, found: Intake) -> None:
    before, answers, after = _parts(text)
    asked, form = _said(draft, f"{before}{_GAP if after else ''}{after}", "moodle")
    answers, marks, general = answers.rpartition("####")
    if not marks:
        answers, general = general, ""
    explanation, _ = _said(draft, general, form)
    kind, fields = _kind(answers.strip(), form, draft)
    found.take(draft, kind, title=title, prompt=asked, explanation=explanation, **fields)


def _parts(text: str) -> tuple[str, str, str]:
    """What stands before, between and after the braces."""
    before, opens, rest = text.partition("{")
    answers, closes, after = rest.partition("}")
    if not opens and "}" not in before:
        raise NotTaken(
            "has no answers between braces: add them, or put this text in the question it is about"
        )
    if not opens or not closes or "}" in before:
        raise NotTaken(
            "has a brace without its other half: close it, leave no empty line inside, and write "
            r"\{ or \} for a brace of the text"
        )
    if any(brace in answers + after for brace in "{}"):
        raise NotTaken(r"has braces twice: write \{ and \} for braces of the text")
    return before, answers, after


def _kind(answers: str, form: str, draft: Draft) -> tuple[str, dict[str, Any]]:
    if not answers:
        return "essay", {}
    if answers.startswith(">"):
        raise NotTaken("puts things in order as only a plug-in reads it: export it as Moodle XML")
    if answers.startswith("#"):
        return "number", _number(answers[1:], form, draft)
    if "~" in answers:
        return _choice(answers, form, draft)
    if "=" in answers and "->" in answers:
        return "matching", _matching(answers, form, draft)
    if answers.partition("#")[0].strip() in {*_TRUE, *_FALSE}:
        return "true-false", _true_false(answers, form, draft)
    return "short", _short(answers, form, draft)


def _choice(answers: str, form: str, draft: Draft) -> tuple[str, dict[str, Any]]:
    single = "=" in answers
    given = [
        _weighted(draft, part.removeprefix("="), form, all_of_it=part.startswith("="))
        for part in answers.replace("=", "~=").split("~")
        if part.strip()
    ]
    return "single" if single else "multiple", intake.option_fields(draft, given, single=single)


def _weighted(
    draft: Draft, raw: str, form: str, *, all_of_it: bool, as_typed: bool = False
) -> Weighted:
    """An answer with its weight and feedback; ``all_of_it`` is what no weight means."""
    raw = raw.strip()
    percent = intake.EVERYTHING if all_of_it else Decimal(0)
    if weight := _WEIGHT.match(raw):
        percent, raw = intake.percent(weight[1]), raw[weight.end() :]
    text, _, feedback = raw.partition("#")
    return Weighted(
        text=_said(draft, text, form, as_typed=as_typed)[0],
        percent=percent,
        feedback=_said(draft, feedback, form)[0],
    )


def _matching(answers: str, form: str, draft: Draft) -> dict[str, Any]:
    pairs = []
    for part in answers.split("="):
        if not part.strip():
            continue
        stem, arrow, choice = part.partition("->")
        if not arrow:
            raise NotTaken(f"{intake.short(_meant(part))} has no '->': write =stem -> choice")
        # A choice has no format: Moodle shows it as it is.
        shown = from_plain(_meant(choice.replace("\n", " ")))
        pairs.append((_said(draft, stem, form)[0], draft.text(shown)))
    return intake.matching_fields(pairs)


def _true_false(answers: str, form: str, draft: Draft) -> dict[str, Any]:
    claim, _, told = answers.partition("#")
    wrong, _, right = told.partition("#")
    if _said(draft, right, form)[0]:
        draft.loses("what whoever is right is told")
    return {
        "right": claim.strip() in _TRUE,
        "feedback": draft.needed(_said(draft, wrong, form)[0]),
    }


def _short(answers: str, form: str, draft: Draft) -> dict[str, Any]:
    given = [
        _weighted(draft, part, form, all_of_it=True, as_typed=True)
        for part in answers.split("=")
        if part.strip()
    ]
    return {"accepted": intake.accepted_fields(draft, given)}


def _number(answers: str, form: str, draft: Draft) -> dict[str, Any]:
    answers, others, _ = answers.partition("~")
    if others:
        draft.loses("what is said to every other number")
    given = []
    for part in answers.split("="):
        if not part.strip():
            continue
        found = _weighted(draft, part, form, all_of_it=True, as_typed=True)
        value, tolerance = _range(found.text)
        given.append(Numeric(value, tolerance, found.percent, found.feedback))
    return intake.number_fields(draft, given)


def _range(text: str) -> tuple[Decimal, Decimal]:
    """A number and how far off it may be, of "3:2" or "1..5"."""
    low, dots, high = text.partition("..")
    if dots:
        lowest, highest = intake.number(low), intake.number(high)
        return (lowest + highest) / 2, (highest - lowest) / 2
    value, colon, tolerance = text.partition(":")
    return intake.number(value), intake.number(tolerance) if colon else Decimal(0)


def _said(draft: Draft, raw: str, form: str, *, as_typed: bool = False) -> tuple[Said, str]:
    """A text as plain text, and the format it was in: its own, or ``form``.

    ``as_typed`` is for what learners type, which is never HTML.
    """
    raw = raw.strip()
    if mark := _FORMAT.match(raw):
        form, raw = mark[1], raw[mark.end() :]
    if form != "markdown":
        raw = raw.replace("\n", " ")
    reader = from_plain if as_typed else _READERS[form]
    return draft.text(reader(_meant(raw))), form


def _meant(text: str) -> str:
    return text.translate(_MEANT).strip()


# --- Writing ---------------------------------------------------------------------------------


def write(quiz: QuizFile, *, language: Language) -> Written:
    """A quiz in one language as GIFT."""
    out = Outgoing(language, "GIFT")
    out.around(quiz)
    # Moodle reads the name of a category as it is, without backslashes.
    parts = [f"$CATEGORY: {out.text(quiz.title).replace('/', '//')}\n"]
    for item in quiz.items:
        out.each(item, lambda item: parts.append(_question(item, out)))
    return out.done("\n".join(parts).encode())


def _question(item: AnyItem, out: Outgoing) -> str:
    lines = list(_answers(item, out))
    if item.points != 1:
        out.lost(f"its {item.points} points do not go along: GIFT has none")
    explanation = _text(out.text(item.explanation))
    begin = f"::{_escaped(item.slug)}::[plain]{_escaped(out.text(item.prompt))} {{"
    if not lines:
        return f"{begin}####{explanation}}}\n"
    first, *others = lines
    return "\n".join(
        [begin + first, *(f"\t{line}" for line in [*others, f"####{explanation}"]), "}\n"]
    )


def _answers(item: AnyItem, out: Outgoing) -> Iterator[str]:
    """What stands between the braces; the first line directly behind the opening one."""
    match item:
        case SingleQuestion():
            yield ""
            for option in item.options:
                told = _text(out.text(option.feedback))
                yield f"{'=' if option.right else '~'}{_option(out.text(option.text))}#{told}"
        case MultipleQuestion():
            yield from _multiple(item, out)
        case TrueFalseQuestion():
            yield f"{'TRUE' if item.right else 'FALSE'}#{_text(out.text(item.feedback))}"
        case MatchingQuestion():
            yield from _pairs(item, out)
        case ShortQuestion():
            yield from _typed(item, out)
        case NumberQuestion():
            yield from _numbers(item, out)
        case EssayQuestion():
            if (item.minimum_words, item.maximum_words) != (1, 300):
                out.lost("how many words are asked does not go along: say so in the text")
        case _:
            raise out.unknown(item)


def _multiple(item: MultipleQuestion, out: Outgoing) -> Iterator[str]:
    yield ""
    some, others = intake.weights(sum(option.right for option in item.options), len(item.options))
    for option in item.options:
        weight = some if option.right else others
        told = _text(out.text(option.feedback))
        yield f"~%{_gift_weight(weight)}%{_text(out.text(option.text))}#{told}"


def _gift_weight(percent: Decimal) -> str:
    """Moodle reads two digits before the point; what is this near, it takes for a hundred."""
    if abs(percent) == intake.EVERYTHING:
        return "99.99999" if percent > 0 else "-99.99999"
    return moodle_weight(percent)


def _pairs(item: MatchingQuestion, out: Outgoing) -> Iterator[str]:
    yield ""
    choices = {choice.slug: out.text(choice.text) for choice in item.choices}
    for stem in item.stems:
        yield f"={_text(_arrow(out.text(stem.text), out))} -> {_escaped(choices[stem.choice])}"
    used = {stem.choice for stem in item.stems}
    for slug, text in choices.items():
        if slug not in used:
            yield f"= -> {_escaped(text)}"


def _arrow(text: str, out: Outgoing) -> str:
    if "->" in text:
        out.lost("'->' means something in GIFT: it became '→'")
    return text.replace("->", "→")


def _typed(item: ShortQuestion, out: Outgoing) -> Iterator[str]:
    yield ""
    out.about_typing(item, keeps_case=False)
    for accepted in item.accepted:
        text = out.text(accepted.text)
        if "->" in text:
            raise NotTaken(f"{intake.short(text)} holds '->', which means something in GIFT")
        share = moodle_share(accepted.share)
        weight = "" if share == intake.EVERYTHING else f"%{share:f}%"
        told = _arrow(out.text(accepted.feedback), out)
        guarded = f"[plain]{_escaped(text)}" if text.startswith(("[", "%")) else _escaped(text)
        yield f"={weight}{guarded}{f'#{_text(told)}' if told else ''}"


def _numbers(item: NumberQuestion, out: Outgoing) -> Iterator[str]:
    if item.unit:
        out.lost(f"the unit {out.text(item.unit)!r} does not go along: name it in the text")
    yield "#"
    yield f"={item.expected:f}:{item.tolerance:f}"
    for mistake in item.mistakes:
        yield f"=%0%{mistake.value:f}:0#{_text(out.text(mistake.feedback))}"


def _option(text: str) -> str:
    """The text of an option without a weight, which may not look like one."""
    return f"[plain]{_escaped(text)}" if text.startswith("%") else _text(text)


def _text(text: str) -> str:
    """A text that does not begin with a format by accident."""
    return f"[plain]{_escaped(text)}" if text.startswith("[") else _escaped(text)


def _escaped(text: str) -> str:
    return re.sub(r"[\\:#={}~]", lambda sign: f"\\{sign[0]}", text)

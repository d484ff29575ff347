"""Moodle's text with gaps: ``{1:SHORTANSWER:=trust~%50%faith#nearly}`` within HTML.

A gap where something is typed or chosen is one of ours. One that asks for a number, or for several
options, is not.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from course.curriculum.exchange import intake
from course.curriculum.exchange.intake import NOTHING, Draft, Said, Weighted
from course.curriculum.exchange.outgoing import Outgoing, moodle_share
from course.curriculum.exchange.plain import Plain, from_html, lines_of_html
from course.curriculum.exchange.report import NotTaken
from course.curriculum.quizzes import GAP, Accepted, Gap, GapsQuestion

# --- Reading ---------------------------------------------------------------------------------

_TYPED: Final = frozenset({"SHORTANSWER", "SA", "MW"})
_TYPED_WITH_CASE: Final = frozenset({"SHORTANSWER_C", "SAC", "MWC"})
_CHOSEN: Final = frozenset(
    f"{name}{way}"
    for name, ways in (
        ("MULTICHOICE", ("", "_V", "_H", "_S", "_VS", "_HS")),
        ("MC", ("", "V", "H", "S", "VS", "HS")),
    )
    for way in ways
)
_OPENING: Final = re.compile(r"\{([0-9]{0,3}):([A-Z][A-Z_]{0,20}):")
_END: Final = re.compile(r"(?<!\\)\}")
_APART: Final = re.compile(r"(?<!\\)~")
# A number sign within &#125; begins no feedback.
_FEEDBACK: Final = re.compile(r"(?<![\\&])(?<!&amp;)#")
_WEIGHT: Final = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]{0,10})?)%")
_FIRST_MARK: Final = 0xE000  # a character of private use stands for a gap while HTML is read
_MARK: Final = re.compile("[\ue000-\uf8ff]")
_BRACES: Final = str.maketrans("{}", "()")


@dataclass(frozen=True, slots=True)
class _Found:
    weight: str
    kind: str
    answers: tuple[Weighted, ...]


def read(draft: Draft, source: str) -> tuple[str, dict[str, Any]]:
    """The prompt and the fields of an item with gaps, of HTML. Raises :exc:`NotTaken`."""
    if _MARK.search(source):
        raise NotTaken("holds a character of private use: take it out")
    text, found = _taken_apart(draft, source)
    if not found:
        raise NotTaken("has no gaps: write {1:SHORTANSWER:=…} where one belongs")
    if len({gap.weight or "1" for gap in found}) > 1:
        draft.note("its gaps do not count alike: here they do")
    lines, lost = lines_of_html(text)
    first = next(place for place, line in enumerate(lines) if _MARK.search(line))
    prompt = " ".join(lines[:first])
    if len(lines[first:]) > 1 or first > 1:
        draft.loses("line breaks")
    running = " ".join(lines[first:])
    if any(brace in running for brace in "{}"):
        draft.note("braces mean a gap here: those of the text became parentheses")
        running = running.translate(_BRACES)
    slugs = intake.slugs_of([gap.answers[0].text for gap in found], "gap")
    for place, slug in enumerate(slugs):
        running = running.replace(chr(_FIRST_MARK + place), f"{{{slug}}}")
    fields = {
        "text": draft.text(Plain(running, lost)),
        "gaps": [_gap(draft, gap, slug) for gap, slug in zip(found, slugs, strict=True)],
    }
    return draft.text(Plain(prompt)) or intake.FILL_IN[draft.language], fields


def _taken_apart(draft: Draft, source: str) -> tuple[str, list[_Found]]:
    """The text with a mark for each gap, and the gaps."""
    parts, here, found = list[str](), 0, list[_Found]()
    while opening := _OPENING.search(source, here):
        end = _END.search(source, opening.end())
        if not end:
            raise NotTaken(f"{intake.short(opening[0])} is never closed: add its }}")
        answers = source[opening.end() : end.start()]
        found.append(_Found(opening[1], opening[2], tuple(_answers(draft, answers))))
        parts += [source[here : opening.start()], chr(_FIRST_MARK + len(found) - 1)]
        here = end.end()
        if len(found) > 100:  # noqa: PLR2004 - far beyond what an item may have
            raise NotTaken("has more than 100 gaps: split it")
    return "".join([*parts, source[here:]]), found


def _answers(draft: Draft, source: str) -> Iterator[Weighted]:
    for raw in _APART.split(source):
        part, percent = raw.strip(), Decimal(0)
        if part.startswith("="):
            part, percent = part[1:], intake.EVERYTHING
        elif weight := _WEIGHT.match(part):
            part, percent = part[weight.end() :], intake.percent(weight[1])
        text, *feedback = _FEEDBACK.split(part, maxsplit=1)
        told = _said(draft, feedback[0]) if feedback else NOTHING
        yield Weighted(_said(draft, text), percent, told)


def _said(draft: Draft, source: str) -> Said:
    return draft.text(from_html(re.sub(r"\\([}~#\\/\"])", r"\1", source)))


def _gap(draft: Draft, gap: _Found, slug: str) -> dict[str, Any]:
    answers = [answer for answer in gap.answers if answer.text]
    if gap.kind in _TYPED_WITH_CASE:
        draft.loses("that capitals matter in a gap")
    if gap.kind in _TYPED | _TYPED_WITH_CASE:
        return {"slug": slug, "accepted": intake.accepted_fields(draft, answers)}
    if gap.kind not in _CHOSEN:
        raise NotTaken(
            f"has a gap of the kind {gap.kind}, and ours are typed (SHORTANSWER) or chosen "
            "(MULTICHOICE): make it one of those, or a question of its own"
        )
    right = [place for place, answer in enumerate(answers) if answer.percent == intake.EVERYTHING]
    if len(right) != 1:
        raise NotTaken(f"has a gap with {len(right)} right options: mark exactly one with =")
    if any(answer.feedback for answer in answers):
        draft.loses("what is said about the options of a gap")
    if any(0 < answer.percent < intake.EVERYTHING for answer in answers):
        draft.loses("part of the marks for an option of a gap")
    slugs = intake.slugs_of([answer.text for answer in answers], "option")
    return {
        "slug": slug,
        "options": [
            {"slug": one, "text": answer.text} for one, answer in zip(slugs, answers, strict=True)
        ],
        "right": slugs[right[0]],
    }


# --- Writing ---------------------------------------------------------------------------------


def written(item: GapsQuestion, out: Outgoing) -> str:
    """The HTML of an item with gaps, its prompt in a paragraph before."""
    gaps = {gap.slug: gap for gap in item.gaps}
    pieces = GAP.split(out.text(item.text))
    # Of the pieces, every second one is the slug of a gap.
    running = "".join(
        _gap_written(gaps[piece], out) if place % 2 else _outside(piece)
        for place, piece in enumerate(pieces)
    )
    return f"<p>{_outside(out.text(item.prompt))}</p><p>{running}</p>"


def _outside(text: str) -> str:
    return html.escape(text, quote=False).replace("{", "&#123;").replace("}", "&#125;")


def _gap_written(gap: Gap, out: Outgoing) -> str:
    if gap.options:
        inside = "~".join(
            f"{'=' if option.slug == gap.right else ''}{_inside(out.text(option.text))}"
            for option in gap.options
        )
        return f"{{1:MULTICHOICE:{inside}}}"
    return f"{{1:SHORTANSWER:{'~'.join(_typed(accepted, out) for accepted in gap.accepted)}}}"


def _typed(accepted: Accepted, out: Outgoing) -> str:
    share = moodle_share(accepted.share)
    weight = "=" if share == intake.EVERYTHING else f"%{share:f}%"
    told = out.text(accepted.feedback)
    return f"{weight}{_inside(out.text(accepted.text))}{f'#{_inside(told)}' if told else ''}"


def _inside(text: str) -> str:
    """A text within a gap, where some characters would end it."""
    plain = re.sub(
        r"[\\{}~#=%/\"]", lambda sign: f"&#{ord(sign[0])};", html.escape(text, quote=False)
    )
    # By its number: "&amp;" before the sign of feedback would look like a number written twice.
    return plain.replace("&amp;", "&#38;")

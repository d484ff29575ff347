"""The keys that follow from a panel, and what an author should know of it, for the command line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from course.domain.weighing import Code, Finding, Key, WeighedItem, WeighedPanel
from course.quizzes.panelfile import PanelFile

SENTENCES: Final[Mapping[Code, str]] = {
    Code.NO_ANSWERS: "no answer counts, so there is no key: add answers",
    Code.FEW_MEMBERS: "the key is provisional and may not count for a grade: it rests on {count} "
    "of the {of} answers that it takes",
    Code.UNANIMOUS: "everybody answered {answers}: not uncertain enough to weigh",
    Code.SPLIT: "the panel is split between {answers}: show it as divided, and do not score it",
    Code.MEAN_OF_SPLIT: "a mean (dmean, abs, sq) would pay for what nobody argued: use another",
    Code.FEW_RESPONSES: "responses to rate: {count}, and {of} or more are advised",
    Code.FEW_POOR: "poor responses: {count} of {of}, and 40 % or more is advised",
    Code.NEAR_TIE: "the panel hardly tells these apart, so they may change places",
    Code.FIXED_TOLERANCE: "with fewer than {of} answers the tolerance is 0.15",
    Code.UNBALANCED_SETS: "not each consideration, or pair, is shown as often: choose other sets",
    Code.NO_DIFFERENCE: "these weigh the same for the panel, so every choice earns everything",
    Code.MIDDLE_TOO_OFTEN: "always answering 0 pays: the middle is chosen most in {count} of the "
    "{of} sct items, and 10 % at most is advised",
    Code.ENDS_TOO_SELDOM: "never daring an end pays: one is chosen most in {count} of the {of} sct "
    "items, and 25 % or more is advised",
}


def as_json(file: PanelFile, weighed: WeighedPanel) -> str:
    """Everything; each key as it is frozen, by method."""
    told = {
        "panel": file.head.panel,
        "version": file.head.version,
        "min_n": file.head.min_n,
        "members": len(file.head.members),
        "findings": _findings(weighed.findings),
        "items": [_item(file, item) for item in weighed.items],
    }
    return json.dumps(told, indent=2, ensure_ascii=False)


def _item(file: PanelFile, item: WeighedItem) -> dict[str, Any]:
    default = item.keys[0] if item.keys else None
    return {
        "item": item.slug,
        "format": item.format,
        "n": item.n,
        "excluded": _excluded(file, item),
        "default": default.method if default else None,
        "provisional": default.is_provisional if default else None,
        "may_count": default.may_count if default else False,
        "keys": {key.method: key.to_json() for key in item.keys},
        "findings": _findings(item.findings),
    }


def _excluded(file: PanelFile, item: WeighedItem) -> int:
    (found,) = (written for written in file.items if written.item == item.slug)
    return sum(answer.excluded for answer in found.answers)


def _findings(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    return [{"level": found.level} | asdict(found) for found in findings]


def as_text(file: PanelFile, weighed: WeighedPanel) -> str:
    """The same, to read: each key on a line."""
    return "\n".join(_lines(file, weighed))


def _lines(file: PanelFile, weighed: WeighedPanel) -> Iterator[str]:
    head = file.head
    yield (
        f"{head.panel}, version {head.version}: "
        f"{_counted(len(head.members), 'member')}, {_counted(len(file.items), 'item')}"
    )
    for finding in weighed.findings:
        yield f"{finding.level}: {_said(finding)}"
    for item in weighed.items:
        excluded = _excluded(file, item)
        without = f", {excluded} excluded" if excluded else ""
        yield ""
        yield f"{item.slug} ({item.format}): {_counted(item.n, 'answer')}{without}"
        for key in item.keys:
            yield f"  {key.method}: {_told(key)}"
        for finding in item.findings:
            yield f"  {finding.level}: {_said(finding)}"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _said(finding: Finding) -> str:
    answers = " and ".join(map(str, finding.answers))
    sentence = SENTENCES[finding.code].format(answers=answers, count=finding.count, of=finding.of)
    return f"{', '.join(finding.options)}: {sentence}" if finding.options else sentence


def _told(key: Key) -> str:
    return f"{_flat(key.table.to_json())}; sha256 {key.digest[:12]}"


def _flat(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{name} {_inside(held)}" for name, held in value.items())
        case list():
            return " ".join(_inside(held) for held in value)
    return str(value)


def _inside(value: Any) -> str:
    return f"({_flat(value)})" if isinstance(value, dict | list) else _flat(value)

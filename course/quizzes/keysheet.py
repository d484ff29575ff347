"""The keys that follow from a panel, and what an author should know of it, for the command line."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from course.curriculum.findings import in_english
from course.domain.weighing import Finding, Key, WeighedItem, WeighedPanel
from course.quizzes.panelfile import PanelFile


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
    """What it is about, the answers of the panel that are meant, and what is said of it."""
    answers = " and ".join(map(str, finding.answers))
    about = [", ".join(finding.options), f"answer {answers}" if answers else ""]
    return ": ".join([*filter(None, about), in_english(finding)])


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

"""What is wrong with a case as a map, in sentences that tell an author what to do.

Errors keep the content from being used. Warnings are told: a case may be published with them, and
ours have none. What stands in neither is good to know.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from course.curriculum import advice, figures, markdown, positions
from course.curriculum.cases import CaseFile
from course.curriculum.positions import ContentErrors, Lines, Location, Problem
from course.domain.branching import Kind
from course.domain.casemap import CaseMap, Code, Finding, Level, Paths, analyse

SENTENCES: Final[Mapping[Code, str]] = {
    Code.MISSING_TARGET: "{option}leads to a node that there is not: write it, or correct the name",
    Code.UNREACHABLE: "node '{node}' cannot be reached: let an option lead to it, or remove it",
    Code.NEVER_AVAILABLE: (
        "option '{choice}' of '{node}' can never be chosen: what it needs is never there"
    ),
    Code.DEAD_END: (
        "at '{node}' somebody can be left without a choice: give it an option that is always there"
    ),
    Code.CANNOT_FINISH: "from '{node}' no end can be reached: add a way out",
    Code.NEVER_VISITED: "node '{node}' must be visited, and no way to an end passes it",
    Code.UNAVOIDABLE: "node '{node}' must be avoidable, and every way to an end passes it",
    Code.NO_END: "no node is an end: give one the kind 'end'",
    Code.LOOP: "these nodes can come again: {nodes}",
    Code.NEVER_READ: (
        "variable '{variable}' makes no difference: no condition looks at it and it stands on no "
        "ledger"
    ),
    Code.NEVER_WRITTEN: "variable '{variable}' never changes: let a choice change it, or remove it",
    Code.WRITTEN_NOT_READ: (
        "variable '{variable}' is changed for nothing: let a condition look at it, or show it"
    ),
    Code.DOMINATED: (
        "option '{choice}' of '{node}' is nowhere the best at anything: give it an honest advantage"
    ),
    Code.FAKE_CHOICE: (
        "the options of '{node}' all come to the same: let them differ in what they change or cost"
    ),
    Code.TOO_LARGE: (
        "the case has more than 50,000 states, so only its structure was checked: use fewer or "
        "smaller variables"
    ),
    Code.NOTHING_TO_RESUME: (
        "option '{choice}' of '{node}' resumes where nothing was interrupted: lead to a node "
        "instead"
    ),
}


def sentence(finding: Finding) -> str:
    """A finding as a sentence."""
    option = f"option '{finding.option}' of '{finding.node}' " if finding.option else ""
    if finding.code is Code.MISSING_TARGET and not finding.option:
        option = f"the start or an event '{finding.node}' "
    return SENTENCES[finding.code].format(
        node=finding.node,
        choice=finding.option,
        option=option,
        variable=finding.variable,
        nodes=", ".join(finding.nodes),
    )


def map_of(case: CaseFile) -> CaseMap:
    """The map. Options are compared by the author's scores where there are any, else by ledgers."""
    playable = case.to_play()
    if any(option.score for node in playable.nodes for option in node.options):
        return analyse(playable)
    return analyse(playable, gains=lambda state: case.gains(state.values))


def read(path: Path, *, shown: str | None = None) -> tuple[CaseFile, Lines]:
    """One case file, in the content or outside it; its name is its slug.

    Raises :exc:`ContentErrors` with everything that does not fit.
    """
    shown = shown or path.as_posix()
    data, lines = positions.load(path, shown=shown)
    if not isinstance(data, dict):
        message = "holds no keys: write 'key: value' lines, as README.md tells"
        raise ContentErrors([Problem(shown, 1, "file", message)])
    problems = [
        Problem(shown, lines.of(location), advice.named(location), message)
        for location, message in _markup(data)
    ]
    if "slug" in data:
        message = "the name of the file is the slug: remove this line"
        problems.append(Problem(shown, lines.of(("slug",)), "slug", message))
    data["slug"] = path.name.removesuffix(".yaml")
    try:
        case = CaseFile.model_validate(data)
    except ValidationError as error:
        raise ContentErrors([*problems, *advice.explain(error, CaseFile, lines, shown)]) from error
    if problems:
        raise ContentErrors(problems)
    return case, lines


def check(case: CaseFile, lines: Lines, shown: str) -> tuple[list[Problem], list[Problem]]:
    """What keeps the case from being used, and what its author should know."""
    found = map_of(case)
    errors, warnings = (
        [_problem(finding, case, lines, shown) for finding in found.of(level)]
        for level in (Level.ERROR, Level.WARNING)
    )
    for location, figure in _figures_outside_the_story(case):
        message = f"{figure!r} has no source: give the case 'sources:', or leave it out"
        errors.append(Problem(shown, lines.of(location), advice.named(location), message))
    return errors, warnings


def told(case: CaseFile) -> dict[str, Any]:
    """The map as plain data, for ``--json``: findings, counts, ways to each end."""
    found = map_of(case)
    return {
        "case": case.slug,
        "states": found.states,
        "complete": found.is_whole,
        "exact": found.is_exact,
        "nodes": len(case.nodes),
        "options": sum(len(node.options) for node in case.nodes),
        "endings": {slug: _plain(paths) for slug, paths in found.endings.items()},
        "paths": _plain(found.paths) if found.paths else None,
        "lowest": [".".join(pair) for pair in found.lowest],
        "highest": [".".join(pair) for pair in found.highest],
        "findings": [
            {
                "level": finding.level.value,
                "code": finding.code.value,
                **{key: value for key, value in asdict(finding).items() if key != "code" and value},
                "message": sentence(finding),
            }
            for finding in found.findings
        ],
    }


def _plain(paths: Paths) -> dict[str, Any]:
    return {
        "paths": paths.count,
        "score": list(paths.scores),
        "hours": [minutes / 60 for minutes in paths.minutes],
        "weeks": list(paths.weeks),
        "words": list(paths.words),
    }


def _problem(finding: Finding, case: CaseFile, lines: Lines, shown: str) -> Problem:
    location = _place(finding, case)
    return Problem(shown, lines.of(location), advice.named(location), sentence(finding))


def _place(finding: Finding, case: CaseFile) -> Location:
    if finding.variable:
        names = [item.name for item in case.variables]
        return "variables", names.index(finding.variable)
    slugs = [item.slug for item in case.nodes]
    if finding.node not in slugs:
        return ("nodes",)
    number = slugs.index(finding.node)
    if not finding.option:
        return "nodes", number
    options = [item.slug for item in case.nodes[number].options]
    return "nodes", number, "options", options.index(finding.option)


def _markup(data: positions.Data, location: Location = ()) -> Iterator[tuple[Location, str]]:
    """Markdown, which in a case would be shown as it is."""
    match data:
        case str():
            if location and location[-1] in {"nl", "en"} and (found := markdown.markup_in(data)):
                yield location, f"{found!r} would be shown as it is: texts of a case are plain"
        case list():
            for index, item in enumerate(data):
                yield from _markup(item, (*location, index))
        case dict():
            for key, value in data.items():
                yield from _markup(value, (*location, key))


def _figures_outside_the_story(case: CaseFile) -> Iterator[tuple[Location, str]]:
    """The story is fictional as a whole and labelled so; who looks back on it names sources."""
    if case.sources:
        return
    for key, texts in (("expert", case.expert.text), ("counter", case.counter.text)):
        for language in ("nl", "en"):
            if figure := figures.figure_in(texts[language]):
                yield (key, "text", language), figure


def endings(case: CaseFile) -> list[str]:
    """The slugs of the ends, in the order of the file."""
    return [node.slug for node in case.nodes if node.kind is Kind.END]

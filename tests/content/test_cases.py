"""The real cases: each can be played to each of its ends, and says nothing that it should not."""

from collections import deque
from pathlib import Path

import pytest

from course.curriculum import casecheck
from course.curriculum.cases import CaseFile, read_effect
from course.domain import branching
from course.domain.branching import Kind, Schedule, State
from course.domain.casemap import Level

FOLDER = Path(__file__).parents[2] / "content" / "cases"
CASES = sorted(FOLDER.glob("*.yaml"))


@pytest.fixture(scope="module", params=CASES, ids=lambda path: path.stem)
def case(request: pytest.FixtureRequest) -> CaseFile:
    """Each case in turn."""
    return casecheck.read(request.param)[0]


def ways_to_ends(case: CaseFile) -> dict[str, tuple[str, ...]]:
    """For each end the choices of a shortest way there; chance is let come both ways."""
    game = case.to_play()
    found: dict[str, tuple[str, ...]] = {}
    seen: set[object] = set()
    queue: deque[tuple[State, tuple[str, ...]]] = deque()
    for session in range(20):
        queue.append((branching.begin(game, session=session), ()))
    while queue:
        state, path = queue.popleft()
        if case.node(state.node).kind is Kind.END:
            found.setdefault(state.node, path)
            continue
        for option in branching.available(game, state):
            after = branching.step(game, state, option.slug)
            key = (after.node, after.values, after.week, after.calendar, after.interrupted,
                   after.taken, after.session, tuple(sorted(after.seen.items())))  # fmt: skip
            if key not in seen:
                seen.add(key)
                queue.append((after, (*path, option.slug)))
    return found


def test_there_are_cases() -> None:
    assert len(CASES) >= 2


def test_it_has_no_errors_and_no_warnings(case: CaseFile) -> None:
    found = casecheck.map_of(case)
    serious = [casecheck.sentence(item) for item in found.findings if item.level is not Level.INFO]
    assert serious == []


def test_it_is_as_large_as_was_promised_and_ends_in_three_ways_or_more(case: CaseFile) -> None:
    assert 10 <= len(case.nodes) <= 20
    assert len(casecheck.endings(case)) >= 3


def test_every_end_is_reached_by_playing(case: CaseFile) -> None:
    assert set(ways_to_ends(case)) == set(casecheck.endings(case))


def test_no_end_is_simply_right(case: CaseFile) -> None:
    """No end is better than all others on every ledger and for the client at once."""
    game = case.to_play()
    worth = {}
    for end, way in ways_to_ends(case).items():
        for session in range(20):
            try:
                last = branching.replay(game, way, session=session)[-1]
            except branching.Unavailable:
                continue
            if last.node == end:
                worth[end] = (*case.gains(last.values), -last.minutes)
                break
    for end, mine in worth.items():
        others = [other for name, other in worth.items() if name != end]
        best = all(all(a > b for a, b in zip(mine, other, strict=True)) for other in others)
        assert not best, end


def test_it_remembers(case: CaseFile) -> None:
    effects = [read_effect(text) for node in case.nodes for option in node.options
               for text in option.does]  # fmt: skip
    assert any(isinstance(effect, Schedule) for effect in effects)
    options = [option for node in case.nodes for option in node.options]
    assert any(option.needs for option in options)
    assert any(option.consult for option in options) or case.counterpart is not None


def test_speech_stands_in_typographic_quotes_and_both_languages_differ(case: CaseFile) -> None:
    for node in case.nodes:
        assert '"' not in node.text["nl"] + node.text["en"], node.slug
        assert node.text["nl"] != node.text["en"]

"""A case as a picture: layers of boxes from the start down, and lines between them."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap

from course.curriculum.cases import CaseFile, read_effect
from course.domain.branching import RESUME, Case, Schedule, State
from course.domain.casemap import MOST_STATES
from course.domain.casemap.states import explore

BOX = (168, 44)  # width and height
GAP = (20, 46)  # between boxes beside and below each other
LETTERS = 21  # in a line of a box; it has room for two


@dataclass(frozen=True, slots=True)
class Box:
    """A node in the drawing; ``x`` and ``y`` are its upper left corner."""

    slug: str
    kind: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the bottom of a box to the top of another; ``later`` for what comes by the calendar."""

    path: str
    later: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole map, with its size."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int


def targets(case: CaseFile) -> dict[str, list[tuple[str, bool]]]:
    """Per node where it leads, and whether that is later, by the calendar."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for node in case.nodes:
        leads = found.setdefault(node.slug, [])
        for option in node.options:
            if option.to != RESUME and (option.to, False) not in leads:
                leads.append((option.to, False))
        for text in (*node.does, *(text for option in node.options for text in option.does)):
            effect = read_effect(text)
            if isinstance(effect, Schedule) and (effect.event, True) not in leads:
                leads.append((effect.event, True))
    return found


def drawing(case: CaseFile) -> Drawing:
    """Boxes in layers by how many choices they are from the start; what is unreached at the end."""
    leads = targets(case)
    depth = {case.start: 0}
    queue = deque([case.start])
    while queue:
        slug = queue.popleft()
        for target, _later in leads.get(slug, ()):
            if target in leads and target not in depth:
                depth[target] = depth[slug] + 1
                queue.append(target)
    last = max(depth.values()) + 1
    layers: dict[int, list[str]] = {}
    for node in case.nodes:
        layers.setdefault(depth.get(node.slug, last), []).append(node.slug)
    kinds = {node.slug: node.kind.value for node in case.nodes}
    widest = max(len(layer) for layer in layers.values())
    width = widest * (BOX[0] + GAP[0]) + GAP[0]
    boxes = {}
    for row, (_depth, slugs) in enumerate(sorted(layers.items())):
        left = (width - len(slugs) * (BOX[0] + GAP[0]) + GAP[0]) // 2
        for place, slug in enumerate(slugs):
            x = left + place * (BOX[0] + GAP[0])
            boxes[slug] = Box(slug, kinds[slug], x, GAP[0] + row * (BOX[1] + GAP[1]))
    arrows = [
        Arrow(_curve(boxes[slug], boxes[target]), later)
        for slug, found in leads.items()
        for target, later in found
        if target in boxes
    ]
    height = len(layers) * (BOX[1] + GAP[1]) + GAP[0]
    return Drawing(tuple(boxes.values()), tuple(arrows), width, height)


def _curve(one: Box, other: Box) -> str:
    x1, y1 = one.x + BOX[0] // 2, one.y + BOX[1]
    x2, y2 = other.x + BOX[0] // 2, other.y
    bend = max(30, abs(y2 - y1) // 2)
    return f"M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"


def in_lines(title: str) -> list[str]:
    """A title as it fits in a box: one line, or two."""
    return wrap(title, LETTERS, max_lines=2, placeholder="…")


_first_states: dict[str, Mapping[str, State]] = {}  # by the hash of the edition, which fixes them


def first_states(content_hash: str, case: Case) -> Mapping[str, State]:
    """Per node the state of who comes there by the fewest choices; without what is unreached."""
    if content_hash not in _first_states:
        found: dict[str, State] = {}
        for state in explore(case, MOST_STATES).states.values():
            found.setdefault(state.node, state)
        _first_states[content_hash] = found
    return _first_states[content_hash]

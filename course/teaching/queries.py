"""What an instructor sees of a group: who is where. A fixed number of queries for any group."""

from dataclasses import dataclass
from datetime import datetime

from course.cases import queries as cases
from course.cases.models import ChoicePicture
from course.curriculum.cases import CaseFile, CaseNode
from course.curriculum.edition import Edition
from course.domain.branching import Kind
from course.domain.distributions import MINIMUM, Distribution, Suppressed, shown_distribution
from course.domain.progress import Progress, State, StepState
from course.groups import queries as groups
from course.groups.models import Group
from course.lessons import editions
from course.lessons import queries as lessons
from course.marking import queries as marking
from course.reflections import queries as reflections


@dataclass(frozen=True, slots=True)
class Cell:
    """One learner at one step."""

    state: StepState
    public_id: str | None  # of a reflection that was handed in, and may be read beside the name
    is_handed_in: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One learner in one lesson."""

    user_id: int
    name: str
    progress: Progress
    seen_at: datetime | None
    cells: dict[str, Cell]  # by step of today's edition
    older: bool  # follows an older edition


@dataclass(frozen=True, slots=True)
class Board:
    """A group in a lesson: who is where."""

    edition: Edition
    rows: list[Row]

    @property
    def begun(self) -> int:
        """How many learners have begun."""
        return sum(row.seen_at is not None for row in self.rows)

    @property
    def finished(self) -> int:
        """How many learners have done all steps of the edition they follow."""
        return sum(row.progress.state is State.DONE for row in self.rows)

    @property
    def handed_in(self) -> int:
        """How many learners have a reflection that is handed in and not withdrawn."""
        return sum(any(cell.is_handed_in for cell in row.cells.values()) for row in self.rows)


def board(group: Group, lesson: str) -> Board | None:
    """The group in this lesson, by name; five queries. The caller has checked the group."""
    edition = editions.library().current(lesson)
    if edition is None:
        return None
    members = groups.members(group.id)
    ids = [member.user_id for member in members]
    runs = lessons.enrolments_in(ids, lesson)
    done = lessons.steps_done_in(run.id for run in runs.values())
    texts = reflections.standing_of(ids, lesson)
    hidden = marking.hidden_in(group.id, lesson)
    rows = []
    for member in members:
        run = runs.get(member.user_id)
        followed = editions.edition_by_hash(run.edition.hash) if run else edition
        steps_done = done.get(run.id, set()) if run else set()
        last = run.last_step if run else None
        progress, _states = lessons.progress_in(followed, steps_done, last)
        _progress, states = lessons.progress_in(edition, steps_done, last)
        cells = {}
        for slug, state in states.items():
            text = texts.get((member.user_id, slug))
            shown = state if run or state is StepState.DONE else StepState.OPEN
            is_readable = text is not None and text.id not in hidden
            cells[slug] = Cell(
                shown, text.public_id if text and is_readable else None, text is not None
            )
        rows.append(
            Row(
                user_id=member.user_id,
                name=member.name,
                progress=progress,
                seen_at=run.seen_at if run else None,
                cells=cells,
                older=followed.hash != edition.hash,
            )
        )
    return Board(edition, rows)


WHOLE = 100  # percent


@dataclass(frozen=True, slots=True)
class Decision:
    """A moment of a case, and how a group chose there; ``None`` where too few were."""

    node: CaseNode
    picture: Distribution | None  # a cell for each option, in the order of the case

    @property
    def is_nearly_one(self) -> bool:
        """Whether nearly everyone chose the same: all others were chosen by few or by nobody."""
        return self.picture is not None and Suppressed.NEARLY_EVERYONE in self.picture.cells

    @property
    def rest(self) -> int | None:
        """What the hidden options make up together, about, in percents: what is not shown beside.

        So it tells nothing that the shown ones do not tell. None where nothing is hidden, or
        nothing is shown.
        """
        cells = self.picture.cells if self.picture else ()
        shown = [cell for cell in cells if not isinstance(cell, Suppressed)]
        if self.is_nearly_one or len(shown) == len(cells) or not sum(shown):
            return None
        return max(0, WHOLE - sum(shown))


def decisions(group_id: int, case: CaseFile) -> list[Decision]:
    """How a group chose at each decision of a case, in the order of the case; one query.

    Only where ten or more chose, rounded and with small numbers hidden, as students see it.
    """
    pictures = cases.choice_pictures(group_id, case.slug)
    return [
        Decision(node, _shown(pictures.get(node.slug), node))
        for node in case.nodes
        if node.kind in {Kind.DECISION, Kind.EVENT}
    ]


def _shown(picture: ChoicePicture | None, node: CaseNode) -> Distribution | None:
    counts = [picture.counts.get(item.slug, 0) for item in node.options] if picture else []
    return shown_distribution(counts) if sum(counts) else None


@dataclass(frozen=True, slots=True)
class Played:
    """A case, and how many of a group played it to an end and heard the client."""

    case: CaseFile
    count: int

    @property
    def can_be_shown(self) -> bool:
        """Whether they are enough to show how they chose."""
        return self.count >= MINIMUM


def cases_played(group_id: int) -> list[Played]:
    """Every case of today, with how many of a group played it; one query."""
    counts = cases.played_in_group(group_id)
    return [
        Played(edition.case, counts.get(slug, 0))
        for slug, edition in editions.library().cases.items()
    ]

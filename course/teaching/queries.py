"""How a group chose at the decisions of a case, without names."""

from dataclasses import dataclass

from course.cases import queries as cases
from course.cases.models import ChoicePicture
from course.curriculum.cases import CaseFile, CaseNode
from course.domain.branching import Kind
from course.domain.distributions import MINIMUM, Distribution, Suppressed, shown_distribution
from course.lessons import editions

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

"""The door to scoring: one answer to one classic question → :class:`Score`; many → :class:`Total`.

Each kind of answer has a module of its own; who scores imports from here. Every function gives a
share of the marks as an exact fraction, from 0 to 1 unless a question says otherwise. Nothing is
rounded: who shows or stores points rounds once, at the end. A blank answer scores 0. Opinions on a
scale (:mod:`course.domain.scoring.surveys`) have no score, so that they cannot get into a total.

Errors are errors of content, or a form that was tampered with, never of a learner.
Specification: assessment.md, 2.1 to 2.4.
"""

from course.domain.scoring.behaviours import (
    Behaviour,
    count_back,
    may_try_again,
    outcome,
    tries_allowed,
)
from course.domain.scoring.choices import (
    MultipleMethod,
    score_multiple,
    score_single,
    score_true_false,
)
from course.domain.scoring.gaps import score_gaps
from course.domain.scoring.hotspots import (
    Area,
    Circle,
    Hotspots,
    Point,
    Polygon,
    Rectangle,
    area_at,
    score_areas,
    score_points,
)
from course.domain.scoring.matching import score_matching, score_matching_tries
from course.domain.scoring.ordering import OrderMode, score_order
from course.domain.scoring.quantities import (
    AcceptedNumber,
    Tolerance,
    UnitRule,
    first_accepted,
    score_number,
    score_numbers,
    score_quantity,
)
from course.domain.scoring.responses import (
    Cardinality,
    ResponseMap,
    map_response,
    score_map_response,
    score_match_correct,
)
from course.domain.scoring.scores import (
    EVERYTHING,
    NOTHING,
    AnswerState,
    Score,
    Total,
    Unmarked,
    total,
)
from course.domain.scoring.textual import (
    AcceptedText,
    TextRules,
    first_fitting,
    score_files,
    score_text,
    score_writing,
    unmatched,
)

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "AcceptedNumber",
    "AcceptedText",
    "AnswerState",
    "Area",
    "Behaviour",
    "Cardinality",
    "Circle",
    "Hotspots",
    "MultipleMethod",
    "OrderMode",
    "Point",
    "Polygon",
    "Rectangle",
    "ResponseMap",
    "Score",
    "TextRules",
    "Tolerance",
    "Total",
    "UnitRule",
    "Unmarked",
    "area_at",
    "count_back",
    "first_accepted",
    "first_fitting",
    "map_response",
    "may_try_again",
    "outcome",
    "score_areas",
    "score_files",
    "score_gaps",
    "score_map_response",
    "score_match_correct",
    "score_matching",
    "score_matching_tries",
    "score_multiple",
    "score_number",
    "score_numbers",
    "score_order",
    "score_points",
    "score_quantity",
    "score_single",
    "score_text",
    "score_true_false",
    "score_writing",
    "total",
    "tries_allowed",
    "unmatched",
]

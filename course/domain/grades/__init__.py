"""The door to grades: levels of a rubric, or points, → a :class:`Grade` by a :class:`Scheme`.

Everything is exact; the grade that is shown is rounded once, here, so that page, export and
passback cannot differ. What was not handed in has no grade: "NA" or "ND", and never a 1.0.
Specification: assessment.md, 4.1 and 4.2.
"""

from course.domain.grades.cutting import (
    FEWEST_SCORES,
    OneAt,
    cohen_schotanus,
    cut_score,
    exact_grade,
)
from course.domain.grades.marks import (
    Absent,
    Grade,
    Word,
    absent,
    grade,
    grade_of,
    grade_rubric,
    narrative,
    passes_from,
)
from course.domain.grades.rounding import HIGHEST, LOWEST, PASS, Step, rounded
from course.domain.grades.rubrics import Criterion, Rubric
from course.domain.grades.schemes import KNOCKOUT_CAP, Kind, PassOn, Scheme
from course.domain.grades.weighted import Part, Reason, Stand, weighted

__all__ = [
    "FEWEST_SCORES",
    "HIGHEST",
    "KNOCKOUT_CAP",
    "LOWEST",
    "PASS",
    "Absent",
    "Criterion",
    "Grade",
    "Kind",
    "OneAt",
    "Part",
    "PassOn",
    "Reason",
    "Rubric",
    "Scheme",
    "Stand",
    "Step",
    "Word",
    "absent",
    "cohen_schotanus",
    "cut_score",
    "exact_grade",
    "grade",
    "grade_of",
    "grade_rubric",
    "narrative",
    "passes_from",
    "rounded",
    "weighted",
]

"""The rubrics at hand, the older ones that somebody was marked with too; and grades by them."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from course.core.db import db
from course.curriculum.edition import RubricEdition
from course.curriculum.rubrics import RubricFile
from course.domain.exact import fraction_of
from course.domain.grades import Criterion, Grade, Kind, Rubric, Scheme, grade_rubric
from course.domain.grades import grade_of as grade_of_exact
from course.lessons.editions import library
from course.marking.models import Agreed, Assignment, StoredRubric

RUBRICS_IN_MEMORY = 64


def current(slug: str) -> RubricEdition | None:
    """Today's edition of a rubric."""
    return library().rubrics.get(slug)


def edition_of(assignment: Assignment) -> RubricEdition:
    """The rubric of an assignment, which was loaded with its rubric."""
    stored = assignment.rubric
    today = current(stored.slug)
    return today if today and today.hash == stored.hash else _stored(stored.hash)


@lru_cache(maxsize=RUBRICS_IN_MEMORY)
def _stored(content_hash: str) -> RubricEdition:
    # Safe to keep: the hash names the content, which therefore never changes.
    statement = select(StoredRubric.compiled).filter_by(hash=content_hash)
    return RubricEdition.parse(db.session.execute(statement).scalar_one())


def stored_id(edition: RubricEdition) -> int:
    """Within the caller's transaction: the row of this edition, added where there is none yet."""
    statement = select(StoredRubric.id).filter_by(hash=edition.hash)
    found = db.session.scalar(statement)
    if found:
        return found
    fresh = StoredRubric(slug=edition.rubric.slug, hash=edition.hash, compiled=edition.dump())
    try:
        with db.session.begin_nested():
            db.session.add(fresh)
    except IntegrityError:  # somebody else used the same new edition in this very moment
        return db.session.execute(statement).scalar_one()
    return fresh.id


def as_rules(rubric: RubricFile) -> Rubric:
    """A rubric of the content as the domain reckons with it."""
    return Rubric(
        tuple(
            Criterion(
                slug=criterion.slug,
                highest=len(criterion.levels) - 1,
                weight=Fraction(criterion.weight) if rubric.points else None,
                knockout_level=criterion.knockout,
            )
            for criterion in rubric.criteria
        )
    )


def grade_of(assignment: Assignment, levels: Mapping[str, int]) -> Grade | None:
    """The grade that follows from levels; ``None`` while one is missing, or without points."""
    rubric = as_rules(edition_of(assignment).rubric)
    scheme = Scheme.from_plain(assignment.scheme)
    if rubric.without_level(levels) or not rubric.has_points or scheme.kind == "narrative":
        return None
    return grade_rubric(rubric, levels, scheme)


def agreed_grade(assignment: Assignment, agreed: Agreed) -> Grade | None:
    """The grade that markers agreed: a number of their own, or what follows from the levels."""
    scheme = Scheme.from_plain(assignment.scheme)
    if agreed.exact is not None and scheme.kind in {Kind.NUMBER, Kind.WORDS}:
        return grade_of_exact(fraction_of(agreed.exact), scheme)
    return grade_of(assignment, agreed.levels)

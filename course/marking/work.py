"""What a marker has before them: a text with remarks, what its writer decided, the rubric, a grade.

Everything here is of one marker; drafts of colleagues are never in it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import select

from course.accounts.models import User
from course.core.db import db
from course.core.i18n import _, language, number
from course.curriculum.rubrics import RubricFile
from course.curriculum.schema import ReflectStep
from course.domain import anchors
from course.domain.grades import Grade, Scheme, Word
from course.groups.models import Group
from course.lessons import queries as lessons
from course.lessons.editions import library
from course.lessons.kinds import kind_of
from course.marking import files, guests, queries, reasons, rubrics, stages
from course.marking.judging import Decision, Judged, Part, judged_of, part_for
from course.marking.models import Assignment, Phrase, Remark
from course.marking.queries import Item
from course.reflections import timing
from course.reflections.models import Submission
from course.schedule.words import late as how_late

MARKED: Final = {queries.Stand.READ, queries.Stand.DONE, queries.Stand.GIVEN}
PLACE: Final = re.compile(r"[0-9]{1,9}")  # in a text, as a form sends it
STOPS, CLOSING = ".!?\u2026", "\"'\u201d\u2019)"
SENTENCE_END: Final = re.compile(rf"[{STOPS}]+[{CLOSING}]*(?: +|(?=\n)|$)|(?=\n)")
UNREAD: Final = Judged(levels={}, comment="", note="", decision=Decision.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an assignment is about, for headings."""

    group: Group
    lesson: str  # its title
    step: str  # its title
    rubric: RubricFile
    cut: str  # "5,5"; "" without a number
    has_grade: bool  # whether a grade follows from the levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of the text, and the remarks that it belongs to."""

    text: str
    remarks: tuple[Remark, ...]
    ends: tuple[Remark, ...] = ()  # those whose sentence ends here, so that they stand beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A step at which the writer decided something, with what they decided."""

    slug: str
    title: str
    html: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One submission with everything that a marker needs to judge it."""

    item: Item
    runs: Sequence[Run]
    loose: Sequence[Remark]  # about a decision, or a passage that is not there any more
    beside: Sequence[Told]  # what its writer decided on the way
    reasons: Markup  # of its weighings in the quiz of the lesson
    files: Sequence[files.Beside]
    earlier: Sequence[Submission]
    answered: Mapping[int, Sequence[Remark]]  # what came back with those, by their id
    judged: Judged
    revision: int
    saved_at: datetime | None  # None when nothing is saved yet
    part: Part
    is_done: bool
    can_reopen: bool
    grade: str
    verdict: str  # beside the grade: whether it is a pass; "" while that is not known
    clash: str  # that the grade and the decision say different things; "" where they do not
    late: str  # how late it was handed in; "" for in time
    others: Sequence[str]  # who looks at it too
    typed: Mapping[str, str] = field(default_factory=dict)  # a remark that was refused


def rubric_of(assignment: Assignment) -> RubricFile:
    """The rubric that an assignment is marked with."""
    return rubrics.edition_of(assignment).rubric


def criteria_of(assignment: Assignment) -> list[str]:
    """The criteria that need a level, in their order."""
    return [criterion.slug for criterion in rubric_of(assignment).criteria]


def about(assignment: Assignment) -> About:
    """The headings of an assignment; one query."""
    group = db.session.get_one(Group, assignment.group_id)
    edition = library().current(assignment.lesson)
    step = edition.step(assignment.step) if edition else None
    scheme = Scheme.from_plain(assignment.scheme)
    rubric = rubric_of(assignment)
    return About(
        group=group,
        lesson=edition.lesson.title[language()] if edition else assignment.lesson,
        step=step.title[language()] if step else assignment.step,
        rubric=rubric,
        cut=number(float(scheme.pass_mark)) if rubric.points and scheme.kind == "number" else "",
        has_grade=rubric.points and scheme.kind != "narrative",
    )


def _reasons(assignment: Assignment, item: Item) -> Markup:
    """Only by its code: how somebody weighed is never shown with their name."""
    if item.name:
        return Markup()
    group_id, written = assignment.group_id, item.submission
    return reasons.beside(written.user_id, written.lesson, group_id=group_id)


def sheet(
    assignment: Assignment,
    item: Item,
    marker_id: int,
    *,
    judged: Judged | None = None,
    typed: Mapping[str, str] | None = None,
) -> Sheet:
    """Everything for one submission; ``judged`` is what a form holds instead of what is saved."""
    mine = item.markings.get(marker_id)
    remarks = queries.remarks_of([mine.id]) if mine else []
    runs, loose = runs_of(item.submission.text, remarks)
    earlier = queries.earlier_versions(item.submission) if item.submission.number > 1 else []
    there = judged or (judged_of(mine) if mine else UNREAD)
    return Sheet(
        item=item,
        runs=runs,
        loose=loose,
        beside=_beside(item.submission),
        reasons=_reasons(assignment, item),
        files=files.beside(item),
        earlier=earlier,
        answered=queries.returned_remarks(earlier) if earlier else {},
        judged=there,
        revision=mine.revision if mine else 0,
        saved_at=mine.saved_at if mine and mine.revision else None,
        part=Part(mine.part) if mine else part_for(assignment, marker_id),
        is_done=bool(mine and mine.done_at),
        can_reopen=can_reopen(item, marker_id),
        grade=grade_words(assignment, there.levels),
        verdict=verdict(assignment, there.levels),
        clash=clash(assignment, there),
        late=how_late(timing.late_in(assignment.group_id, item.submission)),
        others=queries.also_looking(item.submission.id, marker_id),
        typed=typed or {},
    )


def can_reopen(item: Item, marker_id: int) -> bool:
    """Whether this marker, who is done, may work on it again."""
    mine = item.markings.get(marker_id)
    if mine is None or mine.done_at is None:
        return False
    done = [row for row in item.markings.values() if row.done_at is not None]
    return stages.can_reopen(item.state, mine.part, is_alone=len(done) == 1)


def runs_of(text: str, remarks: Sequence[Remark]) -> tuple[list[Run], list[Remark]]:
    """The text in pieces, cut where a remark begins or ends; and remarks that have no place."""
    spans, loose = [], []
    for made in remarks:
        found = None
        if made.place == "passage":
            found = anchors.find(anchors.Anchor(**made.anchor), text).span
        if found is None:
            loose.append(made)
        else:
            spans.append((*found, made))
    told = {made: _sentence_end(text, end) for _start, end, made in spans}
    places = {at for start, end, made in spans for at in (start, end, told[made])}
    cuts = sorted({0, len(text), *places})
    runs = [
        Run(
            text=text[start:end],
            remarks=tuple(made for first, last, made in spans if first <= start and end <= last),
            ends=tuple(made for made in told if told[made] == end),
        )
        for start, end in pairwise(cuts)
    ]
    return runs, loose


def _sentence_end(text: str, at: int) -> int:
    """Where the sentence of the sign before ``at`` ends, with the spaces after it.

    At the latest at the end of its line.
    """
    within = len(text[:at].rstrip(CLOSING).rstrip(STOPS))
    found = SENTENCE_END.search(text, within)
    return max(at, found.end()) if found else len(text)


def _beside(submission: Submission) -> list[Told]:
    """What its writer weighed and chose on the way, step by step."""
    writer = db.session.get(User, submission.user_id)
    visit = lessons.visit(writer, submission.lesson, submission.step) if writer else None
    if visit is None or not isinstance(visit.step, ReflectStep):
        return []
    steps = [step for slug in visit.step.beside if (step := visit.edition.step(slug))]
    found = [
        Told(
            slug=step.slug,
            title=step.title[language()],
            html=kind_of(step.kind).beside(visit.read_by_marker(), [step]),
        )
        for step in steps
    ]
    return [told for told in found if told.html]


def grade_words(assignment: Assignment, levels: Mapping[str, int]) -> str:
    """The grade as it is read: "7,6", or a word; "" while it is not known."""
    found = rubrics.grade_of(assignment, levels)
    return as_read(found) if found else ""


def verdict(assignment: Assignment, levels: Mapping[str, int]) -> str:
    """Whether a grade in numbers is a pass, in words; "" while that is not known."""
    found = rubrics.grade_of(assignment, levels)
    if found is None or found.passed is None or found.word is not None:
        return ""
    return _("sufficient") if found.passed else _("not yet")


def clash(assignment: Assignment, judged: Judged) -> str:
    """That the grade says one thing and the decision another, as one may intend; "" if not."""
    found = rubrics.grade_of(assignment, judged.levels)
    says = {Decision.ENOUGH: True, Decision.NOT_YET: False}.get(judged.decision)
    if found is None or found.passed is None or says in {None, found.passed}:
        return ""
    if found.passed:
        return _("The grade is a pass, and you chose “not yet”.")
    return _("The grade is no pass, and you chose “sufficient”.")


def as_read(grade: Grade) -> str:
    """A grade on a page, in the language of the page."""
    if grade.rounded is not None and grade.word is None:
        shown = str(grade.rounded)  # "7.0", as everywhere
        return shown.replace(".", ",") if language() == "nl" else shown
    return {
        Word.INSUFFICIENT: _("insufficient"),
        Word.SUFFICIENT: _("sufficient"),
        Word.GOOD: _("good"),
        None: "",
    }[grade.word]


def as_fields(judged: Judged) -> dict[str, list[str]]:
    """A judgement as its form holds it, by the names of the fields."""
    levels = {f"level-{slug}": [str(level)] for slug, level in judged.levels.items()}
    texts = {
        "comment": [judged.comment],
        "note": [judged.note],
        "decision": [judged.decision.value],
    }
    return levels | texts


def anchor_of(item: Item, form: Mapping[str, str]) -> tuple[str, dict[str, Any]] | None:
    """Where a remark belongs: places in the text, words from it, or a decision; None: nowhere."""
    decision = form.get("decision", "")
    if decision:
        known = {told.slug for told in _beside(item.submission)}
        return ("decision", {"step": decision}) if decision.split("/")[0] in known else None
    text = item.submission.text
    span = _span(text, form)
    if span is None:
        return None
    return "passage", asdict(anchors.make_anchor(text, *span))


def _span(text: str, form: Mapping[str, str]) -> tuple[int, int] | None:
    start, end = form.get("start", ""), form.get("end", "")
    if PLACE.fullmatch(start) and PLACE.fullmatch(end) and int(start) < int(end) <= len(text):
        return int(start), int(end)
    quote = form.get("quote", "").replace("\r\n", "\n").strip()
    at = text.find(quote) if quote else -1
    return (at, at + len(quote)) if at >= 0 else None


# --- What waits, and phrases ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An assignment in the list of a marker."""

    assignment: Assignment
    about: About
    waits: int
    mine: int  # drafts of one's own
    done: int
    all: int
    longest: int  # days that the longest one waits


def waiting(marker_id: int) -> list[Waiting]:
    """Everything that this marker's groups are asked, what waits longest first.

    As many queries for many assignments as for one.
    """
    rows = []
    asked = queries.assignments_of(marker_id)  # kept, so that the groups are read once
    as_guest = guests.assignments_of(marker_id)
    every = [assignment for assignment, _group in (*asked, *as_guest)]
    found = queries.queues(every, marker_id)
    for assignment, _group in as_guest:
        found[assignment.id] = guests.given(assignment, marker_id, found[assignment.id])
    for assignment in every:
        items = found[assignment.id]
        waits = [item for item in items if item.is_open]
        rows.append(
            Waiting(
                assignment=assignment,
                about=about(assignment),
                waits=len(waits),
                mine=sum(item.stand is queries.Stand.MINE for item in items),
                done=sum(item.stand in MARKED for item in items),
                all=len(items),
                longest=max((item.days for item in waits), default=0),
            )
        )
    return sorted(rows, key=lambda row: (-row.longest, -row.waits))


def phrases(marker_id: int, assignment: Assignment) -> list[tuple[str, str]]:
    """Phrases to start from, kind and text: one's own, those of the group, those of the content."""
    statement = (
        select(Phrase)
        .where((Phrase.user_id == marker_id) | (Phrase.group_id == assignment.group_id))
        .order_by(Phrase.id.desc())
    )
    own = [(row.kind, row.text) for row in db.session.scalars(statement)]
    return own + [(item.kind, item.text[language()]) for item in library().phrases]

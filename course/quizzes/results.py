"""What may be seen of an attempt that has ended. The only place where keys and marks come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final

from course.core.clock import now
from course.core.i18n import _, language, number
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import (
    Accepted,
    AnyItem,
    GapsQuestion,
    HotspotQuestion,
    MatchingQuestion,
    ShortQuestion,
    TrueFalseQuestion,
    WeighingItem,
)
from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    SingleQuestion,
)
from course.domain.attempts.feedback import Phase, Shown, may_be_shown, phase_at
from course.domain.scoring.scores import AnswerState
from course.domain.weighing import (
    Certainty,
    CertaintyReport,
    Told,
    certainty_report,
    score_told,
)
from course.quizzes import closing, guarding, queries, words
from course.quizzes.company import Company, company, pictures_for
from course.quizzes.earning import earned
from course.quizzes.livepanel import LivePanel
from course.quizzes.models import ItemPicture, KeyChange, Mark, QuizAttempt, Sitting
from course.quizzes.panelpicture import PanelPicture, panel_of
from course.quizzes.rekeying import Change, Kind, marked_with
from course.quizzes.rules import Feedback, Rules
from course.quizzes.sheet import Asked
from course.quizzes.words import said

PERCENT: Final = 100
ANYTHING: Final = "*"  # in an accepted text


class Fate(StrEnum):
    """What a change of its key made of an item, in one attempt."""

    LEFT_OUT = "left_out"  # it does not count
    KEPT = "kept"  # it does not count for others, but without it this attempt would have had less
    GIVEN = "given"  # all points, whatever was answered
    REKEYED = "rekeyed"  # something else is right


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What happened to an item after people answered it, and why."""

    fate: Fate
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """One item, and what may be seen of it."""

    asks: Asked
    shows: frozenset[Shown]
    mark: Mark | None
    right: tuple[str, ...]  # the right answer, in words
    feedback: tuple[str, ...]  # to what was chosen
    panel: PanelPicture | None
    company: Company | None  # how others weighed it
    changed: Changed | None  # None also while marks may not be seen

    @property
    def sure(self) -> str:
        """What being so sure gave, where it was asked and may be seen."""
        if not self.asks.certainty or self.mark is None or Shown.CORRECTNESS not in self.shows:
            return ""
        given = _told(self.asks, self.mark).mark
        sure = dict(words.certainties())[self.asks.certainty]
        return _("You said: %(sure)s. For certainty: %(mark)s.", sure=sure, mark=said(given))

    @property
    def points(self) -> str:
        """What was earned, in at most two decimals."""
        return said(Fraction(self.mark.fraction) * self.mark.maximum) if self.mark else ""

    @property
    def verdict(self) -> str:
        """The state of the answer, where it may be seen; never of a weighing, or left out."""
        if self.mark is None or self.asks.is_weighing or Shown.CORRECTNESS not in self.shows:
            return ""
        if self.changed and self.changed.fate in {Fate.LEFT_OUT, Fate.GIVEN}:
            return ""
        return self.mark.state


@dataclass(frozen=True, slots=True, kw_only=True)
class CertaintyResult:
    """How well somebody knew what they knew; beside the points of the quiz, and no part of them."""

    report: CertaintyReport
    earned: str  # never below 0
    maximum: int
    mean: str  # of an answer
    fixed: str  # the mean of who is always equally sure, at best


class Comes(StrEnum):
    """With what the rest of a result comes."""

    CLOSING = "closing"  # nobody can hand in any more
    GIVING = "giving"  # an instructor gives it


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An attempt that has ended, as its learner may see it now."""

    comes: Comes | None  # None: what there is can be seen
    closes_at: datetime | None  # None also when that has passed, and others have more time
    items: tuple[ItemResult, ...]
    share: Fraction | None  # of the points that count; None while it may not be seen
    points: str
    maximum: int
    late: str  # how late it was handed in, in words; "" when it was in time
    taken: str  # points that this cost; "" for none, and while they may not be seen
    waiting: int  # answers that somebody still has to mark
    certainty: CertaintyResult | None
    guard: Sitting | None  # elsewhere the quiz is a test, for whose sake this shows no more


def of(row: QuizAttempt, edition: QuizEdition, sheet: Sequence[Asked]) -> Result:
    """What may be seen of this attempt now, by its rules and the moment."""
    rules, sitting = Rules.from_plain(row.rules), queries.sitting_of(row)
    # Nobody waits for anybody: to practise is over, for this learner, with handing in.
    last_end = closing.last_end_of(sitting) if sitting else row.finished_at
    phase = phase_at(
        now(),
        final_at=row.finished_at,
        closes_at=last_end,
        released_at=sitting.released_at if sitting else None,
    )
    guard = guarding.guard_of(row.user_id, row.slug, besides=row.sitting_id)
    if guard is not None:
        rules, phase = replace(rules, feedback=Feedback.TEST), Phase.AFTER
    live = queries.panel_of(row.sitting_id)
    marks = queries.marks_of(row.id)
    changes = queries.changes_of(row.sitting_id)
    pictures = pictures_for(row)
    items = tuple(
        _item(
            asks,
            edition,
            marks.get(asks.item.slug),
            rules=rules,
            phase=phase,
            live=live,
            pictures=pictures,
            changes=[change for change in changes if change.item == asks.item.slug],
        )
        for asks in sheet
    )
    sees_marks = Shown.MARK in may_be_shown(rules.policy(weighing=False), phase)
    found = earned(row, marks.values())
    waits_for_closing = rules.feedback is Feedback.CLOSED and last_end is not None
    comes = Comes.CLOSING if waits_for_closing else Comes.GIVING
    closes_at = sitting.closes_at if sitting else None
    return Result(
        comes=None if sees_marks else comes,
        closes_at=closes_at if closes_at and closes_at > now() else None,
        items=items,
        share=found.share if sees_marks else None,
        points=said(found.points) if sees_marks else "",
        maximum=found.maximum,
        late=words.duration(found.late) if found.late else "",
        taken=said(found.taken) if sees_marks and found.taken else "",
        waiting=found.waiting,
        certainty=_certainty(sheet, marks) if sees_marks else None,
        guard=guard,
    )


def _item(
    asks: Asked,
    edition: QuizEdition,
    mark: Mark | None,
    *,
    rules: Rules,
    phase: Phase,
    live: LivePanel | None,
    pictures: Sequence[ItemPicture],
    changes: Sequence[KeyChange],
) -> ItemResult:
    shows = may_be_shown(rules.policy(weighing=asks.is_weighing), phase)
    item = asks.item
    if mark is not None and changes:
        plain = [Change.from_plain(change.change) for change in changes]
        item = marked_with(edition, item.slug, plain, mark.key)
    return ItemResult(
        asks=asks,
        shows=shows,
        mark=mark if Shown.MARK in shows or Shown.CORRECTNESS in shows else None,
        right=tuple(right_of(item)) if Shown.RIGHT_ANSWER in shows else (),
        feedback=tuple(_feedback(asks)) if Shown.OPTION_FEEDBACK in shows else (),
        panel=panel_of(asks, edition, live) if Shown.PANEL in shows else None,
        company=company(item, pictures, own=asks.kept)
        if Shown.CLASS in shows and isinstance(item, WeighingItem)
        else None,
        changed=_changed(mark, changes) if Shown.MARK in shows else None,
    )


def _changed(mark: Mark | None, changes: Sequence[KeyChange]) -> Changed | None:
    """What the last of the changes of an item made of it in this attempt, by its mark."""
    last = next((change for change in reversed(changes) if change.shown_at is not None), None)
    if mark is None or last is None:
        return None
    fates = {
        Kind.DROP: Fate.KEPT if mark.maximum else Fate.LEFT_OUT,
        Kind.FULL: Fate.GIVEN,
        Kind.BACK: None,
    }
    fate = fates.get(Kind(last.change["kind"]), Fate.REKEYED)
    return Changed(fate=fate, reason=last.reason, at=last.made_at) if fate else None


def _certainty(sheet: Sequence[Asked], marks: Mapping[str, Mark]) -> CertaintyResult | None:
    told = [
        _told(asks, marks[asks.item.slug])
        for asks in sheet
        if asks.asks_certainty and asks.item.slug in marks
    ]
    report = certainty_report(told)
    if report is None:
        return None
    score = score_told(told)
    return CertaintyResult(
        report=report,
        earned=said(score.fraction * score.maximum),
        maximum=score.maximum,
        mean=said(report.mean),
        fixed=said(report.best_fixed),
    )


def _told(asks: Asked, mark: Mark) -> Told:
    return Told(
        right=mark.state == AnswerState.RIGHT,
        certainty=Certainty(asks.certainty) if asks.certainty and asks.is_answered else None,
    )


# --- Right answers and feedback ------------------------------------------------------------


def right_of(item: AnyItem) -> list[str]:
    """The right answer in words, a line for each part; nothing for an opinion."""
    lang = language()
    match item:
        case SingleQuestion() | MultipleQuestion():
            return [option.text[lang] for option in item.options if option.right]
        case TrueFalseQuestion():
            return [_("true") if item.right else _("not true")]
        case HotspotQuestion():
            return [bar.label[lang] for bar in item.bars if bar.right]
        case NumberQuestion():
            unit = f" {item.unit[lang]}" if item.unit else ""
            return [f"{number(item.expected)}{unit}"]
        case OrderQuestion():
            return [part.text[lang] for part in item.items]
        case ShortQuestion():
            return _readable(item.accepted, lang)
        case MatchingQuestion():
            texts = {choice.slug: choice.text[lang] for choice in item.choices}
            return [words.beside(stem.text[lang], texts[stem.choice]) for stem in item.stems]
        case GapsQuestion():
            return [
                next(
                    (option.text[lang] for option in gap.options if option.slug == gap.right),
                    "".join(_readable(gap.accepted, lang)[:1]),
                )
                for gap in item.gaps
            ]
    return []


def _readable(accepted: Sequence[Accepted], lang: str) -> list[str]:
    """The texts that earn all points; patterns only where there is nothing else, without signs."""
    whole = [part.text[lang] for part in accepted if part.share == PERCENT]
    plain = [text for text in whole if ANYTHING not in text]
    return list(dict.fromkeys(plain or [text.replace(ANYTHING, "").strip() for text in whole]))


def _feedback(asks: Asked) -> list[str]:
    lang, item = language(), asks.item
    match item:
        case SingleQuestion() | MultipleQuestion():
            return [option.feedback[lang] for option in item.options if asks.has(option.slug)]
        case HotspotQuestion():
            return [bar.feedback[lang] for bar in item.bars if asks.has(bar.slug)]
        case TrueFalseQuestion():
            chosen = asks.value()
            return [item.feedback[lang]] if chosen and (chosen == "true") != item.right else []
    return []

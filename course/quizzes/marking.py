"""From what is kept of an answer to a score, for each type of question and item; no table."""

from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

from course.curriculum.quizzes import (
    Accepted,
    AnyItem,
    EssayQuestion,
    FileQuestion,
    Gap,
    GapsQuestion,
    HotspotQuestion,
    MatchingQuestion,
    ShortQuestion,
    SurveyQuestion,
    TrueFalseQuestion,
    WeighingItem,
)
from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    Question,
    SingleQuestion,
)
from course.domain.scoring import (
    EVERYTHING,
    NOTHING,
    AcceptedText,
    Score,
    TextRules,
    Unmarked,
    score_files,
    score_gaps,
    score_matching,
    score_multiple,
    score_number,
    score_order,
    score_single,
    score_text,
    score_true_false,
    score_writing,
)
from course.domain.scoring.numerals import Number, parse_number
from course.domain.scoring.scores import blank
from course.domain.weighing import Key
from course.domain.weighing import score as score_weighed
from course.quizzes.responses import Kept, problem_of, weighed_answer

Given = str | list[str]
PERCENT = 100


def as_number(question: NumberQuestion, text: str) -> Decimal | None:
    """The number that was typed, or ``None`` when it is none."""
    parsed = parse_number(text, whole=question.whole)
    return parsed.value if isinstance(parsed, Number) else None


def mark(question: Question, given: Given) -> Score:
    """Score one answer: a slug, a list of slugs, or the number as typed.

    Raises :exc:`ValueError` for slugs that the question does not have.
    """
    match question:
        case SingleQuestion():
            fractions = {item.slug: Fraction(int(item.right)) for item in question.options}
            return score_single(str(given), fractions=fractions, maximum=question.points)
        case MultipleQuestion():
            return score_multiple(
                list(given),
                right=[item.slug for item in question.options if item.right],
                options=[item.slug for item in question.options],
                maximum=question.points,
            )
        case NumberQuestion():
            return score_number(
                as_number(question, str(given)),
                expected=question.expected,
                tolerance=question.tolerance,
                maximum=question.points,
            )
        case OrderQuestion():
            key = [item.slug for item in question.items]
            return score_order(list(given), key=key, maximum=question.points)


# --- Items of a quiz -----------------------------------------------------------------------


def mark_item(item: AnyItem, kept: Kept, *, key: Key | None = None) -> Score | None:
    """Score what is kept of an answer; ``None`` where there is nothing to score.

    That is an opinion, and a weighing that nobody on a panel answered. What is not whole counts as
    invalid: 0, and not wrong. Raises :exc:`ValueError` for slugs that the item does not have.
    """
    if isinstance(item, SurveyQuestion) or (isinstance(item, WeighingItem) and key is None):
        return None
    if kept is None:
        return blank(item.points)
    # Too many bars is an answer, and a wrong one: who chooses all of them knows nothing yet.
    if problem_of(item, kept) and not isinstance(item, HotspotQuestion):
        return Score(NOTHING, item.points, Unmarked.INCOMPLETE)
    if isinstance(item, WeighingItem) and key is not None:
        return score_weighed(key, weighed_answer(item, kept), maximum=item.points)
    return _classic(item, kept)


def _classic(item: AnyItem, kept: Kept) -> Score:
    match item:
        case TrueFalseQuestion():
            return score_true_false(kept == "true", right=item.right, maximum=item.points)
        case ShortQuestion() if isinstance(kept, str):
            return _text(kept, item.accepted, maximum=item.points, question=item)
        case EssayQuestion() if isinstance(kept, str):
            return score_writing(kept, maximum=item.points)
        case FileQuestion() if isinstance(kept, str):
            return score_files([kept], maximum=item.points)
        case HotspotQuestion() if isinstance(kept, list):
            return score_multiple(
                kept,
                right=[bar.slug for bar in item.bars if bar.right],
                options=[bar.slug for bar in item.bars],
                maximum=item.points,
                most=item.most,
            )
        case MatchingQuestion() if isinstance(kept, dict):
            return score_matching(
                kept,
                key={stem.slug: stem.choice for stem in item.stems},
                choices=[choice.slug for choice in item.choices],
                maximum=item.points,
            )
        case GapsQuestion() if isinstance(kept, dict):
            gaps = [_gap(gap, kept.get(gap.slug, "")) for gap in item.gaps]
            return score_gaps(gaps, maximum=item.points)
        case OrderQuestion() if isinstance(kept, dict):
            return mark(item, sorted(kept, key=lambda slug: int(kept[slug])))
        case SingleQuestion() | MultipleQuestion() | NumberQuestion() if not isinstance(kept, dict):
            return mark(item, kept if kept is not None else "")
    raise ValueError(f"item {item.slug!r} of type {item.type!r} cannot hold {kept!r}")


def _text(
    kept: str,
    accepted: tuple[Accepted, ...],
    *,
    maximum: int,
    question: ShortQuestion | None = None,
) -> Score:
    """A typed text, in either language: who reads Dutch may know the English word."""
    rules = TextRules(
        ignores_marks=question is not None and not question.minds_accents,
        forgives_slips=question is not None and question.forgives_slips,
    )
    minds_case = question is not None and question.minds_case
    fitting = [
        AcceptedText(pattern=text, fraction=Fraction(item.share, PERCENT), minds_case=minds_case)
        for item in accepted
        for text in dict.fromkeys((item.text.nl, item.text.en))
    ]
    return score_text(kept, accepted=fitting, maximum=maximum, rules=rules)


def _gap(gap: Gap, kept: str) -> Score:
    if not kept:
        return blank(1)
    if gap.options:
        fractions = {option.slug: NOTHING for option in gap.options}
        return score_single(kept, fractions={**fractions, str(gap.right): EVERYTHING}, maximum=1)
    return _text(kept, gap.accepted, maximum=1)


def key_hash(item: AnyItem, key: Key | None) -> str:
    """What an answer is marked with, as 64 hexadecimal digits: the item, or the key of a panel."""
    if key is not None:
        return key.digest
    return sha256(item.model_dump_json(exclude_defaults=True).encode()).hexdigest()


def counts_for(item: AnyItem, key: Key | None, *, weighings_count: bool) -> bool:
    """Whether the points of an item are part of a grade: a weighing only where that was chosen."""
    if isinstance(item, WeighingItem):
        return weighings_count and key is not None and key.may_count
    return not isinstance(item, SurveyQuestion)

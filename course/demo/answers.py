"""What somebody answers to an item of a quiz, as an attempt keeps it, built from the item itself.

What has a right answer is right with a chance; what is weighed is weighed like somebody on the
example panel of the quiz, and a little differently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from course.curriculum.quizzes import (
    Accepted,
    AnyItem,
    BestWorstItem,
    EssayQuestion,
    FileQuestion,
    Gap,
    GapsQuestion,
    HotspotQuestion,
    MatchingQuestion,
    PointsItem,
    RankItem,
    RateItem,
    SctItem,
    ShortQuestion,
    SliderItem,
    SurveyQuestion,
    TrueFalseQuestion,
    WeighingItem,
    as_answer,
)
from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    SingleQuestion,
)
from course.demo import choices
from course.domain.scoring.textual import STAR
from course.quizzes.responses import HUNDRED, RATINGS, Kept

BLANK: Final = 0.15  # chance that who does not know types nothing
LEFT: Final = 0.35  # chance that a wrong hotspot is one bar too few
FURTHER: Final = 12  # points of the axis
MOVED: Final = (5, 10, 15)  # of a hundred points


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Whose answer it is."""

    random: Random
    chance: float  # of a right answer, or of each right part, 0 to 1
    near: str  # member of the example panel
    language: str
    slips: Mapping[str, Sequence[str]]  # what is typed instead: by item, or by item and gap

    @property
    def knows(self) -> bool:
        """Draw whether this is known."""
        return self.random.random() < self.chance


def answered(item: AnyItem, hand: Hand) -> Kept:
    """An answer; None is blank. What a person marks is always blank: it is on the sheet, or not.

    Raises :exc:`course.demo.choices.Impossible` when nobody of that name weighed the item.
    """
    if isinstance(item, WeighingItem):
        return _weighed(item, hand)
    random = hand.random
    match item:
        case TrueFalseQuestion():
            return "true" if item.right is hand.knows else "false"
        case SurveyQuestion():
            return str(random.randint(2, len(item.steps)))
        case EssayQuestion() | FileQuestion():
            return None
        case ShortQuestion():
            return _typed(item.accepted, item.slug, hand)
        case GapsQuestion():
            gaps = {gap.slug: _gap(item, gap, hand) for gap in item.gaps}
            return {slug: text for slug, text in gaps.items() if text} or None
        case MatchingQuestion():
            others = [choice.slug for choice in item.choices]
            return {
                stem.slug: stem.choice if hand.knows else random.choice(others)
                for stem in item.stems
            }
        case HotspotQuestion():
            return _pointed(item, hand)
        case NumberQuestion() if slips := hand.slips.get(item.slug):
            if hand.knows:
                return choices.answer(random, item, skill=1)
            return random.choice([*slips, choices.answer(random, item, skill=0)])
        case OrderQuestion():
            slugs = choices.answer(random, item, skill=hand.chance)
            return {slug: str(place) for place, slug in enumerate(slugs, start=1)}
        case SingleQuestion() | MultipleQuestion() | NumberQuestion():
            return choices.answer(random, item, skill=hand.chance)


def _typed(accepted: Sequence[Accepted], where: str, hand: Hand) -> str | None:
    """The first text that is right, or something else."""
    if hand.knows:
        return STAR.sub("", accepted[0].text[hand.language]).strip()
    slips = hand.slips.get(where, ())
    blank = not slips or hand.random.random() < BLANK
    return None if blank else hand.random.choice(slips)


def _gap(item: GapsQuestion, gap: Gap, hand: Hand) -> str | None:
    if not gap.options:
        return _typed(gap.accepted, f"{item.slug}.{gap.slug}", hand)
    if hand.knows:
        return gap.right
    return hand.random.choice([option.slug for option in gap.options if option.slug != gap.right])


def _pointed(item: HotspotQuestion, hand: Hand) -> list[str]:
    right = [bar.slug for bar in item.bars if bar.right]
    wrong = [bar.slug for bar in item.bars if not bar.right]
    if hand.knows:
        return right
    kept = right[1:]
    return kept if kept and hand.random.random() < LEFT else [*kept, hand.random.choice(wrong)]


# --- Weighing ------------------------------------------------------------------------------


def _weighed(item: WeighingItem, hand: Hand) -> Kept:
    if hand.near not in item.panel:
        raise choices.Impossible(f"nobody on the panel of {item.slug!r} is called {hand.near!r}")
    said, random = as_answer(item.panel[hand.near]), hand.random
    match item, said:
        case SctItem(), int():
            end = item.scale // 2
            return str(_within(-end, said + random.choice((-1, 0, 0, 0, 1)), end))
        case SliderItem(), int():
            return str(_within(0, said + random.randint(-FURTHER, FURTHER), HUNDRED))
        case RateItem(), dict():
            last = len(RATINGS)
            steps = (-1, 0, 0, 0, 1)
            return {
                slug: str(_within(1, rating + random.choice(steps), last))
                for slug, rating in said.items()
            }
        case RankItem(), dict():
            return _swapped(sorted(said, key=lambda slug: int(said[slug])), random)
        case PointsItem(), dict():
            return _divided({slug: int(points) for slug, points in said.items()}, random)
        case BestWorstItem(), [{"best": best, "worst": worst}]:
            others = [slug for slug in item.slugs if slug not in {best, worst}]
            another, yet_another = random.sample(others, 2)
            return {
                "best": random.choice([best, best, another]),
                "worst": random.choice([worst, worst, yet_another]),
            }
    raise TypeError(f"item {item.slug!r} cannot be answered {said!r}")


def _within(least: int, number: int, most: int) -> int:
    return min(most, max(least, number))


def _swapped(slugs: list[str], random: Random) -> Kept:
    """Places, with perhaps two neighbours the other way round."""
    place = random.randrange(len(slugs))
    if place + 1 < len(slugs):
        slugs[place], slugs[place + 1] = slugs[place + 1], slugs[place]
    return {slug: str(number) for number, slug in enumerate(slugs, start=1)}


def _divided(points: dict[str, int], random: Random) -> Kept:
    """A hundred points, with some of them moved from one to another."""
    giver, taker = random.sample(list(points), 2)
    moved = min(points[giver], random.choice(MOVED))
    points[giver] -= moved
    points[taker] += moved
    return {slug: str(number) for slug, number in points.items()}

"""What a figure says: a code, for which a page has a sentence in each language.

Bounds are published where a source stands beside them; [A] marks a choice of this course. No
reading is a verdict: a small group, or a quiz that everybody learned well, moves each of these
figures. That is why a reading also tells whether the whole 95 % interval reads the same.

Some figures have no bounds, and so no code: mean and standard deviation in marks (their percents
have), the correlation with the total (read the one with the rest), intended weights, and the
standard errors, which simply say how far a score may be off.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final, TypeAlias, TypeVar

from course.domain.figures import Figure, ItemFigures, QuizFigures

Code = TypeVar("Code", bound=StrEnum)
Rule: TypeAlias = Callable[[float], StrEnum]

DIGITS: Final = 9  # decimals compared with a bound, so that 74.99999999999999 is 75
VERY_HARD, VERY_EASY = 0.10, 0.90  # facilities, inclusive
GAIN: Final = 0.01  # of alpha without an item, above which it is worth a word
SHIFT: Final = 1.5  # times as heavy, or as light, as intended, inclusive


@dataclass(frozen=True, slots=True)
class Reading:
    """What one figure says."""

    code: StrEnum
    certain: bool | None  # whether both ends of its interval say the same; None without interval


def read(figure: Figure, rule: Rule) -> Reading | None:
    """Read ``figure`` by one of the rules below; ``None`` when it has no value."""
    if figure.value is None:
        return None
    code = rule(round(figure.value, DIGITS))
    if figure.low is None or figure.high is None:
        return Reading(code, None)
    ends = {rule(round(end, DIGITS)) for end in (figure.low, figure.high)}
    return Reading(code, ends == {code})


def _band(value: float, lowest: Code, *others: tuple[float, Code]) -> Code:
    """The last code whose bound is reached; a bound belongs to its own code."""
    return next((code for bound, code in reversed(others) if value >= bound), lowest)


def _around(value: float, low: float, high: float, codes: tuple[Code, Code, Code]) -> Code:
    """The first code below ``low``, the last above ``high``; both bounds belong to the middle."""
    below, within, above = codes
    if value < low:
        return below
    return above if value > high else within


# --- An item -------------------------------------------------------------------------------


def item_readings(item: ItemFigures, quiz: QuizFigures) -> dict[str, Reading]:
    """Read the figures of an item, by name of the field; those without a reading are left out."""
    rules: dict[str, Rule] = {
        "facility": facility,
        "sd": partial(item_spread, maximum=item.maximum),
        "upper_lower": upper_lower,
        "item_rest": discrimination,
        "discrimination_index": lambda percent: discrimination(percent / 100),
        "discriminative_efficiency": efficiency,
    }
    if item.intended_weight.value is not None:
        rules["effective_weight"] = partial(weight, intended=item.intended_weight.value)
    readings = _by_name(item, rules)
    if quiz.alpha.value is not None and item.alpha_if_deleted.value is not None:
        # Both alphas are of the same attempts, so the interval of one says nothing of which is
        # higher.
        code = deletion(item.alpha_if_deleted.value, alpha=quiz.alpha.value)
        readings["alpha_if_deleted"] = Reading(code, None)
    return readings


def _by_name(figures: ItemFigures | QuizFigures, rules: dict[str, Rule]) -> dict[str, Reading]:
    found = {name: read(getattr(figures, name), rule) for name, rule in rules.items()}
    return {name: reading for name, reading in found.items() if reading is not None}


class Facility(StrEnum):
    """How hard an item was. Open University, Moodle quiz reports, 4.2; some of its bands as one."""

    VERY_HARD = "very_hard"  # .10 or less: or something is wrong with it
    HARD = "hard"  # below .35
    FITTING = "fitting"  # .35 to .65
    EASY = "easy"  # above .65
    VERY_EASY = "very_easy"  # .90 and above


def facility(share: float) -> Facility:
    """Read a facility, 0 to 1."""
    if share <= VERY_HARD:
        return Facility.VERY_HARD
    if share >= VERY_EASY:
        return Facility.VERY_EASY
    return _around(share, 0.35, 0.65, (Facility.HARD, Facility.FITTING, Facility.EASY))


class ItemSpread(StrEnum):
    """Whether marks differ enough to tell students apart. Open University, as above."""

    NARROW = "narrow"  # below a third of the maximum
    SUFFICIENT = "sufficient"


def item_spread(sd: float, *, maximum: float) -> ItemSpread:
    """Read the standard deviation of the marks of an item."""
    return _band(sd, ItemSpread.NARROW, (round(maximum / 3, DIGITS), ItemSpread.SUFFICIENT))


class Discrimination(StrEnum):
    """How well an item goes with the rest of the quiz. Moodle, bands of its question bank."""

    NEGATIVE = "negative"  # below 0: who did well on the rest did worse here. Is the key right?
    VERY_WEAK = "very_weak"  # below .20
    WEAK = "weak"  # below .30
    ADEQUATE = "adequate"  # below .50
    VERY_GOOD = "very_good"


def discrimination(correlation: float) -> Discrimination:
    """Read an item-rest correlation, -1 to 1; an index in percents divided by 100."""
    return _band(
        correlation,
        Discrimination.NEGATIVE,
        (0, Discrimination.VERY_WEAK),
        (0.20, Discrimination.WEAK),
        (0.30, Discrimination.ADEQUATE),
        (0.50, Discrimination.VERY_GOOD),
    )


class UpperLower(StrEnum):
    """How far the best and the weakest are apart on an item. Ebel & Frisbie 1991."""

    NEGATIVE = "negative"  # below 0
    POOR = "poor"  # below .20
    MARGINAL = "marginal"  # below .30
    REASONABLE = "reasonable"  # below .40
    VERY_GOOD = "very_good"


def upper_lower(difference: float) -> UpperLower:
    """Read D, -1 to 1."""
    return _band(
        difference,
        UpperLower.NEGATIVE,
        (0, UpperLower.POOR),
        (0.20, UpperLower.MARGINAL),
        (0.30, UpperLower.REASONABLE),
        (0.40, UpperLower.VERY_GOOD),
    )


class Efficiency(StrEnum):
    """How much of what an item so hard could discriminate, it does. [A]"""

    NEGATIVE = "negative"  # below 0
    LOW = "low"  # below 50 %
    GOOD = "good"


def efficiency(percent: float) -> Efficiency:
    """Read a discriminative efficiency, in percents."""
    return _band(percent, Efficiency.NEGATIVE, (0, Efficiency.LOW), (50, Efficiency.GOOD))


class Deletion(StrEnum):
    """What the quiz would be without the item. [A]"""

    NOT_HIGHER = "not_higher"  # the item adds to how consistent the quiz is, or hardly matters
    HIGHER = "higher"  # alpha would be higher by more than .01


def deletion(without: float, *, alpha: float) -> Deletion:
    """Read an alpha if deleted beside that of the whole quiz."""
    return Deletion.HIGHER if round(without - alpha, DIGITS) > GAIN else Deletion.NOT_HIGHER


class Weight(StrEnum):
    """Whether an item weighs in the spread of scores what it was meant to. [A]"""

    LIGHTER = "lighter"  # less than two thirds of the intended weight
    AS_INTENDED = "as_intended"
    HEAVIER = "heavier"  # more than one and a half times


def weight(effective: float, *, intended: float) -> Weight:
    """Read an effective weight beside the intended one, both in percents."""
    codes = Weight.LIGHTER, Weight.AS_INTENDED, Weight.HEAVIER
    return _around(effective, round(intended / SHIFT, DIGITS), intended * SHIFT, codes)


# --- The quiz ------------------------------------------------------------------------------


def quiz_readings(quiz: QuizFigures) -> dict[str, Reading]:
    """Read the figures of a quiz, by name of the field; those without a reading are left out."""
    return _by_name(
        quiz,
        {
            "mean_percent": mean_percent,
            "sd_percent": sd_percent,
            "skewness": skewness,
            "kurtosis": kurtosis,
            "alpha": lambda alpha: consistency(100 * alpha),
            "kr20": lambda alpha: consistency(100 * alpha),
            "internal_consistency": consistency,
            "error_ratio": error_ratio,
        },
    )


class Mean(StrEnum):
    """How hard the quiz was. Moodle docs, Quiz report statistics; so are the next four."""

    LOW = "low"
    FITTING = "fitting"  # 50 to 75 %
    HIGH = "high"


def mean_percent(percent: float) -> Mean:
    """Read a mean in percents of the maximum."""
    return _around(percent, 50, 75, (Mean.LOW, Mean.FITTING, Mean.HIGH))


class QuizSpread(StrEnum):
    """Whether scores are bunched up."""

    NARROW = "narrow"
    FITTING = "fitting"  # 12 to 18 %
    WIDE = "wide"


def sd_percent(percent: float) -> QuizSpread:
    """Read a standard deviation in percents of the maximum."""
    return _around(percent, 12, 18, (QuizSpread.NARROW, QuizSpread.FITTING, QuizSpread.WIDE))


class Skewness(StrEnum):
    """Where the tail of the scores is, and so whom the quiz hardly tells apart."""

    LEFT = "left"  # below -1: those who did better than average
    FITTING = "fitting"  # -1 to 1
    RIGHT = "right"  # above 1: those around the pass mark


def skewness(value: float) -> Skewness:
    """Read a skewness."""
    return _around(value, -1, 1, (Skewness.LEFT, Skewness.FITTING, Skewness.RIGHT))


class Kurtosis(StrEnum):
    """How peaked the scores are."""

    FLAT = "flat"  # below 0: flatter than the normal distribution
    FITTING = "fitting"  # 0 to 1
    PEAKED = "peaked"  # above 1: very good and very bad hardly differ from average


def kurtosis(value: float) -> Kurtosis:
    """Read a kurtosis."""
    return _around(value, 0, 1, (Kurtosis.FLAT, Kurtosis.FITTING, Kurtosis.PEAKED))


class Consistency(StrEnum):
    """Whether the items measure one thing, as far as chance allows."""

    UNSATISFACTORY = "unsatisfactory"  # below 64 %
    DOUBTFUL = "doubtful"
    SATISFACTORY = "satisfactory"  # 75 % and above


def consistency(percent: float) -> Consistency:
    """Read a coefficient of internal consistency, which is 100 times alpha."""
    return _band(
        round(percent, DIGITS),
        Consistency.UNSATISFACTORY,
        (64, Consistency.DOUBTFUL),
        (75, Consistency.SATISFACTORY),
    )


def error_ratio(percent: float) -> Consistency:
    """Read an error ratio by the consistency it stands for: 50 % is 75, and 60 % is 64."""
    return consistency(100 * (1 - (percent / 100) ** 2))


# --- Markers -------------------------------------------------------------------------------


class Kappa(StrEnum):
    """Agreement beyond chance. Landis & Koch 1977."""

    POOR = "poor"  # below 0
    SLIGHT = "slight"  # below .20
    FAIR = "fair"  # below .40
    MODERATE = "moderate"  # below .60
    SUBSTANTIAL = "substantial"  # below .80
    ALMOST_PERFECT = "almost_perfect"


def kappa(value: float) -> Kappa:
    """Read a kappa, -1 to 1."""
    return _band(
        value,
        Kappa.POOR,
        (0, Kappa.SLIGHT),
        (0.20, Kappa.FAIR),
        (0.40, Kappa.MODERATE),
        (0.60, Kappa.SUBSTANTIAL),
        (0.80, Kappa.ALMOST_PERFECT),
    )


class Intraclass(StrEnum):
    """How far markers can stand in for each other. Koo & Li 2016."""

    POOR = "poor"  # below .50
    MODERATE = "moderate"  # below .75
    GOOD = "good"  # below .90
    EXCELLENT = "excellent"


def intraclass(value: float) -> Intraclass:
    """Read an intraclass correlation, at most 1."""
    return _band(
        value,
        Intraclass.POOR,
        (0.50, Intraclass.MODERATE),
        (0.75, Intraclass.GOOD),
        (0.90, Intraclass.EXCELLENT),
    )


class Krippendorff(StrEnum):
    """Whether marks can be relied on. Krippendorff 2004."""

    UNRELIABLE = "unreliable"  # below .667
    TENTATIVE = "tentative"  # below .800
    RELIABLE = "reliable"


def krippendorff(value: float) -> Krippendorff:
    """Read a Krippendorff's alpha, at most 1."""
    return _band(
        value,
        Krippendorff.UNRELIABLE,
        (0.667, Krippendorff.TENTATIVE),
        (0.800, Krippendorff.RELIABLE),
    )


class Near(StrEnum):
    """Whether markers are within a level of each other often enough to begin marking. [A]"""

    TALK_FIRST = "talk_first"  # below 80 %
    IN_LINE = "in_line"


def near(share: float) -> Near:
    """Read the share of texts within one level, 0 to 1."""
    return _band(share, Near.TALK_FIRST, (0.80, Near.IN_LINE))


class Severity(StrEnum):
    """Whether a marker is milder or more severe than the others."""

    SEVERE = "severe"
    LIKE_OTHERS = "like_others"
    MILD = "mild"


def severity(difference: float) -> Severity:
    """Read a marker's mean less that of the others, or of one other; certain without 0 in it."""
    codes = Severity.SEVERE, Severity.LIKE_OTHERS, Severity.MILD
    return _around(difference, 0, 0, codes)

"""What figures are called and what they say, in words: a name and a sentence for each code."""

from collections.abc import Mapping
from enum import StrEnum

from course.core.i18n import _, _n, number
from course.domain.figures import MINIMUM, MINIMUM_DISCRIMINATION, Figure, Missing, readings
from course.domain.figures.distractors import Flag, OptionFigures
from course.domain.figures.readings import Reading

# Those that say the same once more are left out: Moodle's index is 100 times the correlation with
# the rest, and its standard error the same as ours.
QUIZ_FIGURES = (
    "mean", "sd", "mean_percent", "sd_percent", "skewness", "kurtosis",
    "alpha", "kr20", "internal_consistency", "error_ratio", "sem",
)  # fmt: skip
ITEM_FIGURES = (
    "facility", "sd", "item_rest", "upper_lower", "item_total", "discriminative_efficiency",
    "alpha_if_deleted", "intended_weight", "effective_weight",
)  # fmt: skip
IN_HUNDREDTHS = {"facility"}  # 0 to 1, said in percent
DIGITS = {  # of percents; the others have two
    "facility": 0,
    "mean_percent": 0,
    "sd_percent": 0,
    "internal_consistency": 0,
    "error_ratio": 0,
    "discriminative_efficiency": 0,
    "intended_weight": 1,
    "effective_weight": 1,
}


def quiz_names() -> Mapping[str, str]:
    """The figures of a quiz, by field."""
    return {
        "mean": _("mean, in points"),
        "sd": _("standard deviation, in points"),
        "mean_percent": _("mean, in percent"),
        "sd_percent": _("standard deviation, in percent"),
        "skewness": _("skewness"),
        "kurtosis": _("kurtosis"),
        "alpha": _("Cronbach’s alpha"),
        "kr20": _("KR-20"),
        "internal_consistency": _("internal consistency, in percent"),
        "error_ratio": _("error ratio, in percent"),
        "sem": _("standard error of measurement, in points"),
    }


def item_names() -> Mapping[str, str]:
    """The figures of an item, by field."""
    return {
        "facility": _("share of the points earned, in percent"),
        "sd": _("standard deviation, in points"),
        "item_rest": _("correlation with the rest"),
        "upper_lower": _("difference between the best and the weakest 27%"),
        "item_total": _("correlation with the total"),
        "discriminative_efficiency": _("discriminative efficiency, in percent"),
        "alpha_if_deleted": _("alpha without this item"),
        "intended_weight": _("weight as meant, in percent"),
        "effective_weight": _("weight as it turned out, in percent"),
    }


def value(name: str, figure: Figure) -> str:
    """A figure as people read it; an empty text where there is none."""
    return "" if figure.value is None else _said(name, figure.value)


def interval(name: str, figure: Figure) -> str:
    """Its 95 % interval; an empty text where none is known."""
    if figure.low is None or figure.high is None:
        return ""
    return str(_("%(low)s to %(high)s", low=_said(name, figure.low), high=_said(name, figure.high)))


def _said(name: str, found: float) -> str:
    return number(round(100 * found if name in IN_HUNDREDTHS else found, DIGITS.get(name, 2)) + 0.0)


def sentence(name: str, figure: Figure, reading: Reading | None) -> str:
    """What a figure says, or why it is not there."""
    if figure.missing:
        return missing(figure.missing, name)
    if reading is None:
        return _without_bounds(name)
    said = _sentences(name)[reading.code]
    if reading.certain is False:
        doubt = _("With these numbers it could also be otherwise.")
        return f"{said} {doubt}"
    return said


def missing(why: Missing, name: str = "") -> str:
    """Why there is no figure."""
    fewest = MINIMUM if name in {"facility", "mean"} else MINIMUM_DISCRIMINATION
    words: Mapping[Missing, str] = {
        Missing.TOO_FEW: _n(
            "It takes %(num)s attempt; with fewer it would be chance.",
            "It takes %(num)s attempts; with fewer it would be chance.",
            fewest,
        ),
        Missing.NO_VARIANCE: _("Everybody has the same here, so nothing can be told apart."),
        Missing.ONE_ITEM: _("It takes more than one item."),
        Missing.NOT_ANSWERED: _("Nobody answered it."),
        Missing.NOT_CHOSEN: _("Nobody chose it."),
        Missing.NOT_RIGHT_OR_WRONG: _("It is only for items that are right or wrong."),
        Missing.NEGATIVE_COVARIANCE: _("The item pulls against the total, so it has no weight."),
    }
    return words[why]


def flags(option: OptionFigures) -> str:
    """What is odd about an option; of one that hardly anybody chose, nothing else is known."""
    if Flag.RARELY_CHOSEN in option.flags:
        return _flag(Flag.RARELY_CHOSEN)
    return " ".join(_flag(found) for found in option.flags)


def _flag(found: Flag) -> str:
    words = {
        Flag.RARELY_CHOSEN: _("Hardly anybody chooses it: it distracts nobody."),
        Flag.ATTRACTS_THE_STRONG: _(
            "Those who did well on the rest choose it more often: is it really not right?"
        ),
        Flag.WEAK_KEY: _(
            "It is the right one, but those who did well on the rest hardly choose it more often."
        ),
    }
    return words[found]


def _without_bounds(name: str) -> str:
    words: Mapping[str, str] = {
        "mean": _("What the students earned on average."),
        "sd": _("How far the points lie from the mean, roughly."),
        "item_total": _("The total holds the item itself: rather read the one with the rest."),
        "intended_weight": _("Its part of the points of the quiz."),
        "sem": _("As far as the points of one student may be off by chance."),
    }
    return words.get(name, "")


def _sentences(name: str) -> Mapping[StrEnum, str]:
    tables = {
        "facility": _facility,
        "sd": _item_spread,
        "item_rest": _discrimination,
        "upper_lower": _upper_lower,
        "discriminative_efficiency": _efficiency,
        "alpha_if_deleted": _deletion,
        "effective_weight": _weight,
        "mean_percent": _mean,
        "sd_percent": _quiz_spread,
        "skewness": _skewness,
        "kurtosis": _kurtosis,
    }
    return tables.get(name, _consistency)()


def _facility() -> Mapping[StrEnum, str]:
    return {
        readings.Facility.VERY_HARD: _("Very hard; or something is wrong with the item."),
        readings.Facility.HARD: _("Hard: most points were missed."),
        readings.Facility.FITTING: _("In between: here an item tells most."),
        readings.Facility.EASY: _("Easy: most points were earned."),
        readings.Facility.VERY_EASY: _("Very easy: nearly everybody has it."),
    }


def _item_spread() -> Mapping[StrEnum, str]:
    return {
        readings.ItemSpread.NARROW: _("The points hardly differ between students."),
        readings.ItemSpread.SUFFICIENT: _("The points differ enough between students."),
    }


def _discrimination() -> Mapping[StrEnum, str]:
    return {
        readings.Discrimination.NEGATIVE: _(
            "Those who did well on the rest did worse here. Is the key right?"
        ),
        readings.Discrimination.VERY_WEAK: _("It hardly goes together with the rest."),
        readings.Discrimination.WEAK: _("It goes a little together with the rest."),
        readings.Discrimination.ADEQUATE: _("It goes together with the rest as it should."),
        readings.Discrimination.VERY_GOOD: _("It goes together with the rest very well."),
    }


def _upper_lower() -> Mapping[StrEnum, str]:
    return {
        readings.UpperLower.NEGATIVE: _("The weakest did better here than the best."),
        readings.UpperLower.POOR: _("The best and the weakest hardly differ here."),
        readings.UpperLower.MARGINAL: _("The best and the weakest differ a little here."),
        readings.UpperLower.REASONABLE: _("The best and the weakest differ reasonably here."),
        readings.UpperLower.VERY_GOOD: _("The best and the weakest differ clearly here."),
    }


def _efficiency() -> Mapping[StrEnum, str]:
    return {
        readings.Efficiency.NEGATIVE: _("It works against the rest."),
        readings.Efficiency.LOW: _("It tells less than an item this hard could."),
        readings.Efficiency.GOOD: _("It tells much of what an item this hard can."),
    }


def _deletion() -> Mapping[StrEnum, str]:
    return {
        readings.Deletion.NOT_HIGHER: _("The quiz would not hang together better without it."),
        readings.Deletion.HIGHER: _("Without it the quiz would hang together better."),
    }


def _weight() -> Mapping[StrEnum, str]:
    return {
        readings.Weight.LIGHTER: _("It weighs less in the differences than was meant."),
        readings.Weight.AS_INTENDED: _("It weighs in the differences about what was meant."),
        readings.Weight.HEAVIER: _("It weighs more in the differences than was meant."),
    }


def _mean() -> Mapping[StrEnum, str]:
    return {
        readings.Mean.LOW: _("The quiz was hard for this group."),
        readings.Mean.FITTING: _("The quiz was neither hard nor easy for this group."),
        readings.Mean.HIGH: _("The quiz was easy for this group, or they learned it well."),
    }


def _quiz_spread() -> Mapping[StrEnum, str]:
    return {
        readings.QuizSpread.NARROW: _("The results lie close together."),
        readings.QuizSpread.FITTING: _("The results lie apart as is usual."),
        readings.QuizSpread.WIDE: _("The results lie far apart."),
    }


def _skewness() -> Mapping[StrEnum, str]:
    return {
        readings.Skewness.LEFT: _("Many did well: those are hardly told apart."),
        readings.Skewness.FITTING: _("The results lie about evenly around the mean."),
        readings.Skewness.RIGHT: _("Many had few points: those are hardly told apart."),
    }


def _kurtosis() -> Mapping[StrEnum, str]:
    return {
        readings.Kurtosis.FLAT: _("The results are spread more evenly than a bell."),
        readings.Kurtosis.FITTING: _("The results have about the shape of a bell."),
        readings.Kurtosis.PEAKED: _("Most results lie close to the mean, and a few far from it."),
    }


def _consistency() -> Mapping[StrEnum, str]:
    return {
        readings.Consistency.UNSATISFACTORY: _(
            "The items hang together too little to base a decision on the total alone."
        ),
        readings.Consistency.DOUBTFUL: _(
            "The items hang together fairly; be careful with decisions on the total."
        ),
        readings.Consistency.SATISFACTORY: _("The items hang together well."),
    }

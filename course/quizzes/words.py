"""What pages say about attempts and answers: the words for codes of the domain."""

from collections.abc import Mapping, Sequence

from course.core.i18n import _, _n
from course.curriculum.quizzes import (
    AnyItem,
    GapsQuestion,
    MatchingQuestion,
    PointsItem,
    RateItem,
    SctItem,
    SurveyQuestion,
    texts_of,
)
from course.curriculum.schema import NumberQuestion, OrderItem, Texts
from course.domain.attempts import Refusal
from course.quizzes.responses import Kept, Lacks
from course.quizzes.rules import Rules


def refusal(why: Refusal) -> str:
    """Why something did not happen, and what can be done."""
    words = {
        Refusal.NOT_OPEN_YET: _("This quiz is not open yet."),
        Refusal.CLOSED: _("This quiz is closed. Ask your instructor if you need another chance."),
        Refusal.NO_ATTEMPTS_LEFT: _(
            "You have used all your attempts. Ask your instructor if you need another one."
        ),
        Refusal.TOO_SOON: _("There has to be some time between two attempts. Try again later."),
        Refusal.ANOTHER_IS_RUNNING: _("You have an attempt that is not handed in yet."),
        Refusal.TIME_IS_UP: _(
            "The time was up, so this last answer could not be kept. What was saved before is in."
        ),
        Refusal.ALREADY_SUBMITTED: _("This attempt was handed in already. Nothing was changed."),
        Refusal.ALREADY_GRADED: _("This attempt was handed in already. Nothing was changed."),
    }
    return words.get(why) or _("That is not possible now. Nothing was changed.")


def lacks(found: Lacks) -> str:
    """What an answer needs before it can be marked."""
    number = found.number
    words: Mapping[str, str] = {
        "places-missing": _n(
            "%(num)s of these has no place yet.", "%(num)s of these have no place yet.", number
        ),
        "places-twice": _("Two of these have the same place. Give each its own."),
        "ratings-missing": _n(
            "%(num)s of these is not rated yet.", "%(num)s of these are not rated yet.", number
        ),
        "points-not-whole": _("Give each of these whole points, from 0 to 100."),
        "points-left": _n(
            "%(num)s point is left to divide.", "%(num)s points are left to divide.", number
        ),
        "points-over": _n(
            "%(num)s point too many: together they have to be 100.",
            "%(num)s points too many: together they have to be 100.",
            number,
        ),
        "best-or-worst-missing": _("Choose one that matters most and one that matters least."),
        "best-is-worst": _("The most and the least important one cannot be the same."),
        "position-not-whole": _("Give a whole number from 0 to 100."),
    }
    return words[found.code]


def described(rules: Rules) -> list[str]:
    """The rules of a quiz, each as a sentence."""
    said = []
    if rules.attempts:
        said.append(_n("You can take it once.", "You can take it %(num)s times.", rules.attempts))
    else:
        said.append(_("You can take it as often as you like."))
    if rules.minutes:
        said.append(
            _n("You have %(num)s minute.", "You have %(num)s minutes.", rules.minutes)
            + " "
            + _("The clock of the server counts, and goes on when you leave.")
        )
    else:
        said.append(_("There is no time limit. You can stop and go on later, on any device."))
    return said


# --- Answers in words ----------------------------------------------------------------------


def numbered(steps: Sequence[Texts], language: str) -> list[tuple[int, str]]:
    """The steps of an opinion, from 1."""
    return [(place, step[language]) for place, step in enumerate(steps, start=1)]


def scale_of(item: SctItem) -> list[tuple[int, str]]:
    """The steps of a weighing, from the lowest."""
    steps = {
        -2: _("much less fitting"),
        -1: _("less fitting"),
        0: _("no different"),
        1: _("more fitting"),
        2: _("much more fitting"),
    }
    end = item.scale // 2
    return [(step, text) for step, text in steps.items() if abs(step) <= end]


def ratings() -> list[tuple[int, str]]:
    """How appropriate something is."""
    return [
        (1, _("very fitting")),
        (2, _("fitting, not ideal")),
        (3, _("not fitting, not serious")),
        (4, _("very unfitting")),
    ]


def certainties() -> list[tuple[int, str]]:
    """How sure somebody is."""
    return [(1, _("not sure")), (2, _("fairly sure")), (3, _("certain"))]


def pairs_of(parts: Sequence[OrderItem], language: str) -> list[tuple[str, str]]:
    """Slug and text of each part, to choose from."""
    return [(part.slug, part.text[language]) for part in parts]


def in_words(item: AnyItem, kept: Kept, language: str) -> list[str]:
    """An answer as people read it, a line for each part."""
    texts = texts_of(item, "en" if language == "en" else "nl")
    match kept:
        case None:
            return []
        case list():
            return [texts[slug] for slug in kept if slug in texts]
        case str():
            return [_one(item, kept, texts, language)]
    match item:
        case MatchingQuestion():
            return [
                f"{stem.text[language]}: {texts[kept[stem.slug]]}"
                for stem in item.stems
                if stem.slug in kept
            ]
        case GapsQuestion():
            options = {
                option.slug: option.text[language] for gap in item.gaps for option in gap.options
            }
            return [
                options.get(kept[gap.slug], kept[gap.slug]) for gap in item.gaps if gap.slug in kept
            ]
        case RateItem():
            words = {str(value): text for value, text in ratings()}
            return [f"{texts[slug]}: {words[kept[slug]]}" for slug in item.slugs if slug in kept]
    if set(kept) <= {"best", "worst"}:
        labels = {"best": _("matters most"), "worst": _("matters least")}
        return [f"{labels[name]}: {texts[kept[name]]}" for name in labels if name in kept]
    # Places from the first; points from the most.
    way = -1 if isinstance(item, PointsItem) else 1
    placed = sorted(
        kept.items(),
        key=lambda pair: (not pair[1].isdigit(), way * int(pair[1]) if pair[1].isdigit() else 0),
    )
    return [f"{value} · {texts[slug]}" for slug, value in placed if slug in texts]


def _one(item: AnyItem, kept: str, texts: Mapping[str, str], language: str) -> str:
    match item:
        case SctItem():
            return dict(scale_of(item))[int(kept)]
        case SurveyQuestion():
            return item.steps[int(kept) - 1][language]
        case NumberQuestion() if item.unit:
            return f"{kept} {item.unit[language]}"
    return texts.get(kept) or {"true": _("true"), "false": _("not true")}.get(kept, kept)

"""What pages say about attempts and answers: the words for codes of the domain."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from course.core.i18n import _, _n, moment, number
from course.curriculum.quizzes import (
    AnyItem,
    EssayQuestion,
    GapsQuestion,
    MatchingQuestion,
    PointsItem,
    RateItem,
    SctItem,
    SurveyQuestion,
    texts_of,
)
from course.curriculum.schema import NumberQuestion, OrderItem, Texts
from course.domain.attempts import NOBODY_IN_PARTICULAR, Accommodation, Refusal
from course.domain.scoring.cbm import RIGHT, WRONG, Certainty
from course.quizzes.responses import Kept, Lacks
from course.quizzes.rules import PERCENT, Feedback, Late, Rules

HOURS_IN_A_DAY: Final = 24
MINUTES_IN_AN_HOUR: Final = 60


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
        Refusal.SET_AS_TEST: _(
            "This quiz is set for your group. Until that is over and the results have been given, "
            "you cannot practise it here."
        ),
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
        "not-a-number": _("This is not a number. Write it in digits, such as 12.5."),
        "number-in-two-ways": _(
            "This can be read in two ways: as thousands or as decimals. Write 1500, or 1.50."
        ),
        "too-many-bars": _n(
            "Choose %(num)s bar: with more of them this gives no points.",
            "Choose at most %(num)s bars: with more of them this gives no points.",
            number,
        ),
    }
    return words[found.code]


def length_of(item: EssayQuestion, written: str) -> str:
    """That a text is shorter or longer than was asked; "" where it fits."""
    count = len(written.split())
    if item.minimum_words <= count <= item.maximum_words:
        return ""
    return _n(
        "%(num)s word; %(least)s to %(most)s are asked.",
        "%(num)s words; %(least)s to %(most)s are asked.",
        count,
        least=item.minimum_words,
        most=item.maximum_words,
    )


def type_word(code: str) -> str:
    """What a type of item is called."""
    return {
        "single": _("one answer"),
        "multiple": _("several answers"),
        "true-false": _("true or not"),
        "number": _("number"),
        "order": _("put in order"),
        "matching": _("match"),
        "short": _("short answer"),
        "gaps": _("text with gaps"),
        "hotspot": _("point at a picture"),
        "essay": _("written answer"),
        "file": _("file"),
        "survey": _("opinion"),
        "sct": _("weigh a new fact"),
        "sjt_rate": _("rate how fitting"),
        "sjt_rank": _("rank"),
        "points100": _("divide 100 points"),
        "slider": _("place on a line"),
        "bestworst": _("most and least important"),
    }[code]


def tag_word(tag: str) -> str:
    """What a tag of the items is called; one that a quiz brings itself is shown as it is."""
    return {
        "advocacy": _("standing up for somebody"),
        "autonomy": _("own choice"),
        "caseload": _("caseload"),
        "closing": _("closing"),
        "concepts": _("words of the trade"),
        "contact": _("making contact"),
        "counting": _("counting and figures"),
        "evidence": _("research"),
        "funding": _("funding"),
        "integrity": _("honesty"),
        "law": _("law"),
        "network": _("people around somebody"),
        "privacy": _("privacy"),
        "reflection": _("reflection"),
        "safety": _("safety"),
        "targets": _("targets"),
        "trust": _("trust"),
        "waiting": _("waiting lists"),
        "way-back": _("the way back"),
    }.get(tag, tag)


def described(
    rules: Rules, *, personal: Accommodation = NOBODY_IN_PARTICULAR, due_at: datetime | None = None
) -> list[str]:
    """The rules of a quiz for one learner, each as a sentence, with what they get beside them.

    ``due_at``: when it has to be handed in.
    """
    said = []
    if rules.attempts:
        times = rules.attempts + personal.extra_attempts
        said.append(_n("You can take it once.", "You can take it %(num)s times.", times))
        if personal.extra_attempts:
            more = personal.extra_attempts
            said[-1] += " " + _n(
                "One of those you got extra.", "%(num)s of those you got extra.", more
            )
    else:
        said.append(_("You can take it as often as you like."))
    if rules.minutes:
        minutes = rules.minutes * (PERCENT + personal.extra_time) // PERCENT
        time = [_n("You have %(num)s minute.", "You have %(num)s minutes.", minutes)]
        if personal.extra_time:
            time.append(_("The extra time that you got is in this."))
        time.append(_("The clock of the server counts, and goes on when you leave."))
        said.append(" ".join(time))
    else:
        said.append(_("There is no time limit. You can stop and go on later, on any device."))
    if told := in_time(rules, due_at):
        said.append(told)
    if rules.feedback is Feedback.CLOSED:
        said.append(_("You see what is right once the quiz has closed for everybody."))
    if rules.weighings_count:
        said.append(
            _(
                "Weighings can give points here: for how near you are to the panel. Your "
                "instructors see those points."
            )
        )
    return said


def in_time(rules: Rules, due_at: datetime | None) -> str:
    """Before when to hand in, and what being late means; "" where nobody is late."""
    if due_at is None or rules.late is Late.REFUSED:
        return ""
    told = [_("Hand in before %(when)s.", when=moment(due_at))]
    if rules.late_grace:
        told.append(
            _n(
                "Up to %(num)s minute later is still in time.",
                "Up to %(num)s minutes later is still in time.",
                rules.late_grace,
            )
        )
    if rules.late is Late.MARKED:
        told.append(
            _("After that you can still hand in; it is then marked as late, and costs no points.")
        )
        return " ".join(told)
    told.append(_("After that you can still hand in, and it costs points."))
    told.append(cost_of_being_late(rules))
    if rules.late_floor:
        told.append(
            _(
                "Being late never takes you below %(percent)s%% of all points.",
                percent=rules.late_floor,
            )
        )
    return " ".join(told)


def cost_of_being_late(rules: Rules) -> str:
    """What each interval costs that has begun."""
    if rules.late_hours == HOURS_IN_A_DAY:
        return _(
            "Each day that has begun costs %(percent)s%% of all points.", percent=rules.late_percent
        )
    return _n(
        "Each hour that has begun costs %(percent)s%% of all points.",
        "Every %(num)s hours that have begun cost %(percent)s%% of all points.",
        rules.late_hours,
        percent=rules.late_percent,
    )


def duration(time: timedelta) -> str:
    """How long something took, in its two largest units; what has begun counts as a minute."""
    minutes = max(1, -(-time // timedelta(minutes=1)))
    hours, minutes = divmod(minutes, MINUTES_IN_AN_HOUR)
    days, hours = divmod(hours, HOURS_IN_A_DAY)
    units = [
        (days, _n("%(num)s day", "%(num)s days", days)),
        (hours, _n("%(num)s hour", "%(num)s hours", hours)),
        (minutes, _n("%(num)s minute", "%(num)s minutes", minutes)),
    ]
    first = next(place for place, (count, _words) in enumerate(units) if count)
    told = [words for count, words in units[first : first + 2] if count]
    return (
        told[0] if len(told) == 1 else _("%(first)s and %(second)s", first=told[0], second=told[1])
    )


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


def certainty_marks() -> list[tuple[int, str, int, str]]:
    """How sure, in words, and what that gives when the answer is right and when it is not."""
    return [
        (value, text, RIGHT[Certainty(value)], str(WRONG[Certainty(value)]).replace("-", "−"))
        for value, text in certainties()
    ]


def pairs_of(parts: Sequence[OrderItem], language: str) -> list[tuple[str, str]]:
    """Slug and text of each part, to choose from."""
    return [(part.slug, part.text[language]) for part in parts]


def beside(asked: str, answered: str) -> str:
    """A part of an item and what was said of it; the part may be a sentence with its full stop."""
    return f"{asked} – {answered}"


def said(value: Fraction | int) -> str:
    """A number in the language of the page, with at most two decimals."""
    return str(number(round(float(value), 2))).replace("-", "−")


def unstopped(text: str) -> str:
    """A sentence as it stands before a colon or a semicolon: without its full stop."""
    return text.removesuffix(".")


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
                beside(stem.text[language], texts[kept[stem.slug]])
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
            return [beside(texts[slug], words[kept[slug]]) for slug in item.slugs if slug in kept]
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

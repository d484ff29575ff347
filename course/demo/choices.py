"""What people choose, built from the lesson itself: weights on a scale, answers, half a form."""

from collections.abc import Collection
from random import Random

from course.curriculum.schema import (
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    Question,
    QuestionStep,
    ScaleStep,
    SingleQuestion,
)
from course.domain.weighing.scale import Balance, Side, balance, side
from course.quizzes.forms import order_field
from course.quizzes.marking import Given

HEAVY, LIGHT, ANY = (3, 4), (0, 3), (0, 4)  # lightest and heaviest weight, inclusive
TRIES = 2000  # one in a few is right, unless what is asked cannot be


class Impossible(Exception):
    """No weights do what is asked; the text says what that was."""


def weights(random: Random, scale: ScaleStep, *, leans: Side, heavy: Collection[str]) -> Balance:
    """Weights that lean to this side, with the ``heavy`` considerations among the heaviest.

    Raises :exc:`Impossible` for a consideration that the scale does not have, and when the heavy
    ones lie so that it cannot lean to this side.
    """
    agreement = [item.slug for item in scale.agreement]
    client = [item.slug for item in scale.client]
    if unknown := set(heavy) - {*agreement, *client}:
        raise Impossible(f"the scale has no consideration {min(unknown)!r}")
    for _try in range(TRIES):
        weight = {
            slug: random.randint(*(HEAVY if slug in heavy else LIGHT))
            for slug in agreement + client
        }
        if not any(weight.values()):
            continue
        found = balance(
            agreement=[weight[slug] for slug in agreement], client=[weight[slug] for slug in client]
        )
        if side(found.lean) is leans:
            return found
    raise Impossible(f"with {sorted(heavy)} heavy, the scale cannot lean to {leans!r}")


def moved(random: Random, before: Balance, *, leans: Side) -> Balance:
    """Other weights, a step or two from ``before``, that lean to this side.

    Raises :exc:`Impossible` when that side is further away.
    """
    for _try in range(TRIES):
        agreement = [_nudged(random, weight) for weight in before.agreement_weights]
        client = [_nudged(random, weight) for weight in before.client_weights]
        if not any(agreement + client):
            continue
        after = balance(agreement=agreement, client=client)
        if after != before and side(after.lean) is leans:
            return after
    raise Impossible(f"{before} is too far from leaning to {leans!r}")


def _nudged(random: Random, weight: int) -> int:
    lightest, heaviest = ANY
    return min(heaviest, max(lightest, weight + random.choice((-2, -1, 0, 0, 0, 1, 2))))


def answer(random: Random, question: Question, *, skill: float) -> Given:
    """An answer as the form gives it; right with about the chance ``skill``, from 0 to 1."""
    right = random.random() < skill
    match question:
        case SingleQuestion():
            slugs = [item.slug for item in question.options if item.right is right]
            return random.choice(slugs)
        case MultipleQuestion():
            ticked = [
                item.slug
                for item in question.options
                if item.right is (right or random.random() < skill)
            ]
            return ticked or [question.options[0].slug]
        case NumberQuestion():
            slips = [item.value for item in question.mistakes]
            number = question.expected if right or not slips else random.choice(slips)
            return f"{number.normalize():f}".replace(".", ",")
        case OrderQuestion():
            slugs = [item.slug for item in question.items]
            if not right:
                place = random.randrange(len(slugs) - 1)
                slugs[place], slugs[place + 1] = slugs[place + 1], slugs[place]
            return slugs


def half_a_form(random: Random, step: QuestionStep) -> dict[str, list[str]]:
    """The first half of the questions filled in, as a browser sends them; blind to the key."""
    fields: dict[str, list[str]] = {}
    for question in step.questions[: (len(step.questions) + 1) // 2]:
        match question:
            case SingleQuestion() | MultipleQuestion():
                fields[question.slug] = [random.choice(question.options).slug]
            case NumberQuestion():
                fields[question.slug] = [str(random.randint(1, 99))]
            case OrderQuestion():
                places = random.sample(range(1, len(question.items) + 1), len(question.items))
                for item, place in zip(question.items, places, strict=True):
                    fields[order_field(question, item)] = [str(place)]
    return fields

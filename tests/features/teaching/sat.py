"""Sittings with work in them: what learners answered to the items of a quiz."""

from collections.abc import Mapping
from random import Random

from werkzeug.datastructures import MultiDict

from course.accounts.models import User
from course.core.db import db
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import AnyItem, WeighingItem
from course.quizzes import attempts
from course.quizzes.models import QuizAttempt, Response, Sitting
from course.quizzes.responses import Kept, parts_of, read
from tests.factories import QUIZ, Factory
from tests.features.quizzes import filled

Given = Mapping[str, Kept]


def kept(item: AnyItem, fields: filled.Fields) -> Kept:
    """What is kept of a filled-in item."""
    pairs = [
        (name, value)
        for name, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return read(item, MultiDict(pairs))


def right(edition: QuizEdition) -> Given:
    """Everything right, and every weighing as the first of its panel."""
    return {item.slug: kept(item, filled.right(item)) for item in edition.quiz.items}


def somehow(edition: QuizEdition, random: Random, *, ability: float) -> Given:
    """Right as often as ``ability`` says; a weighing as anybody of its panel."""
    found: dict[str, Kept] = {}
    for item in edition.quiz.items:
        if isinstance(item, WeighingItem):
            said = random.choice(list(item.panel.values()))
            alone = item.model_copy(update={"panel": {"somebody": said}})
            found[item.slug] = kept(item, filled.right(alone))
        elif item.type in {"essay", "file"} or random.random() < ability:
            found[item.slug] = kept(item, filled.right(item))
        else:
            found[item.slug] = _guessed(item, random)
    return found


def _guessed(item: AnyItem, random: Random) -> Kept:
    """Something that can be chosen; of what has to be typed, nothing."""
    parts = parts_of(item)
    if any(part.choices is None for part in parts):
        return None
    picks = {part.name: random.choice(part.choices or ("",)) for part in parts}
    if list(picks) == [""]:
        return [picks[""]] if parts[0].several else picks[""]
    return dict(picks)


def handed_in(
    make: Factory,
    user: User,
    sitting: Sitting | None = None,
    given: Given | None = None,
    *,
    is_submitted: bool = True,
) -> QuizAttempt:
    """An attempt with these answers; an item that was not drawn for it is left out."""
    edition = make.quiz(sitting.slug if sitting else QUIZ)
    with make.together():
        own = db.session.merge(sitting) if sitting else None
        row = attempts.begin(user.id, edition, own)
        if isinstance(row, attempts.Refused):
            raise ValueError(row.why)
        db.session.add_all(
            Response(attempt_id=row.id, item=item, revision=1, given=answer)
            for item, answer in (given or {}).items()
            if item in row.items and answer is not None
        )
        db.session.flush()
        if is_submitted:
            attempts.submit(row)
        return row

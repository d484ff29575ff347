"""The bank of items, for who teaches: all that is asked, by module, type and tag, with its key."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from course.core.access import Role, requires
from course.core.db import db
from course.core.i18n import language
from course.curriculum.edition import QuizEdition
from course.curriculum.quizzes import AnyItem, WeighingItem
from course.lessons.editions import library
from course.quizzes import editions, results, words
from course.quizzes.models import QuizAttempt, Response
from course.quizzes.panelpicture import panel_of
from course.quizzes.rules import Rules
from course.quizzes.sheet import asked

bp = Blueprint("bank", __name__, url_prefix="/author/items", template_folder="templates")
WEIGHINGS: Final = "weighing"
CLASSIC: Final = "classic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of one quiz, with how often it was answered."""

    edition: QuizEdition
    item: AnyItem
    used: int

    @property
    def is_weighing(self) -> bool:
        """Whether it has no right answer."""
        return isinstance(self.item, WeighingItem)


@bp.get("")
@requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)
def items() -> ResponseReturnValue:
    """All items that fit what is asked for; two queries with the one for who asks."""
    wanted = {name: request.args.get(name, "") for name in ("module", "kind", "type", "tag", "q")}
    entries = list(_entries())
    return render_template(
        "quizzes/bank.html",
        entries=[entry for entry in entries if _fits(entry, wanted)],
        wanted=wanted,
        modules=[
            (number, number) for number in sorted({one.edition.quiz.module for one in entries})
        ],
        types=_named({entry.item.type for entry in entries}, words.type_word),
        tags=_named({tag for entry in entries for tag in entry.item.tags}, words.tag_word),
        total=len(entries),
    )


@bp.get("/<quiz>/<slug>")
@requires(Role.INSTRUCTOR, Role.ADMINISTRATOR)
def item(quiz: str, slug: str) -> ResponseReturnValue:
    """One item as students see it, with what is right or how its panel answered."""
    edition = editions.current(quiz) or abort(404)
    found = edition.quiz.item(slug) or abort(404)
    row = QuizAttempt(
        public_id="bank",
        number=1,
        seed=0,
        items=[slug],
        rules=Rules(shuffles=False).to_plain(),
    )
    asks = asked(row, edition, {})[slug]
    return render_template(
        "quizzes/bank_item.html",
        edition=edition,
        item=found,
        asks=asks,
        right=results.right_of(found),
        panel=panel_of(asks, edition, None),
    )


def _named(codes: Iterable[str], word: Callable[[str], str]) -> list[tuple[str, str]]:
    """Each code with what it is called, by that name."""
    return sorted(((code, word(code)) for code in codes), key=lambda pair: pair[1].casefold())


def _entries() -> Iterator[Entry]:
    statement = (
        select(QuizAttempt.slug, Response.item, func.count())
        .join(QuizAttempt, QuizAttempt.id == Response.attempt_id)
        .group_by(QuizAttempt.slug, Response.item)
    )
    used = {(quiz, slug): count for quiz, slug, count in db.session.execute(statement)}
    for edition in sorted(library().quizzes.values(), key=lambda found: found.quiz.module):
        for found in edition.quiz.items:
            count = used.get((edition.quiz.slug, found.slug), 0)
            yield Entry(edition=edition, item=found, used=count)


def _fits(entry: Entry, wanted: dict[str, str]) -> bool:
    asked_for = wanted["q"].casefold().split()
    text = entry.item.prompt[language()].casefold()
    return (
        wanted["module"] in {"", str(entry.edition.quiz.module)}
        and wanted["type"] in {"", entry.item.type}
        and wanted["tag"] in {"", *entry.item.tags}
        and wanted["kind"] in {"", WEIGHINGS if entry.is_weighing else CLASSIC}
        and all(word in text for word in asked_for)
    )

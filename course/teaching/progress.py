"""A group at a glance: who needs somebody, and who is where. Words and shapes, no ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import digest
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from course.core.clock import now
from course.core.htmx import wants_partial
from course.core.i18n import _
from course.groups.doors import group_of, instructors
from course.groups.models import Group
from course.lessons import editions
from course.results import matrix, needs, words
from course.results.matrix import Cell, Column, Row, Word
from course.results.signs import Need
from course.results.stored import Stored, mark_of, stored
from course.teaching import cells

bp = Blueprint("progress", __name__, template_folder="templates")
bp.add_app_template_global(words.to_instructor, "sign_said")
bp.add_app_template_global(words.asks, "attention_asks")
bp.add_app_template_global(words.why, "why_said")
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at a group: which lesson, in which order, with which names."""

    lesson: str = ""  # slug; "" for all lessons, one column each
    every_moment: bool = False  # of all lessons
    order: str = "name"  # or "seen"
    who: str = "all"  # or "needs", "new", "to-read"
    text: str = ""  # part of a name
    has_names: bool = True

    @property
    def rest(self) -> dict[str, str]:
        """What of an address stays the same when one looks at other columns."""
        given = {
            "order": self.order if self.order != "name" else "",
            "who": self.who if self.who != "all" else "",
            "text": self.text,
            "names": "" if self.has_names else "off",
        }
        return {name: value for name, value in given.items() if value}


def _look(lesson: str) -> Look:
    args = request.args
    every_moment = not lesson and args.get("moments") == "all"
    if args.get("names") == "off":  # whom somebody chose would tell who the numbers are
        return Look(lesson=lesson, every_moment=every_moment, has_names=False)
    return Look(
        lesson=lesson,
        every_moment=every_moment,
        order="seen" if args.get("order") == "seen" else "name",
        who=who if (who := args.get("who", "")) in {"needs", "new", "to-read"} else "all",
        text=" ".join(args.get("text", "").split())[:80],
    )


@bp.get("/teach/groups/<int:group_id>/progress")
@instructors
def group(group_id: int) -> ResponseReturnValue:
    """The learners by lesson, or by the moments of all lessons."""
    return _page(group_of(group_id), _look(""))


@bp.get("/teach/groups/<int:group_id>/lessons/<lesson>")
@instructors
def board(group_id: int, lesson: str) -> ResponseReturnValue:
    """The learners by the moments of one lesson."""
    found = group_of(group_id)
    if editions.library().current(lesson) is None:
        abort(404)
    return _page(found, _look(lesson))


def _page(found: Group, look: Look) -> ResponseReturnValue:
    every = list(editions.library().editions)
    known = stored(
        found.id, lessons=every if look.every_moment else [look.lesson] if look.lesson else []
    )
    needing = needs.of_group(found, known)
    mark = sha256(f"{mark_of(known)}{needing!r}".encode()).hexdigest()[:20]
    if request.args.get("mark") == mark:
        return "", HTTPStatus.NO_CONTENT  # the page that asks shows just this
    page = "teaching/_matrix.html" if wants_partial() else "teaching/progress.html"
    return render_template(page, **_shown(found, look, known, needing), mark=mark)


def _shown(found: Group, look: Look, known: Stored, needing: Sequence[Need]) -> dict[str, Any]:
    every = editions.library().editions
    if look.lesson or look.every_moment:
        lessons = [look.lesson] if look.lesson else list(every)
        columns = matrix.moment_columns(lessons, known.asked)
        rows = matrix.by_moment(known, columns)
    else:
        columns, rows = matrix.lesson_columns(), matrix.by_lesson(known)
    return {
        "group": found,
        "look": look,
        "edition": every.get(look.lesson),
        "lessons": list(every.values()),
        "columns": columns,
        "spans": _spans(columns),
        "rows": _named(found, look, _chosen(look, rows, needing)),
        "everybody": len(rows),
        "active": sum(row.seen_at is not None and row.seen_at > now() - WEEK for row in rows),
        "to_read": sum(
            known.waits(*place) is not None for place in known.texts if place[1:] in known.asked
        ),
        "dues": [due for due in known.dues if look.lesson in {"", due.lesson}],
        "needs": needing,
        "needed": {need.user_id: need for need in needing},
        "cells": cells.writer(found.id, columns),
    }


def _spans(columns: Sequence[Column]) -> list[tuple[Column, int]]:
    """The lessons above the moments, each with how many columns it has."""
    found: list[tuple[Column, int]] = []
    for column in columns:
        if found and found[-1][0].lesson == column.lesson:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((column, 1))
    return found


def _chosen(look: Look, rows: Sequence[Row], needing: Sequence[Need]) -> list[Row]:
    needed = {need.user_id for need in needing}
    tests: Mapping[str, Any] = {
        "all": lambda _row: True,
        "needs": lambda row: row.user_id in needed,
        "new": lambda row: row.seen_at is None,
        "to-read": lambda row: any(cell.word is Word.TO_READ for cell in row.cells),
    }
    found = [
        row for row in rows if tests[look.who](row) and look.text.casefold() in row.name.casefold()
    ]
    if look.order == "seen":
        found.sort(key=_last_seen)
    return found


def _last_seen(row: Row) -> tuple[bool, datetime]:
    """Who was never here comes first, then who was here longest ago."""
    return row.seen_at is not None, row.seen_at or now()


def _named(found: Group, look: Look, rows: Sequence[Row]) -> Sequence[Row]:
    """For on a screen in class: numbers for names, in an order that tells nothing."""
    if look.has_names:
        return rows
    key = sha256(f"{current_app.config['SECRET_KEY']}:{found.id}:{now().date()}".encode()).digest()
    shuffled = sorted(rows, key=lambda row: digest(key, str(row.user_id).encode(), sha256))
    return [
        Row(0, _("Student %(number)s", number=number), None, tuple(map(_bare, row.cells)))
        for number, row in enumerate(shuffled, start=1)
    ]


def _bare(cell: Cell) -> Cell:
    """Without a date or a link, which tell who somebody is."""
    return Cell(cell.word, None, cell.done, cell.total)

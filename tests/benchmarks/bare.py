"""What the pages are compared with: the least that a page and a save can do in this program.

Both pass the same hooks as every other page. They know no user, and the save asks for no token.
"""

from random import Random
from typing import Final

from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from course.accounts.models import User
from course.core.access import public
from course.core.db import db
from course.core.security import csrf
from course.lessons.models import Enrolment, StepDone

PAGE: Final = "/bare/page"
SAVE: Final = "/bare/save"

NOTES: Final = Table(
    "bare_note",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("text", String(2000), nullable=False),
)

# 10 KB of HTML when rendered: forty rows, each with words of its own and three values.
TEMPLATE: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ name }}</title></head>
<body>
<h1>{{ name }}</h1>
<table>
{% for words in rows %}
<tr class="{{ 'done' if loop.index in done else 'open' }}">
<td>{{ words }}</td><td><a href="/lessons/{{ lesson }}">Go on</a></td>
</tr>
{% endfor %}
</table>
</body>
</html>
"""


def _rows() -> list[str]:
    """Words that do not repeat themselves, or they would be compressed in no time."""
    random = Random(2026)
    words = [
        "".join(random.choices("aaeeiinnorstdlk", k=random.randint(2, 9))) for _n in range(400)
    ]
    return [" ".join(random.choices(words, k=26)) for _row in range(40)]


def init_app(app: Flask) -> None:
    """Add the two addresses."""
    template = app.jinja_env.from_string(TEMPLATE)
    rows = _rows()

    @app.get(PAGE)
    @public
    def bare_page() -> ResponseReturnValue:
        user = db.session.scalar(select(User).filter_by(email="student@example.org"))
        if user is None:
            raise LookupError("the demo is not loaded")
        run = db.session.scalar(select(Enrolment).filter_by(user_id=user.id).limit(1))
        if run is None:
            raise LookupError("the student of the demo has begun no lesson")
        done = set(db.session.scalars(select(StepDone.step).filter_by(enrolment_id=run.id)))
        return template.render(name=user.name, lesson=run.lesson, done=done, rows=rows)

    @app.post(SAVE)
    @csrf.exempt
    @public
    def bare_save() -> ResponseReturnValue:
        db.session.execute(insert(NOTES).values(text="Something worth keeping. " * 32))
        db.session.commit()
        return "", 204

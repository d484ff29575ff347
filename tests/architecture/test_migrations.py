"""The migrations: they make what the models say, and they keep what people did."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text

from course.core.db import Model, add_migrations, db
from course.quizzes.models import Judgement, KeyChange, Mark
from tests.factories import Factory
from tests.houses import DATABASES, MIGRATIONS, make_app, new_postgresql, settings_for


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An app on a database of its own, without any tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'weegschaal.sqlite3'}"
    else:
        url = new_postgresql("migrations")
    app = make_app(settings_for(url, tmp_path))
    add_migrations(app)
    yield app
    with app.app_context():
        db.engine.dispose()


def _rows(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, as the models read them."""
    with app.app_context():
        return {
            table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=repr)
            for table in Model.metadata.sorted_tables
        }


def _tables(app: Flask) -> set[str]:
    with app.app_context(), db.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def _heads() -> list[str]:
    return list(ScriptDirectory(str(MIGRATIONS)).get_heads())


def test_upgrading_from_nothing_gives_what_the_models_say(empty: Flask) -> None:
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
        with db.engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, Model.metadata) == []


def test_a_column_that_no_migration_adds_is_noticed(empty: Flask) -> None:
    """The test above is worth nothing when it finds no difference at all."""
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
        with db.engine.connect() as connection:
            connection.execute(text("ALTER TABLE membership DROP COLUMN joined_at"))
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            (difference,) = compare_metadata(context, Model.metadata)
            assert difference[:3] == ("add_column", None, "membership")


def test_there_is_one_newest_migration_and_the_file_names_it() -> None:
    """Two branches that both add a migration conflict in git, and not in production."""
    named = (MIGRATIONS / "current-head.txt").read_text(encoding="utf-8").strip()
    assert _heads() == [named]


def test_migrations_are_numbered_in_their_order() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    numbers = [script.revision for script in scripts.walk_revisions()][::-1]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert [name[:4] for name in names] == numbers


def test_upgrading_twice_changes_nothing(empty: Flask) -> None:
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
    Factory(empty).everything()
    before = _rows(empty)
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
    assert _rows(empty) == before


def test_going_down_to_nothing_and_up_again_works_with_people_in_the_database(
    empty: Flask,
) -> None:
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
    Factory(empty).everything()
    with empty.app_context():
        downgrade(directory=str(MIGRATIONS), revision="base")
        db.engine.dispose()
    assert _tables(empty) == {"alembic_version"}
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
        db.engine.dispose()
    Factory(empty).everything()
    assert all(_rows(empty).values())


def test_each_migration_down_and_up_keeps_the_rows_of_the_tables_that_stay(empty: Flask) -> None:
    """What was there before the newest migration is there after taking it back and again."""
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
    Factory(empty).everything()
    before = _rows(empty)
    with empty.app_context():
        downgrade(directory=str(MIGRATIONS), revision="-1")
        db.engine.dispose()
    stayed = _tables(empty)
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
        db.engine.dispose()
    after = _rows(empty)
    assert {name: after[name] for name in stayed & set(after)} == {
        name: before[name] for name in stayed & set(before)
    }


def test_a_migration_that_breaks_changes_nothing(
    empty: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or nothing, on both databases: half a migration is worse than none."""
    folder = tmp_path / "migrations"
    _copy_with_a_broken_one(folder)
    with empty.app_context(), pytest.raises(ZeroDivisionError):
        upgrade(directory=str(folder))
    with empty.app_context():
        db.engine.dispose()
    assert _tables(empty) <= {"alembic_version"}


def _copy_with_a_broken_one(folder: Path) -> None:
    (folder / "versions").mkdir(parents=True)
    for path in MIGRATIONS.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            target = folder / path.relative_to(MIGRATIONS)
            target.write_bytes(path.read_bytes())
    (folder / "versions" / "9999_broken.py").write_text(
        'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "9999"\n'
        f'down_revision = "{_heads()[0]}"\n\n\ndef upgrade() -> None:\n'
        '    op.create_table("half", sa.Column("id", sa.Integer()))\n    1 / 0\n',
        encoding="utf-8",
    )


def test_what_persons_gave_and_keys_that_were_changed_are_known_after_0007(empty: Flask) -> None:
    """A mark that a person gave becomes their first judgement; a change of a key is done."""
    with empty.app_context():
        upgrade(directory=str(MIGRATIONS))
    make = Factory(empty)
    attempt, reader = make.attempt(make.learner()), make.instructor()
    made = make.regraded(make.sitting(make.learner()), attempt, before={}, after={})
    item = attempt.items[0]
    with empty.app_context():
        mark = db.session.get_one(Mark, (attempt.id, item))
        mark.fraction, mark.comment, mark.given_by = "1/2", "Mooi.", reader.id
        db.session.commit()
        db.session.remove()
        downgrade(directory=str(MIGRATIONS), revision="0006")
        upgrade(directory=str(MIGRATIONS))
    with empty.app_context():
        (told,) = db.session.scalars(select(Judgement)).all()
        assert (told.attempt_id, told.item, told.number) == (attempt.id, item, 1)
        assert (told.fraction, told.comment, told.given_by) == ("1/2", "Mooi.", reader.id)
        change = db.session.get_one(KeyChange, made.id)
        assert (change.shown_at, change.reached) == (change.made_at, 0)


def test_the_foreign_keys_of_sqlite_are_on_again_after_a_migration(empty: Flask) -> None:
    with empty.app_context():
        if db.engine.dialect.name != "sqlite":
            return
        upgrade(directory=str(MIGRATIONS))
        with closing(db.engine.raw_connection()) as connection:
            assert connection.cursor().execute("PRAGMA foreign_keys").fetchone() == (1,)

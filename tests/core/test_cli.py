"""The commands for who looks after the machine, typed as they type them."""

from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup
from psycopg import sql
from sqlalchemy import make_url, select

from course.accounts.models import User
from course.accounts.passwords import verify
from course.accounts.queries import user_by_email
from course.core import backup
from course.core.db import db
from tests.core.conftest import MakesSite
from tests.factories import Factory

PASSWORD = "een heel lang geheim"


def flask(app: Flask, *words: str, typed: str = "") -> Result:
    """``flask --app wsgi …``, with what is typed at its questions."""
    program = FlaskGroup(create_app=lambda: app, add_default_commands=False, load_dotenv=False)
    return CliRunner().invoke(program, list(words), input=typed)


# --- accounts create -----------------------------------------------------------------------


def create(app: Flask, *words: str, password: str = PASSWORD) -> Result:
    return flask(app, "accounts", "create", *words, typed=f"{password}\n{password}\n")


def test_the_first_administrator_is_made_on_the_command_line(app: Flask) -> None:
    done = create(app, "Bo@Example.org", "--name", "Bo Beheer", "--role", "administrator")
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == "bo@example.org is administrator now."
    assert PASSWORD not in done.output
    with app.app_context():
        user = db.session.scalars(select(User)).one()
    assert (user.email, user.name, user.role) == ("bo@example.org", "Bo Beheer", "administrator")
    assert verify(user.password_hash, PASSWORD)


def test_an_account_is_a_learner_unless_told_otherwise(app: Flask) -> None:
    assert create(app, "lena@example.org", "--name", "Lena").exit_code == 0
    with app.app_context():
        assert db.session.scalars(select(User)).one().role == "learner"


def test_an_address_gets_one_account(app: Flask, learner: User) -> None:
    done = create(app, "LENA@example.org", "--name", "Lena")
    assert done.exit_code == 1
    assert done.output.endswith("Error: LENA@example.org has an account already.\n")


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("kort", "short"),
        ("a" * 129, "long"),
        ("wachtwoord123", "common"),
        ("lena.leerling1", "personal"),
    ],
)
def test_a_weak_password_is_refused_on_the_command_line_too(
    app: Flask, password: str, weakness: str
) -> None:
    done = create(app, "Lena.Leerling@example.org", "--name", "L.", password=password)
    assert done.exit_code == 1
    assert f"This password is too weak ({weakness})" in done.output
    with app.app_context():
        assert db.session.scalars(select(User)).all() == []


@pytest.mark.parametrize("email", ["lena", "lena@", "@example.org", "lena@example", "a b@c.nl", ""])
def test_an_account_that_no_mail_can_reach_is_refused(app: Flask, email: str) -> None:
    done = create(app, email, "--name", "Lena")
    assert done.exit_code != 0
    assert "is not an e-mail address" in done.output


def test_an_unknown_role_is_refused_with_the_list(app: Flask) -> None:
    done = create(app, "lena@example.org", "--name", "Lena", "--role", "boss")
    assert done.exit_code == 2
    assert "'learner', 'instructor', 'administrator'" in done.output


# --- accounts role -------------------------------------------------------------------------


def test_a_role_is_changed_on_the_command_line_and_signs_out(
    app: Flask, make: Factory, learner: User
) -> None:
    browser = app.test_client()
    browser.set_cookie("sid", make.sign_in(learner))
    done = flask(app, "accounts", "role", "Lena@example.org", "instructor")
    assert done.exit_code == 0
    assert done.output == "lena@example.org is instructor now, and signs in anew.\n"
    assert browser.get("/home").status_code == 303
    with app.app_context():
        user = user_by_email("lena@example.org")
    assert user is not None
    assert user.role == "instructor"


def test_somebody_without_an_account_gets_no_role(app: Flask) -> None:
    done = flask(app, "accounts", "role", "niemand@example.org", "instructor")
    assert done.exit_code == 1
    assert done.output == "Error: niemand@example.org has no account.\n"


# --- doctor --------------------------------------------------------------------------------


def test_the_doctor_finds_a_sound_site_sound(app: Flask) -> None:
    done = flask(app, "doctor")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "There is no mail server (WEEGSCHAAL_MAIL_URL): mails stay in instance/mail.",
        "All well.",
    ]


def test_the_doctor_does_not_speak_of_mail_where_there_is_a_server(site: MakesSite) -> None:
    assert flask(site(mail_url="smtp://mail.example.org"), "doctor").output == "All well.\n"


@pytest.mark.parametrize("site_on_each", ["postgresql"], indirect=True)
def test_the_doctor_warns_when_postgresql_does_not_keep_its_promise(
    site_on_each: MakesSite,
) -> None:
    app = site_on_each()
    settings = app.extensions["settings"]
    name = sql.Identifier(str(make_url(settings.database_url).database))
    with psycopg.connect(backup.libpq_url(settings), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
    with app.app_context():
        db.engine.dispose()
    done = flask(app, "doctor")
    assert done.exit_code == 1
    assert "PostgreSQL has synchronous_commit off: what is saved can get lost." in done.output
    assert "All well" not in done.output


# --- backup and restore --------------------------------------------------------------------


def test_a_copy_is_made_and_put_back_on_the_command_line(site: MakesSite, tmp_path: Path) -> None:
    app = site()
    make = Factory(app)
    make.learner(name="Lena")
    copy = tmp_path / "copy"
    made = flask(app, "backup", str(copy))
    assert made.exit_code == 0
    assert made.output == f"{copy}: {copy.stat().st_size} bytes.\n"
    make.learner(name="Piet")
    done = flask(app, "restore", str(copy), "--yes")
    assert done.exit_code == 0
    assert done.output == "Restored. Mail that was waiting in the copy is not sent.\n"
    with app.app_context():
        assert list(db.session.scalars(select(User.name))) == ["Lena"]


def test_putting_back_asks_first(site: MakesSite, tmp_path: Path) -> None:
    app = site()
    copy = tmp_path / "copy"
    flask(app, "backup", str(copy))
    Factory(app).learner(name="Piet")
    done = flask(app, "restore", str(copy), typed="n\n")
    assert done.exit_code == 1
    assert "This replaces everything in the database. Go on? [y/N]: n" in done.output
    with app.app_context():
        assert list(db.session.scalars(select(User.name))) == ["Piet"]


def test_what_cannot_be_copied_or_put_back_is_told_in_a_sentence(
    site: MakesSite, tmp_path: Path
) -> None:
    app = site()
    letter = tmp_path / "letter"
    letter.write_text("Beste collega,\n" * 100, encoding="utf-8")
    made = flask(app, "backup", str(letter))
    assert (made.exit_code, made.output) == (
        1,
        f"Error: {letter} exists already: choose another name.\n",
    )
    done = flask(app, "restore", str(letter), "--yes")
    assert done.exit_code == 1
    assert done.output == "Error: this is not a database: file is not a database\n"

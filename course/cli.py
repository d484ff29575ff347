"""Commands of the whole house: serve, work, doctor, backup, restore."""

import multiprocessing
import os
import sys
from pathlib import Path

import click
from flask import Flask, current_app
from sqlalchemy import text

from course import config, demo
from course.accounts import cli as accounts
from course.core import backup
from course.core.current import settings
from course.core.db import add_migrations, db
from course.core.jobs import queue_of
from course.lessons import cli as progress
from course.marking import cli as grades
from course.quizzes import cli as quizzes
from course.results import cli as certificates

MIGRATIONS = Path(__file__).parent.parent / "migrations"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--demo", "with_demo", is_flag=True, help="Load the demo if it is not there yet.")
def serve(host: str, port: int, with_demo: bool) -> None:
    """Bring the database up to date, and serve the site with its mail worker."""
    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - all interfaces
    if not settings().is_production:
        # The workers read their settings anew: links in mails have to lead to this very site.
        os.environ.setdefault(config.variable("base_url"), address)
    from flask_migrate import upgrade  # noqa: PLC0415 - see add_migrations
    from granian import Granian  # noqa: PLC0415 - only serving needs the server
    from granian.constants import Interfaces  # noqa: PLC0415 - as above

    os.umask(0o077)  # what is made here, such as the database, is for this user only
    upgrade(directory=str(MIGRATIONS))
    if with_demo:
        demo.load_or_explain()
        click.echo(demo.how_to_sign_in(address))
    db.session.remove()
    db.engine.dispose()
    consumer = queue_of(current_app._get_current_object()).create_consumer(  # type: ignore[attr-defined]
        workers=1, periodic=True
    )
    consumer.start()
    # A worker that began as a copy of this process would wait for ever for a lock that a thread
    # of the mail worker held at that moment; and it would not read its settings anew.
    multiprocessing.set_start_method("spawn", force=True)
    try:
        Granian(
            "wsgi:app",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=settings().workers,
            blocking_threads=4,
            log_access=False,
            websockets=False,
            workers_kill_timeout=10,
        ).serve()
    finally:
        consumer.stop()


@click.command()
def work() -> None:
    """Send mail and do other jobs, when the web servers run elsewhere."""
    queue_of(current_app._get_current_object()).create_consumer(  # type: ignore[attr-defined]
        workers=2, periodic=True
    ).run()


@click.command()
def doctor() -> None:
    """Say in sentences whether this installation is in order; exit 1 when not."""
    problems = []
    if not settings().is_sqlite:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            value = db.session.execute(text(f"SHOW {name}")).scalar_one()
            if value == "off":
                problems.append(f"PostgreSQL has {name} off: what is saved can get lost.")
    if not settings().mail_url:
        click.echo("There is no mail server (WEEGSCHAAL_MAIL_URL): mails stay in instance/mail.")
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(1)
    click.echo("All well.")


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def make_backup(target: Path) -> None:
    """Write a consistent copy of the database to TARGET, also while people are working."""
    try:
        backup.make(settings(), target)
    except backup.BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{target}: {target.stat().st_size} bytes.")


@click.command("restore")
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--yes", is_flag=True, help="Do not ask; what is there now is replaced.")
def restore_backup(source: Path, yes: bool) -> None:
    """Replace the database by the copy in SOURCE. Stop the server first."""
    if not yes:
        click.confirm("This replaces everything in the database. Go on?", abort=True)
    db.session.remove()
    db.engine.dispose()
    try:
        backup.restore(settings(), source)
    except backup.BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo("Restored. Mail that was waiting in the copy is not sent.")


def init_app(app: Flask) -> None:
    """Add the commands; those of the migrations only when a command makes the app."""
    if click.get_current_context(silent=True):
        add_migrations(app)
    for command in (
        serve,
        work,
        doctor,
        make_backup,
        restore_backup,
        demo.cli,
        accounts.cli,
        quizzes.cli,
        grades.cli,
        progress.cli,
        certificates.cli,
    ):
        app.cli.add_command(command)

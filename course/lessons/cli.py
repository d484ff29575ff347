"""Commands of lessons: make again what is kept of progress."""

import click
from flask.cli import AppGroup

from course.lessons import actions

cli = AppGroup("progress", help="Look after what is kept of progress.")


@cli.command("rebuild")
def rebuild() -> None:
    """Count the steps of every run again, and set right what differs."""
    click.echo(f"{actions.rebuild_progress()} runs were set right.")

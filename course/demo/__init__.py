"""The demo: two groups of fictional people, so that every screen shows something true to life."""

import click
from flask.cli import AppGroup

from course.demo.people import PASSWORD
from course.demo.plan import DemoError
from course.demo.story import load, remove

__all__ = ["DemoError", "cli", "how_to_sign_in", "load", "remove"]

cli = AppGroup("demo", help="Load or remove the fictional groups.")


@cli.command("load")
def load_command() -> None:
    """Load the demo; does nothing where it is already."""
    try:
        fresh = load()
    except DemoError as error:
        raise click.ClickException(str(error)) from error
    click.echo("The demo is loaded." if fresh else "The demo was loaded before.")


@cli.command("remove")
def remove_command() -> None:
    """Take the demo away, with everything its people did."""
    click.echo(f"{remove()} demo accounts are gone.")


def how_to_sign_in(address: str) -> str:
    """What ``make demo`` prints."""
    return f"""
  Weegschaal runs at {address}

  Sign in as student      student@example.org   password {PASSWORD}
  Sign in as instructor   docent@example.org    password {PASSWORD}

  Stop with Ctrl+C. Take the demo away with: .venv/bin/flask --app wsgi demo remove
"""

"""The demo: two groups of fictional people, so that every screen shows something true to life."""

import click
from flask.cli import AppGroup

from course.core.current import settings
from course.demo.people import PASSWORD
from course.demo.plan import DemoError
from course.demo.story import load, remove

__all__ = ["DemoError", "cli", "how_to_sign_in", "load", "load_or_explain", "remove"]

cli = AppGroup("demo", help="Load or remove the fictional groups.")


@cli.command("load")
def load_command() -> None:
    """Load the demo; does nothing where it is already."""
    click.echo("The demo is loaded." if load_or_explain() else "The demo was loaded before.")


def load_or_explain() -> bool:
    """Load for a command: what stands in the way is a sentence. Refused in production.

    Everybody knows the password of the demo, so it has no place where real people work.
    """
    if settings().is_production:
        raise click.ClickException("The demo is not for production: everybody knows its password.")
    try:
        return load()
    except DemoError as error:
        raise click.ClickException(str(error)) from error


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

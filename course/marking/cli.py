"""Commands of marking: check that nobody changed a grade."""

import click
from flask.cli import AppGroup

from course.marking import grades

cli = AppGroup("grades", help="Look after the book of grades.")


@cli.command("verify")
def verify() -> None:
    """Read all events of the book of grades, and name the first that does not fit the chain."""
    count, misfit = grades.verify()
    if misfit is None:
        click.echo(f"{count} events, and each fits the one before.")
        return
    raise click.ClickException(f"event {misfit.number or 'none'} does not fit: {misfit.why}")

"""Commands of results: take a certificate back."""

import click
from flask.cli import AppGroup

from course.results import certificates

cli = AppGroup("certificates", help="Look after certificates of completion.")


@cli.command("revoke")
@click.argument("code")
def revoke(code: str) -> None:
    """Say on the page that checks CODE that this certificate was taken back."""
    if not certificates.revoke(code):
        raise click.ClickException(f"no certificate has the code {code!r}.")
    click.echo(f"{code} was taken back; the page that checks it says so.")

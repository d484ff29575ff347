"""Commands of accounts: make instructors and administrators, change a role."""

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup
from sqlalchemy.exc import IntegrityError

from course.accounts import actions, queries
from course.accounts.passwords import weakness
from course.core.access import Role
from course.core.db import db

cli = AppGroup("accounts", help="Make accounts and change roles.")

ROLES = click.Choice([role.value for role in Role])


@cli.command("create")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=ROLES, default=Role.LEARNER.value, show_default=True)
@click.password_option()
def create(email: str, name: str, role: str, password: str) -> None:
    """Make an account, for instance the first administrator."""
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError as error:
        raise click.ClickException(f"{email!r} is not an e-mail address: {error}") from None
    found = weakness(password, email=email, name=name)
    if found:
        raise click.ClickException(
            f"This password is too weak ({found}): use 12 or more characters."
        )
    try:
        user = actions.create_user(email=email, name=name, password=password, role=Role(role))
    except IntegrityError:
        db.session.rollback()
        raise click.ClickException(f"{email} has an account already.") from None
    click.echo(f"{user.email} is {role} now.")


@cli.command("role")
@click.argument("email")
@click.argument("role", type=ROLES)
def change_role(email: str, role: str) -> None:
    """Make somebody an instructor, an administrator or a learner."""
    user = queries.user_by_email(email)
    if user is None:
        raise click.ClickException(f"{email} has no account.")
    actions.change_role(user, Role(role))
    click.echo(f"{user.email} is {role} now, and signs in anew.")

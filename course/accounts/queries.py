"""Reads of accounts."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, inspect, select
from sqlalchemy.orm import undefer_group

from course.accounts.models import PasswordReset, SignIn, SignUp, User
from course.accounts.tokens import digest
from course.core import uploads
from course.core.clock import now
from course.core.db import OWN_ADDRESS, Model, db
from course.core.uploads import StoredFile

# Built once, because every page of somebody signed in asks for it.
_BY_TOKEN = (
    select(User)
    # What a part above wants to show of the user at the head of each page.
    .options(undefer_group("head_of_page"))
    .join(SignIn, SignIn.user_id == User.id)
    .where(SignIn.token_hash == bindparam("token_hash"), SignIn.expires_at > bindparam("moment"))
)


def user_by_token(token: str) -> User | None:
    """Who is signed in with this browser, while that lasts."""
    return db.session.scalar(_BY_TOKEN, {"token_hash": digest(token), "moment": now()})


def user_by_email(email: str) -> User | None:
    """The account with this address, compared in lower case."""
    return db.session.scalar(select(User).filter_by(email=email.strip().lower()))


def search(text: str, *, most: int = 20) -> list[User]:
    """The accounts whose name or address holds this text, by name; for administrators."""
    # The three signs that mean something in LIKE are meant as themselves.
    plain = text.strip().lower().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    pattern = f"%{plain}%"
    statement = (
        select(User)
        .where(
            func.lower(User.name).like(pattern, escape="\\") | User.email.like(pattern, escape="\\")
        )
        .order_by(func.lower(User.name), User.id)
        .limit(most)
    )
    return list(db.session.scalars(statement))


def sign_ins_of(user_id: int) -> list[SignIn]:
    """The browsers in which this user is signed in, newest first."""
    statement = select(SignIn).where(SignIn.user_id == user_id, SignIn.expires_at > now())
    return list(db.session.scalars(statement.order_by(SignIn.created_at.desc())))


def sign_up_by_token(token: str) -> SignUp | None:
    """The request for an account that this link belongs to, while it lasts."""
    return db.session.scalar(
        select(SignUp).where(SignUp.token_hash == digest(token), SignUp.expires_at > now())
    )


def reset_by_token(token: str) -> PasswordReset | None:
    """The request for a new password that this link belongs to, while it lasts."""
    return db.session.scalar(
        select(PasswordReset).where(
            PasswordReset.token_hash == digest(token), PasswordReset.expires_at > now()
        )
    )


def ownership() -> dict[Table, ColumnElement[Any]]:
    """For each table that holds somebody's data, the column that leads to the owner.

    ``user_id`` itself, or a reference to a table that has one. Tables that belong to nobody are
    left out. A test compares this with a list, so a new table is a decision and not an accident.
    """
    tables = Model.metadata.sorted_tables
    found: dict[Table, ColumnElement[Any]] = {
        table: table.c.user_id for table in tables if "user_id" in table.c
    }
    for table in tables:
        for key in table.foreign_keys:
            if table not in found and key.column.table in found:
                found[table] = key.parent
    return found


def addressed() -> dict[Table, ColumnElement[Any]]:
    """For each table with rows about an address, with or without an account, that column."""
    return {
        table: column
        for table in Model.metadata.sorted_tables
        for column in table.columns
        if OWN_ADDRESS.items() <= column.info.items()
    }


def own_data(user: User) -> dict[str, Any]:
    """Everything kept about this user, per table, without secrets; ready for JSON.

    Goes by the tables themselves, so a feature cannot forget to hand over what it keeps.
    """
    tables = Model.metadata.tables
    data = {
        "user": _rows(tables["user"], tables["user"].c.id == user.id),
        "outbox": _rows(tables["outbox"], tables["outbox"].c.recipient == user.email),
    }
    addresses = addressed()
    for table, column in ownership().items():
        mine = _is_of(user, column)
        if table in addresses:
            mine |= addresses[table] == user.email
        data[table.name] = _rows(table, mine)
    return data


def own_files(user: User) -> Iterator[StoredFile]:
    """Every file that this user handed in, whichever feature keeps it, without what is in it."""
    owners = ownership()
    for model in sorted(uploads.tables(), key=lambda model: inspect(model).local_table.name):
        table = inspect(model).local_table
        mine = select(model).where(_is_of(user, owners[table])).order_by(*table.primary_key)
        yield from db.session.scalars(mine)


def _is_of(user: User, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """That a row belongs to this user, by the column that leads to the owner."""
    if column.key == "user_id":
        return column == user.id
    (key,) = column.foreign_keys
    parent = key.column.table
    return column.in_(select(key.column).where(parent.c.user_id == user.id))


def _rows(table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    columns = [item for item in table.columns if item.info.get("export", True)]
    rows = db.session.execute(
        select(*columns).where(condition).order_by(*table.primary_key)
    ).mappings()
    return [{key: _plain(item) for key, item in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value

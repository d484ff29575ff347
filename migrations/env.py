"""How migrations run: on the app's own engine, one at a time, all or nothing."""

from alembic import context
from sqlalchemy import Connection, text

from course.core.db import Model, Moment, db

# One number for "a migration of this app is running", for PostgreSQL's advisory lock.
LOCK = 7_238_411


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our type for moments as the plain one: a migration must not change with the app."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run the migrations that were asked for, in one transaction."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # SQLite changes a column by copying the table and dropping the old one. With foreign keys
        # on, that drop would delete the rows of all tables that refer to it. The switch only
        # works outside a transaction, so it goes to the driver before SQLAlchemy begins one.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=is_sqlite,
        transactional_ddl=True,  # Alembic thinks that SQLite cannot, and would commit half-way.
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        if is_sqlite:
            context.run_migrations()
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise RuntimeError(f"this migration leaves rows without their parent: {broken[:5]}")
        else:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            context.run_migrations()
    if is_sqlite:
        connection.commit()  # Ends what the check began: inside a transaction the switch is dead.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


with db.engine.connect() as opened:
    run(opened)

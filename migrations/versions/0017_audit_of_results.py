"""what changes a result is in the audit too: an excuse, a rule, the key of a quiz, time taken back

Nothing happens to rows that exist. A downgrade deletes the rows of the new kinds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BEFORE = (
    *("read", "marked", "returned", "retracted", "more-time", "downloaded", "exported"),
    *("viewed-as", "wrote", "role"),
)
ADDED = ("excused", "asked-again", "rule", "rekeyed", "less-time")


def upgrade() -> None:
    _allow((*BEFORE, *ADDED))


def downgrade() -> None:
    audit = sa.table("audit", sa.column("kind"))
    op.execute(audit.delete().where(audit.c.kind.in_(ADDED)))
    _allow(BEFORE)


def _allow(kinds: tuple[str, ...]) -> None:
    known = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_audit_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_audit_kind_known"), f"kind IN ({known})")

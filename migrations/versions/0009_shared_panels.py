"""panels: shared with colleagues, and put in an archive

Only adds a table and an empty column: panels that exist stay with who made them, and in the list.
A downgrade forgets who shares what, and takes every panel out of the archive.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "panel_share",
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("shared_by", sa.Integer(), nullable=True),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["panel_id"],
            ["panel.id"],
            name=op.f("fk_panel_share_panel_id_panel"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shared_by"],
            ["user.id"],
            name=op.f("fk_panel_share_shared_by_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_panel_share_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("panel_id", "user_id", name=op.f("pk_panel_share")),
    )
    with op.batch_alter_table("panel_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_share_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.drop_column("archived_at")

    with op.batch_alter_table("panel_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_share_user_id"))

    op.drop_table("panel_share")

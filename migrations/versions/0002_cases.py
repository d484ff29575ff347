"""cases to play: editions, playthroughs and turns

Only adds tables; rows that exist stay as they are. A downgrade loses everything that was played.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("compiled", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_edition")),
        sa.UniqueConstraint("hash", name=op.f("uq_case_edition_hash")),
    )
    op.create_table(
        "playthrough",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("predicted", sa.Integer(), nullable=True),
        sa.Column("predicted_why", sa.String(length=600), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("head BETWEEN 0 AND turns", name=op.f("ck_playthrough_head_is_a_turn")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_playthrough_number_positive")),
        sa.CheckConstraint(
            "predicted BETWEEN 1 AND 5", name=op.f("ck_playthrough_prediction_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["case_edition.id"], name=op.f("fk_playthrough_edition_id_case_edition")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_playthrough_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playthrough")),
        sa.UniqueConstraint("user_id", "slug", "number", name=op.f("uq_playthrough_user_id")),
    )
    with op.batch_alter_table("playthrough", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_playthrough_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_playthrough_slug"), ["slug"], unique=False)

    op.create_table(
        "turn",
        sa.Column("playthrough_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("option", sa.String(length=40), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "number >= 1 AND parent BETWEEN 0 AND number - 1", name=op.f("ck_turn_after_its_parent")
        ),
        sa.ForeignKeyConstraint(
            ["playthrough_id"],
            ["playthrough.id"],
            name=op.f("fk_turn_playthrough_id_playthrough"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("playthrough_id", "number", name=op.f("pk_turn")),
        sa.UniqueConstraint(
            "playthrough_id", "parent", "option", name=op.f("uq_turn_playthrough_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("turn")
    with op.batch_alter_table("playthrough", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_playthrough_slug"))
        batch_op.drop_index(batch_op.f("ix_playthrough_edition_id"))

    op.drop_table("playthrough")
    op.drop_table("case_edition")

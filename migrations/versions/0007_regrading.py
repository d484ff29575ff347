"""regrading: how far a change of a key is, moments to hand in before, and judgements by hand

Changes of keys that exist were done at once, so they get the moment at which they were made. Marks
that a person gave become the first judgement of their answer. Sittings and attempts that exist have
no moment after which somebody is late. A downgrade loses those moments, and all judgements but the
last one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judgement",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fraction", sa.String(length=120), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_judgement_number_positive")),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["quiz_attempt.id"],
            name=op.f("fk_judgement_attempt_id_quiz_attempt"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["given_by"],
            ["user.id"],
            name=op.f("fk_judgement_given_by_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("attempt_id", "item", "number", name=op.f("pk_judgement")),
    )
    op.execute(
        "INSERT INTO judgement"
        " (attempt_id, item, number, fraction, comment, given_by, given_at)"
        " SELECT attempt_id, item, 1, fraction, comment, given_by, given_at"
        " FROM mark WHERE given_by IS NOT NULL"
    )
    with op.batch_alter_table("key_change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reached", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE key_change SET shown_at = made_at")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("quiz_attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("quiz_attempt", schema=None) as batch_op:
        batch_op.drop_column("due_at")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_column("due_at")
    with op.batch_alter_table("key_change", schema=None) as batch_op:
        batch_op.drop_column("shown_at")
        batch_op.drop_column("reached")
    op.drop_table("judgement")

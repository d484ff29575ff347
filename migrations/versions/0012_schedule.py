"""schedule: moments of a lesson, more time for some, subgroups, calendars that read along

Only adds tables: groups that exist have no moments, so nothing is due, and nothing is late.
A downgrade forgets all moments and extensions, and every calendar stops reading along.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lesson_moment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("after_due", sa.String(length=10), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "opens_at IS NULL OR due_at IS NULL OR opens_at < due_at",
            name=op.f("ck_lesson_moment_opens_before_due"),
        ),
        sa.CheckConstraint(
            "opens_at IS NOT NULL OR due_at IS NOT NULL",
            name=op.f("ck_lesson_moment_says_something"),
        ),
        sa.CheckConstraint(
            "after_due IN ('marked', 'refused')", name=op.f("ck_lesson_moment_after_due_known")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["group.id"],
            name=op.f("fk_lesson_moment_group_id_group"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by"],
            ["user.id"],
            name=op.f("fk_lesson_moment_made_by_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_moment")),
        sa.UniqueConstraint("group_id", "lesson", "step", name=op.f("uq_lesson_moment_group_id")),
    )
    with op.batch_alter_table("lesson_moment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_moment_lesson"), ["lesson"], unique=False)

    op.create_table(
        "extension",
        sa.Column("moment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["given_by"],
            ["user.id"],
            name=op.f("fk_extension_given_by_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["moment_id"],
            ["lesson_moment.id"],
            name=op.f("fk_extension_moment_id_lesson_moment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_extension_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("moment_id", "user_id", name=op.f("pk_extension")),
    )
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extension_user_id"), ["user_id"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_calendar_feed_user_id_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_table(
        "subgroup",
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["membership.id"],
            name=op.f("fk_subgroup_membership_id_membership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("membership_id", name=op.f("pk_subgroup")),
    )


def downgrade() -> None:
    op.drop_table("subgroup")
    op.drop_table("calendar_feed")
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extension_user_id"))

    op.drop_table("extension")
    with op.batch_alter_table("lesson_moment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_moment_lesson"))

    op.drop_table("lesson_moment")

"""groups: a first week, an archive, a cap, guests who mark, student numbers; invitations by mail

Groups that exist have no first week and no cap, and are not archived; nobody has a student number.
A downgrade takes guests out of their groups, and loses numbers, invitations and class lists that
were being read.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEFORE = "part IN ('learner', 'instructor')"
AFTER = "part IN ('learner', 'instructor', 'guest')"


def upgrade() -> None:
    with op.batch_alter_table("group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("most_learners", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("first_week", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f("ck_group_has_room"), "most_learners > 0")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("student_number", sa.String(length=20), nullable=True))
        batch_op.drop_constraint(op.f("ck_membership_part_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_membership_part_known"), AFTER)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("student_number", sa.String(length=20), nullable=True),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(AFTER, name=op.f("ck_invitation_part_known")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_invitation_email_lower")),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["group.id"],
            name=op.f("fk_invitation_group_id_group"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"],
            ["user.id"],
            name=op.f("fk_invitation_invited_by_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_invitation_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("group_id", "email", name=op.f("uq_invitation_group_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_user_id"), ["user_id"], unique=False)

    op.create_table(
        "roster_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("has_header", sa.Boolean(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["group.id"],
            name=op.f("fk_roster_draft_group_id_group"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_roster_draft_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_draft")),
        sa.UniqueConstraint("user_id", "group_id", name=op.f("uq_roster_draft_user_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("roster_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_draft_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_draft_made_at"), ["made_at"], unique=False)


def downgrade() -> None:
    op.drop_table("roster_draft")
    op.drop_table("invitation")
    op.execute("DELETE FROM membership WHERE part = 'guest'")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_membership_part_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_membership_part_known"), BEFORE)
        batch_op.drop_column("student_number")
    with op.batch_alter_table("group", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_group_has_room"), type_="check")
        batch_op.drop_column("archived_at")
        batch_op.drop_column("first_week")
        batch_op.drop_column("most_learners")

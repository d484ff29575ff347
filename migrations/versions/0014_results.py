"""results: steps are counted when they are done, and what is said about signs is kept

Counts the steps of every run that there is, and fills in when each last moved on. A downgrade
forgets the counts, which :func:`upgrade` makes again, and what was said.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("steps_done", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(sa.Column("steps_total", sa.Integer(), nullable=True))
    _count()
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.alter_column("moved_at", nullable=False)
        batch_op.alter_column("steps_total", nullable=False)
        batch_op.alter_column("steps_done", server_default=None)
        batch_op.create_check_constraint(op.f("ck_enrolment_steps_done_counted"), "steps_done >= 0")

    op.create_table(
        "sign_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=90), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["group.id"],
            name=op.f("fk_sign_answer_group_id_group"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_sign_answer_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_answer")),
        sa.UniqueConstraint(
            "user_id", "group_id", "rule", "subject", name=op.f("uq_sign_answer_user_id")
        ),
    )
    with op.batch_alter_table("sign_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_answer_group_id"), ["group_id"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_contact_group_id_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user.id"], name=op.f("fk_contact_made_by_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_contact_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_user_id"), ["user_id"], unique=False)


def _count() -> None:
    there = op.get_bind()
    editions = there.execute(sa.text("SELECT id, compiled FROM edition")).all()
    for number, compiled in editions:
        there.execute(
            sa.text("UPDATE enrolment SET steps_total = :steps WHERE edition_id = :edition"),
            {"steps": len(json.loads(compiled)["lesson"]["steps"]), "edition": number},
        )
    there.execute(
        sa.text(
            "UPDATE enrolment SET"
            " steps_done = (SELECT count(*) FROM step_done WHERE enrolment_id = enrolment.id),"
            " moved_at = coalesce((SELECT max(done_at) FROM step_done"
            " WHERE enrolment_id = enrolment.id), started_at)"
        )
    )


def downgrade() -> None:
    op.drop_table("contact")
    op.drop_table("sign_answer")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_enrolment_steps_done_counted"), type_="check")
        batch_op.drop_column("steps_total")
        batch_op.drop_column("steps_done")
        batch_op.drop_column("moved_at")

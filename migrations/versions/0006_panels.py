"""panels: people who are asked, their answers, the keys; and the panel that a sitting uses

Only adds tables and an empty column: sittings that exist keep the example panel of the content.
A downgrade loses every panel, and marks made with one cannot be explained any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "panel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("composition", sa.String(length=600), nullable=False),
        sa.Column("min_n", sa.Integer(), nullable=False),
        sa.Column("one_page", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_from", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("min_n >= 1", name=op.f("ck_panel_minimum_positive")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_panel_version_positive")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["quiz_edition.id"], name=op.f("fk_panel_edition_id_quiz_edition")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user.id"], name=op.f("fk_panel_made_by_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["made_from"], ["panel.id"], name=op.f("fk_panel_made_from_panel"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
    )
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_panel_made_by"), ["made_by"], unique=False)

    op.create_table(
        "panel_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("taken_from", sa.Integer(), nullable=True),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column("shows_reasons", sa.Boolean(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_panel_member_number_positive")),
        sa.CheckConstraint(
            "finished_at IS NULL OR role <> ''", name=op.f("ck_panel_member_finished_with_a_role")
        ),
        sa.ForeignKeyConstraint(
            ["panel_id"],
            ["panel.id"],
            name=op.f("fk_panel_member_panel_id_panel"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["taken_from"],
            ["panel_member.id"],
            name=op.f("fk_panel_member_taken_from_panel_member"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_member")),
        sa.UniqueConstraint("panel_id", "number", name=op.f("uq_panel_member_panel_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_panel_member_token_hash")),
    )
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_panel_member_taken_from"), ["taken_from"], unique=False
        )

    op.create_table(
        "panel_answer",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("given", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(length=600), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("excluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exclusion_reason", sa.String(length=300), nullable=False),
        sa.Column("excluded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_panel_answer_revision_positive")),
        sa.CheckConstraint(
            "excluded_at IS NULL OR exclusion_reason <> ''",
            name=op.f("ck_panel_answer_excluded_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["excluded_by"],
            ["user.id"],
            name=op.f("fk_panel_answer_excluded_by_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["panel_member.id"],
            name=op.f("fk_panel_answer_member_id_panel_member"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("member_id", "item", name=op.f("pk_panel_answer")),
    )
    op.create_table(
        "panel_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("panel_version", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("n >= 1", name=op.f("ck_panel_key_of_somebody")),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["panel.id"], name=op.f("fk_panel_key_panel_id_panel"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_key")),
        sa.UniqueConstraint("panel_id", "item", name=op.f("uq_panel_key_panel_id")),
    )
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("panel", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_column("panel")

    op.drop_table("panel_key")
    op.drop_table("panel_answer")
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_member_taken_from"))

    op.drop_table("panel_member")
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_made_by"))
        batch_op.drop_index(batch_op.f("ix_panel_edition_id"))

    op.drop_table("panel")

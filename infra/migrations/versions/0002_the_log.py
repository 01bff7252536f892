"""The Merkle log over the evidence. What an older release recorded is sealed with the first batch that follows."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "tree_node",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("draft", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("private", sa.Text(), server_default="{}", nullable=False))
        batch_op.create_index(
            "evidence_of_draft",
            ["draft"],
            unique=False,
            sqlite_where=sa.text("draft IS NOT NULL"),
            postgresql_where=sa.text("draft IS NOT NULL"),
        )
    op.create_table(
        "private",
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry", "person"),
    )
    op.create_table(
        "erasure",
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry"),
    )
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_person"), ["person"], unique=False)


def downgrade() -> None:
    """Back from it."""
    op.drop_table("erasure")
    op.drop_table("private")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("evidence_of_draft", sqlite_where=sa.text("draft IS NOT NULL"), postgresql_where=sa.text("draft IS NOT NULL"))
        batch_op.drop_column("private")
        batch_op.drop_column("draft")
    op.drop_table("checkpoint")
    op.drop_table("tree_node")

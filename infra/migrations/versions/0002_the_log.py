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
        batch_op.create_index(
            "evidence_of_draft",
            ["draft"],
            unique=False,
            sqlite_where=sa.text("draft IS NOT NULL"),
            postgresql_where=sa.text("draft IS NOT NULL"),
        )


def downgrade() -> None:
    """Back from it."""
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("evidence_of_draft", sqlite_where=sa.text("draft IS NOT NULL"), postgresql_where=sa.text("draft IS NOT NULL"))
        batch_op.drop_column("draft")
    op.drop_table("checkpoint")
    op.drop_table("tree_node")

"""How many refusals were counted and not recorded one by one; and how many sends of a job may have arrived."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "refusal",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("check", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded", sa.Integer(), nullable=False),
        sa.Column("more", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("who", "kind", "check"),
    )
    op.create_index("ix_refusal_since", "refusal", ["since"])
    op.add_column("job", sa.Column("unsure", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    """Back from it."""
    op.drop_column("job", "unsure")
    op.drop_table("refusal")

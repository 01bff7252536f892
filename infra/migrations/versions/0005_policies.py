"""The policies that decisions were made by, so that each can be made again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "policy",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )


def downgrade() -> None:
    """Back from it."""
    op.drop_table("policy")

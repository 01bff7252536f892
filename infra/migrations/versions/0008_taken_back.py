"""Why access was taken back before its time, in the words of who did it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("end_reason", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Back from it."""
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_column("end_reason")

"""When the approvers of what waits are looked at next, and who was asked and decides no more."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """To this revision."""
    op.add_column("request", sa.Column("relieved", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("request", sa.Column("health_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("waiting_health", "request", ["health_at"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    # What waits already is looked at first of all: an older release never did.
    op.execute("UPDATE request SET health_at = asked_at WHERE state = 'waiting'")


def downgrade() -> None:
    """Back from it."""
    op.drop_index("waiting_health", "request")
    op.drop_column("request", "health_at")
    op.drop_column("request", "relieved")

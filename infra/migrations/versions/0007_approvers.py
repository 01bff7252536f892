"""When what waits is seen to next (approvers, reminders, the next in line), and who was asked and decides no more."""

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
    for name in ("remind_after", "escalate_after"):
        op.add_column("request", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("remind_at", "escalate_at", "escalated_at"):
        op.add_column("request", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("request", sa.Column("reminded", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_index("waiting_reminds", "request", ["remind_at"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.create_index("waiting_escalates", "request", ["escalate_at"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.create_index("waiting_health", "request", ["health_at"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    # What waits already is looked at first of all: an older release never did.
    op.execute("UPDATE request SET health_at = asked_at WHERE state = 'waiting'")


def downgrade() -> None:
    """Back from it."""
    op.drop_index("waiting_health", "request")
    op.drop_index("waiting_escalates", "request")
    op.drop_index("waiting_reminds", "request")
    for name in ("reminded", "escalated_at", "escalate_at", "remind_at", "escalate_after", "remind_after", "health_at"):
        op.drop_column("request", name)
    op.drop_column("request", "relieved")

"""More time for access that is live: how much is asked for, how much there can be, and when its holder is reminded of the end."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
_WARNS = "state = 'granted' AND warn_at IS NOT NULL"


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("at_most", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("more", sa.BigInteger(), nullable=True))
        batch_op.create_index("granted_warns", ["warn_at"], unique=False, sqlite_where=sa.text(_WARNS), postgresql_where=sa.text(_WARNS))


def downgrade() -> None:
    """Back from it."""
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_index("granted_warns", sqlite_where=sa.text(_WARNS), postgresql_where=sa.text(_WARNS))
        batch_op.drop_column("more")
        batch_op.drop_column("warn_at")
        batch_op.drop_column("at_most")

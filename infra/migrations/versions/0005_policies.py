"""The policies that decisions were made by, so that each can be made again; and the way to somebody's last refusal."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
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
    op.create_table(
        "policy_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("move", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(
            "refused_of_actor",
            ["actor", "id"],
            unique=False,
            sqlite_where=sa.text("kind = 'act:refused'"),
            postgresql_where=sa.text("kind = 'act:refused'"),
        )


def downgrade() -> None:
    """Back from it."""
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(
            "refused_of_actor", sqlite_where=sa.text("kind = 'act:refused'"), postgresql_where=sa.text("kind = 'act:refused'")
        )
    op.drop_table("policy_move")
    op.drop_table("policy")

"""Sign-ins for decisions, and which requests are looked at twice, what budgets are counted by, and breakers.

Decisions of an older release have no sign-in: where one is needed they open nothing any more (check 15).
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "sign_in",
        sa.Column("request", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("binding", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"]),
        sa.PrimaryKeyConstraint("request", "person"),
    )
    op.create_index("ix_sign_in_at", "sign_in", ["at"])
    op.create_table(
        "breaker",
        sa.Column("connector", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connector", "way"),
    )
    op.create_index("request_by_requester_in_time", "request", ["requester", "asked_at"])
    op.create_index("request_by_entitlement_in_time", "request", ["entitlement", "asked_at"])
    op.create_index("decision_by_approver", "decision", ["approver", "verdict", "at"])
    op.add_column("request", sa.Column("look_again", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    op.add_column("decision", sa.Column("step_up", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Back from this revision."""
    op.drop_column("decision", "step_up")
    op.drop_column("request", "look_again")
    op.drop_index("decision_by_approver", "decision")
    op.drop_table("breaker")
    op.drop_index("request_by_entitlement_in_time", "request")
    op.drop_index("request_by_requester_in_time", "request")
    op.drop_index("ix_sign_in_at", "sign_in")
    op.drop_table("sign_in")

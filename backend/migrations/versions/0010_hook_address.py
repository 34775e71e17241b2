"""Where support has registered a channel's hooks to go."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the address."""
    op.add_column("channels", sa.Column("hook_url", sa.String(500), nullable=False, server_default=""))

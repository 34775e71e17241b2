"""What a visitor says of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add phone and mail."""
    for name in ("phone", "email"):
        op.add_column("webchat_visitors", sa.Column(name, sa.String(100), nullable=False, server_default=""))

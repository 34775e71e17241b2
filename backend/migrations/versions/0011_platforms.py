"""The platform as a property of the integration: every host follows from it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the platform. What is known of an integration's accounts and channel says which one it is."""
    op.add_column("integrations", sa.Column("platform", sa.String(10), nullable=False, server_default="kommo"))
    op.execute(
        "UPDATE integrations SET platform = 'amocrm' WHERE id IN (SELECT integration_id FROM installations"
        " WHERE platform = 'amocrm') OR id IN (SELECT integration_id FROM channels WHERE code LIKE 'amo.%')"
    )

"""Custody as the registry's one answer about a child gives it, and what guardians' links, cases and look-ups need."""

from db.migrations.plain_sql import execute_beside

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the .sql file of the same name."""
    execute_beside(__file__)

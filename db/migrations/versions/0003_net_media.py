"""Net media: services, agreements, rights, and what the worker remembers so that it decides only what may be another."""

from db.migrations.plain_sql import execute_beside

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the .sql file of the same name."""
    execute_beside(__file__)

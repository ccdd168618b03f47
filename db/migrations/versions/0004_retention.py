"""Retention: the clocks that rows go by, what was forgotten, what each run did, and who reads the change feed."""

from db.migrations.plain_sql import execute_beside

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the .sql file of the same name."""
    execute_beside(__file__)

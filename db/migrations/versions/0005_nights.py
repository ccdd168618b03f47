"""A night, and the runs that were its steps."""

from db.migrations.plain_sql import execute_beside

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the .sql file of the same name."""
    execute_beside(__file__)

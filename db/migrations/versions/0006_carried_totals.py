"""What runs counted goes on being counted when their records go."""

from db.migrations.plain_sql import execute_beside

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the .sql file of the same name."""
    execute_beside(__file__)

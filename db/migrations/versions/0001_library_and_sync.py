"""The schemas library and sync, every table of the privacy inventory among them."""

from db.migrations.plain_sql import execute_beside

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the .sql file of the same name."""
    execute_beside(__file__)

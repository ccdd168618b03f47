"""What downstream systems need: consumers that read on without a gap, and who has tried a card in vain."""

from db.migrations.plain_sql import execute_beside

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs the .sql file of the same name."""
    execute_beside(__file__)

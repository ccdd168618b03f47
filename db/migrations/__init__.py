"""Alembic's migrations, in plain SQL; `db.upgrade` runs them. `.head` names the newest one."""

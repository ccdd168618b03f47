"""Alembic's entry: runs the migrations on the connection that `db.upgrade` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table_schema="sync")
with context.begin_transaction():
    context.run_migrations()

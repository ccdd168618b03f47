"""The extract of messages: SMS and e-mails that were sent to patrons (docs/reference/import.md)."""

from __future__ import annotations

from mappers.extracts.cells import read_channel, read_lines, read_time
from mappers.extracts.columns import Column, Extract

MESSAGES = Extract(
    kind="messages",
    key="message_number",
    columns=(
        Column("message_number", required=True),
        Column("patron_number", required=True),
        Column("channel", read_channel, required=True),
        Column("kind", required=True),
        Column("sent_at", read_time, required=True),
        Column("loan_number"),
        Column("item_number"),
        Column("title"),
        Column("author"),
        Column("text", read_lines),
    ),
)

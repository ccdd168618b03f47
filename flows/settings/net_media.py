"""What decides on rights to net media beside the library's agreements."""

from __future__ import annotations

from pydantic import BaseModel, Field


class NetMediaSettings(BaseModel):
    """Net media."""

    net_media_blocks_that_do_not_bar: str | None = Field(
        default=None,
        description="Reasons of blocks that do not bar from net media, comma-separated; every other one does.",
    )

    def reasons_that_do_not_bar(self) -> list[str]:
        """The reasons of `net_media_blocks_that_do_not_bar`, one by one."""
        given = self.net_media_blocks_that_do_not_bar or ""
        return [reason.strip() for reason in given.split(",") if reason.strip()]

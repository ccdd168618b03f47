"""How the nightly refresh goes about its work."""

from __future__ import annotations

from pydantic import BaseModel, Field


class RefreshSettings(BaseModel):
    """When a patron is due again, and how many go together."""

    refresh_interval_days: int = Field(
        default=1, ge=1, le=366, description="A patron is due when last checked so many days ago."
    )
    batch_size: int = Field(
        default=1000,
        ge=1,
        le=50_000,
        description="Patrons a batch: looked up together, applied in one transaction.",
    )

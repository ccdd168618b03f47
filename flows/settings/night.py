"""How a night of the schedule goes about a step that fails."""

from __future__ import annotations

from pydantic import BaseModel, Field


class NightSettings(BaseModel):
    """Whether a step is tried again by itself: it does only what is left."""

    night_retries: int = Field(
        default=2,
        ge=0,
        le=20,
        description="A step of a deployed night that fails, or leaves something, is tried again so many times.",
    )
    night_retry_seconds: int = Field(
        default=300, ge=0, le=7200, description="Seconds between two tries of a step of a night."
    )

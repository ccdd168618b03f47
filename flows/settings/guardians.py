"""Whether and how guardians of minors are mapped."""

from __future__ import annotations

from pydantic import BaseModel, Field


class GuardianSettings(BaseModel):
    """Guardians of minors."""

    guardians: bool = Field(
        default=True,
        description="Map the guardians of minors: keep custody of a child's answer and link who holds it. "
        "Off, none of it is kept (another country's law may give no basis for it).",
    )

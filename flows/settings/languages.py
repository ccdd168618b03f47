"""In which language people are spoken to."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class LanguageSettings(BaseModel):
    """The words of cases and reports."""

    language: Literal["da", "en"] = Field(
        default="en", description="Language of the words that staff read (cases, reports): da or en."
    )

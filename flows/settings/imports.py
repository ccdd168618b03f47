"""What a load must know about the library's own names for things."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ImportSettings(BaseModel):
    """Patron groups that the rules speak of."""

    child_groups: str = Field(
        default="Barn",
        description="Patron groups of children, comma-separated; an extract that gives an adult one is not followed.",
    )
    adult_group: str = Field(default="Voksen", min_length=1, description="Patron group that a child moves to at 18.")

    def child_group_names(self) -> list[str]:
        """The groups of `child_groups`, one by one."""
        return [name.strip() for name in self.child_groups.split(",") if name.strip()]

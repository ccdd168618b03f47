"""Retention: a field for every rule that `mappers.retention` declares, and what messages may keep their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, create_model

from mappers.retention import RULES, Rule

_LONGEST = {"days": 36_500, "months": 1_200}


def _field(rule: Rule) -> tuple[type[int], Any]:
    promised = " The notice promises the default: a longer period is said in every report." if rule.promise else ""
    return int, Field(
        default=rule.period,
        ge=0,
        le=_LONGEST[rule.unit],
        description=f"{rule.unit.capitalize()} after which a row falls due by the rule {rule.name}.{promised}",
    )


class _Retention(BaseModel):
    """What is forgotten, and when."""

    message_kinds_without_material: str | None = Field(
        default=None,
        description="Kinds of messages that name no material, comma-separated: their text is kept.",
    )

    def periods(self) -> dict[str, int]:
        """Name of a rule -> its period, in the rule's own unit."""
        return {rule.name: getattr(self, rule.field) for rule in RULES}

    def kinds_without_material(self) -> list[str]:
        """The kinds of `message_kinds_without_material`, one by one."""
        given = self.message_kinds_without_material or ""
        return [kind.strip() for kind in given.split(",") if kind.strip()]


if TYPE_CHECKING:
    RetentionSettings = _Retention
else:
    RetentionSettings = create_model(
        "RetentionSettings",
        __base__=_Retention,
        __doc__=_Retention.__doc__,
        **{rule.field: _field(rule) for rule in RULES},
    )

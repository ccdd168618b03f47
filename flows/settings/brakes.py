"""The brakes: a field for every line that `mappers.plausibility` declares, and how long a word is awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, create_model

from mappers import plausibility

_WHOM = {"known": "patrons of whom the registry has spoken before", "first": "first answers"}


def _field(line: plausibility.Line) -> tuple[type[float], Any]:
    return float, Field(
        default=line.limit_percent,
        ge=0,
        le=100,
        description=f"A refresh stops when more than so many percent of {_WHOM[line.population]} are: {line.code}.",
    )


def field_name(line: plausibility.Line) -> str:
    """The field (and so the variable) of a line: `brake_dead_percent`."""
    return f"brake_{line.key}"


class _Brakes(BaseModel):
    """When a run stops and asks."""

    brake_from_answers: int = Field(
        default=plausibility.FROM_ANSWERS,
        ge=1,
        description="No brake is pulled before so many answers about its patrons: known ones and first answers apart.",
    )
    brake_guardian_links_ended_percent: float = Field(
        default=plausibility.LINKS_ENDED.limit_percent,
        ge=0,
        le=100,
        description="A run of guardians stops when more than so many percent of all links end in it.",
    )
    brake_guardian_links_ended_more_than: int = Field(
        default=plausibility.LINKS_FROM,
        ge=0,
        description="So many links of guardians may end in a run, whatever their share.",
    )
    brake_net_media_revoked_percent: float = Field(
        default=plausibility.RIGHTS_REVOKED.limit_percent,
        ge=0,
        le=100,
        description="A run of net media stops where it would revoke more than so many percent of a service's rights.",
    )
    brake_net_media_revoked_more_than: int = Field(
        default=plausibility.RIGHTS_FROM,
        ge=0,
        description="So many rights to a service may be revoked in a run, whatever their share.",
    )
    brake_patrons_gone_percent: float = Field(
        default=plausibility.PATRONS_GONE.limit_percent,
        ge=0,
        le=100,
        description="A whole register is held where more than so many percent of the patrons are not in it.",
    )
    brake_patrons_gone_more_than: int = Field(
        default=plausibility.PATRONS_GONE_FROM,
        ge=0,
        description="So many patrons may be gone at once, whatever their share.",
    )
    brake_retention_removed_percent: float = Field(
        default=plausibility.RETENTION_REMOVED.limit_percent,
        ge=0,
        le=100,
        description="A run of retention stops a rule that would remove more than so many percent of its table's rows.",
    )
    brake_retention_removed_more_than: int = Field(
        default=plausibility.RETENTION_FROM,
        ge=0,
        description="So many rows may be removed by a rule of retention in a run, whatever their share.",
    )
    operators_word_hours: float = Field(
        default=12, gt=0, le=24 * 14, description="No operator's word within so many hours after a brake is `abort`."
    )

    def brake_limits(self) -> dict[str, float]:
        """Line key -> limit in percent, as `mappers.plausibility.verdict` takes them."""
        return {line.key: getattr(self, field_name(line)) for line in plausibility.LINES}


if TYPE_CHECKING:
    BrakeSettings = _Brakes
else:
    BrakeSettings = create_model(
        "BrakeSettings",
        __base__=_Brakes,
        __doc__=_Brakes.__doc__,
        **{field_name(line): _field(line) for line in plausibility.LINES},
    )

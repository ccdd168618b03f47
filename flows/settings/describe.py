"""Lists every setting with what a reader has to know: the reference page and `.env.example` are made from it."""

from __future__ import annotations

import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Gt, Le, Lt
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from flows.settings import GROUPS, Settings
from flows.settings.loading import secret_fields
from flows.settings.names import FILE_SUFFIX, variable

_WORDS = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    UUID: "UUID",
    SecretStr: "text",
}


@dataclass(frozen=True, slots=True)
class Description:
    """One setting. `twin` is the variable naming a file that holds it (None: no secret)."""

    group: str
    name: str
    default: str
    type: str
    description: str
    secret: bool
    twin: str | None


def describe() -> list[Description]:
    """All settings in the order of the reference page."""
    secrets = secret_fields(Settings)
    return [
        Description(
            group=group,
            name=variable(name),
            default=_default(field),
            type=_type(field),
            description=field.description or "",
            secret=name in secrets,
            twin=variable(name) + FILE_SUFFIX if name in secrets else None,
        )
        for group, members in GROUPS.items()
        for name, field in members.model_fields.items()
    ]


def _default(field: FieldInfo) -> str:
    """The default as a person writes it; one that is worked out says how."""
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "default" in extra:
        return str(extra["default"])
    if field.default is None:
        return "none"
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return f"{field.default:g}" if isinstance(field.default, int | float) else str(field.default)


def _type(field: FieldInfo) -> str:
    """What the value is, with its limits: `whole number, 1 to 256`."""
    words = _word(field.annotation)
    low = next((f"from {item.ge:g}" for item in field.metadata if isinstance(item, Ge)), None) or next(
        (f"above {item.gt:g}" for item in field.metadata if isinstance(item, Gt)), None
    )
    high = next((f"to {item.le:g}" for item in field.metadata if isinstance(item, Le)), None) or next(
        (f"below {item.lt:g}" for item in field.metadata if isinstance(item, Lt)), None
    )
    limits = " ".join(limit for limit in (low, high) if limit)
    return f"{words}, {limits}" if limits else words


def _word(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return " or ".join(str(choice) for choice in get_args(annotation))
    if origin in (Union, types.UnionType):
        return _word(next(part for part in get_args(annotation) if part is not type(None)))
    if origin is not None:
        return _word(get_args(annotation)[0])
    return _WORDS[annotation]

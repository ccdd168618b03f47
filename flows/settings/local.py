"""Where patronsync keeps what is its own, and which file its settings come from."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_dir
from pydantic import BaseModel, Field

ROOTS_DATA_DIR = Path("/var/lib/patronsync")


def default_data_dir() -> Path:
    """The user's data directory for patronsync; root's is the machine's, since its PostgreSQL runs as another user."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return ROOTS_DATA_DIR
    return Path(user_data_dir("patronsync"))


class LocalSettings(BaseModel):
    """The home of every embedded part."""

    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Home of every embedded part: PostgreSQL, the demo registry, Prefect's server.",
        json_schema_extra={"default": "the user's data directory for patronsync (root: /var/lib/patronsync)"},
    )
    env_file: Path | None = Field(
        default=None,
        description="The file that settings are read from beside the environment, which wins over it. "
        "Relative paths in it are relative to it.",
        json_schema_extra={"default": "DATA_DIR/.env, where it is there"},
    )

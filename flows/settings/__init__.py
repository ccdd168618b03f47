"""Settings: typed, described, one group a file, read from `PATRONSYNC_` variables and one file.

A new setting is a field in the file of its group; its variable's name, its documentation and its twin
`..._FILE` (where it is a secret) follow from the field.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, PrivateAttr, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from flows.errors import UsageError
from flows.settings.brakes import BrakeSettings
from flows.settings.database import DatabaseSettings
from flows.settings.feed import FeedSettings
from flows.settings.guardians import GuardianSettings
from flows.settings.imports import ImportSettings
from flows.settings.languages import LanguageSettings
from flows.settings.loading import Variables
from flows.settings.local import LocalSettings
from flows.settings.names import variable
from flows.settings.net_media import NetMediaSettings
from flows.settings.night import NightSettings
from flows.settings.notifications import NotificationSettings
from flows.settings.refresh import RefreshSettings
from flows.settings.registry import RegistrySettings
from flows.settings.retention import RetentionSettings

__all__ = ["GROUPS", "ReaderSettings", "Settings", "current", "load", "use"]

GROUPS: dict[str, type[BaseModel]] = {
    "This machine": LocalSettings,
    "Database": DatabaseSettings,
    "Registry": RegistrySettings,
    "Refresh": RefreshSettings,
    "Guardians": GuardianSettings,
    "Net media": NetMediaSettings,
    "Retention": RetentionSettings,
    "Change feed": FeedSettings,
    "Night": NightSettings,
    "Notifications": NotificationSettings,
    "Brakes": BrakeSettings,
    "Patron groups": ImportSettings,
    "Language": LanguageSettings,
}
"""The groups in the order of the reference page."""


class Settings(
    LanguageSettings,
    ImportSettings,
    BrakeSettings,
    FeedSettings,
    NotificationSettings,
    NightSettings,
    RetentionSettings,
    NetMediaSettings,
    GuardianSettings,
    RefreshSettings,
    RegistrySettings,
    DatabaseSettings,
    LocalSettings,
    BaseSettings,
):
    """All settings, frozen. A field's variable is its name in capitals after `PATRONSYNC_`.

    `load` reads them; constructed by hand it reads nothing, and what is not given has its default.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    _prefect: dict[str, str] = PrivateAttr(default_factory=dict)
    _embedded: frozenset[str] = PrivateAttr(default=frozenset())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing is read behind `load`'s back."""
        return (init_settings,)

    @model_validator(mode="after")
    def _made_up_people_never_meet_a_real_library(self) -> Self:
        if self.database_url is not None and self.registry_url is None:
            raise UsageError(
                "PATRONSYNC_DATABASE_URL is set without PATRONSYNC_REGISTRY_URL: "
                "the demo registry's made-up people would meet a real library's patrons.",
                "Set PATRONSYNC_REGISTRY_URL to the registry that these patrons are looked up in.",
            )
        return self

    @property
    def prefect(self) -> Mapping[str, str]:
        """Prefect's own variables (`PREFECT_...`), from the environment and the settings file."""
        return self._prefect

    @property
    def prefect_api_url(self) -> str | None:
        """The Prefect API in use where one is set; None: our own server."""
        return self._prefect.get("PREFECT_API_URL") or None

    def with_embedded_database(self, url: str) -> Settings:
        """A copy in which our own PostgreSQL stands in the place of the database that is not configured."""
        return self._with_embedded("database_url", SecretStr(url))

    def with_demo_registry(self, url: str) -> Settings:
        """A copy in which our own demo registry stands in the place of the registry that is not configured."""
        return self._with_embedded("registry_url", url)

    @property
    def connection_url(self) -> str:
        """Where the database is, for psycopg. Known within a `flows.local.embedded.environment` in any case.

        It may hold a password: it goes nowhere else. `database_host` is for people.
        """
        assert self.database_url is not None, "entered no environment"
        return self.database_url.get_secret_value()

    def _with_embedded(self, field: str, address: object) -> Settings:
        copy = self.model_copy(update={field: address})
        copy._embedded = self._embedded | {field}
        return copy

    def is_embedded(self, field: str) -> bool:
        """True where `database_url` or `registry_url` was filled in with the address of our own server."""
        return field in self._embedded

    @property
    def database_host(self) -> str:
        """Which database is in use, for people to read: where it is, no user and no password."""
        if self.database_url is None:
            return f"embedded in {self.data_dir}"
        from db.connect import shown

        place = shown(self.database_url.get_secret_value())
        return f"embedded ({place})" if self.is_embedded("database_url") else place

    @property
    def registry_host(self) -> str:
        """Which registry is in use, for people to read."""
        if self.registry_url is None:
            return "demo registry"
        place = self.registry_config().host
        return f"demo registry ({place})" if self.is_embedded("registry_url") else place


class ReaderSettings(Settings):
    """The settings of who reads the change feed and does nothing else: asks no registry, so has to name none."""

    @model_validator(mode="after")
    def _made_up_people_never_meet_a_real_library(self) -> Self:
        return self


def load(
    environ: Mapping[str, str] | None = None, env_file: Path | None = None, kind: type[Settings] = Settings
) -> Settings:
    """Reads the settings from `environ` (the process's own where None) and one file; `kind`: for whom.

    The file is `env_file`, else the one that `PATRONSYNC_ENV_FILE` names, else `DATA_DIR/.env` where it is
    there. Raises `UsageError` naming each variable that won't do, where it stands and what it should be.
    """
    variables = Variables(kind, os.environ if environ is None else environ, env_file)
    try:
        settings = kind(**variables())
    except ValidationError as error:
        raise UsageError(_reworded(error, variables.places)) from None
    settings._prefect.update(variables.prefect)
    return settings


_in_use: Settings | None = None


def current(kind: type[Settings] = Settings) -> Settings:
    """The settings that `use` put in force in this process (a command does), else those that `load` reads."""
    return _in_use or load(kind=kind)


def use(settings: Settings | None) -> Settings | None:
    """Puts `settings` in force for `current`, and returns those that were (None: none)."""
    global _in_use
    before, _in_use = _in_use, settings
    return before


def _reworded(error: ValidationError, places: Mapping[str, str]) -> str:
    """A line for each variable that won't do. The values are not repeated: one of them may be a secret."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        field = str(problem["loc"][0])
        wanted = problem["msg"].replace("Input should be", "should be", 1)
        lines.append(f"{variable(field)} ({places.get(field, 'default')}): {wanted}")
    return "\n".join(lines)

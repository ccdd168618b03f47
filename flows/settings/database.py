"""Which PostgreSQL serves: the library's own, or the embedded one."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, DirectoryPath, Field, SecretStr, field_validator

from flows.errors import UsageError

_NAME = "PATRONSYNC_DATABASE_URL"
_FILES = ("passfile", "sslrootcert", "sslcert", "sslkey", "sslcrl")


class DatabaseSettings(BaseModel):
    """The database in use."""

    database_url: SecretStr | None = Field(
        default=None,
        description="A libpq URL (postgresql://USER@HOST/DATABASE?sslmode=verify-full); "
        "off this machine only with sslmode=verify-full. Needs PATRONSYNC_REGISTRY_URL beside it "
        "(but for the commands of the change feed).",
        json_schema_extra={"default": "the embedded PostgreSQL in DATA_DIR"},
    )
    postgres_bin: DirectoryPath | None = Field(
        default=None,
        description="Folder of the server programs (initdb, pg_ctl, postgres) that the embedded PostgreSQL runs.",
        json_schema_extra={"default": "those of the installed wheel"},
    )

    @field_validator("database_url")
    @classmethod
    def _database_is_encrypted_or_local(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            check_database_url(url.get_secret_value())
        return url


def check_database_url(url: str) -> None:
    """Raises `UsageError` where `url` is no libpq URL, or leaves this machine without verified TLS. Never quotes it."""
    from db.connect import require_tls
    from db.errors import OperatorMustAct

    if not url.startswith(("postgresql://", "postgres://")):
        raise UsageError(
            f"{_NAME} is not a libpq URL.",
            "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full "
            "(special characters of a password percent-encoded).",
        )
    try:
        require_tls(url)
    except OperatorMustAct as error:
        raise UsageError(error.message, error.remedy) from None
    for name, value in parse_qsl(urlsplit(url).query):
        if name in _FILES and value != "system" and not Path(value).is_absolute():
            raise UsageError(
                f"{_NAME}: {name} is a relative path; a scheduled run starts in another folder.",
                "Write the whole path.",
            )

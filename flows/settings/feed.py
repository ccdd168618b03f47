"""How the change feed is handed over (`patronsync feed follow`), and when a consumer is too far behind."""

from __future__ import annotations

import base64
import binascii

from pydantic import BaseModel, Field, FilePath, SecretStr, field_validator

_PREFIX = "whsec_"
_FEWEST = 24


class FeedSettings(BaseModel):
    """The change feed."""

    feed_batch: int = Field(default=500, ge=1, le=10_000, description="Events POSTed to a webhook at once.")
    feed_behind_hours: int = Field(
        default=24, ge=1, le=4320, description="A consumer for which an event has waited so many hours needs a hand."
    )
    feed_webhook_secret: SecretStr | None = Field(
        default=None,
        description="What webhooks are signed with: whsec_ and 24 bytes or more in base64 "
        "(openssl rand -base64 32 makes them).",
    )
    feed_webhook_ca: FilePath | None = Field(
        default=None,
        description="PEM file of the roots that a receiver's certificate is held to.",
        json_schema_extra={"default": "the roots that requests brings"},
    )
    feed_webhook_tries: int = Field(
        default=8, ge=1, le=100, description="Tries to deliver an event before the consumer stops."
    )
    feed_webhook_timeout: float = Field(
        default=10, gt=0, le=300, description="Seconds in which a receiver must have answered."
    )

    @field_validator("feed_webhook_secret")
    @classmethod
    def _secret_is_one(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and _decoded(secret) is None:
            raise ValueError(f"should be {_PREFIX} and at least {_FEWEST} bytes in base64")
        return secret

    def webhook_key(self) -> bytes | None:
        """The bytes that webhooks are signed with."""
        return _decoded(self.feed_webhook_secret) if self.feed_webhook_secret else None


def _decoded(secret: SecretStr) -> bytes | None:
    try:
        key = base64.b64decode(secret.get_secret_value().strip().removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return None
    return key if len(key) >= _FEWEST else None

"""Which registry is asked, as whom, and how hard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, FilePath, SecretStr, StringConstraints, model_validator

from flows.errors import UsageError
from flows.settings.names import variable

if TYPE_CHECKING:
    from cpr_client.connection import RegistryConfig

INVOCATION_CONTEXT = (
    "registry_service_agreement_uuid",
    "registry_user_system_uuid",
    "registry_user_uuid",
    "registry_service_uuid",
)


class RegistrySettings(BaseModel):
    """The registry in use: where, with which certificate, on which agreement, how fast."""

    registry_url: str | None = Field(
        default=None,
        description="The service's endpoint; https://, or http:// on the loopback interface alone.",
        json_schema_extra={"default": "the demo registry, started for the command that needs it"},
    )
    registry_version: Literal["5", "4"] = Field(
        default="5", description="Version of PersonBaseDataExtended that is spoken: 5 or 4."
    )
    registry_wsdl: FilePath | None = Field(
        default=None,
        description="A downloaded WSDL to hold to instead of our own.",
        json_schema_extra={"default": "our own"},
    )
    registry_certificate: FilePath | None = Field(
        default=None, description="PEM file of the client certificate (OCES3) that we show the registry."
    )
    registry_key: FilePath | None = Field(
        default=None, description="PEM file of the certificate's private key, unencrypted, readable by its owner alone."
    )
    registry_ca: FilePath | None = Field(
        default=None,
        description="PEM file of the roots that the registry's own certificate is held to.",
        json_schema_extra={"default": "the roots that requests brings"},
    )
    registry_service_agreement_uuid: UUID | None = Field(
        default=None, description="InvocationContext: UUID of the service agreement."
    )
    registry_user_system_uuid: UUID | None = Field(
        default=None, description="InvocationContext: UUID of the user system."
    )
    registry_user_uuid: UUID | None = Field(
        default=None, description="InvocationContext: UUID of the municipality as user."
    )
    registry_service_uuid: UUID | None = Field(default=None, description="InvocationContext: UUID of the service.")
    registry_municipality_cvr: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")] | None = Field(
        default=None,
        description="AuthorityContext: the municipality's CVR number (8 digits), instead of the four UUIDs.",
    )
    registry_test_number: SecretStr | None = Field(
        default=None,
        description="A test number of the provider's, nobody's own: patronsync check looks it up.",
    )
    registry_concurrency: int = Field(default=32, ge=1, le=256, description="Look-ups in flight at once.")
    registry_rate: float | None = Field(
        default=None,
        gt=0,
        description="At most so many look-ups a second. The registry publishes no limit: agree one with the provider.",
        json_schema_extra={"default": "no limit"},
    )
    registry_connect_timeout: float = Field(
        default=5, gt=0, le=300, description="Seconds to wait for a connection to the registry."
    )
    registry_read_timeout: float = Field(
        default=30, gt=0, le=600, description="Seconds to wait for the registry's answer."
    )
    registry_deadline: float = Field(
        default=60,
        gt=0,
        le=3600,
        description="Seconds for one look-up with all its repetitions; then the patron stays due and the run goes on.",
    )

    @model_validator(mode="after")
    def _registry_is_one_that_may_be_asked(self) -> Self:
        given = [name for name in INVOCATION_CONTEXT if getattr(self, name) is not None]
        missing = [variable(name) for name in INVOCATION_CONTEXT if name not in given]
        if given and missing:
            raise UsageError(
                f"{', '.join(missing)}: missing; the four UUIDs of InvocationContext go together.",
                "Set all four, or PATRONSYNC_REGISTRY_MUNICIPALITY_CVR instead of them.",
            )
        if given and self.registry_municipality_cvr:
            raise UsageError(
                "PATRONSYNC_REGISTRY_MUNICIPALITY_CVR is set beside the four UUIDs of InvocationContext.",
                "Keep the one that your service agreement asks for.",
            )
        if self.registry_url is not None:
            self.registry_config()
        return self

    def registry_config(self) -> RegistryConfig:
        """The client's own configuration, complete for the registry that it names.

        Raises `UsageError` where `registry_url` is not set (the embedded environment fills it in), or where something
        is wrong or missing that this registry asks for.
        """
        from cpr_client.connection import AuthorityContext, InvocationContext, RegistryConfig
        from cpr_client.errors import ConfigurationError

        if self.registry_url is None:
            raise UsageError("PATRONSYNC_REGISTRY_URL: not set, and no demo registry was started for this command.")
        context: InvocationContext | AuthorityContext | None = None
        try:
            if self.registry_municipality_cvr is not None:
                context = AuthorityContext(municipality_cvr=self.registry_municipality_cvr)
            elif self.registry_service_agreement_uuid is not None:
                context = InvocationContext(
                    **{name.removeprefix("registry_"): str(getattr(self, name)) for name in INVOCATION_CONTEXT}
                )
            config = RegistryConfig(
                url=self.registry_url,
                version=self.registry_version,
                wsdl=self.registry_wsdl,
                certificate=self.registry_certificate,
                key=self.registry_key,
                ca=self.registry_ca,
                context=context,
                concurrency=self.registry_concurrency,
                rate=self.registry_rate,
                connect_timeout=self.registry_connect_timeout,
                read_timeout=self.registry_read_timeout,
                deadline=self.registry_deadline,
            )
            config.require_complete()
        except ConfigurationError as error:
            raise UsageError(str(error)) from None
        return config

"""What the demo registry's controls may be told, checked as a whole before any of it is done.

The fields are the keys of the JSON object that POST /control takes (docs/how-to/play-your-own-cases.md).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cpr_client.demo.facts import DemoPerson, OwnNumber
from cpr_client.demo.mischief import Kind

Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Failure(_Strict):
    """Misbehaviour put in force (cpr_client/demo/mischief.py)."""

    kind: Kind = Field(description="how it misbehaves")
    share: float = Field(1.0, ge=0, le=1, description="of the requests, from 0 to 1")
    numbers: list[OwnNumber] = Field([], description="CPR numbers whom alone it strikes")
    times: int | None = Field(None, ge=1, description="so many requests, then no more")
    seconds: Seconds | None = Field(None, description="how slow; Retry-After of `busy` and `unavailable`")
    status: int = Field(200, ge=200, le=599, description="HTTP status of `body`")
    code: str = Field("ServiceError", description="the code of a `fault`")
    text: str = Field("The service failed", description="the text of a `fault`")
    body: str = Field("", description="what `body` answers")
    content_type: str = Field("text/xml; charset=utf-8", pattern=r"^[ -~]+$", description="that of `body`")

    @model_validator(mode="after")
    def _slow_says_how_slow(self) -> Failure:
        if self.kind == "slow" and self.seconds is None:
            raise ValueError("seconds: how slow")
        return self

    def how(self) -> dict[str, Any]:
        """As `Service.fail` takes it."""
        return self.model_dump(exclude_unset=True) | {"numbers": self.numbers}


class Wishes(_Strict):
    """One control request; done in the order of these fields."""

    persons: list[DemoPerson] = Field([], description="added, or put in the place of who is there")
    forget: list[OwnNumber] = Field([], description="CPR numbers that the registry does not know any more")
    advance_to: date | None = Field(None, description="a day: people move, marry and die until then")
    seed: int = Field(0, description="other things happen until then, the same ones for the same number")
    latency: Seconds | None = Field(None, description="seconds before each answer")
    behave: bool = Field(False, description="true: all misbehaviour ends")
    fail: Failure | None = Field(None, description="misbehaviour that begins")
    asked: Literal["forget"] | None = Field(None, description='"forget": the count of questions begins anew')


def read_wishes(body: bytes) -> Wishes:
    """The wishes of one request. Raises `ValueError`, which names each bad key and repeats no value."""
    try:
        return Wishes.model_validate_json(body)
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        raise ValueError("; ".join(f"{_place(one['loc'])}: {one['msg']}" for one in told)) from None


def _place(keys: tuple[int | str, ...]) -> str:
    return ".".join(map(str, keys)) or "the body"

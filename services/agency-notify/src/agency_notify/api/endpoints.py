"""``/v1/endpoints``: where agencies and their roles are pushed to, set by operators. Secrets never come out."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Depends, Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from agency_notify import addresses, signing
from agency_notify.addresses import UrlRefused
from agency_notify.api.dependencies import Dependencies, Injected
from agency_notify.errors import EndpointRefused
from agency_notify.handlers.endpoints import EndpointDependencies, set_endpoints
from agency_notify.model import Endpoint, Signing, WantedEndpoint
from agency_notify.store import endpoints
from agency_notify.store.endpoints import Change, Whose
from chassis.web.auth import Principal, signed_in_as
from chassis.web.service_router import ServiceRouter
from contracts.codes import Channel
from contracts.problems import FieldError

router = ServiceRouter(tags=["endpoints"])

Operator = Annotated[Principal, Depends(signed_in_as("operator"))]
AgencyCode = Annotated[str, Path(pattern="^[a-z0-9-]{1,60}$", description="An agency or team of the pack.")]
RoleCode = Annotated[str, Path(pattern="^[a-z0-9-]{1,60}$", description="A role of the pack.")]
_EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"


class WebhookForm(BaseModel):
    """A web address for signed webhooks. ``v1`` (HMAC) needs a secret; ``v1a`` (ed25519) needs none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Literal[Channel.WEBHOOK]
    address: str = Field(min_length=8, max_length=2000)
    signing: Signing = Signing.ED25519
    secret: SecretStr | None = Field(default=None, description="whsec_ and base64 of 24 to 64 random bytes")

    @field_validator("secret")
    @classmethod
    def _fits(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            signing.secret_bytes(secret.get_secret_value())
        return secret

    @model_validator(mode="after")
    def _secret_with_hmac(self) -> Self:
        if (self.signing is Signing.HMAC) != (self.secret is not None):
            raise ValueError("Send a secret with signing v1, and none with v1a")
        return self


class MailboxForm(BaseModel):
    """An e-mail address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Literal[Channel.EMAIL]
    address: str = Field(max_length=254, json_schema_extra={"pattern": _EMAIL})

    @field_validator("address")
    @classmethod
    def _is_written_right(cls, address: str) -> str:
        if not re.fullmatch(_EMAIL, address):
            raise ValueError("Send an e-mail address such as safeguarding@school.example.org")
        return address


class EndpointsForm(BaseModel):
    """All the endpoints of one agency, or of one role of it: a channel that is left out is switched off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    partnership: str = Field(pattern="^[a-z0-9-]{1,60}$")
    endpoints: tuple[Annotated[WebhookForm | MailboxForm, Field(discriminator="channel")], ...] = Field(max_length=2)

    @model_validator(mode="after")
    def _each_channel_once(self) -> Self:
        if len({endpoint.channel for endpoint in self.endpoints}) != len(self.endpoints):
            raise ValueError("Send each channel once")
        return self


class EndpointView(BaseModel):
    """An endpoint without its secret."""

    endpoint_id: UUID
    partnership: str
    agency: str
    role: str | None = Field(description="Whose endpoint it is when it is not the agency's own.")
    channel: Channel
    address: str
    signing: Signing | None
    disabled_at: datetime | None
    disabled_reason: str | None


class EndpointsView(BaseModel):
    """Endpoints."""

    endpoints: tuple[EndpointView, ...]


@router.put("/v1/endpoints/{agency}", summary="Set where an agency is pushed to")
async def put_endpoints(
    agency: AgencyCode, form: EndpointsForm, dependencies: Injected, operator: Operator
) -> EndpointsView:
    """Replaces all endpoints of the agency, and enables one that was switched off because it was gone.

    A secret that is replaced signs beside the new one for a day.
    """
    return await _set(Whose(form.partnership, agency), form, dependencies, operator)


@router.put("/v1/endpoints/{agency}/roles/{role}", summary="Set where the people of a role are pushed to")
async def put_role_endpoints(
    agency: AgencyCode, role: RoleCode, form: EndpointsForm, dependencies: Injected, operator: Operator
) -> EndpointsView:
    """Replaces all endpoints of one role, at its team or else at the hub. A role without any is reached by those of
    the agency; the inbox always holds its notices.
    """
    return await _set(Whose(form.partnership, agency, role), form, dependencies, operator)


@router.get("/v1/endpoints", summary="Where agencies and their roles are pushed to")
async def get_endpoints(dependencies: Injected, _: Operator) -> EndpointsView:
    """Every endpoint, those that are switched off too."""
    async with dependencies.db.transaction() as tx:
        found = await endpoints.list_endpoints(tx)
    return _view(found)


async def _set(whose: Whose, form: EndpointsForm, dependencies: Dependencies, operator: Principal) -> EndpointsView:
    wanted = [_wanted(form, number, dependencies) for number in range(len(form.endpoints))]
    change = Change(operator.subject, dependencies.clock.now())
    needed = EndpointDependencies(dependencies.packs, dependencies.ids, dependencies.sealer)
    async with dependencies.db.transaction() as tx:
        found = await set_endpoints(tx, whose, wanted, dependencies=needed, change=change)
    return _view(found)


def _wanted(form: EndpointsForm, number: int, dependencies: Dependencies) -> WantedEndpoint:
    wanted = form.endpoints[number]
    if isinstance(wanted, MailboxForm):
        return WantedEndpoint(wanted.channel, wanted.address)
    _check_url(wanted.address, dependencies, pointer=f"/endpoints/{number}/address")
    secret = wanted.secret.get_secret_value() if wanted.secret is not None else None
    return WantedEndpoint(wanted.channel, wanted.address, wanted.signing, secret)


def _check_url(url: str, dependencies: Dependencies, *, pointer: str) -> None:
    try:
        addresses.check_url(url, allowed=dependencies.allowed)
    except UrlRefused as error:
        raise EndpointRefused(errors=(FieldError(pointer, str(error)),)) from error


def _view(found: Sequence[Endpoint]) -> EndpointsView:
    return EndpointsView(endpoints=tuple(EndpointView(**shown(endpoint)) for endpoint in found))


def shown(endpoint: Endpoint) -> dict[str, Any]:
    """What operators see of an endpoint."""
    return {name: getattr(endpoint, name) for name in EndpointView.model_fields}

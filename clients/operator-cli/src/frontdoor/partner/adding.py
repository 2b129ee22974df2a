"""One partner system made known everywhere: the registry, the identity provider, and who notifies agencies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.codes import Channel, ContactSource
from frontdoor.answer import Answer
from frontdoor.client import Caller
from frontdoor.endpoints import of_agency
from frontdoor.errors import Wrong
from frontdoor.partner import keycloak
from frontdoor.partner.steps import ENDPOINTS, ISSUER, REGISTRY, Steps

INTAKE: Final = "referral-intake"
NOTIFY: Final = "agency-notify"
PARTNERS: Final = "/operator/partners"
_NEW: Final = 201


@dataclass(frozen=True)
class Wanted:
    """A partner's system as the operator describes it. ``keys`` or ``jwks_url``; ``change`` agrees again."""

    client_id: str
    partnership: str
    agency: str
    source: ContactSource
    scopes: Sequence[str]
    keys: Sequence[Mapping[str, Any]]
    jwks_url: str | None
    name: str | None
    webhook: str | None
    email: str | None
    per_minute: int | None
    reads_per_minute: int | None
    change: bool


async def add(caller: Caller, wanted: Wanted) -> Answer:
    """Do what is missing, place by place. Called again with the same arguments it changes nothing."""
    steps, adding = Steps(wanted.client_id), _Adding(caller, wanted)
    await steps.take(REGISTRY, adding.register)
    await steps.take(ISSUER, adding.make_client)
    if wanted.webhook or wanted.email:
        await steps.take(ENDPOINTS, adding.set_endpoints)
    return steps.answer(f"Partner {wanted.client_id}", partner=adding.registered)


@dataclass
class _Adding:
    caller: Caller
    wanted: Wanted
    registered: dict[str, Any] | None = None

    async def register(self) -> str:
        """First of all, so that the limits and scopes that were agreed hold from the first token on."""
        answer = await self.caller.ask("POST", INTAKE, PARTNERS, json=_form(self.wanted))
        self.registered = answer.json()
        done = "as agreed now" if self.wanted.change else "as before"
        done = "registered" if answer.status_code == _NEW else done
        return done if self.registered["in_pack"] else f"{done}. {self._unnamed()}"

    def _unnamed(self) -> str:
        """A code that was misspelt looks like one that the pack does not name (yet)."""
        return (
            f"The pack of {self.wanted.partnership} names no agency {self.wanted.agency}: it may refer, but is asked "
            "nothing. If the code is wrong, register the right one under another client id"
        )

    async def make_client(self) -> str:
        """A partner that is suspended gets a client that cannot sign in."""
        assert self.registered is not None  # the step before succeeded
        client = keycloak.Client(
            client_id=self.wanted.client_id,
            name=self.wanted.name or self.wanted.client_id,
            agency=self.wanted.agency,
            partnership=self.wanted.partnership,
            jwks_url=self.registered["jwks_url"],
            enabled=self.registered["suspended_at"] is None,
        )
        return await keycloak.make(self.caller, client, change=self.wanted.change)

    async def set_endpoints(self) -> str:
        """All of an agency's endpoints are set at once, so those that it has are not replaced unasked."""
        wanted = _endpoints(self.wanted)
        found = (await self.caller.get(NOTIFY, "/v1/endpoints"))["endpoints"]
        ours = of_agency(found, self.wanted.partnership, self.wanted.agency)
        had = {each["channel"]: each for each in ours}
        if {channel: each["address"] for channel, each in had.items() if not each["disabled_at"]} == wanted:
            return "as before"
        if had and not self.wanted.change:
            raise Wrong(f"{self.wanted.agency} has other endpoints: {', '.join(sorted(had))}; --change replaces them")
        endpoints = [{"channel": channel, "address": address} for channel, address in wanted.items()]
        body = {"partnership": self.wanted.partnership, "endpoints": endpoints}
        await self.caller.ask("PUT", NOTIFY, f"/v1/endpoints/{self.wanted.agency}", json=body)
        return "set"


def _endpoints(wanted: Wanted) -> dict[str, str]:
    given = {Channel.WEBHOOK.value: wanted.webhook, Channel.EMAIL.value: wanted.email}
    return {channel: address for channel, address in given.items() if address}


def _form(wanted: Wanted) -> dict[str, Any]:
    form = {
        "client_id": wanted.client_id,
        "partnership": wanted.partnership,
        "agency": wanted.agency,
        "source": wanted.source.value,
        "scopes": list(wanted.scopes) or None,
        "name": wanted.name,
        "referrals_per_minute": wanted.per_minute,
        "reads_per_minute": wanted.reads_per_minute,
        "jwks": {"keys": list(wanted.keys)} if wanted.keys else None,
        "jwks_url": wanted.jwks_url,
        "change": wanted.change,
    }
    return {name: value for name, value in form.items() if value is not None}

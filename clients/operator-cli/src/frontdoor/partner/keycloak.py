"""The partner's client at the identity provider: Keycloak, as its own operator with one right, ``manage-clients``.

The client says itself who it is (role, agency, partnership) in mappers that nobody but an administrator can change,
so that its making needs no right over users. Its keys are fetched from where the registry says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from frontdoor.client import IDENTITY_PROVIDER, Caller
from frontdoor.errors import CalledWrongly, Wrong

Representation = dict[str, Any]

_ROLE: Final = "partner"
_IN_TOKENS: Final = {
    "jsonType.label": "String",
    "access.token.claim": "true",
    "id.token.claim": "false",
    "userinfo.token.claim": "false",
    "introspection.token.claim": "true",
}


@dataclass(frozen=True)
class Client:
    """A partner's client as it has to be."""

    client_id: str
    name: str
    agency: str
    partnership: str
    jwks_url: str
    enabled: bool


async def make(caller: Caller, client: Client, *, change: bool) -> str:
    """Make the client, or see that it is as it has to be; says which. Raises ``Wrong`` where it is otherwise."""
    wanted, found = _representation(client), await find(caller, client.client_id)
    if found is None:
        await caller.ask("POST", IDENTITY_PROVIDER, "/clients", json=wanted)
        return "made"
    differing = _differing(found, wanted)
    if not differing:
        return "as before"
    if not change:
        raise Wrong(f"has a client {client.client_id} that is set up otherwise: {', '.join(differing)}")
    await _replace(caller, {**found, **wanted, "attributes": {**found["attributes"], **wanted["attributes"]}})
    return "changed"


async def enable(caller: Caller, client_id: str, *, enabled: bool) -> str:
    """Let a client sign in or not; says what it found. A client that is not there cannot sign in."""
    found = await find(caller, client_id)
    if found is None:
        return "not there"
    if found["enabled"] is enabled:
        return "as before"
    await _replace(caller, {**found, "enabled": enabled})
    return "enabled" if enabled else "disabled"


async def forget_keys(caller: Caller, client_id: str) -> str:
    """Have a client's keys fetched again when they are needed next: a change of the client makes Keycloak do so."""
    found = await find(caller, client_id)
    if found is None:
        return "not there"
    await _replace(caller, found)
    return "keys will be fetched again"


async def find(caller: Caller, client_id: str) -> Representation | None:
    """The client of that name. Raises ``CalledWrongly`` when the issuer is not one we can administer."""
    if not caller.knows(IDENTITY_PROVIDER):
        raise CalledWrongly("is not a Keycloak realm: set the client up there as docs/operations.md says")
    found = await caller.get(IDENTITY_PROVIDER, f"/clients?clientId={quote(client_id, safe='')}")
    return next((each for each in found if each["clientId"] == client_id), None)


async def _replace(caller: Caller, representation: Representation) -> None:
    await caller.ask("PUT", IDENTITY_PROVIDER, f"/clients/{representation['id']}", json=representation)


def _representation(client: Client) -> Representation:
    return {
        "clientId": client.client_id,
        "name": client.name,
        "enabled": client.enabled,
        "protocol": "openid-connect",
        "publicClient": False,
        "bearerOnly": False,
        "standardFlowEnabled": False,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": True,
        "clientAuthenticatorType": "client-jwt",
        "fullScopeAllowed": False,  # nothing but what the mappers below say
        "redirectUris": [],
        "webOrigins": [],
        "attributes": {
            "use.jwks.url": "true",
            "jwks.url": client.jwks_url,
            "client_credentials.use_refresh_token": "false",
        },
        "protocolMappers": [
            _mapper("role", "oidc-hardcoded-role-mapper", {"role": _ROLE}),
            _claim("agency", client.agency),
            _claim("partnership", client.partnership),
        ],
        "defaultClientScopes": ["basic", "frontdoor"],
        "optionalClientScopes": [],
    }


def _claim(name: str, value: str) -> Representation:
    return _mapper(name, "oidc-hardcoded-claim-mapper", {"claim.name": name, "claim.value": value, **_IN_TOKENS})


def _mapper(name: str, kind: str, config: Mapping[str, str]) -> Representation:
    return {"name": name, "protocol": "openid-connect", "protocolMapper": kind, "config": dict(config)}


def _differing(found: Representation, wanted: Representation) -> list[str]:
    """What of a client is not as it has to be; what we do not care about may be anything."""
    names = [
        name for name in wanted if name not in ("attributes", "protocolMappers") and _is_other(found, wanted, name)
    ]
    had = found.get("attributes", {})
    names += [f"attributes {name}" for name, value in wanted["attributes"].items() if had.get(name) != value]
    return names if _said(found) == _said(wanted) else [*names, "protocolMappers"]


def _is_other(found: Representation, wanted: Representation, name: str) -> bool:
    is_, should = found.get(name), wanted[name]
    return sorted(is_ or ()) != sorted(should) if isinstance(should, list) else is_ != should


def _said(representation: Representation) -> list[tuple[str, Mapping[str, str]]]:
    """What the mappers put into tokens."""
    mappers = representation.get("protocolMappers", ())
    return sorted(((each["protocolMapper"], each["config"]) for each in mappers), key=str)

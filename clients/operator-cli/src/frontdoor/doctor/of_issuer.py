"""The issuer: its document, its keys, the token that it gives us, and the role in it."""

import base64
import json
from typing import Any, Final

from chassis.http_client import NoAnswer
from frontdoor.doctor.asking import Asker
from frontdoor.doctor.finding import Finding, ok, wrong
from frontdoor.settings import Settings

_ROLE: Final = "operator"
_ISSUER: Final = "issuer"


async def check_issuer(asker: Asker, issuer: str) -> list[Finding]:
    """Its discovery document names itself, and there are keys to verify tokens with."""
    document = await asker.json(_ISSUER, f"{issuer}/.well-known/openid-configuration")
    if not isinstance(document, dict):
        advice = "Bring the identity provider back, or correct FRONTDOOR_OIDC_ISSUER, realm included"
        return [wrong(_ISSUER, "does not answer with its discovery document", advice)]
    if document.get("issuer") != issuer:
        advice = "Write FRONTDOOR_OIDC_ISSUER exactly as the issuer calls itself, realm included"
        return [wrong(_ISSUER, "calls itself by another name than the settings", advice)]
    keys = await asker.json(_ISSUER, str(document.get("jwks_uri", "")))
    usable = [key for key in keys.get("keys", ()) if key.get("kty")] if isinstance(keys, dict) else []
    if not usable:
        return [wrong("issuer's keys", "there are none", "Look at the realm's keys: no token can be verified")]
    return [ok(_ISSUER, "answers for the realm of the settings"), ok("issuer's keys", f"{len(usable)} are served")]


async def check_token(asker: Asker, settings: Settings) -> list[Finding]:
    """Our client gets a token, for our audience, with the operator's role."""
    try:
        proof = (await asker.tokens.bearer())["Authorization"]
    except NoAnswer:
        advice = (
            "Register this client's public key at the issuer, and name its private key in FRONTDOOR_CLIENT_KEY_FILE"
        )
        return [wrong("token", f"the issuer gives {settings.client_id} none", advice)]
    claims = claims_of(proof.removeprefix("Bearer "))
    if claims.get("iss") != settings.oidc_issuer:
        return [wrong("token", "it is from another issuer", "Write FRONTDOOR_OIDC_ISSUER as the issuer calls itself")]
    roles = claims.get("roles", ())
    if _ROLE not in roles:
        advice = f"Give the client {settings.client_id} the role {_ROLE} at the issuer, as a claim `roles`"
        return [ok("token", "is given"), wrong("role", f"the token has no role {_ROLE}", advice)]
    return [ok("token", f"is given to {settings.client_id}"), ok("role", f"the token has the role {_ROLE}")]


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unverified: the services verify it. Empty for what is none."""
    try:
        body = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

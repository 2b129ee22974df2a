"""Builders for tests of partner systems. Every name in them is invented."""

from dataclasses import replace
from typing import Any

from intake_examples import NOW
from joserfc.jwk import ECKey, OKPKey, RSAKey

from contracts.codes import ContactSource
from referral_intake.model import (
    EVERY_SCOPE,
    Agreement,
    OwnRates,
    Partner,
    PartnerKey,
    PublicKey,
    Registration,
)

CLIENT = "lantern-youth-club"
AGREEMENT = Agreement(
    client_id=CLIENT,
    partnership="wandsworth",
    agency="lantern-youth-club",
    name="Lantern Youth Club",
    source=ContactSource.OTHER,
    scopes=EVERY_SCOPE,
    rates=OwnRates(),
    jwks_url=None,
)


def public_jwk(kind: str = "EC", **members: Any) -> dict[str, Any]:
    """The public half of a new key pair."""
    made: ECKey | RSAKey | OKPKey
    match kind:
        case "EC":
            made = ECKey.generate_key("P-256")
        case "RSA":
            made = RSAKey.generate_key(2048)
        case _:
            made = OKPKey.generate_key("Ed25519")
    return {**made.as_dict(private=False), **members}


def key(name: str) -> PublicKey:
    """A key by name alone, for rules that look no further."""
    return PublicKey(name, {"kty": "EC", "kid": f"kid-{name}", "alg": "ES256", "use": "sig"})


def registration(*names: str, **agreed: Any) -> Registration:
    """What an operator asks for; the keys are called as ``names`` say."""
    return Registration(replace(AGREEMENT, **agreed), tuple(map(key, names or ("first",))))


def partner(*keys: PartnerKey, **agreed: Any) -> Partner:
    """A registered partner, with one key when none are given."""
    return Partner(replace(AGREEMENT, **agreed), keys or (PartnerKey(key("first"), NOW),), NOW)


def form(**changes: Any) -> dict[str, Any]:
    """A registration as it is sent; a None leaves a field out."""
    body = {
        "client_id": CLIENT,
        "partnership": "wandsworth",
        "agency": "lantern-youth-club",
        "source": ContactSource.OTHER.value,
        "jwks": {"keys": [public_jwk(kid="first")]},
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}

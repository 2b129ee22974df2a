"""Tokens of our issuer: each names its principal, and is known again until it expires or its key is withdrawn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from token_examples import NOW, at, claims_of, refused

from chassis.testing import SettableClock
from chassis.testing.signer import AUDIENCE, Signer
from chassis.web import auth
from chassis.web.auth import Principal, Verifier, require_role
from contracts.codes import ActorKind
from contracts.problems import Forbidden

# -- what a token proves ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "kind"),
    [
        (["partner"], ActorKind.PARTNER),
        (["operator"], ActorKind.OPERATOR),
        (["service"], ActorKind.SERVICE),
        (["social-worker"], ActorKind.PERSON),
        ([], ActorKind.PERSON),
    ],
)
async def test_a_token_names_its_principal(
    stamp: Signer, verifier: Verifier, roles: list[str], kind: ActorKind
) -> None:
    said: dict[str, Any] = {"azp": "school", "auth_time": 1, "acr": "gold", "exp": 2_000_000_000}
    token = stamp.token(subject="abc", roles=roles, agency="ashcroft-primary", partnership="wandsworth", **said)

    principal = await verifier.verify(token)

    expected = Principal("abc", kind, "ashcroft-primary", "wandsworth", frozenset(roles), "school", token)
    signed_in_at, expires_at = datetime.fromtimestamp(1, UTC), datetime.fromtimestamp(2_000_000_000, UTC)
    assert principal == replace(expected, signed_in_at=signed_in_at, acr="gold", expires_at=expires_at)
    assert token not in repr(principal)


@pytest.mark.parametrize("role", ["partner", "social-worker"])
@pytest.mark.parametrize("missing", ["agency", "partnership"])
@pytest.mark.parametrize("value", [None, "", "Ashcroft Primary", ["ashcroft-primary"], 7])
async def test_a_partner_or_person_without_an_agency_or_partnership_is_forbidden(
    stamp: Signer, verifier: Verifier, role: str, missing: str, value: object
) -> None:
    claims: dict[str, Any] = {missing: value}

    with pytest.raises(Forbidden, match="not linked to an agency"):
        await verifier.verify(stamp.token(roles=[role], **claims))


@pytest.mark.parametrize("role", ["operator", "service"])
async def test_machines_and_operators_need_no_agency(stamp: Signer, verifier: Verifier, role: str) -> None:
    principal = await verifier.verify(stamp.token(roles=[role], agency=None, partnership=None))

    assert (principal.agency, principal.partnership) == ("", "")


@pytest.mark.parametrize("roles", ["operator", {"operator": 1}, [["operator"]], [{"name": "operator"}], 7])
async def test_roles_are_a_list_of_codes_or_nothing(stamp: Signer, verifier: Verifier, roles: object) -> None:
    signed = dict(claims_of(stamp.token()), roles=roles)

    principal = await verifier.verify(jwt.encode({"alg": "RS256", "kid": "test-key"}, signed, stamp.key))

    assert principal.roles == frozenset()
    with pytest.raises(Forbidden):
        require_role(principal, "operator")


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"exp": at(seconds=31)}, "The access token has expired."),
        ({"nbf": at(seconds=-31)}, "The access token is not valid yet by our clock."),
        ({"iat": at(seconds=-31)}, "The access token is not valid yet by our clock."),
    ],
)
async def test_a_token_that_is_refused_for_its_time_says_how_to_find_the_clock_that_is_wrong(
    stamp: Signer, verifier: Verifier, claims: dict[str, Any], says: str
) -> None:
    detail = (await refused(verifier, stamp.token(**claims))).detail

    assert detail.startswith(says)
    assert "compare the Date of this answer with your clock" in detail


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": at(seconds=29)},
        {"nbf": at(seconds=-29)},
        {"aud": ["account", AUDIENCE]},
        {"typ": "Bearer"},
    ],
)
async def test_clocks_may_differ_by_thirty_seconds_and_other_audiences_may_be_named(
    stamp: Signer, verifier: Verifier, claims: dict[str, Any]
) -> None:
    assert (await verifier.verify(stamp.token(**claims))).kind is ActorKind.PARTNER


# -- tokens that were verified before ---------------------------------------------------------------------------------


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every token whose signature is verified from now on."""
    seen: list[str] = []
    decode = auth._decode

    def counting(token: str, keys: KeySet) -> Any:
        seen.append(token)
        return decode(token, keys)

    monkeypatch.setattr(auth, "_decode", counting)
    return seen


async def test_a_verified_token_is_known_again(counted: list[str]) -> None:
    signer = Signer(SettableClock(NOW))
    verifier, token = signer.verifier(), signer.token()

    first, again = await verifier.verify(token), await verifier.verify(token)

    assert first == again
    assert counted == [token]


async def test_a_known_token_is_refused_once_it_has_expired() -> None:
    clock = SettableClock(NOW)
    signer = Signer(clock)
    verifier, token = signer.verifier(), signer.token()
    await verifier.verify(token)

    clock.advance(timedelta(minutes=5, seconds=31))

    assert (await refused(verifier, token)).detail.startswith("The access token has expired. Get a new one")


async def test_a_known_token_is_refused_once_its_key_is_withdrawn() -> None:
    signer = Signer(SettableClock(NOW))
    verifier, token = signer.verifier(), signer.token()
    await verifier.verify(token)

    signer.published = KeySet([RSAKey.generate_key(2048, parameters={"kid": "another"})])

    await refused(verifier, token)


async def test_a_refused_token_is_verified_anew_each_time(counted: list[str]) -> None:
    signer = Signer(SettableClock(NOW))
    verifier, token = signer.verifier(), signer.token(aud="somebody-else")

    for _ in range(2):
        await refused(verifier, token)

    assert counted == [token, token]


async def test_a_flood_of_tokens_fills_no_memory(monkeypatch: pytest.MonkeyPatch, counted: list[str]) -> None:
    monkeypatch.setattr(auth, "KNOWN_TOKENS", 3)
    signer = Signer(SettableClock(NOW))
    verifier = signer.verifier()
    tokens = [signer.token(jti=str(number)) for number in range(4)]

    for token in [*tokens, tokens[3], tokens[0]]:
        await verifier.verify(token)

    assert counted == [*tokens, tokens[0]]

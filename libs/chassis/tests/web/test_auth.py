"""Tokens: the true ones name a principal, every forged, stale or borrowed one is refused."""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, Depends
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from chassis.http_client import HttpClient, NoAnswer
from chassis.testing import SettableClock
from chassis.testing.signer import AUDIENCE, ISSUER, Signer
from chassis.web import auth
from chassis.web.app import create_app
from chassis.web.auth import MAX_TOKEN_BYTES, Principal, PublishedKeys, SignedIn, Verifier, require_role, signed_in_as
from chassis.web.issuer_keys import FRESH_SECONDS, REFRESH_SECONDS, USABLE_SECONDS
from contracts.codes import ActorKind
from contracts.problems import Forbidden, Unauthenticated

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def stamp() -> Signer:
    """A signer whose time stands still."""
    return Signer(SettableClock(NOW))


@pytest.fixture(scope="module")
def verifier(stamp: Signer) -> Verifier:
    return stamp.verifier()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def at(**ago: float) -> int:
    return int((NOW - timedelta(**ago)).timestamp())


async def refused(verifier: Verifier, token: str) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as caught:
        await verifier.verify(token)
    assert caught.value.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    return caught.value


# -- what a token proves -----------------------------------------------------------------------------------------


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


# -- attacks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "RS384", "RS512", "ES512"])
async def test_an_algorithm_that_is_not_on_the_list_is_refused(
    stamp: Signer, verifier: Verifier, algorithm: str
) -> None:
    _, payload, signature = stamp.token().split(".")
    header = b64(json.dumps({"alg": algorithm, "kid": "test-key"}).encode())

    await refused(verifier, f"{header}.{payload}.{signature}")
    await refused(verifier, f"{header}.{payload}.")


async def test_the_public_key_is_no_secret(stamp: Signer, verifier: Verifier) -> None:
    for secret in (stamp.key.as_pem(private=False), stamp.key.as_der(private=False)):
        signed = b64(b'{"alg":"HS256","kid":"test-key"}') + "." + stamp.token().split(".")[1]
        signature = hmac.digest(secret, signed.encode(), hashlib.sha256)

        await refused(verifier, f"{signed}.{b64(signature)}")


async def test_a_key_brought_along_is_not_believed(stamp: Signer, verifier: Verifier) -> None:
    own = RSAKey.generate_key(2048, parameters={"kid": "test-key"})
    brought: list[dict[str, Any]] = [
        {"jwk": own.as_dict(private=False)},
        {"jku": "https://attacker.example.org/jwks"},
        {"x5u": "https://attacker.example.org/cert"},
        {"crit": ["b64"], "b64": False},
        {"crit": ["made-up"], "made-up": 1},
    ]
    registry = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
    for extra in brought:
        header = b64(json.dumps({"alg": "RS256", "kid": "test-key", **extra}).encode())
        payload = stamp.token().split(".")[1]
        algorithm = registry.get_alg("RS256")
        signature = algorithm.sign(f"{header}.{payload}".encode(), own)

        await refused(verifier, f"{header}.{payload}.{b64(signature)}")


async def test_a_changed_claim_breaks_the_signature(stamp: Signer, verifier: Verifier) -> None:
    header, _, signature = stamp.token().split(".")
    changed = b64(json.dumps(dict(claims_of(stamp.token()), roles=["operator"])).encode())

    await refused(verifier, f"{header}.{changed}.{signature}")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "account"},
        {"aud": ["account", "other"]},
        {"aud": []},
        {"aud": None},
        {"aud": {"frontdoor": 1}},
        {"iss": ISSUER + "/"},
        {"iss": "https://attacker.example.org"},
        {"iss": None},
        {"exp": None},
        {"exp": at(seconds=31)},
        {"exp": "9999999999"},
        {"exp": True},
        {"nbf": at(seconds=-31)},
        {"iat": at(seconds=-31)},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "Amelia Planted"},
        {"sub": "x" * 256},
        {"typ": "ID"},
        {"typ": "Refresh"},
    ],
)
async def test_claims_that_do_not_fit_are_refused(stamp: Signer, verifier: Verifier, claims: dict[str, Any]) -> None:
    signed = {k: v for k, v in {**claims_of(stamp.token()), **claims}.items() if v is not None}

    await refused(verifier, jwt.encode({"alg": "RS256", "kid": "test-key"}, signed, stamp.key))


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


# -- tokens that were verified before -------------------------------------------------------------------------------


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


async def test_a_huge_token_is_refused_before_anything_is_read(stamp: Signer) -> None:
    asked = stamp.fetched

    with pytest.raises(Unauthenticated, match="too long"):
        await stamp.verifier().verify("a" * (MAX_TOKEN_BYTES + 1))

    assert stamp.fetched == asked


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "\0",
        "é.é.é",
        b64(b"[]") + ".e30.",
        b64(b'"alg"') + ".e30.",
        b64(b"{}") + ".e30.",
        b64(b'{"alg": ["RS256"], "kid": "test-key"}') + ".e30.",
        b64(b'{"alg": {"a": 1}, "kid": "test-key"}') + ".e30.",
        b64(b'{"alg": "RS256", "kid": {"a": 1}}') + ".e30.",
        b64(b'{"alg": "RS256"}') + ".e30.",
        b64(b"[" * 3000) + ".e30.",
    ],
)
async def test_rubbish_is_refused(verifier: Verifier, token: str) -> None:
    await refused(verifier, token)


@given(
    token=st.one_of(
        st.text(max_size=80), st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}")
    )
)
async def test_any_rubbish_is_refused(token: str, verifier: Verifier) -> None:
    await refused(verifier, token)


@pytest.mark.parametrize("payload", [b"[]", b'"x"', b"", b"{", b"[" * 3000, b"\xff"])
async def test_a_signed_payload_that_is_no_object_is_refused(stamp: Signer, verifier: Verifier, payload: bytes) -> None:
    await refused(verifier, jws.serialize_compact({"alg": "RS256", "kid": "test-key"}, payload, stamp.key))


# -- the issuer's keys -------------------------------------------------------------------------------------------

KEYS: dict[str, RSAKey | ECKey | OKPKey] = {
    "RS256": RSAKey.generate_key(2048, parameters={"kid": "rs", "use": "sig"}),
    "PS256": RSAKey.generate_key(2048, parameters={"kid": "ps", "alg": "PS256"}),
    "ES256": ECKey.generate_key("P-256", parameters={"kid": "es"}),
    "EdDSA": OKPKey.generate_key("Ed25519", parameters={"kid": "ed"}),
    "Ed25519": OKPKey.generate_key("Ed25519", parameters={"kid": "ed-new"}),
}


class Seconds:
    """Counts only what a test lets pass."""

    def __init__(self) -> None:
        self.passed = 1000.0

    def __call__(self) -> float:
        return self.passed


class Issuer:
    """Publishes keys, or does not."""

    def __init__(self) -> None:
        self.keys: list[Any] = [key.as_dict(private=False) for key in KEYS.values()]
        self.issuer = ISSUER
        self.status = 200
        self.asked = 0
        self.slow: asyncio.Event | None = None
        self.was_asked = asyncio.Event()

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/.well-known/openid-configuration"):
            self.asked += 1
            self.was_asked.set()
            if self.slow is not None:
                await self.slow.wait()
            return httpx2.Response(self.status, json={"issuer": self.issuer, "jwks_uri": f"{ISSUER}/certs"})
        return httpx2.Response(self.status, json={"keys": self.keys})


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def published(issuer: Issuer, seconds: Seconds) -> PublishedKeys:
    http = HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer)))
    return PublishedKeys(ISSUER, http, now=seconds)


@pytest.fixture
def checking(published: PublishedKeys) -> Verifier:
    return Verifier(published, issuer=ISSUER, audience=AUDIENCE, clock=SettableClock(NOW))


def signed(stamp: Signer, algorithm: str, *, kid: str | None = None, key: Any = None) -> str:
    key = key or KEYS[algorithm]
    header = {"alg": algorithm, "kid": kid or key.kid}
    registry = jws.JWSRegistry(algorithms=[algorithm])
    implementation = registry.algorithms[algorithm]
    head = b64(json.dumps(header).encode()) + "." + stamp.token().split(".")[1]
    return f"{head}.{b64(implementation.sign(head.encode(), key))}"


@pytest.mark.parametrize("algorithm", sorted(KEYS))
async def test_every_algorithm_on_the_list_is_verified(stamp: Signer, checking: Verifier, algorithm: str) -> None:
    principal = await checking.verify(signed(stamp, algorithm))

    assert principal.partnership == "wandsworth"


async def test_a_key_published_for_one_algorithm_verifies_no_other(stamp: Signer, checking: Verifier) -> None:
    await refused(checking, signed(stamp, "RS256", key=KEYS["PS256"]))


async def test_weak_keys_and_keys_for_other_uses_are_passed_over(
    stamp: Signer, checking: Verifier, issuer: Issuer
) -> None:
    with pytest.warns(SecurityWarning, match="2048"):
        weak = RSAKey.generate_key(1024, parameters={"kid": "weak"})
    encrypting = RSAKey.generate_key(2048, parameters={"kid": "enc", "use": "enc"})
    issuer.keys = [weak.as_dict(private=False), encrypting.as_dict(private=False), {"kty": "new"}, 7, *issuer.keys]

    await refused(checking, signed(stamp, "RS256", key=weak))
    await refused(checking, signed(stamp, "RS256", key=encrypting))
    assert (await checking.verify(signed(stamp, "ES256"))).client_id == "test-client"


async def test_keys_are_asked_for_once_however_many_wait(stamp: Signer, checking: Verifier, issuer: Issuer) -> None:
    issuer.slow = asyncio.Event()
    waiting = [asyncio.create_task(checking.verify(signed(stamp, "ES256"))) for _ in range(50)]
    await issuer.was_asked.wait()

    issuer.slow.set()
    await asyncio.gather(*waiting)

    assert issuer.asked == 1


async def test_a_storm_of_made_up_key_ids_asks_the_issuer_once_in_ten_seconds(
    stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    await checking.verify(signed(stamp, "ES256"))
    seconds.passed += REFRESH_SECONDS

    for number in range(200):
        await refused(checking, signed(stamp, "ES256", kid=f"made-up-{number}"))

    assert issuer.asked == 2


async def test_nobody_with_a_known_key_waits_for_the_storm(
    stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    await checking.verify(signed(stamp, "ES256"))
    seconds.passed += REFRESH_SECONDS
    issuer.slow = asyncio.Event()
    issuer.was_asked.clear()
    stuck = asyncio.create_task(checking.verify(signed(stamp, "ES256", kid="made-up")))
    await issuer.was_asked.wait()

    await checking.verify(signed(stamp, "ES256"))

    assert not stuck.done()
    issuer.slow.set()
    with pytest.raises(Unauthenticated):
        await stuck


async def test_a_rotated_key_is_found(stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds) -> None:
    await checking.verify(signed(stamp, "ES256"))
    new = ECKey.generate_key("P-256", parameters={"kid": "next"})
    issuer.keys.append(new.as_dict(private=False))
    seconds.passed += REFRESH_SECONDS

    principal = await checking.verify(signed(stamp, "ES256", key=new))

    assert principal.agency == "ashcroft-primary"


async def test_a_withdrawn_key_is_not_believed_for_long(
    stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    await checking.verify(signed(stamp, "ES256"))
    issuer.keys = [key for key in issuer.keys if key["kid"] != "es"]
    seconds.passed += FRESH_SECONDS

    await refused(checking, signed(stamp, "ES256"))


async def test_an_issuer_that_is_away_with_nothing_kept_is_unavailable_and_not_a_wrong_token(
    stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    issuer.status = 503

    for _ in range(20):
        with pytest.raises(NoAnswer):
            await checking.verify(signed(stamp, "ES256"))
    asked_while_away = issuer.asked
    issuer.status = 200
    seconds.passed += 1

    assert asked_while_away == 1
    assert (await checking.verify(signed(stamp, "ES256"))).kind is ActorKind.PARTNER


async def test_kept_keys_outlive_an_absent_issuer_for_a_day(
    stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    await checking.verify(signed(stamp, "ES256"))
    issuer.status = 503
    seconds.passed += USABLE_SECONDS - 1

    assert (await checking.verify(signed(stamp, "ES256"))).kind is ActorKind.PARTNER
    with pytest.raises(NoAnswer):
        await checking.verify(signed(stamp, "ES256", kid="perhaps-new"))
    seconds.passed += 1
    with pytest.raises(NoAnswer):
        await checking.verify(signed(stamp, "ES256"))


async def test_a_discovery_document_of_another_issuer_is_not_followed(
    stamp: Signer, checking: Verifier, issuer: Issuer
) -> None:
    issuer.issuer = "https://attacker.example.org"

    with pytest.raises(NoAnswer):
        await checking.verify(signed(stamp, "ES256"))


@pytest.mark.parametrize("keys", [None, 7, "x", {}, [[]]])
async def test_published_rubbish_is_no_key(stamp: Signer, checking: Verifier, issuer: Issuer, keys: Any) -> None:
    issuer.keys = keys

    with pytest.raises((NoAnswer, Unauthenticated)):
        await checking.verify(signed(stamp, "ES256"))


# -- at the edge -------------------------------------------------------------------------------------------------

router = APIRouter()


@router.get("/me")
async def me(principal: SignedIn) -> str:
    return principal.subject


@router.get("/operators", dependencies=[Depends(signed_in_as("operator"))])
async def operators() -> str:
    return "ok"


@pytest.fixture
async def client(signer: Signer) -> Any:
    app = create_app(title="T", version="1", routers=[router], verifier=signer.verifier(), readiness={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_a_bearer_token_signs_in(client: httpx2.AsyncClient, signer: Signer) -> None:
    answer = await client.get("/me", headers=signer.bearer(subject="abc"))

    assert (answer.status_code, answer.json()) == (200, "abc")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("Authorization", "Basic YTpi")],
        [("Authorization", "Bearer a.b.c"), ("Authorization", "Bearer a.b.c")],
    ],
)
async def test_without_one_bearer_token_the_answer_says_how_to_sign_in(
    client: httpx2.AsyncClient, headers: list[tuple[str, str]]
) -> None:
    answer = await client.get("/me", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_forged_token_is_told_apart_and_not_repeated(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/me", headers={"Authorization": "Bearer forged.for-ged.forged"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert "for-ged" not in answer.text


async def test_a_role_opens_its_route_only(client: httpx2.AsyncClient, signer: Signer) -> None:
    partner = await client.get("/operators", headers=signer.bearer(roles=["partner"]))
    operator = await client.get("/operators", headers=signer.bearer(roles=["operator"], agency=None))

    assert (partner.status_code, operator.status_code) == (403, 200)


async def test_the_description_says_that_a_token_is_needed(client: httpx2.AsyncClient) -> None:
    description = (await client.get("/openapi.json")).json()

    assert description["paths"]["/me"]["get"]["security"] == [{"HTTPBearer": []}]
    assert description["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


# -- readiness ---------------------------------------------------------------------------------------------------


async def test_nobody_can_be_verified_until_the_issuer_was_reached(
    checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    issuer.status = 503
    with pytest.raises(NoAnswer):
        await checking.check()

    issuer.status = 200
    seconds.passed += 2
    await checking.check()


async def test_an_issuer_that_goes_away_later_takes_nobody_out_of_service(
    checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    await checking.check()
    issuer.status = 503
    seconds.passed += 3_600

    await checking.check()

    seconds.passed += USABLE_SECONDS
    with pytest.raises(NoAnswer):
        await checking.check()


async def test_an_issuer_without_a_key_for_signatures_is_not_enough(checking: Verifier, issuer: Issuer) -> None:
    issuer.keys = []

    with pytest.raises(NoAnswer):
        await checking.check()


async def test_an_issuer_of_another_name_is_not_enough(checking: Verifier, issuer: Issuer) -> None:
    issuer.issuer = "https://issuer.example.org/realms/another"

    with pytest.raises(NoAnswer):
        await checking.check()

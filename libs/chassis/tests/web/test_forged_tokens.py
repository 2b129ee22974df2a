"""Forged, stale and borrowed tokens, and rubbish of every kind, are refused."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import RSAKey
from token_examples import at, b64, claims_of, refused

from chassis.testing.signer import ISSUER, Signer
from chassis.web.auth import MAX_TOKEN_BYTES, Verifier
from contracts.problems import Unauthenticated

# -- attacks ----------------------------------------------------------------------------------------------------------


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


# -- rubbish ----------------------------------------------------------------------------------------------------------


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

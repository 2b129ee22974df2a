"""Public keys: which are taken, what is kept of them, and what is never taken."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from partner_examples import public_jwk

from referral_intake.errors import KeyRefused, PrivateKeySent
from referral_intake.partner_keys import read_keys

# RFC 7638, section 3.1: an RSA key and its thumbprint.
RFC_KEY = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB"
    "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8"
    "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_"
    "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
}
RFC_THUMBPRINT = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(("kind", "algorithm"), [("EC", "ES256"), ("RSA", "RS256"), ("OKP", "EdDSA")])
def test_keys_of_three_kinds_are_taken_and_named(kind: str, algorithm: str) -> None:
    [key] = read_keys([public_jwk(kind)])

    assert key.jwk["kid"] == key.thumbprint
    assert (key.jwk["alg"], key.jwk["use"]) == (algorithm, "sig")


def test_a_key_is_called_by_its_thumbprint_as_the_standard_computes_it() -> None:
    [key] = read_keys([RFC_KEY])

    assert key.thumbprint == RFC_THUMBPRINT


def test_a_partners_own_kid_and_algorithm_are_kept_and_everything_else_is_left_behind() -> None:
    [key] = read_keys([public_jwk("RSA", kid="2026-11", alg="PS256", x5u="https://lantern.example.org/c", note="ours")])

    assert key.jwk.keys() == {"kty", "n", "e", "kid", "alg", "use"}
    assert (key.jwk["kid"], key.jwk["alg"]) == ("2026-11", "PS256")


@pytest.mark.parametrize("made", [ECKey.generate_key("P-256"), RSAKey.generate_key(2048), OctKey.generate_key(256)])
def test_a_private_or_shared_key_is_refused_loudly_and_not_repeated(made: Any) -> None:
    private = made.as_dict(private=True)

    with pytest.raises(PrivateKeySent) as refused:
        read_keys([public_jwk(), private])

    said = str(refused.value.body())
    assert "Stop using it" in said
    assert not any(value in said for name, value in private.items() if name in ("d", "p", "k"))


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"kty": "EC"},
        {"kty": 7},
        {"kty": ["EC"]},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "x": "%%"},
        {"kty": "RSA", "n": 7, "e": "AQAB"},
        ECKey.generate_key("P-384").as_dict(private=False),
        ECKey.generate_key("secp256k1").as_dict(private=False),
        public_jwk("RSA", alg="HS256"),
        public_jwk("EC", alg="none"),
        public_jwk("EC", alg=["ES256"]),
        public_jwk("EC", use="enc"),
        public_jwk("EC", kid=""),
        public_jwk("EC", kid="é"),
        public_jwk("EC", kid="x" * 201),
        public_jwk("EC", kid=7),
    ],
)
def test_what_is_not_a_strong_public_key_is_refused_by_its_place(key: dict[str, Any]) -> None:
    with pytest.raises(KeyRefused) as refused:
        read_keys([public_jwk(), key])

    assert [error.pointer for error in refused.value.errors] == ["/jwks/keys/1"]


def test_a_short_rsa_key_is_refused() -> None:
    short = {**RFC_KEY, "n": RFC_KEY["n"][:171]}

    with pytest.raises(KeyRefused):
        read_keys([short])


def test_keys_that_cannot_be_told_apart_are_refused() -> None:
    twice = public_jwk()

    with pytest.raises(KeyRefused):
        read_keys([twice, twice])
    with pytest.raises(KeyRefused):
        read_keys([public_jwk(kid="same"), public_jwk(kid="same")])


def test_no_keys_and_very_many_keys_are_refused() -> None:
    with pytest.raises(KeyRefused):
        read_keys([])
    with pytest.raises(KeyRefused):
        read_keys([public_jwk() for _ in range(6)])

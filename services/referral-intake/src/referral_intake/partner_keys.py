"""Public keys of partner systems: which ones are taken, and how they are named."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from referral_intake.errors import KeyRefused, PrivateKeySent
from referral_intake.model import PublicKey

MIN_RSA_BITS: Final = 2048
MAX_KEYS: Final = 5

_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_KINDS: Final[Mapping[str, type[ECKey | RSAKey | OKPKey]]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
_ALGORITHMS: Final[Mapping[str, tuple[str, ...]]] = {
    "EC": ("ES256",),
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "OKP": ("EdDSA",),
}
"""What a key of each kind may say that it signs with; the first where it says nothing."""

_KINDS_ADVICE: Final = "Send an EC key on P-256, an RSA key of at least 2048 bits, or an Ed25519 key."


def read_keys(keys: Sequence[Mapping[str, Any]]) -> tuple[PublicKey, ...]:
    """The keys of a key set (RFC 7517). Raises ``KeyRefused``, for a private one ``PrivateKeySent``.

    Each key gets a ``kid`` if it has none, so that two keys can stand side by side during a rotation.
    """
    if any(_PRIVATE_MEMBERS & key.keys() for key in keys):
        raise PrivateKeySent
    if not 0 < len(keys) <= MAX_KEYS:
        raise KeyRefused(f"Send a key set with one to {MAX_KEYS} keys.")
    read = tuple(_read(key, f"/jwks/keys/{place}") for place, key in enumerate(keys))
    if len({key.jwk["kid"] for key in read}) < len(read) or len({key.thumbprint for key in read}) < len(read):
        raise KeyRefused("Send each key once, with a kid of its own.", pointer="/jwks/keys")
    return read


def _read(given: Mapping[str, Any], pointer: str) -> PublicKey:
    key = _imported(given, pointer)
    thumbprint = key.thumbprint()
    algorithms = _ALGORITHMS[key.key_type]
    algorithm = given.get("alg", algorithms[0])
    if algorithm not in algorithms or given.get("use", "sig") != "sig":
        raise KeyRefused(f"Say what the key signs with: one of {', '.join(algorithms)}.", pointer=pointer)
    kid = given.get("kid", thumbprint)
    if not isinstance(kid, str) or not 0 < len(kid) <= 200 or not kid.isascii() or not kid.isprintable():
        raise KeyRefused("Give the key a kid of at most 200 visible ASCII characters, or none.", pointer=pointer)
    public = {name: str(value) for name, value in key.as_dict(private=False).items() if name in _members(key)}
    return PublicKey(thumbprint, {**public, "kid": kid, "alg": algorithm, "use": "sig"})


def _imported(given: Mapping[str, Any], pointer: str) -> Key:
    try:
        key = _KINDS[given["kty"]].import_key(dict(given))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise KeyRefused(_KINDS_ADVICE, pointer=pointer) from error
    if not _is_strong(key):
        raise KeyRefused(_KINDS_ADVICE, pointer=pointer)
    return key


def _is_strong(key: Key) -> bool:
    if isinstance(key, RSAKey):
        return key.raw_value.key_size >= MIN_RSA_BITS
    return key.as_dict(private=False)["crv"] in ("P-256", "Ed25519")


def _members(key: Key) -> tuple[str, ...]:
    """What a public key is made of, and nothing that came along with it."""
    return {"EC": ("kty", "crv", "x", "y"), "RSA": ("kty", "n", "e"), "OKP": ("kty", "crv", "x")}[key.key_type]

"""A log, written from RFC 6962, sections 2.1 and 2.1.2, as it is written there, and what its witness is asked."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from local_stack.witness.notes import LOG_SIGNATURE, Key

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ORIGIN = "log.example.org/one"
NAME = "witness.example.org/one"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
VERIFIER = Key.of(ORIGIN, LOG_SIGNATURE, LOG_KEY)
LEAVES = [str(number).encode() for number in range(300)]


@dataclass(frozen=True)
class FixedClock:
    """Time that stands still."""

    def now(self) -> datetime:
        return NOW


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH of section 2.1."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = largest_power_below(len(leaves))
    return hashlib.sha256(b"\x01" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


def largest_power_below(n: int) -> int:
    """The k of section 2.1: the largest power of two below ``n``."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def proof_of(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF of section 2.1.2, and nothing between the empty tree and another."""
    return subproof(m, leaves, whole=True) if m else []


def subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.2."""
    n = len(leaves)
    if m == n:
        return [] if whole else [root_of(leaves)]
    k = largest_power_below(n)
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), root_of(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), root_of(leaves[:k])]


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def signature(text: str, name: str = ORIGIN, private: Ed25519PrivateKey = LOG_KEY) -> str:
    """The line of a note that signs its text."""
    public = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    return f"\u2014 {name} {b64(key_id + private.sign(text.encode()))}\n"


def text_of(leaves: Sequence[bytes], origin: str = ORIGIN) -> str:
    """The checkpoint of a log of these leaves, unsigned."""
    return f"{origin}\n{len(leaves)}\n{b64(root_of(leaves))}\n"


def request(old: int, leaves: Sequence[bytes], proof: Sequence[bytes] | None = None, *, signed: str = "") -> bytes:
    """Asks for a cosignature after a log of ``old`` leaves, rightly proven and signed unless the test says how."""
    text = text_of(leaves)
    lines = "".join(f"{b64(each)}\n" for each in (proof_of(old, leaves) if proof is None else proof))
    return f"old {old}\n{lines}\n{text}\n{signed or signature(text)}".encode()

"""Signed notes, checkpoints and requests as bytes: reading what a log sends, and writing what a witness answers."""

import base64
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG_SIGNATURE: Final = b"\x01"
COSIGNATURE: Final = b"\x04"
MAX_PROOF_LINES: Final = 63
MAX_SIZE: Final = 2**63 - 1
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_FORBIDDEN: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DASH: Final = "\u2014 "


class Malformed(ValueError):
    """What came is not of the form it has to have."""


@dataclass(frozen=True)
class Key:
    """A named Ed25519 public key that makes one type of signature."""

    name: str
    kind: bytes
    raw: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.kind + self.raw).digest()[:4]

    def __str__(self) -> str:
        """As a verifier key."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self.kind + self.raw).decode()}"

    @classmethod
    def of(cls, name: str, kind: bytes, private: Ed25519PrivateKey) -> Self:
        """The public half of a private key. Raises ``Malformed`` for a name that no note can hold."""
        if not _is_name(name):
            raise Malformed("a name has no spaces and no '+'")
        return cls(name, kind, private.public_key().public_bytes_raw())

    @classmethod
    def parse_log(cls, line: str) -> Self:
        """A log's verifier key. Raises ``Malformed``."""
        name, _, rest = line.partition("+")
        key_id, _, encoded = rest.partition("+")
        public = _decode(encoded)
        key = cls(name, public[:1], public[1:])
        if not _is_name(name) or key.kind != LOG_SIGNATURE or len(key.raw) != 32 or key.key_id.hex() != key_id:
            raise Malformed("a log's key is written name+hash+base64, and is an Ed25519 key")
        return key


class Signature(NamedTuple):
    """One signature line, whole and in its parts."""

    line: str
    name: str
    key_id: bytes
    raw: bytes


@dataclass(frozen=True)
class Request:
    """What ``add-checkpoint`` brings; ``text`` is what the note's signatures sign."""

    old_size: int
    proof: tuple[bytes, ...]
    text: str
    signatures: tuple[Signature, ...]

    @property
    def origin(self) -> str:
        """Which log it says it is of."""
        return self.text.partition("\n")[0]

    def signed_by(self, keys: tuple[Key, ...]) -> str:
        """The signature lines of these keys; none when any of them is wrong. Those of other keys are ignored."""
        by_id = {(key.name, key.key_id): key for key in keys}
        own = [each for each in self.signatures if (each.name, each.key_id) in by_id]
        valid = all(_is_valid(by_id[each.name, each.key_id], each.raw, self.text) for each in own)
        return "".join(f"{each.line}\n" for each in own) if valid else ""

    def tree(self) -> tuple[int, bytes]:
        """Size and root of the checkpoint. Raises ``Malformed``: only ask once the signature was checked."""
        lines = self.text[:-1].split("\n")
        if len(lines) < 3 or not all(lines):
            raise Malformed("a checkpoint has three lines or more, and no empty one")
        root = _decode(lines[2])
        if len(root) != 32:
            raise Malformed("a root is 32 bytes long")
        return _number(lines[1]), root


def parse_request(body: bytes) -> Request:
    """Parse a request. Raises ``Malformed``."""
    try:
        whole = body.decode()
    except UnicodeDecodeError as error:
        raise Malformed("a request is UTF-8 text") from error
    head, _, note = whole.partition("\n\n")
    text, blank, signatures = note.rpartition("\n\n")
    if _FORBIDDEN.search(whole) or not blank or not signatures.endswith("\n"):
        raise Malformed("a request is an old size, a proof, an empty line and a signed note")
    old, *proof = head.split("\n")
    if not old.startswith("old ") or len(proof) > MAX_PROOF_LINES:
        raise Malformed("a request begins with an old size and has at most 63 hashes")
    hashes = tuple(map(_decode, proof))
    if any(len(each) != 32 for each in hashes):
        raise Malformed("a hash is 32 bytes long")
    return Request(_number(old[4:]), hashes, text + "\n", tuple(map(_signature, signatures[:-1].split("\n"))))


def cosign(key: Key, private: Ed25519PrivateKey, text: str, *, time: int) -> str:
    """The signature line of ``cosignature/v1`` over a checkpoint's text."""
    signature = private.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return f"{_DASH}{key.name} {base64.b64encode(key.key_id + time.to_bytes(8, 'big') + signature).decode()}\n"


def _is_valid(key: Key, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _decode(encoded)
    if not line.startswith(_DASH) or not _is_name(name) or len(raw) < 5:
        raise Malformed("a signature line is a dash, a name and base64")
    return Signature(line, name, raw[:4], raw[4:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() or not c.isprintable() for c in name)


def _number(text: str) -> int:
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise Malformed("a size is a decimal number without leading zeroes")
    return int(text)


def _decode(text: str) -> bytes:
    """Base64 in its one canonical spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed("this is not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise Malformed("this is not canonical base64")
    return raw

"""C2SP checkpoints: the signed statement of a log's size and root, as a signed note with Ed25519."""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.merkle import HASH_BYTES, VerificationError

ED25519: Final = b"\x01"  # the signature type of signed-note
MAX_NOTE_BYTES: Final = 1_000_000
_KEY_ID_BYTES: Final = 4
_PUBLIC_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_VERIFIER_KEY: Final = re.compile(r"(?P<name>[^+]+)\+(?P<key_id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/=]+)", re.ASCII)
_SIGNATURE_MARK: Final = "\N{EM DASH} "


@dataclass(frozen=True)
class Checkpoint:
    """A log, its number of entries and its root. Extension lines are not kept: nobody can audit them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note text, which is exactly what is signed."""
        return f"{self.origin}\n{self.size}\n{_encode(self.root)}\n"


@dataclass(frozen=True)
class VerifierKey:
    """The public half of an Ed25519 key, the name it signs under, and the type of signature it makes."""

    name: str
    public_key: bytes
    kind: bytes = ED25519

    @property
    def key_id(self) -> bytes:
        """Four bytes that find the signature line; too short to prove anything."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.public_key).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        """The verifier key line: ``name+key id+base64(type || key)``."""
        return f"{self.name}+{self.key_id.hex()}+{_encode(self.kind + self.public_key)}"

    @classmethod
    def parse(cls, text: str, *, kind: bytes = ED25519) -> Self:
        """Read a verifier key line for signatures of one ``kind``. Raises ``VerificationError``."""
        match = _VERIFIER_KEY.fullmatch(text.strip())
        if match is None or not _is_name(match["name"]):
            raise VerificationError("The verifier key is not of the form name+hash+base64")
        encoded = _decode(match["key"], "verifier key")
        if encoded[:1] != kind or len(encoded) != 1 + _PUBLIC_KEY_BYTES:
            raise VerificationError(f"The verifier key is not an Ed25519 key for signatures of type {kind.hex()}")
        key = cls(match["name"], encoded[1:], kind)
        if key.key_id.hex() != match["key_id"]:
            raise VerificationError(f"The verifier key's hash is {match['key_id']} where {key.key_id.hex()} belongs")
        return key


@dataclass(frozen=True)
class CheckpointSigner:
    """The private half. MUST NOT be given a checkpoint that does not extend every one it signed before."""

    origin: str
    private_key: Ed25519PrivateKey

    def __post_init__(self) -> None:
        if not _is_name(self.origin):
            raise ValueError("A log origin is a non-empty name without spaces and without '+'")

    @property
    def verifier_key(self) -> VerifierKey:
        """What others need to check the signatures."""
        return VerifierKey(self.origin, self.private_key.public_key().public_bytes_raw())

    def sign(self, size: int, root: bytes) -> str:
        """The signed note. Ed25519 is deterministic: the same tree is always signed with the same bytes."""
        text = Checkpoint(self.origin, size, root).text
        return f"{text}\n{signature_line(self.verifier_key, self.private_key.sign(text.encode()))}"


def open_checkpoint(note: bytes, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a signed note, once its signature by ``key`` is proven.

    Signatures of other keys (witnesses, a key being rotated in) are ignored.
    Raises ``VerificationError`` for anything malformed, and for a checkpoint of another log.
    """
    text, lines = split_note(note)
    found = [body for name, key_id, body in read_signatures(lines) if (name, key_id) == (key.name, key.key_id)]
    if not found:
        raise VerificationError(f"The checkpoint is not signed by the key {key.name}+{key.key_id.hex()}")
    for signature in found:
        check_signature(text.encode(), signature, key)
    checkpoint = _parse_text(text)
    if checkpoint.origin != key.name:
        raise VerificationError("The checkpoint is of another log than the key")
    return checkpoint


def check_signature(message: bytes, signature: bytes, key: VerifierKey) -> None:
    """Raises ``VerificationError`` unless this is the key's Ed25519 signature over the message."""
    try:
        if len(signature) != _SIGNATURE_BYTES:
            raise VerificationError(f"The checkpoint's signature has the wrong length for the key {key.name}")
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, message)
    except InvalidSignature as error:
        raise VerificationError(f"The checkpoint's signature is not valid for the key {key.name}") from error


def split_note(note: bytes) -> tuple[str, str]:
    """The signed text with its final newline, and the signature lines. Raises ``VerificationError``."""
    if len(note) > MAX_NOTE_BYTES:
        raise VerificationError("The checkpoint is too long to be one")
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise VerificationError("The checkpoint is not UTF-8 text") from error
    text, separator, lines = whole.rpartition("\n\n")
    if not separator or _CONTROL.search(whole):
        raise VerificationError("The checkpoint is not a signed note")
    return text + "\n", lines


def read_signatures(lines: str) -> list[tuple[str, bytes, bytes]]:
    """Signature lines as (key name, key id, signature). Raises ``VerificationError`` for any malformed one."""
    if not lines.endswith("\n"):
        raise VerificationError("The checkpoint's signature lines do not end with a newline")
    return [_parse_signature(line) for line in lines[:-1].split("\n")]


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """A signature as a note carries it, with its newline."""
    return f"{_SIGNATURE_MARK}{key.name} {_encode(key.key_id + signature)}\n"


def _parse_signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
    if not line.startswith(_SIGNATURE_MARK) or not _is_name(name):
        raise VerificationError("The checkpoint has a malformed signature line")
    signature = _decode(encoded, "signature")
    if len(signature) <= _KEY_ID_BYTES:
        raise VerificationError("The checkpoint has a signature line without a signature")
    return name, signature[:_KEY_ID_BYTES], signature[_KEY_ID_BYTES:]


def _parse_text(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise VerificationError("The checkpoint has fewer than three lines, or an empty one")
    origin, size, root, *_extensions = lines
    if _SIZE.fullmatch(size) is None:
        raise VerificationError("The checkpoint's size is not a decimal number")
    decoded = _decode(root, "root hash")
    if len(decoded) != HASH_BYTES:
        raise VerificationError("The checkpoint's root is not a SHA-256 hash")
    return Checkpoint(origin, int(size), decoded)


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() or not c.isprintable() for c in name)


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(text: str, what: str) -> bytes:
    """Standard base64, and only its one canonical spelling: otherwise one note would have several."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError(f"The {what} is not base64") from error
    if _encode(raw) != text:
        raise VerificationError(f"The {what} is not canonical base64")
    return raw

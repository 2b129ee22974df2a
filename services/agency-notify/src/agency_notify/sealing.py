"""Sealing: a secret is encrypted and authenticated (AES-256-GCM) before it is stored, and opened where it is used."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from agency_notify.model import Sealed

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_NAMED_APART: Final = b"frontdoor sealing key id\x00"
HOW_TO_WRITE: Final = "write one key a line, each base64 of 32 random bytes; make one with: openssl rand -base64 32"


class SealBroken(Exception):
    """A sealed text does not open: its key is not configured, it was altered, or it was sealed for another place.

    Names no text and no key.
    """


@dataclass(frozen=True)
class Place:
    """Where a sealed text belongs: one column of one record. Anywhere else it does not open."""

    record_id: UUID
    column: str

    @classmethod
    def current(cls, endpoint_id: UUID) -> Self:
        """Of the secret that an endpoint shares with us."""
        return cls(endpoint_id, "secret")

    @classmethod
    def previous(cls, endpoint_id: UUID) -> Self:
        """Of the secret that it shared before."""
        return cls(endpoint_id, "previous_secret")

    @property
    def associated_data(self) -> bytes:
        """What is authenticated beside the text. Ids have one length and columns no slash, so none is two places."""
        return f"agency-notify/endpoint/{self.record_id}/{self.column}".encode()


class Sealer:
    """Seals with the first of its keys and opens with any of them.

    Every sealing takes a fresh random nonce of 96 bits: with one key that is safe for 2^32 texts, and there are
    a few hundred. A key's id is made of the key, so the two cannot be confused; it says nothing about the key.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Raises ``ValueError`` without a key, or with one of another length."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(HOW_TO_WRITE)
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self.key_id = key_id(keys[0])

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, the one that seals first."""
        return tuple(self._ciphers)

    def seal(self, text: str, *, place: Place) -> Sealed:
        """The text, sealed for a place."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        encrypted = self._ciphers[self.key_id].encrypt(nonce, text.encode(), place.associated_data)
        return Sealed(self.key_id, nonce + encrypted)

    def open(self, sealed: Sealed, *, place: Place) -> str:
        """The text. Raises ``SealBroken``; the cause is left out, as nobody outside may learn which it was."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise SealBroken("no key of this id is configured")
        nonce, encrypted = sealed.text[:NONCE_BYTES], sealed.text[NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, encrypted, place.associated_data).decode()
        except (InvalidTag, ValueError):
            raise SealBroken("altered, or sealed for another place") from None


def key_id(key: bytes) -> str:
    """The name of a key: half of a digest, which leads nobody back to 32 random bytes."""
    return hashlib.sha256(_NAMED_APART + key).hexdigest()[:16]


def read_keys(text: str) -> tuple[bytes, ...]:
    """Keys as a file or a variable holds them. Raises ``ValueError`` that says what to do and repeats nothing."""
    try:
        keys = tuple(base64.b64decode(line, validate=True) for line in text.split())
    except ValueError:
        raise ValueError(HOW_TO_WRITE) from None
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(HOW_TO_WRITE)
    return keys

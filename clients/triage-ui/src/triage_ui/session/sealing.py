"""Sealing: tokens and drafts are encrypted and authenticated (AES-256-GCM) before they are stored."""

import base64
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
HOW_TO_WRITE: Final = "write one key a line, each base64 of 32 random bytes; make one with: openssl rand -base64 32"


class SealBroken(Exception):
    """A sealed text does not open: its key is gone, it was altered, or it was sealed for another place."""


class Sealer:
    """Seals with the first of its keys and opens with any of them. ``place`` names one column of one record."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        """Raises ``ValueError`` without a key, or with one of another length."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(HOW_TO_WRITE)
        self._ciphers = [AESGCM(key) for key in keys]

    @classmethod
    def of(cls, file: Path) -> "Sealer":
        """With the keys of a file. Raises ``ValueError`` that says what to do and repeats nothing."""
        try:
            return cls(tuple(base64.b64decode(line, validate=True) for line in file.read_text().split()))
        except ValueError:
            raise ValueError(HOW_TO_WRITE) from None

    def seal(self, text: str, *, place: str) -> bytes:
        """The text, sealed for a place."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        """The text. Raises ``SealBroken``."""
        nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, encrypted, place.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        raise SealBroken

"""Standard Webhooks 1.0 signatures: ``v1a`` (ed25519) by default, ``v1`` (HMAC-SHA256) where an endpoint asks."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agency_notify.model import Endpoint, Secret, Signing

PUBLIC_PREFIX: Final = "whpk_"
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what a secret begins with, not one
_SECRET_BYTES: Final = range(24, 65)  # the specification's least and greatest length of a shared secret


@dataclass(frozen=True)
class Letter:
    """What is signed and sent: the bytes signed are the bytes sent. ``sent_at`` is the time of this attempt."""

    webhook_id: str
    sent_at: datetime
    body: bytes

    @property
    def timestamp(self) -> str:
        """Whole Unix seconds, as the header carries it."""
        return str(int(self.sent_at.timestamp()))

    @property
    def signed_content(self) -> bytes:
        """``id.timestamp.body``; the id is ours and holds no full stop."""
        return f"{self.webhook_id}.{self.timestamp}.".encode() + self.body


class SigningKeys:
    """Our ed25519 keys, newest first. While a key is being replaced each letter carries a signature of both."""

    def __init__(self, keys: Sequence[Ed25519PrivateKey]) -> None:
        if not keys:
            raise ValueError("At least one webhook signing key is needed")
        self._keys = tuple(keys)

    @property
    def public_keys(self) -> tuple[str, ...]:
        """What receivers trust, as ``whpk_…``, newest first."""
        return tuple(PUBLIC_PREFIX + _base64(key.public_key().public_bytes_raw()) for key in self._keys)

    def sign(self, content: bytes) -> list[str]:
        """One ``v1a`` signature for each key."""
        return [f"{Signing.ED25519},{_base64(key.sign(content))}" for key in self._keys]


def read_key(path: Path) -> Ed25519PrivateKey:
    """An ed25519 private key from a PEM file. Raises ``ValueError`` that says what to do, and ``OSError``."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError("The webhook signing key file must hold an Ed25519 private key as PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("The webhook signing key must be an Ed25519 key")
    return key


def headers(letter: Letter, endpoint: Endpoint, *, keys: SigningKeys) -> dict[str, str]:
    """The three ``webhook-`` headers; several signatures, separated by spaces, while a key is being replaced."""
    if endpoint.signing is Signing.HMAC and endpoint.secret is not None:
        signatures = _hmac_signatures(letter, endpoint.secret)
    else:
        signatures = keys.sign(letter.signed_content)
    return {
        "webhook-id": letter.webhook_id,
        "webhook-timestamp": letter.timestamp,
        "webhook-signature": " ".join(signatures),
    }


def secret_bytes(secret: str) -> bytes:
    """The bytes of a ``whsec_…`` secret. Raises ``ValueError`` that never repeats it."""
    try:
        raw = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:  # letters beyond ASCII are refused by another error than letters that are not base64
        raise ValueError("The secret must be whsec_ followed by base64") from None
    if not secret.startswith(SECRET_PREFIX) or len(raw) not in _SECRET_BYTES:
        raise ValueError("The secret must be whsec_ followed by base64 of 24 to 64 random bytes")
    return raw


def _hmac_signatures(letter: Letter, secret: Secret) -> list[str]:
    secrets = [secret.current]
    if secret.previous and secret.previous_until and letter.sent_at < secret.previous_until:
        secrets.append(secret.previous)
    digests = (hmac.digest(secret_bytes(each), letter.signed_content, hashlib.sha256) for each in secrets)
    return [f"{Signing.HMAC},{_base64(digest)}" for digest in digests]


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()

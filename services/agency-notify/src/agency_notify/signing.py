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
from agency_notify.sealing import Place, SealBroken, Sealer
from chassis import telemetry

PUBLIC_PREFIX: Final = "whpk_"
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what a secret begins with, not one
_SECRET_BYTES: Final = range(24, 65)  # the specification's least and greatest length of a shared secret

log = telemetry.logger(__name__)


@dataclass(frozen=True)
class Webhook:
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
    """Our ed25519 keys, newest first. While a key is being replaced each webhook carries a signature of both."""

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


@dataclass(frozen=True)
class WebhookSigner:
    """Signs with our own keys, or with what it shares with one endpoint, whichever the endpoint checks."""

    keys: SigningKeys
    sealer: Sealer

    def headers(self, webhook: Webhook, endpoint: Endpoint) -> dict[str, str]:
        """The three ``webhook-`` headers; several signatures, separated by spaces, while a key is being replaced.

        Raises ``SealBroken`` when the endpoint's secret cannot be opened: it checks no other signature.
        """
        if endpoint.signing is Signing.HMAC:
            signatures = _hmac_signatures(webhook, self._open(endpoint, at=webhook.sent_at))
        else:
            signatures = self.keys.sign(webhook.signed_content)
        return {
            "webhook-id": webhook.webhook_id,
            "webhook-timestamp": webhook.timestamp,
            "webhook-signature": " ".join(signatures),
        }

    def _open(self, endpoint: Endpoint, *, at: datetime) -> list[str]:
        """The secrets that sign at a time. One before that does not open is left out: receivers leave it anyway."""
        if endpoint.secret is None:
            raise SealBroken("there is none")
        secrets = [self.sealer.open(endpoint.secret.current, place=Place.current(endpoint.endpoint_id))]
        previous = endpoint.secret.previous if _overlaps(endpoint.secret, at=at) else None
        if previous is not None:
            try:
                secrets.append(self.sealer.open(previous, place=Place.previous(endpoint.endpoint_id)))
            except SealBroken:
                log.error("a previous secret cannot be opened", agency=endpoint.agency, channel=endpoint.channel)
        return secrets


def read_key(path: Path) -> Ed25519PrivateKey:
    """An ed25519 private key from a PEM file. Raises ``ValueError`` that says what to do, and ``OSError``."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError("The webhook signing key file must hold an Ed25519 private key as PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("The webhook signing key must be an Ed25519 key")
    return key


def secret_bytes(secret: str) -> bytes:
    """The bytes of a ``whsec_…`` secret. Raises ``ValueError`` that never repeats it."""
    try:
        raw = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:  # characters beyond ASCII are refused by another error than those that are not base64
        raise ValueError("The secret must be whsec_ followed by base64") from None
    if not secret.startswith(SECRET_PREFIX) or len(raw) not in _SECRET_BYTES:
        raise ValueError("The secret must be whsec_ followed by base64 of 24 to 64 random bytes")
    return raw


def _overlaps(secret: Secret, *, at: datetime) -> bool:
    return secret.previous_until is not None and at < secret.previous_until


def _hmac_signatures(webhook: Webhook, secrets: Sequence[str]) -> list[str]:
    digests = (hmac.digest(secret_bytes(each), webhook.signed_content, hashlib.sha256) for each in secrets)
    return [f"{Signing.HMAC},{_base64(digest)}" for digest in digests]


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()

"""Checks Standard Webhooks 1.0 signatures as a careful agency would: ``v1a`` (Ed25519) and ``v1`` (HMAC-SHA256)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOLERANCE: Final = timedelta(minutes=5)


class SignatureRefused(Exception):
    """The delivery cannot be trusted; the message says why."""


def verify(headers: Mapping[str, str], body: bytes, *, key: str, now: datetime) -> str:
    """The version that verified, ``v1a`` or ``v1``. ``key`` is ``whpk_…`` or ``whsec_…``.

    Raises ``SignatureRefused``, also when only a signature of the other version is there.
    """
    try:
        message_id, timestamp, signatures = (
            headers["webhook-id"],
            headers["webhook-timestamp"],
            headers["webhook-signature"],
        )
    except KeyError as missing:
        raise SignatureRefused(f"header {missing.args[0]} is missing") from missing
    _check_age(timestamp, now)
    version = "v1a" if key.startswith("whpk_") else "v1"
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    candidates = [part.partition(",")[2] for part in signatures.split(" ") if part.startswith(f"{version},")]
    if not any(_matches(key, signed, candidate) for candidate in candidates):
        raise SignatureRefused(f"no valid {version} signature")
    return version


def _check_age(timestamp: str, now: datetime) -> None:
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise SignatureRefused("webhook-timestamp is not a number of seconds")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise SignatureRefused("webhook-timestamp is more than five minutes off")


def _matches(key: str, signed: bytes, candidate: str) -> bool:
    secret = base64.b64decode(key.partition("_")[2])
    try:
        signature = base64.b64decode(candidate, validate=True)
    except ValueError:  # not base64, or not even ASCII
        return False
    if key.startswith("whsec_"):
        return hmac.compare_digest(hmac.digest(secret, signed, hashlib.sha256), signature)
    try:
        Ed25519PublicKey.from_public_bytes(secret).verify(signature, signed)
    except InvalidSignature:
        return False
    return True

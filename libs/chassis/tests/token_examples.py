"""What tests of tokens share: their time, taking a token apart, and seeing it refused."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.web.auth import Verifier
from contracts.problems import Unauthenticated

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(**ago: float) -> int:
    """A moment before now, as claims have it: seconds since 1970."""
    return int((NOW - timedelta(**ago)).timestamp())


def b64(data: bytes) -> str:
    """As tokens write it: for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    """What the token says, without looking at its signature."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


async def refused(verifier: Verifier, token: str) -> Unauthenticated:
    """The refusal, after checking that it says what is wrong as RFC 6750 has it."""
    with pytest.raises(Unauthenticated) as caught:
        await verifier.verify(token)
    assert caught.value.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    return caught.value

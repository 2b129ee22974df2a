"""Signatures of notices, checked as Standard Webhooks 1.0 says, next to its own library."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks.webhooks import Webhook

from local_stack.webhook_signatures import SignatureRefused, verify

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
BODY = b'{"type":"notice.referral-received"}'
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
TIMESTAMP = str(int(NOW.timestamp()))


def headers(signature: str, **changed: str) -> dict[str, str]:
    return {"webhook-id": "msg_1", "webhook-timestamp": TIMESTAMP, "webhook-signature": signature} | changed


def signed_v1a() -> str:
    signature = PRIVATE.sign(b".".join((b"msg_1", TIMESTAMP.encode(), BODY)))
    return "v1a," + base64.b64encode(signature).decode()


def signed_v1() -> str:
    return Webhook(SECRET).sign("msg_1", NOW, BODY.decode())


def test_an_ed25519_signature_is_accepted() -> None:
    version = verify(headers(signed_v1a()), BODY, key=PUBLIC, now=NOW)

    assert version == "v1a"


def test_a_shared_secret_signature_of_the_standards_own_library_is_accepted() -> None:
    version = verify(headers(signed_v1()), BODY, key=SECRET, now=NOW)

    assert version == "v1"


def test_one_valid_signature_among_several_is_enough() -> None:
    listed = f"v1,AAAA v2,whatever {signed_v1a()}"

    assert verify(headers(listed), BODY, key=PUBLIC, now=NOW) == "v1a"


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({}, BODY + b" "),
        ({"webhook-id": "msg_2"}, BODY),
        ({"webhook-timestamp": str(int(TIMESTAMP) + 1)}, BODY),
        ({"webhook-signature": "v1a,AAAA"}, BODY),
        ({"webhook-signature": "v1a,not base64!"}, BODY),
        ({"webhook-signature": "v1a,é"}, BODY),
        ({"webhook-signature": signed_v1()}, BODY),
        ({"webhook-signature": ""}, BODY),
        ({"webhook-timestamp": "now"}, BODY),
        ({"webhook-timestamp": "²"}, BODY),
    ],
)
def test_anything_altered_or_malformed_is_refused(changed: dict[str, str], body: bytes) -> None:
    with pytest.raises(SignatureRefused):
        verify(headers(signed_v1a(), **changed), body, key=PUBLIC, now=NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_delivery_from_another_time_is_refused(minutes: int) -> None:
    with pytest.raises(SignatureRefused, match="five minutes"):
        verify(headers(signed_v1a()), BODY, key=PUBLIC, now=NOW + timedelta(minutes=minutes))


def test_a_missing_header_is_named() -> None:
    given = headers(signed_v1a())
    del given["webhook-timestamp"]

    with pytest.raises(SignatureRefused, match="webhook-timestamp is missing"):
        verify(given, BODY, key=PUBLIC, now=NOW)

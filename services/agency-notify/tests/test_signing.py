"""Signatures by Standard Webhooks, checked with other implementations of it."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from notify_examples import OTHER_SECRET, SECRET, endpoint
from notify_world import KEYS, SEALER, SIGNER, shared
from standardwebhooks.webhooks import Webhook as PublishedLibrary
from standardwebhooks.webhooks import WebhookVerificationError

from agency_notify import signing
from agency_notify.model import Signing
from agency_notify.signing import SigningKeys, Webhook, WebhookSigner

BODY = b'{"type":"notice.information-requested","data":{"reference":"WAN-7K3M-Q9TR"}}'


def webhook(sent_at: datetime | None = None) -> Webhook:
    return Webhook("00000000-0000-0000-0000-000000000005", sent_at or datetime.now(UTC), BODY)


def public_key(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text.removeprefix("whpk_")))


def test_an_endpoint_that_asks_for_hmac_can_check_it_with_the_published_library() -> None:
    to = endpoint(signing=Signing.HMAC, secret=shared(SECRET))

    headers = SIGNER.headers(webhook(), to)

    assert PublishedLibrary(SECRET).verify(BODY, dict(headers))["data"]["reference"] == "WAN-7K3M-Q9TR"
    with pytest.raises(WebhookVerificationError):
        PublishedLibrary(SECRET).verify(BODY.replace(b"Q9TR", b"Q9TE"), dict(headers))


def test_while_a_secret_is_replaced_the_old_and_the_new_one_both_check() -> None:
    now = datetime.now(UTC)
    to = endpoint(signing=Signing.HMAC, secret=shared(OTHER_SECRET, SECRET, now + timedelta(hours=1)))

    headers = SIGNER.headers(webhook(now), to)

    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (SECRET, OTHER_SECRET):
        assert PublishedLibrary(secret).verify(BODY, dict(headers))


def test_a_replaced_secret_is_no_longer_used_after_its_time() -> None:
    now = datetime.now(UTC)
    to = endpoint(signing=Signing.HMAC, secret=shared(OTHER_SECRET, SECRET, now))

    headers = SIGNER.headers(webhook(now), to)

    with pytest.raises(WebhookVerificationError):
        PublishedLibrary(SECRET).verify(BODY, dict(headers))


def test_by_default_the_published_key_checks_the_webhook_as_sent() -> None:
    headers = SIGNER.headers(webhook(), endpoint())

    version, _, signature = headers["webhook-signature"].partition(",")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + BODY
    assert version == "v1a"
    public_key(KEYS.public_keys[0]).verify(base64.b64decode(signature), signed)
    with pytest.raises(InvalidSignature):
        public_key(KEYS.public_keys[0]).verify(base64.b64decode(signature), signed + b" ")


def test_while_a_key_is_replaced_each_published_key_checks_one_of_the_signatures() -> None:
    keys = SigningKeys([Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()])
    sent = webhook()

    signatures = WebhookSigner(keys, SEALER).headers(sent, endpoint())["webhook-signature"].split(" ")

    assert len(signatures) == 2
    for key, signature in zip(keys.public_keys, signatures, strict=True):
        public_key(key).verify(base64.b64decode(signature.removeprefix("v1a,")), sent.signed_content)


def test_the_timestamp_is_that_of_the_attempt_in_whole_seconds() -> None:
    sent = webhook(datetime(2026, 11, 23, 10, 0, 0, 999_999, tzinfo=UTC))

    assert sent.timestamp == "1795428000"


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_AAAA", "whsec_not base64!", "whsec_Zoë", SECRET[6:], "whsec_" + "A" * 200]
)
def test_a_secret_of_another_shape_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_ followed by base64") as refused:
        signing.secret_bytes(secret)

    assert refused.value.__context__ is None or refused.value.__suppress_context__
    if len(secret) > len("whsec_"):
        assert secret not in str(refused.value)


def test_a_key_file_that_is_not_an_ed25519_key_is_refused_with_what_to_do(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    wrong, broken = tmp_path / "wrong.pem", tmp_path / "broken.pem"
    wrong.write_bytes(other)
    broken.write_bytes(b"nothing like a key")

    with pytest.raises(ValueError, match="must be an Ed25519 key"):
        signing.read_key(wrong)
    with pytest.raises(ValueError, match="must hold an Ed25519 private key"):
        signing.read_key(broken)


def test_a_key_file_is_read_and_no_key_at_all_is_refused(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    file = tmp_path / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    assert SigningKeys([signing.read_key(file)]).public_keys == SigningKeys([key]).public_keys
    with pytest.raises(ValueError, match="At least one"):
        SigningKeys([])

"""Webhook and e-mail against real receivers."""

import asyncio
import base64
import json
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from notify_examples import NOW, REFERENCE, SECRET, delivery, endpoint, notice
from notify_receivers import OK, answer, receiver
from notify_world import KEYS, SIGNER, shared
from standardwebhooks.webhooks import Webhook

from agency_notify import channels, receivers
from agency_notify.addresses import SystemResolver
from agency_notify.channels import WebhookSender, retry_after_seconds
from agency_notify.model import Endpoint, Receipt, Signing
from contracts.codes import DeliveryFailure

PUBLIC_URL = "https://notify.example.org"
LOCAL = ("127.0.0.1/32",)


def webhooks(*, allowed: Sequence[str] = LOCAL, tls: ssl.SSLContext | None = None) -> WebhookSender:
    return WebhookSender(SIGNER, SystemResolver(2), allowed=allowed, public_url=PUBLIC_URL, tls=tls)


async def post(to: Endpoint, sender: WebhookSender | None = None) -> Receipt:
    sender = sender or webhooks()
    try:
        return await sender.send(delivery(to=to), now=datetime.now(UTC))
    finally:
        await sender.close()


async def test_a_webhook_arrives_signed_thin_and_with_the_notices_own_id() -> None:
    async with receiver() as agency:
        receipt = await post(endpoint(address=agency.url))

    (arrived,) = agency.posts
    assert receipt == Receipt(status=200)
    assert arrived.headers["webhook-id"] == str(notice().notice_id)
    signed = f"{arrived.headers['webhook-id']}.{arrived.headers['webhook-timestamp']}.".encode() + arrived.body
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(KEYS.public_keys[0].removeprefix("whpk_")))
    key.verify(base64.b64decode(arrived.headers["webhook-signature"].removeprefix("v1a,")), signed)
    assert json.loads(arrived.body) == {
        "type": "notice.information-requested",
        "timestamp": notice().queued_at.isoformat(),
        "data": {
            "notice_id": str(notice().notice_id),
            "kind": "information-requested",
            "agency": "metropolitan-police",
            "reference": REFERENCE,
            "detail_url": f"{PUBLIC_URL}/v1/notices/{notice().notice_id}",
        },
    }


async def test_a_webhook_signed_with_a_shared_secret_is_accepted_by_the_published_library() -> None:
    async with receiver() as agency:
        await post(endpoint(address=agency.url, signing=Signing.HMAC, secret=shared(SECRET)))

    (arrived,) = agency.posts
    assert Webhook(SECRET).verify(arrived.body, arrived.headers)["data"]["reference"] == REFERENCE


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, (), Receipt(status=200)),
        (204, (), Receipt(status=204)),
        (299, (), Receipt(status=299)),
        (301, ("location: /other",), Receipt(DeliveryFailure.REDIRECTED, 301)),
        (307, ("location: http://169.254.169.254/",), Receipt(DeliveryFailure.REDIRECTED, 307)),
        (400, (), Receipt(DeliveryFailure.REFUSED, 400)),
        (404, (), Receipt(DeliveryFailure.REFUSED, 404)),
        (410, (), Receipt(DeliveryFailure.GONE, 410, final=True)),
        (429, ("retry-after: 90",), Receipt(DeliveryFailure.TOO_MANY_REQUESTS, 429, 90.0)),
        (500, (), Receipt(DeliveryFailure.SERVER_ERROR, 500)),
        (503, ("Retry-After: 120",), Receipt(DeliveryFailure.SERVER_ERROR, 503, 120.0)),
    ],
)
async def test_each_answer_is_understood_and_none_is_followed(
    status: int, headers: tuple[str, ...], expected: Receipt
) -> None:
    async with receiver(answer(status, *headers)) as agency:
        receipt = await post(endpoint(address=agency.url))

    assert receipt == expected
    assert agency.connections == 1


@pytest.mark.parametrize(
    "garbage", [b"", b"HTTP/1.1\r\n\r\n", b"nothing like HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: y"]
)
async def test_a_receiver_that_does_not_speak_http_is_unreachable(garbage: bytes) -> None:
    async with receiver(garbage) as agency:
        receipt = await post(endpoint(address=agency.url))

    assert receipt == Receipt(DeliveryFailure.UNREACHABLE)


async def test_a_receiver_that_never_answers_is_given_up_on_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "TIMEOUT_SECONDS", 0.2)

    async with receiver(None) as agency:
        receipt = await asyncio.wait_for(post(endpoint(address=agency.url)), 5)

    assert receipt == Receipt(DeliveryFailure.TIMED_OUT)


async def test_a_port_where_nobody_listens_is_unreachable() -> None:
    async with receiver() as agency:
        url = agency.url

    assert await post(endpoint(address=url)) == Receipt(DeliveryFailure.UNREACHABLE)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]", "0"])
async def test_a_private_address_that_nobody_opened_is_not_even_connected_to(host: str) -> None:
    async with receiver() as agency:
        for scheme in ("http", "https"):
            to = endpoint(address=f"{scheme}://{host}:{agency.port}/in")

            receipt = await post(to, webhooks(allowed=()))

            assert receipt == Receipt(DeliveryFailure.ADDRESS_NOT_ALLOWED)

    assert agency.connections == 0


async def posts(count: int, to: Endpoint) -> list[Receipt]:
    """So many notices, one after the other, by one sender."""
    sender = webhooks()
    receipts = [await sender.send(delivery(to=to), now=datetime.now(UTC)) for _ in range(count)]
    await sender.close()
    return receipts


async def test_a_connection_is_kept_for_the_next_notice_to_the_same_place() -> None:
    said = b"HTTP/1.1 202 Accepted\r\ncontent-length: 5\r\n\r\nthank"

    async with receiver(OK, said, OK, keeps=True) as agency:
        receipts = await posts(3, endpoint(address=agency.url))

    assert receipts == [Receipt(status=200), Receipt(status=202), Receipt(status=200)]
    assert (agency.connections, len(agency.posts)) == (1, 3)


async def test_a_kept_connection_that_the_receiver_has_closed_costs_no_attempt() -> None:
    async with receiver(OK) as agency:
        receipts = await posts(3, endpoint(address=agency.url))

    assert receipts == [Receipt(status=200)] * 3
    assert (agency.connections, len(agency.posts)) == (3, 3)


async def test_a_notice_on_a_kept_connection_that_ends_without_an_answer_comes_again_at_once_with_its_id() -> None:
    async with receiver(OK, b"", OK, keeps=True) as agency:
        receipts = await posts(2, endpoint(address=agency.url))

    assert receipts == [Receipt(status=200)] * 2
    assert (agency.connections, len(agency.posts)) == (2, 3)
    assert len({arrived.headers["webhook-id"] for arrived in agency.posts}) == 1


async def test_a_connection_that_was_new_and_ends_without_an_answer_is_a_failed_attempt() -> None:
    async with receiver(b"", keeps=True) as agency:
        receipts = await posts(2, endpoint(address=agency.url))

    assert receipts == [Receipt(DeliveryFailure.UNREACHABLE)] * 2
    assert len(agency.posts) == 2


async def test_a_connection_that_nobody_uses_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receivers, "KEPT_SECONDS", 0.05)
    sender = webhooks()
    async with receiver(keeps=True) as agency:
        await sender.send(delivery(to=endpoint(address=agency.url)), now=NOW)

        await asyncio.wait_for(agency.ended.wait(), 5)
    await sender.close()


async def test_no_more_connections_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receivers, "MOST_KEPT", 1)
    sender = webhooks()
    async with receiver(keeps=True) as first, receiver(keeps=True) as second:
        for agency in (first, second, first, second):
            receipt = await sender.send(delivery(to=endpoint(address=agency.url)), now=NOW)
            assert receipt == Receipt(status=200)
        await sender.close()

        assert (first.connections, second.connections) == (1, 2)


@pytest.mark.parametrize("length", [10_000_000, 100])
async def test_an_answer_that_is_long_or_never_ends_changes_nothing_about_its_status(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receivers, "READ_SECONDS", 0.2)
    begun = f"HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n".encode() + b"x" * min(length - 1, 200_000)

    async with receiver(begun, keeps=True) as agency:
        receipts = await posts(2, endpoint(address=agency.url))

    assert receipts == [Receipt(status=200)] * 2
    assert agency.connections == 2  # what was not read to its end is not used again


async def test_plain_http_to_a_public_address_is_refused() -> None:
    assert await post(endpoint(address="http://8.8.8.8/in")) == Receipt(DeliveryFailure.ADDRESS_NOT_ALLOWED)


async def test_a_pinned_connection_still_names_and_checks_the_original_host(tmp_path: Path) -> None:
    server_side, client_side = certificate_for("hooks.example.org", tmp_path)
    sender = WebhookSender(SIGNER, Always("127.0.0.1"), allowed=LOCAL, public_url=PUBLIC_URL, tls=client_side)

    async with receiver(tls=server_side) as agency:
        right = await sender.send(delivery(to=endpoint(address=f"https://hooks.example.org:{agency.port}/")), now=NOW)
        wrong = await sender.send(delivery(to=endpoint(address=f"https://other.example.org:{agency.port}/")), now=NOW)
    await sender.close()

    assert right == Receipt(status=200)
    assert agency.names[0] == "hooks.example.org"
    assert agency.posts[0].headers["host"] == f"hooks.example.org:{agency.port}"
    assert wrong == Receipt(DeliveryFailure.UNREACHABLE)
    assert len(agency.posts) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 30 ", 30.0),
        ("Mon, 23 Nov 2026 10:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("9" * 400, None),
    ],
)
def test_both_forms_of_retry_after_are_read_and_nonsense_is_ignored(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, now=NOW) == seconds


class Always:
    """A name server that knows one address."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        return (self._address,)


def certificate_for(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for one host name, and a client's that trusts it."""
    key = Ed25519PrivateKey.generate()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, None)
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cadata=certificate.public_bytes(Encoding.PEM).decode())
    return server, client

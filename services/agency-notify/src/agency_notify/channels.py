"""The ways to push a notice. First the webhook: one attempt, thin, never raising for what a receiver does."""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

import httpcore2

from agency_notify import wording
from agency_notify.addresses import AddressNotAllowed, Resolver
from agency_notify.endpoint_tests.model import EndpointTest
from agency_notify.model import Delivery, Endpoint, Notice, Receipt
from agency_notify.receivers import Receivers, Request
from agency_notify.sealing import SealBroken
from agency_notify.signing import Webhook, WebhookSigner
from chassis import telemetry
from contracts.codes import Channel, DeliveryFailure

TIMEOUT_SECONDS: Final = 15.0
_USER_AGENT: Final = "Frontdoor-Webhooks/1.0"
_THROTTLED: Final = 429
_GONE: Final = 410

log = telemetry.logger(__name__)


class Sender(Protocol):
    """Makes one attempt within ``TIMEOUT_SECONDS``. MUST NOT be called inside a transaction."""

    async def send(self, delivery: Delivery, *, now: datetime) -> Receipt: ...


def detail_url(public_url: str, notice: Notice) -> str:
    """Where the notice is read; reading it there is what opens it."""
    return f"{public_url.rstrip('/')}/v1/notices/{notice.notice_id}"


class WebhookSender:
    """POSTs a signed, thin webhook by Standard Webhooks 1.0; nothing a receiver answers is followed or kept."""

    def __init__(
        self,
        signer: WebhookSigner,
        resolver: Resolver,
        *,
        allowed: Sequence[str],
        public_url: str,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._signer = signer
        self._public_url = public_url
        self._receivers = Receivers(resolver, allowed=allowed, tls=tls)

    async def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        """One POST. The id stays the same however often a notice is sent; the timestamp is this attempt's."""
        notice = delivery.notice
        webhook = Webhook(str(notice.notice_id), now, webhook_body(delivery, detail_url(self._public_url, notice)))
        return await self._signed(webhook, delivery.endpoint, now=now)

    async def send_test(self, test: EndpointTest, endpoint: Endpoint, *, now: datetime) -> Receipt:
        """One POST, signed as every other, that says it is a test and nothing else."""
        return await self._signed(Webhook(str(test.test_id), now, test_body(test, endpoint)), endpoint, now=now)

    async def _signed(self, webhook: Webhook, endpoint: Endpoint, *, now: datetime) -> Receipt:
        headers: dict[bytes | str, bytes | str] = {"content-type": "application/json", "user-agent": _USER_AGENT}
        try:
            headers.update(self._signer.headers(webhook, endpoint).items())
        except SealBroken:
            log.error("a shared secret cannot be opened", agency=endpoint.agency, partnership=endpoint.partnership)
            return Receipt(DeliveryFailure.SECRET_NOT_OPENED)
        return await self._try(Request(endpoint.address, webhook.body, headers), now=now)

    async def _try(self, request: Request, *, now: datetime) -> Receipt:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer = await self._receivers.post(request)
        except (TimeoutError, httpcore2.TimeoutException):  # ours, and the system's
            return Receipt(DeliveryFailure.TIMED_OUT)
        except AddressNotAllowed:
            return Receipt(DeliveryFailure.ADDRESS_NOT_ALLOWED)
        except (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError):
            return Receipt(DeliveryFailure.UNREACHABLE)
        return receipt_of(answer.status, answer.retry_after, now=now)

    async def close(self) -> None:
        """Close what is open."""
        await self._receivers.close()


def webhook_body(delivery: Delivery, url: str) -> bytes:
    """The thin payload: that there is a notice, which, and where to read it. It says nothing about a person."""
    notice = delivery.notice
    payload = {
        "type": f"notice.{notice.kind}",
        "timestamp": notice.queued_at.isoformat(),
        "data": wording.webhook_data(notice, delivery.late, url=url),
    }
    return json.dumps(payload, separators=(",", ":")).encode()


def test_body(test: EndpointTest, endpoint: Endpoint) -> bytes:
    """The payload of a test notice: that it is one, and for whom."""
    payload = {
        "type": wording.TEST_TYPE,
        "timestamp": test.asked_at.isoformat(),
        "data": {"test_id": str(test.test_id), "agency": endpoint.agency},
    }
    return json.dumps(payload, separators=(",", ":")).encode()


def receipt_of(status: int, retry_after: str | None, *, now: datetime) -> Receipt:
    """What an HTTP status says by Standard Webhooks: only 2xx accepts it, redirects are not followed, 410 ends it."""
    if 200 <= status < 300:
        return Receipt(status=status)
    wait = retry_after_seconds(retry_after, now=now)
    if 300 <= status < 400:
        return Receipt(DeliveryFailure.REDIRECTED, status)
    if status == _GONE:
        return Receipt(DeliveryFailure.GONE, status, final=True)
    if status == _THROTTLED:
        return Receipt(DeliveryFailure.TOO_MANY_REQUESTS, status, wait)
    failure = DeliveryFailure.SERVER_ERROR if status >= 500 else DeliveryFailure.REFUSED
    return Receipt(failure, status, wait)


def retry_after_seconds(value: str | None, *, now: datetime) -> float | None:
    """The wait a receiver asks for, in seconds, from either form of ``Retry-After``; None when it makes no sense."""
    if value is None:
        return None
    if value.strip().isdecimal() and len(value.strip()) < 10:
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - now).total_seconds(), 0.0)


def senders(webhook: Sender, email: Sender) -> Mapping[Channel, Sender]:
    """Which sender serves which channel; the inbox needs none."""
    return {Channel.WEBHOOK: webhook, Channel.EMAIL: email}

"""The second way to push a notice, e-mail: one attempt, thin, never raising for what a mail server says."""

import asyncio
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from agency_notify import wording
from agency_notify.channels import TIMEOUT_SECONDS, detail_url
from agency_notify.endpoint_tests.model import EndpointTest
from agency_notify.mail_server import Mailbox, MailServer
from agency_notify.model import ACCEPTED, Delivery, Endpoint, Receipt
from contracts.codes import DeliveryFailure


class EmailSender:
    """Hands a short, plain message to our mail server; its answer about the recipient is the receipt."""

    def __init__(self, mailbox: Mailbox, *, public_url: str) -> None:
        self._server = MailServer(mailbox)
        self._sender = mailbox.sender
        self._public_url = public_url

    async def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        """One message. Its Message-ID stays the same however often a notice is sent, so copies can be recognised."""
        message = email_message(delivery, sender=self._sender, public_url=self._public_url, now=now)
        return await self._try(message)

    async def send_test(self, test: EndpointTest, endpoint: Endpoint, *, now: datetime) -> Receipt:
        """One message that says it is a test and nothing else."""
        message = _message(endpoint.address, str(test.test_id), sender=self._sender, now=now)
        message["Subject"] = wording.TEST_SUBJECT
        message.set_content(wording.TEST_TEXT)
        return await self._try(message)

    async def _try(self, message: EmailMessage) -> Receipt:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._server.hand_over(message)
        except TimeoutError:
            return Receipt(DeliveryFailure.TIMED_OUT)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _smtp_receipt(error.recipients[0].code)
        except aiosmtplib.SMTPResponseException as error:
            return _smtp_receipt(error.code)
        except (aiosmtplib.SMTPException, OSError):
            return Receipt(DeliveryFailure.UNREACHABLE)
        return ACCEPTED

    async def close(self) -> None:
        """Close what is open."""
        await self._server.close()


def email_message(delivery: Delivery, *, sender: str, public_url: str, now: datetime) -> EmailMessage:
    """The message: the reference, what to do, and where. No name and nothing about the child."""
    notice = delivery.notice
    message = _message(delivery.endpoint.address, str(notice.notice_id), sender=sender, now=now)
    message["Subject"] = f"{notice.kind.label}: {notice.reference}"
    message.set_content(wording.email_text(notice, delivery.late, url=detail_url(public_url, notice)))
    return message


def _message(to: str, message_id: str, *, sender: str, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _smtp_receipt(code: int) -> Receipt:
    """4xx means try again; 5xx means that this mailbox will never accept it."""
    if code >= 500:
        return Receipt(DeliveryFailure.REFUSED, code, final=True)
    return Receipt(DeliveryFailure.SERVER_ERROR, code)

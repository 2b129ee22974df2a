"""The second way to push a notice, e-mail: one attempt, thin, never raising for what a mail server says."""

import asyncio
import quopri
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

import aiosmtplib

from agency_notify import wording
from agency_notify.channels import TIMEOUT_SECONDS, detail_url
from agency_notify.endpoint_tests.model import EndpointTest
from agency_notify.mail_server import Mailbox, MailServer
from agency_notify.model import ACCEPTED, Delivery, Endpoint, Receipt
from contracts.codes import DeliveryFailure


@dataclass(frozen=True)
class Mail:
    """A short, plain message to one mailbox. Its Message-ID stays the same however often it is sent."""

    to: str
    message_id: str
    subject: str
    text: str

    def written(self, sender: str, *, now: datetime) -> bytes:
        """The message as RFC 5322 has it. It is written by hand, because the library reads every header it is given.

        What stands in the headers is plain ASCII without line ends, which addresses, ids, labels and references are:
        raises ``ValueError`` for anything else.
        """
        headers = {
            "From": sender,
            "To": self.to,
            "Date": format_datetime(now),
            "Message-ID": f"<{self.message_id}@{sender.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
            "Subject": self.subject,
            "MIME-Version": "1.0",
            "Content-Type": 'text/plain; charset="utf-8"',
            "Content-Transfer-Encoding": "quoted-printable",
        }
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise ValueError("a header of a message is not plain ASCII")
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return head.encode() + b"\r\n" + quopri.encodestring(self.text.encode())


class EmailSender:
    """Hands a message to our mail server; its answer about the recipient is the receipt."""

    def __init__(self, mailbox: Mailbox, *, public_url: str) -> None:
        self._server = MailServer(mailbox)
        self._sender = mailbox.sender
        self._public_url = public_url

    async def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        """One message, by which copies of it can be recognised."""
        return await self._try(notice_mail(delivery, public_url=self._public_url), now=now)

    async def send_test(self, test: EndpointTest, endpoint: Endpoint, *, now: datetime) -> Receipt:
        """One message that says it is a test and nothing else."""
        mail = Mail(endpoint.address, str(test.test_id), wording.TEST_SUBJECT, wording.TEST_TEXT)
        return await self._try(mail, now=now)

    async def _try(self, mail: Mail, *, now: datetime) -> Receipt:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._server.hand_over(mail.written(self._sender, now=now), to=mail.to)
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


def notice_mail(delivery: Delivery, *, public_url: str) -> Mail:
    """The message: the reference, what to do, and where. No name and nothing about the child."""
    notice = delivery.notice
    return Mail(
        delivery.endpoint.address,
        str(notice.notice_id),
        f"{notice.kind.label}: {notice.reference}",
        wording.email_text(notice, delivery.late, url=detail_url(public_url, notice)),
    )


def _smtp_receipt(code: int) -> Receipt:
    """4xx means try again; 5xx means that this mailbox will never accept it."""
    if code >= 500:
        return Receipt(DeliveryFailure.REFUSED, code, final=True)
    return Receipt(DeliveryFailure.SERVER_ERROR, code)

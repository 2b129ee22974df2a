"""E-mail against a real mail server: what a message says, what its answers mean, and how long a connection is kept."""

import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

import pytest
from notify_examples import NOW, REFERENCE, delivery, endpoint, notice
from notify_receivers import postbox, receiver

from agency_notify import mail, mail_server
from agency_notify.mail import EmailSender, Mail, notice_mail
from agency_notify.mail_server import Mailbox
from agency_notify.model import Receipt
from contracts.codes import Channel, DeliveryFailure, NoticeKind

PUBLIC_URL = "https://notify.example.org"


@asynccontextmanager
async def by_email(port: int) -> AsyncIterator[EmailSender]:
    mailbox = Mailbox.parse(f"smtp://127.0.0.1:{port}", sender="notices@notify.example.org")
    sender = EmailSender(mailbox, public_url=PUBLIC_URL)
    try:
        yield sender
    finally:
        await sender.close()


async def send(port: int, **changes: Any) -> Receipt:
    async with by_email(port) as sender:
        return await sender.send(delivery(to=MAILBOX, **changes), now=NOW)


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)


MAILBOX = endpoint(channel=Channel.EMAIL, address="duty@police.example.org", signing=None)


async def test_an_e_mail_says_the_reference_what_to_do_and_where_and_nothing_else() -> None:
    async with postbox() as box:
        receipt = await send(box.port)

    message = read(box.messages[0])
    assert receipt == Receipt()
    assert message["Subject"] == f"Information requested: {REFERENCE}"
    assert message["To"] == "duty@police.example.org"
    text = message.get_content()
    for part in (REFERENCE, "answer it", f"{PUBLIC_URL}/v1/notices/{notice().notice_id}"):
        assert part in text


async def test_a_repeated_e_mail_carries_the_same_message_id() -> None:
    async with postbox() as box:
        for attempts in (1, 2):
            await send(box.port, attempts=attempts)

    ids = {read(raw)["Message-ID"] for raw in box.messages}
    assert ids == {f"<{notice().notice_id}@notify.example.org>"}


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_kind_of_notice_says_what_to_do(kind: NoticeKind) -> None:
    written = notice_mail(delivery(of=notice(kind=kind), to=MAILBOX), public_url=PUBLIC_URL)

    message = read(written.written("n@example.org", now=NOW))
    assert "Open the notice" in message.get_content()
    assert message["Subject"] == f"{kind.label}: {REFERENCE}"


def test_a_message_is_one_that_every_server_carries_whatever_its_text_is() -> None:
    text = "She said: “Ünïcode”.\n.\nFrom here on\n" + "long " * 300 + "\n"

    written = Mail("a@example.org", "1", "Subject", text).written("n@example.org", now=NOW)

    message = read(written)
    assert written.isascii()
    assert max(map(len, written.splitlines())) < 80
    assert message.get_content() == text
    assert message["Date"].datetime == NOW
    assert message.defects == []


def test_nothing_gets_into_the_headers_that_is_not_plain() -> None:
    for subject in ("A\r\nBcc: other@example.org", "Ünïcode"):
        with pytest.raises(ValueError, match="plain ASCII"):
            Mail("a@example.org", "1", subject, "Text").written("n@example.org", now=NOW)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"refuse": "550 no such mailbox"}, Receipt(DeliveryFailure.REFUSED, 550, final=True)),
        ({"refuse": "450 try later"}, Receipt(DeliveryFailure.SERVER_ERROR, 450)),
        ({"reply": "554 refused"}, Receipt(DeliveryFailure.REFUSED, 554, final=True)),
        ({"reply": "451 local error"}, Receipt(DeliveryFailure.SERVER_ERROR, 451)),
    ],
)
async def test_a_mail_servers_refusal_is_final_or_passing_as_it_says(
    changes: dict[str, str], expected: Receipt
) -> None:
    async with postbox(**changes) as box:
        receipt = await send(box.port)

    assert receipt == expected


async def test_a_mail_server_that_is_down_or_silent_is_a_passing_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.2)
    async with receiver(None) as silent:
        slow = await send(silent.port)
    down = await send(silent.port)

    assert slow == Receipt(DeliveryFailure.TIMED_OUT)
    assert down == Receipt(DeliveryFailure.UNREACHABLE)


def test_the_mail_servers_address_is_read_with_its_credentials() -> None:
    mailbox = Mailbox.parse("smtps://user%40x:p%3Aw@mail.example.org", sender="n@example.org")

    assert mailbox == Mailbox("mail.example.org", 465, "n@example.org", True, "user@x", "p:w")
    with pytest.raises(ValueError, match="smtp://host:port"):
        Mailbox.parse("mail.example.org:25", sender="n@example.org")


async def test_messages_follow_each_other_on_one_connection_also_after_one_that_was_refused() -> None:
    async with postbox() as box, by_email(box.port) as sender:
        for reply in ("250 OK", "451 local error", "250 OK"):
            box.reply = reply
            await sender.send(delivery(to=MAILBOX), now=NOW)
        box.refuse = "550 no such mailbox"
        await sender.send(delivery(to=MAILBOX), now=NOW)

    assert len(box.messages) == 3
    assert box.connections == 1


@pytest.mark.parametrize("ending", ["close", "421 too many messages on this connection"])
async def test_a_connection_that_the_server_ended_meanwhile_costs_no_attempt(ending: str) -> None:
    async with postbox() as box, by_email(box.port) as sender:
        await sender.send(delivery(to=MAILBOX), now=NOW)
        box.ends_with = ending
        receipt = await sender.send(delivery(to=MAILBOX, attempts=2), now=NOW)

    assert receipt == Receipt()
    assert len(box.messages) == 2
    assert box.connections == 2


async def test_a_server_that_takes_nobody_now_is_asked_once_and_again_later() -> None:
    async with postbox(refuse="421 closing down") as box:
        assert await send(box.port) == Receipt(DeliveryFailure.SERVER_ERROR, 421)

    assert box.connections == 1


async def test_a_connection_that_nobody_uses_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_server, "KEPT_SECONDS", 0.05)
    async with postbox() as box, by_email(box.port) as sender:
        await sender.send(delivery(to=MAILBOX), now=NOW)

        await box.alone.wait()

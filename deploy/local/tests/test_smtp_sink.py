"""The mail sink takes mail like any server and shows what it took."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from local_stack.ports import Ports
from local_stack.sinks import SmtpSink
from local_stack.waiting import until


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SmtpSink]:
    ports = Ports()
    sink = SmtpSink(tmp_path, smtp_port=ports.take(), http_port=ports.take())
    sink.start()
    until("the mail sink", sink.ready, timeout_seconds=30, still_possible=sink.alive)
    yield sink
    sink.stop()
    ports.release()


def mail(recipient: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "frontdoor@example.org", recipient, "A notice is waiting"
    message.set_content("Sign in to read it. Ünïcode survives.\n")
    return message


def test_messages_are_kept_with_headers_and_body_and_found_by_recipient(sink: SmtpSink) -> None:
    host, _, port = sink.address.removeprefix("smtp://").partition(":")
    with smtplib.SMTP(host, int(port), timeout=10) as connection:
        for recipient in ("duty@ashcroft.example.org", "duty@police.example.org"):
            connection.send_message(mail(recipient))

    found = httpx2.get(f"{sink.inbox}/messages", params={"to": "duty@police.example.org"}, trust_env=False).json()

    (kept,) = found
    assert kept["to"] == ["duty@police.example.org"]
    assert kept["subject"] == "A notice is waiting"
    assert kept["from"] == kept["headers"]["From"] == "frontdoor@example.org"
    assert kept["body"].splitlines() == ["Sign in to read it. Ünïcode survives."]


def test_a_message_that_is_no_text_is_kept_as_it_came(sink: SmtpSink) -> None:
    host, _, port = sink.address.removeprefix("smtp://").partition(":")
    latin = b'Subject: Latin\r\nContent-Type: text/plain; charset="iso-8859-1"\r\n\r\ncaf\xe9\r\n'
    with smtplib.SMTP(host, int(port), timeout=10) as connection:
        connection.sendmail("frontdoor@example.org", ["duty@ashcroft.example.org"], latin)

    (kept,) = httpx2.get(f"{sink.inbox}/messages", trust_env=False).json()

    assert (kept["subject"], kept["body"].strip()) == ("Latin", "café")

"""A mail server that keeps every message and delivers none: ``python -m local_stack.smtp_sink``."""

import argparse
import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI

from chassis.clock import SystemClock
from local_stack.journal import Journal

_AS_IT_CAME: Final = "surrogateescape"  # bytes that are no text are kept, too


class Keeper:
    """aiosmtpd's handler: one line in the journal for each message as it came, then 250.

    A message is read when somebody asks for it: reading one costs more than all of its way.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._clock = SystemClock()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 its name
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        came = {"received_at": self._clock.now().isoformat(), "from": envelope.mail_from, "to": envelope.rcpt_tos}
        self._journal.add({**came, "message": content.decode(errors=_AS_IT_CAME)})
        return "250 Message kept"


def create_app(journal: Journal, *, smtp_port: int, host: str = "127.0.0.1") -> FastAPI:
    """Takes mail at ``smtp_port`` and shows it at ``GET /messages``, or ``?to=`` one address."""

    @asynccontextmanager
    async def taking_mail(_app: FastAPI) -> AsyncIterator[None]:
        keeper, loop = Keeper(journal), asyncio.get_running_loop()
        async with await loop.create_server(lambda: SMTP(keeper), host, smtp_port):
            yield

    app = FastAPI(title="Mail sink", lifespan=taking_mail)

    @app.get("/messages")
    def messages(to: str | None = None) -> list[dict[str, Any]]:
        return [_described(line) for line in journal.lines() if to is None or to in line["to"]]

    return app


def _described(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the journal with what its message says in the place of the message."""
    content = line.pop("message").encode(errors=_AS_IT_CAME)
    message = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    return {
        **line,
        "subject": str(message["Subject"]),
        "headers": {name: str(value) for name, value in message.items()},
        "body": body.get_content() if body else "",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local_stack.smtp_sink", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--journal", type=Path, required=True)
    chosen = parser.parse_args()
    app = create_app(Journal(chosen.journal), smtp_port=chosen.smtp_port, host=chosen.host)
    uvicorn.run(app, host=chosen.host, port=chosen.http_port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()

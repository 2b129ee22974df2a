"""Our mail server: where it is, and the connections to it that are kept for the next message."""

import asyncio
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import unquote, urlsplit

import aiosmtplib

from agency_notify.channels import TIMEOUT_SECONDS
from agency_notify.receivers import KEPT_SECONDS

_ENDS_THE_CONNECTION: Final = 421


@dataclass(frozen=True)
class Mailbox:
    """The mail server and who we are to it, from ``smtp[s]://user:password@host:port``."""

    host: str
    port: int
    sender: str
    implicit_tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, *, sender: str) -> Self:
        """Raises ``ValueError`` for an address of another shape, without repeating it."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("The mail server must be given as smtp://host:port or smtps://host:port")
        tls = parts.scheme == "smtps"
        return cls(
            parts.hostname,
            parts.port or (465 if tls else 25),
            sender,
            tls,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )


class MailServer:
    """Hands messages over, one at a time on each connection, and keeps a connection for a moment for the next one.

    A kept connection that the server has ended meanwhile, by closing it or by 421, costs no attempt: the message goes
    by another. When it was ended in the middle of a message the server may have it twice, with one Message-ID.
    """

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self._kept: dict[aiosmtplib.SMTP, asyncio.TimerHandle] = {}

    async def hand_over(self, message: bytes, *, to: str) -> None:
        """Raises ``SMTPException`` for what the server says, or ``OSError`` when it is not there."""
        while self._kept:
            connection, ending = self._kept.popitem()
            ending.cancel()
            try:
                await self._send(connection, message, to)
            except (aiosmtplib.SMTPServerDisconnected, OSError):
                continue
            except aiosmtplib.SMTPResponseException as error:
                if error.code != _ENDS_THE_CONNECTION:
                    raise
            else:
                return
        await self._send(await self._connect(), message, to)

    async def close(self) -> None:
        """End what is kept."""
        while self._kept:
            connection, ending = self._kept.popitem()
            ending.cancel()
            connection.close()

    async def _connect(self) -> aiosmtplib.SMTP:
        mailbox = self.mailbox
        connection = aiosmtplib.SMTP(
            hostname=mailbox.host,
            port=mailbox.port,
            username=mailbox.username,
            password=mailbox.password,
            use_tls=mailbox.implicit_tls,
            timeout=TIMEOUT_SECONDS,
        )
        await connection.connect()
        return connection

    async def _send(self, connection: aiosmtplib.SMTP, message: bytes, to: str) -> None:
        """A server that refuses a message goes on with the next; after anything else the connection is of no use."""
        try:
            await connection.sendmail(self.mailbox.sender, to, message)
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused) as error:
            if getattr(error, "code", None) == _ENDS_THE_CONNECTION:
                connection.close()
            else:
                self._keep(connection)
            raise
        except BaseException:
            connection.close()
            raise
        self._keep(connection)

    def _keep(self, connection: aiosmtplib.SMTP) -> None:
        if connection.is_connected:
            loop = asyncio.get_running_loop()
            self._kept[connection] = loop.call_later(KEPT_SECONDS, self._end, connection)

    def _end(self, connection: aiosmtplib.SMTP) -> None:
        del self._kept[connection]
        connection.close()

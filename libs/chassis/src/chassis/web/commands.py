"""Commands that are done once: a request with an ``Idempotency-Key`` that comes again is given its first answer.

Key, fingerprint and answer are written in the transaction of the command, so none is there without the others.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Final, TypeVar

from asyncpg import LockNotAvailableError
from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import Column, DateTime, Index, LargeBinary, MetaData, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from chassis.db import Transaction
from chassis.delivery.forgetting import Expiry
from chassis.delivery.schema import Operations, grant
from chassis.dependencies import Dependencies
from chassis.web import problems
from chassis.web.auth import SignedIn
from contracts.problems import Conflict, Invalid, Problem

T = TypeVar("T")

KEPT: Final = timedelta(hours=24)
"""So long a key is known again. Longer than anybody tries again, and no longer than the answer is of use."""
_FORGOTTEN_AT_ONCE: Final = 50
"""So many keys that are too old go with each new one: more than come, so that none stay."""

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_KEY_HEADER: Final = Header(
    alias="Idempotency-Key",
    description=(
        "1 to 255 visible ASCII characters, new for each act and the same when the same request is sent again: then it "
        "is done once, and answered as it was the first time. Known for 24 hours."
    ),
    json_schema_extra={"pattern": f"^{_KEY.pattern}$"},
)
_COMMENT: Final = "The answer to each command that came with a key; given again for the same request, for a day."

_table = Table(
    "command",
    MetaData(),
    Column("subject", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    Index("command_age", "answered_at"),
    comment=_COMMENT,
)
_CREATE: Final = (
    """CREATE TABLE command (
        subject text NOT NULL,
        key text NOT NULL,
        fingerprint bytea NOT NULL,
        status smallint NOT NULL,
        headers jsonb NOT NULL,
        body bytea NOT NULL,
        answered_at timestamptz NOT NULL,
        PRIMARY KEY (subject, key)
    )""",
    "CREATE INDEX command_age ON command (answered_at)",
    f"COMMENT ON TABLE command IS '{_COMMENT}'",
)
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('command/' || :subject || '/' || :key, 0))")
_FIND: Final = text(
    """SELECT fingerprint, status, headers, body FROM command
       WHERE subject = :subject AND key = :key AND answered_at > :oldest"""
)
_FORGET: Final = text(
    """DELETE FROM command WHERE ctid = ANY (ARRAY(
           SELECT ctid FROM command WHERE answered_at <= :oldest
           ORDER BY answered_at LIMIT :most FOR UPDATE SKIP LOCKED))"""
)
_KEEP: Final = text(
    """INSERT INTO command (subject, key, fingerprint, status, headers, body, answered_at)
       VALUES (:subject, :key, :fingerprint, :status, CAST(:headers AS jsonb), :body, :now)
       ON CONFLICT (subject, key) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, status = EXCLUDED.status,
           headers = EXCLUDED.headers, body = EXCLUDED.body, answered_at = EXCLUDED.answered_at"""
)


class KeyUnreadable(Invalid):
    """An ``Idempotency-Key`` that cannot be one."""

    slug, title, status = "idempotency-key-unreadable", "Send an Idempotency-Key of visible characters", 400

    def __init__(self) -> None:
        super().__init__("Make a new key for each act, 1 to 255 visible ASCII characters, such as a random UUID.")


class KeyReused(Invalid):
    """The key came with another request."""

    slug, title = "idempotency-key-reused", "This Idempotency-Key was used for a different request"

    def __init__(self) -> None:
        super().__init__("Send this request with a new key.")


class StillRunning(Conflict):
    """The same key is being worked on, and for longer than it is waited for."""

    slug, title = "still-running", "We are still working on a request with this Idempotency-Key"

    def __init__(self) -> None:
        super().__init__("Send the same request with the same key in a moment.", headers={"Retry-After": "1"})


EXPIRY: Final = Expiry("command", "answered_at", KEPT)
"""New keys remove old ones; this removes the last ones too, when nobody does anything any more."""


@dataclass(frozen=True)
class Answered:
    """What a command is answered."""

    view: BaseModel
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The same over HTTP."""
        return Response(self.view.model_dump_json(), self.status, dict(self.headers), "application/json")


Do = Callable[[Transaction], Awaitable[T | Problem]]
"""Does the command, or hands back a refusal whose record is kept. Raising undoes all of it."""


class Once:
    """One command of one person. Contract.

    - With a key, the command is done at most once: the second of two that run together waits for the first.
    - The same request again is given the stored answer, status and body; another one is refused by ``KeyReused``.
    - What was raised changed nothing and is not stored: the same key may be tried again.
    - Keys are a person's own, and are forgotten ``KEPT`` after the answer.
    """

    def __init__(self, subject: str, key: str | None, fingerprint: bytes) -> None:
        self._subject = subject
        self._key = key
        self._fingerprint = fingerprint

    async def do(self, dependencies: Dependencies, act: Do[T], show: Callable[[T], Answered]) -> Response:
        """Open the command's one transaction, do it, and answer; a refusal whose record is kept is answered as one."""
        async with dependencies.db.transaction() as tx:
            now = dependencies.clock.now()
            known = await self._find(tx, now)
            if known is not None:
                return known
            result = await act(tx)
            response = problems.response_of(result) if isinstance(result, Problem) else show(result).response()
            await self._keep(tx, response, now)
        return response

    async def _find(self, tx: Transaction, now: datetime) -> Response | None:
        if self._key is None:
            return None
        await self._lock(tx)
        row = (await tx.execute(_FIND, {**self._named, "oldest": now - KEPT})).one_or_none()
        if row is None:
            return None
        if row.fingerprint != self._fingerprint:
            raise KeyReused
        return Response(row.body, row.status, row.headers)

    async def _lock(self, tx: Transaction) -> None:
        """Interleaving prevented: a button is pressed twice, and neither request sees the other's answer."""
        try:
            await tx.execute(_LOCK, self._named)
        except DBAPIError as error:
            if error.orig is not None and isinstance(error.orig.__cause__, LockNotAvailableError):
                raise StillRunning from error
            raise

    async def _keep(self, tx: Transaction, response: Response, now: datetime) -> None:
        if self._key is None:
            return
        await tx.execute(_FORGET, {"oldest": now - KEPT, "most": _FORGOTTEN_AT_ONCE})
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        values = {
            **self._named,
            "fingerprint": self._fingerprint,
            "status": response.status_code,
            "headers": json.dumps(headers),
            "body": bytes(response.body),
            "now": now,
        }
        await tx.execute(_KEEP, values)

    @property
    def _named(self) -> dict[str, Any]:
        return {"subject": self._subject, "key": self._key}


async def _once(request: Request, principal: SignedIn, key: Annotated[str | None, _KEY_HEADER] = None) -> Once:
    if key is not None and not _KEY.fullmatch(key):
        raise KeyUnreadable
    return Once(principal.subject, key, await _fingerprint(request))


async def _fingerprint(request: Request) -> bytes:
    """What makes a request the same: its method, address, the version it names and its body, byte for byte."""
    said = (request.method, request.url.path, request.headers.get("if-match", ""))
    return sha256("\n".join(said).encode() + b"\n" + await request.body()).digest()


Command = Annotated[Once, Depends(_once)]
"""A parameter of a route by which a person does something."""


def create_command_table(op: Operations) -> None:
    """Create ``command``; run in a migration."""
    for statement in _CREATE:
        op.execute(statement)
    grant(op, table="command", rights="SELECT, INSERT, UPDATE, DELETE")


def drop_command_table(op: Operations) -> None:
    """The way back from ``create_command_table``."""
    op.execute("DROP TABLE command")


def add_to(target: MetaData) -> None:
    """Copy the table into a service's own metadata, for its migration check."""
    _table.to_metadata(target)

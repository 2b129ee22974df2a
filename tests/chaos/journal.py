"""The client's side of a campaign: referrals sent at a fixed rate, some added to; every answer is synced to disk."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, TextIO
from uuid import UUID

import httpx2

from tests.chaos.settling import STILL_SECONDS, Patience

ACCEPTED: Final = 202
MAY_BE_SENT_AGAIN: Final = frozenset({401, 408, 409, 425, 429})
"""Beside every 5xx: what was not read, comes too often, is under way, or needs a newer token."""

RETRY_SECONDS: Final = 0.5
LONGEST_RETRY_SECONDS: Final = 30.0
ATTEMPT_SECONDS: Final = 15.0
ADDED_TO_EVERY = 4
REFERRALS: Final = "/v1/referrals"

Json = Mapping[str, Any]

Bearer = Callable[[], Awaitable[Mapping[str, str]]]


@dataclass(frozen=True)
class Answered:
    """One acknowledgement: the key that was posted and the referral it was promised."""

    key: str
    referral_id: UUID


@dataclass(frozen=True)
class Added:
    """One acknowledgement of a supplement: the key that was posted, and which edition it became."""

    key: str
    referral_id: UUID
    edition: int


@dataclass(frozen=True)
class Sending:
    """One thing to post, however often it takes."""

    key: str
    path: str
    body: Json


@dataclass
class Journal:
    """What the client knows. An attempt without an answer is unknown: it may have been accepted or not."""

    path: Path
    answers: list[Answered] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    posted: set[str] = field(default_factory=set)
    unknown_attempts: int = 0
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._file: TextIO = self.path.open("a", encoding="utf-8")

    def note(self, key: str, outcome: str, referral_id: UUID | None = None) -> None:
        """Write an outcome down; on disk before this returns."""
        line = {"key": key, "outcome": outcome, "referral_id": str(referral_id) if referral_id else None}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """No more is written."""
        self._file.close()


@dataclass
class Poster:
    """Posts at ``per_second`` whatever happens to earlier posts, and repeats each with its key until it is answered.

    Every fourth referral is added to afterwards: once for each of ``additions``, one after the other.
    """

    url: str
    bearer: Bearer
    bodies: list[dict[str, Any]]
    journal: Journal
    per_second: float
    additions: Sequence[Json] = ()
    transport: httpx2.AsyncBaseTransport | None = None

    async def run(self, until: asyncio.Event, *, still_seconds: float = STILL_SECONDS) -> None:
        """Post until the event is set, then finish what is open, for as long as anything is still being answered."""
        loop, number = asyncio.get_running_loop(), 0
        began = loop.time()
        limits = httpx2.Limits(max_connections=200)
        client = httpx2.AsyncClient(timeout=ATTEMPT_SECONDS, limits=limits, trust_env=False, transport=self.transport)
        async with client as http, asyncio.TaskGroup() as posts:
            while not until.is_set():
                referral = Sending(f"chaos-{os.getpid()}-{number}", REFERRALS, self.bodies[number % len(self.bodies)])
                posts.create_task(self._refer(http, referral, () if number % ADDED_TO_EVERY else self.additions))
                number += 1
                await asyncio.sleep(max(0.0, began + number / self.per_second - loop.time()))
            self._patience = Patience(still_seconds=still_seconds)

    _patience: Patience | None = None

    async def _refer(self, http: httpx2.AsyncClient, referral: Sending, additions: Sequence[Json]) -> None:
        self.journal.posted.add(referral.key)
        said = await self._answered(http, referral)
        if said is None:
            return
        referral_id = UUID(said["referral_id"])
        self.journal.answers.append(Answered(referral.key, referral_id))
        for number, body in enumerate(additions):
            key = f"{referral.key}-{number}"
            added = await self._answered(http, Sending(key, f"{REFERRALS}/{referral_id}/supplements", body))
            if added is not None:
                self.journal.added.append(Added(key, referral_id, added["edition"]))

    async def _answered(self, http: httpx2.AsyncClient, sending: Sending) -> Json | None:
        """The final answer; None, which is noted, when it was refused or nothing is answered any more."""
        while isinstance(said := await self._attempt(http, sending), Again):
            if self._patience is not None and self._patience.ended:
                self.journal.refused.append(f"{sending.key}: never answered")
                return None
            await asyncio.sleep(said.after_seconds)
        if self._patience is not None:
            self._patience.moved()
        return said

    async def _attempt(self, http: httpx2.AsyncClient, sending: Sending) -> "Json | Again | None":
        """What the key was answered for good, None when it was refused, or when it has to be sent again."""
        key = sending.key
        try:
            headers = {**await self.bearer(), "Idempotency-Key": key}
            response = await http.post(self.url + sending.path, json=sending.body, headers=headers)
        except (httpx2.HTTPError, OSError):
            self.journal.unknown_attempts += 1
            self.journal.note(key, "unknown")
            return Again()
        if response.status_code == ACCEPTED:
            said: Json = response.json()
            self.journal.note(key, "accepted", UUID(said["referral_id"]))
            return said
        if response.status_code >= 500 or response.status_code in MAY_BE_SENT_AGAIN:
            self.journal.note(key, f"again after {response.status_code}")
            return Again.as_asked(response.headers.get("retry-after"))
        self.journal.refused.append(f"{key}: {response.status_code}")
        return None


@dataclass(frozen=True)
class Again:
    """The same has to be sent again under the same key, after a pause."""

    after_seconds: float = RETRY_SECONDS

    @classmethod
    def as_asked(cls, retry_after: str | None) -> Self:
        """The pause that was asked for, within reason; an answer may ask for none, or in a form that we do not read."""
        asked = float(retry_after) if retry_after is not None and retry_after.isdecimal() else 0.0
        return cls(min(max(asked, RETRY_SECONDS), LONGEST_RETRY_SECONDS))

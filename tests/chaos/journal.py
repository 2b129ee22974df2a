"""The client's side of a campaign: referrals posted at a fixed rate, every answer written down and synced to disk."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import httpx2

ACCEPTED, CONFLICT = 202, 409
RETRY_SECONDS = 0.5

Bearer = Callable[[], Awaitable[Mapping[str, str]]]


@dataclass(frozen=True)
class Answered:
    """One acknowledgement: the key that was posted and the referral it was promised."""

    key: str
    referral_id: UUID


@dataclass
class Journal:
    """What the client knows. An attempt without an answer is unknown: it may have been accepted or not."""

    path: Path
    answers: list[Answered] = field(default_factory=list)
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
    """Posts at ``per_second`` whatever happens to earlier posts, and repeats each with its key until it is answered."""

    url: str
    bearer: Bearer
    bodies: list[dict[str, Any]]
    journal: Journal
    per_second: float

    async def run(self, until: asyncio.Event, *, grace_seconds: float) -> None:
        """Post until told, then let open posts finish for ``grace_seconds``. Raises ``TimeoutError`` past it."""
        loop, number = asyncio.get_running_loop(), 0
        began = loop.time()
        limits = httpx2.Limits(max_connections=200)
        async with httpx2.AsyncClient(timeout=5, limits=limits, trust_env=False) as http, asyncio.TaskGroup() as posts:
            while not until.is_set():
                posts.create_task(
                    self._post(http, f"chaos-{os.getpid()}-{number}", self.bodies[number % len(self.bodies)])
                )
                number += 1
                await asyncio.sleep(max(0.0, began + number / self.per_second - loop.time()))
            self._deadline = loop.time() + grace_seconds

    _deadline: float = float("inf")

    async def _post(self, http: httpx2.AsyncClient, key: str, body: dict[str, Any]) -> None:
        self.journal.posted.add(key)
        while not await self._attempt(http, key, body):
            if asyncio.get_running_loop().time() > self._deadline:
                self.journal.refused.append(f"{key}: never answered")
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def _attempt(self, http: httpx2.AsyncClient, key: str, body: dict[str, Any]) -> bool:
        """True when the key has its final answer."""
        try:
            headers = {**await self.bearer(), "Idempotency-Key": key}
            response = await http.post(f"{self.url}/v1/referrals", json=body, headers=headers)
        except (httpx2.HTTPError, OSError):
            self.journal.unknown_attempts += 1
            self.journal.note(key, "unknown")
            return False
        if response.status_code == ACCEPTED:
            referral_id = UUID(response.json()["referral_id"])
            self.journal.note(key, "accepted", referral_id)
            self.journal.answers.append(Answered(key, referral_id))
            return True
        if response.status_code >= 500 or response.status_code in (401, CONFLICT):
            self.journal.note(key, f"again after {response.status_code}")
            return False
        self.journal.refused.append(f"{key}: {response.status_code}")
        return True

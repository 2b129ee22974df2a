"""What the client reads of audit: who looked, a referral's journey, the log itself, and proofs that are pasted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from triage_ui.services.caller import Caller, Read

SERVICE = "audit"


class LogEntry(Read):
    """One entry of the log: its place, and the event."""

    leaf_index: int
    event: dict[str, Any]


class Entries(Read):
    """Entries of one referral, in the order of time."""

    entries: tuple[LogEntry, ...]
    destroyed: int
    complete_to: int


class ReaderEntries(Read):
    """Looks of one reader, the newest first."""

    entries: tuple[LogEntry, ...]
    destroyed: int
    complete_to: int
    next: int | None


class CheckedFile(Read):
    """What came of checking a receipt or a proof."""

    kind: str
    holds: bool
    wrong: str | None
    in_this_log: bool
    entries: int
    destroyed: int
    size: int | None
    complete_to: int
    key: str


class WitnessState(Read):
    """How far one witness has cosigned."""

    name: str
    cosigned_size: int | None
    cosigned_at: datetime | None
    outcome: str | None
    failing_since: datetime | None


class Witnessing(Read):
    """How far the log is signed and witnessed."""

    needed: int
    signed_size: int
    signed_at: datetime | None
    witnessed_size: int | None
    unwitnessed_since: datetime | None
    witnesses: tuple[WitnessState, ...]


class Audit:
    """Audit, as one person asks it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def access_log(self, referral_id: UUID, *, purpose: str) -> Entries:
        """Who looked at what is held about a referral; the look is recorded."""
        query = {"referral_id": str(referral_id)}
        return (await self._caller.get(SERVICE, "/v1/access-log", Entries, purpose=purpose, query=query)).body

    async def looks_of(self, reader: str, *, purpose: str, before: str = "") -> ReaderEntries:
        """What one reader looked at; the look is recorded."""
        query = {"before": before} if before else {}
        path = f"/v1/access-log/readers/{quote(reader, safe='')}"
        return (await self._caller.get(SERVICE, path, ReaderEntries, purpose=purpose, query=query)).body

    async def journey(self, referral_id: UUID) -> Entries:
        """Everything that happened to a referral; operators are shown it without content. Recorded."""
        return (await self._caller.get(SERVICE, f"/v1/journeys/{referral_id}", Entries)).body

    async def witnesses(self) -> Witnessing:
        """How far the log is signed and witnessed."""
        return (await self._caller.get(SERVICE, "/v1/witnesses", Witnessing)).body

    async def check(self, file: Mapping[str, Any]) -> CheckedFile:
        """Have a receipt or a proof checked."""
        return (await self._caller.post(SERVICE, "/v1/proofs/check", CheckedFile, body={"file": file})).body

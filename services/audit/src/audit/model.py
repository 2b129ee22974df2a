"""The log's facts as the code passes them around."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from audit.commitment import Opening

SERVICE: Final = "audit"

SEQUENCER: Final = "sequencer"
"""What wakes it: entries wait for their places."""
COLLECTOR: Final = "witnesses"
"""What wakes the collector of cosignatures: a checkpoint was signed."""

CONTINUED: Final = "log.continued.v1"
"""The type of the entry that a log begins with when another went before it. It is never on the bus."""


@dataclass(frozen=True)
class PendingEntry:
    """An event that is to become an entry of the log: its canonical bytes, and what finds it again."""

    event_id: UUID
    subject: str
    version: int
    type: str
    referral_id: UUID
    partnership: str
    occurred_at: datetime
    body: bytes


@dataclass(frozen=True)
class SealedEntry:
    """A pending entry that has its salt, and the leaf that commits to both."""

    pending_id: int
    salt: bytes
    leaf: bytes


@dataclass(frozen=True)
class StoredCheckpoint:
    """A signed checkpoint as it is served."""

    size: int
    note: str
    signed_at: datetime


@dataclass(frozen=True)
class PlacedEntry:
    """An entry in its place. ``opening`` is None once salt and entry were destroyed."""

    leaf_index: int
    subject: str
    version: int
    type: str
    referral_id: UUID
    opening: Opening | None

"""The log's facts as the code passes them around."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

SERVICE: Final = "audit"


@dataclass(frozen=True)
class PendingEntry:
    """An event that is to become a leaf: its canonical bytes, and what finds it again."""

    event_id: UUID
    subject: str
    version: int
    type: str
    referral_id: UUID
    partnership: str
    occurred_at: datetime
    body: bytes


@dataclass(frozen=True)
class StoredCheckpoint:
    """A signed checkpoint as it is served."""

    size: int
    note: str
    signed_at: datetime


@dataclass(frozen=True)
class PlacedEntry:
    """A leaf, its place in the log, and the partnership that it belongs to."""

    leaf_index: int
    body: bytes
    partnership: str

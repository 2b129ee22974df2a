"""A draft: what one person writes for one act on one record; pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

Fields = dict[str, list[str]]
"""What was typed, raw: also what is wrong or not finished."""

KEPT: Final = timedelta(hours=34)
"""24 hours past the longest session, counted from the last saving."""


@dataclass(frozen=True)
class Draft:
    """``form_key`` is good for one act of its owner; ``seen_version`` is the record as the writer saw it."""

    form_key: UUID
    subject: str
    act: str
    about: str
    reference: str
    fields: Fields = field(repr=False)
    seen_version: str
    saved_at: datetime
    expires_at: datetime
    done_at: datetime | None
    led_to: str | None

    def get(self, name: str) -> str:
        """The last value of a field; empty when it is absent."""
        return (self.fields.get(name) or [""])[-1]

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return self.fields.get(name, [])

"""What operators did with messages that could not take effect: written down like every other act."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from contracts.events.base import Event


class ParkedEvent(Event):
    """An operator's act on one parked message of ``service``; the reason they gave stays with that service.

    ``referral_id`` is the nil id when the message's key named no referral.
    """

    WIDE: ClassVar[frozenset[str]] = frozenset({"parked_id", "offset"})

    service: str
    referral_id: UUID
    parked_id: int
    topic: str
    partition: int
    offset: int
    error_class: str
    asked_by: str
    asked_at: AwareDatetime

    @property
    def subject(self) -> str:
        return f"parked/{self.service}/{self.referral_id}"

    @property
    def correlation(self) -> UUID:
        return self.referral_id


class ParkedReleased(ParkedEvent):
    """The message, and what waits before it, is tried again."""

    TYPE: ClassVar[str] = "parked.released.v1"


class ParkedDiscarded(ParkedEvent):
    """The message was given up in ``service``. Versions before it that are not there yet are still waited for."""

    TYPE: ClassVar[str] = "parked.discarded.v1"

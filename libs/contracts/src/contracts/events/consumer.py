"""What operators did with a service's reading as a whole: acts are events like any other."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from contracts.events.base import Event
from contracts.events.partner import NO_REFERRAL


class ConsumerEvent(Event):
    """An operator's act on the consumer of ``service``; the reason they gave stays with that service."""

    service: str

    @property
    def subject(self) -> str:
        return f"consumer/{self.service}"

    @property
    def correlation(self) -> UUID:
        return NO_REFERRAL


class ConsumerResumed(ConsumerEvent):
    """Reading goes on after too many messages in a row had been found wrong.

    ``reasons`` says how many for which error class; ``tolerated`` how many more may follow before reading halts again.
    """

    TYPE: ClassVar[str] = "consumer.resumed.v1"

    halted_at: AwareDatetime
    wrong: int
    reasons: Mapping[str, int]
    tolerated: int
    resumed_by: str
    resumed_at: AwareDatetime


class ConsumerBackfilled(ConsumerEvent):
    """Events of a type that this reader had followed unread may take effect when they are published again."""

    TYPE: ClassVar[str] = "consumer.backfilled.v1"

    event_type: str
    requested_by: str
    requested_at: AwareDatetime

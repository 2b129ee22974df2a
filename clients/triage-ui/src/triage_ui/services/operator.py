"""What the client reads of every service's ``/operator`` routes: counts, codes and times, and no content."""

from datetime import datetime
from typing import Final
from uuid import UUID

from triage_ui.services.caller import Caller, Read

SERVICES: Final = ("referral-intake", "triage", "agency-notify", "audit")
"""In the order in which a referral passes them."""


class Delivery(Read):
    """What waits in a service."""

    unpublished: int
    unpublished_since: datetime | None
    parked: int
    halted: int


class ConsumerState(Read):
    """Whether a service reads on, and why not."""

    halted: bool
    halted_at: datetime | None
    wrong: int
    reasons: dict[str, int]


class ParkedMessage(Read):
    """A message that could not take effect."""

    id: int
    aggregate: str | None
    version: int | None
    state: str
    error_class: str
    place: str | None
    attempts: int
    parked_at: datetime
    next_try_at: datetime | None
    asked: str | None


class ParkedPage(Read):
    """Parked messages of a service, oldest first."""

    parked: tuple[ParkedMessage, ...]
    waiting: int


class Referenced(Read):
    """The id behind a reference."""

    referral_id: UUID


class Operator:
    """Every service, as an operator asks it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def delivery(self, service: str) -> Delivery:
        """What waits in it."""
        return (await self._caller.get(service, "/operator/delivery", Delivery)).body

    async def consumer(self, service: str) -> ConsumerState:
        """Whether it reads on."""
        return (await self._caller.get(service, "/operator/consumer", ConsumerState)).body

    async def parked(self, service: str) -> ParkedPage:
        """The oldest messages that are parked in it."""
        return (await self._caller.get(service, "/operator/parked", ParkedPage)).body

    async def find(self, reference: str) -> UUID:
        """The referral with a reference, of any partnership."""
        path = f"/operator/references/{reference}"
        return (await self._caller.get("referral-intake", path, Referenced)).body.referral_id

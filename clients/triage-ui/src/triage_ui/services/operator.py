"""What the client reads of every service's ``/operator`` routes: counts, codes and times, and no content."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from triage_ui.services.caller import Caller, Read
from triage_ui.services.intake import Referenced

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


class MessageInFull(ParkedMessage):
    """One message with all that is known of it but its content."""

    topic: str
    partition: int
    kafka_offset: int
    asked_by: str | None
    asked_reason: str | None
    settled_at: datetime | None
    settled_as: str | None


class Affected(Read):
    """A message that an act is about, or would be."""

    id: int
    aggregate: str | None
    version: int | None
    error_class: str
    earlier: bool
    waits_for: int | None


class Asked(Read):
    """What an act is about, or would be."""

    count: int
    messages: tuple[Affected, ...]


class Stage(Read):
    """One stage that referrals pass in a service."""

    name: str
    waiting: int
    since: datetime | None
    passed: int


class Flow(Read):
    """The stages of a service."""

    stages: tuple[Stage, ...]


class Totals(Read):
    """Events by topic: recorded by a service, and in effect there."""

    recorded: dict[str, int]
    applied: dict[str, int]


class Resumed(Read):
    """That reading goes on."""


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

    async def flow(self, service: str) -> Flow:
        """What is in each of its stages."""
        return (await self._caller.get(service, "/operator/flow", Flow)).body

    async def totals(self, service: str) -> Totals:
        """How many events it recorded and applied."""
        return (await self._caller.get(service, "/operator/totals", Totals)).body

    async def parked(self, service: str) -> ParkedPage:
        """The oldest messages that are parked in it."""
        return (await self._caller.get(service, "/operator/parked", ParkedPage)).body

    async def message(self, service: str, parked_id: int) -> MessageInFull:
        """One message, resolved or not."""
        return (await self._caller.get(service, f"/operator/parked/{parked_id}", MessageInFull)).body

    async def act(self, service: str, act: str, body: dict[str, Any], *, parked_id: int | None = None) -> Asked:
        """Release or discard one message or several, or with ``dry_run`` only name what it would be about."""
        which = "" if parked_id is None else f"/{parked_id}"
        return (await self._caller.post(service, f"/operator/parked{which}/{act}", Asked, body=body)).body

    async def resume(self, service: str, body: dict[str, Any]) -> None:
        """Let it read on."""
        await self._caller.post(service, "/operator/consumer/resume", Resumed, body=body)

    async def find(self, reference: str) -> UUID | None:
        """The referral with a reference, of any partnership; None when there is none."""
        found = await self._caller.find("referral-intake", f"/operator/references/{reference}", Referenced)
        return found.referral_id if found is not None else None

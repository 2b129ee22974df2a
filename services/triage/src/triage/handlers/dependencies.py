"""What every handler needs: what the service stands on, who is visiting, and how a change is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.delivery.events import Context, record
from chassis.ids import Ids
from chassis.web import access
from chassis.web.auth import Principal
from contracts.codes import DenialReason, Purpose, RecordKind
from contracts.events import CaseClosed, CaseReopened, Event
from contracts.problems import Problem
from policy.pack import Pack
from policy.packs import Began, Packs
from triage import decide, entitlement, store
from triage.entitlement import Act
from triage.errors import NoSuchCase
from triage.model import SERVICE, Acting, Actor, Case, Detail, Timing

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Dependencies:
    """What routes and handlers stand on. ``public_url`` is where others reach this service."""

    db: Database
    clock: Clock
    ids: Ids
    packs: Packs
    public_url: str

    def detail(self, path: str) -> Detail:
        """A new record under a path such as ``handovers``."""
        new_id = self.ids.new()
        return Detail(new_id, f"{self.public_url}/v1/{path}/{new_id}")

    def pack_of(self, case: Case, *, at: datetime) -> Pack:
        """What the case goes on under: the version of the pack that it was opened under, ended or replaced or not."""
        return self.packs.governing(case.partnership, began=Began(case.opened_at, case.policy_version), at=at)


@dataclass(frozen=True)
class Visit:
    """Who asks, when, what for (readers say it), and which version of the case they have seen (writers do)."""

    principal: Principal
    now: datetime
    purpose: Purpose | None = None
    seen_version: int = 0

    @property
    def by(self) -> Acting:
        """The same, as the rules see it."""
        asker = self.principal
        return Acting(Actor(asker.subject, asker.agency, asker.partnership, asker.roles), self.now)

    def context(self, case: Case) -> Context:
        """What events of this visit are recorded with."""
        return Context(source=SERVICE, partnership=case.partnership, now=self.now)


@dataclass(frozen=True)
class Recorded:
    """A change that was made: the case's new version, and what happened."""

    case_id: UUID
    version: int
    events: Sequence[Event]

    def find(self, kind: type[E]) -> E | None:
        """The event of a kind, if the change made one."""
        return next((event for event in self.events if isinstance(event, kind)), None)

    def get(self, kind: type[E]) -> E:
        """The event of a kind. Raises ``LookupError`` when the change made none."""
        found = self.find(kind)
        if found is None:
            raise LookupError(f"The change made no {kind.TYPE}")
        return found

    @property
    def closed(self) -> bool:
        """Whether the change closed the case."""
        return self.find(CaseClosed) is not None


def look(case: Case, visit: Visit, kind: RecordKind, record_id: UUID) -> access.Look:
    """The visit's look at one record of the case."""
    return access.Look(kind, record_id, case.referral_id, visit.principal, visit.purpose)


async def refuse(tx: Transaction, at: access.Look, visit: Visit, *, reason: DenialReason, problem: Problem) -> Problem:
    """Write the refusal down. It is recorded for the asker's own partnership, which answers for them."""
    context = Context(source=SERVICE, partnership=visit.principal.partnership, now=visit.now)
    return await access.deny(tx, at, reason, context=context, problem=problem)


async def admit(tx: Transaction, visit: Visit, case_id: UUID, *, act: Act) -> Case | Problem:
    """The case, locked, for staff who may do this to it and have seen its newest version.

    Raises ``NoSuchCase`` and ``StaleVersion``; a refusal is returned, so that its record is kept.
    """
    case = await store.lock_case(tx, case_id)
    if case is None:
        raise NoSuchCase
    refusal = entitlement.to_act(visit.by.actor, case, act=act)
    if refusal is not None:
        at = look(case, visit, RecordKind.CASE, case_id)
        return await refuse(tx, at, visit, reason=refusal.reason, problem=refusal.problem)
    decide.check_version(case, visit.seen_version)
    return case


async def settle(tx: Transaction, case: Case, events: Sequence[Event], *, context: Context) -> Recorded:
    """Record what happened, move the case's version, stop the clocks that waited for it, close or open the case."""
    versions = await record(tx, events, context=context)
    version = versions[events[0].subject]
    await store.advance(tx, case.case_id, version=version, changed=True)
    for event in events:
        about_id = decide.ends_wait(event)
        if about_id is not None:
            at = decide.ended_at(event, now=context.now)
            await store.stop_clocks(tx, about_id, event_type=event.TYPE, at=at)
        if isinstance(event, CaseReopened):
            await store.record_reopened(tx, event)
        if isinstance(event, CaseClosed):
            await store.record_closed(tx, event)
            await store.stop_every_clock(tx, case.case_id, at=context.now)
    return Recorded(case.case_id, version, events)


async def start_clock(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, about_id: UUID, timing: Timing
) -> None:
    """A clock of the case begins to run."""
    await store.start_clock(tx, dependencies.ids.new(), case_id=case_id, about_id=about_id, timing=timing)

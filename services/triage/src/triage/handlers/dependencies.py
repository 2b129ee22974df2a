"""What every handler needs: what the service stands on, who is visiting, and how a change is recorded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.delivery.events import Context, record_each
from chassis.ids import Ids
from chassis.web import access
from chassis.web.auth import Principal
from chassis.web.sign_in import FreshSignIn
from contracts.codes import DenialReason, Purpose, RecordKind
from contracts.events import CaseAssigned, CaseClosed, CaseReopened, Event
from contracts.problems import Problem
from policy.pack import Pack
from policy.packs import Began, Packs
from triage import decide, entitlement, packs, store
from triage.entitlement import Act
from triage.errors import NoSuchCase
from triage.model import OFFER_CLOCK, SERVICE, Acting, Actor, Addresses, Case, Detail, Timing
from triage.store import Starting, Stopping

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Dependencies:
    """What routes and handlers stand on.

    ``public_url`` is where others reach this service; ``authorising`` is how lately anyone who authorises signed in.
    """

    db: Database
    clock: Clock
    ids: Ids
    packs: Packs
    public_url: str
    authorising: FreshSignIn

    @property
    def addresses(self) -> Addresses:
        """Where records are read."""
        return Addresses(self.public_url)

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
class Change:
    """What happens to a locked case, and what its events are recorded with."""

    case: Case
    events: Sequence[Event]
    context: Context


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


async def admit(
    tx: Transaction, visit: Visit, case_id: UUID, *, act: Act, check: Callable[[Case, int], None] = decide.check_version
) -> Case | Problem:
    """The case, locked, for staff who may do this to it and have seen its newest version, as ``check`` counts it.

    Raises ``NoSuchCase`` and ``StaleVersion``; a refusal is returned, so that its record is kept.
    """
    case = await store.lock_case(tx, case_id)
    if case is None:
        raise NoSuchCase
    refusal = entitlement.to_act(visit.by.actor, case, act=act)
    if refusal is not None:
        at = look(case, visit, RecordKind.CASE, case_id)
        return await refuse(tx, at, visit, reason=refusal.reason, problem=refusal.problem)
    check(case, visit.seen_version)
    return case


async def record_change(tx: Transaction, case: Case, events: Sequence[Event], *, context: Context) -> Recorded:
    """Record what happened, move the case's version, stop the clocks that waited for it, close or open the case."""
    (recorded,) = await record_changes(tx, [Change(case, events, context)])
    return recorded


async def record_changes(tx: Transaction, changes: Sequence[Change]) -> Sequence[Recorded]:
    """The same for many cases, of which none is named twice."""
    recording = [(event, change.context) for change in changes for event in change.events]
    versions = await record_each(tx, recording)
    recorded = [Recorded(change.case.case_id, versions[change.events[0].subject], change.events) for change in changes]
    await store.advance_all(tx, {one.case_id: (one.version, _says_something(one.events)) for one in recorded})
    await store.stop_clocks(tx, [stopping for change in changes for stopping in _stopping(change)])
    events = [event for event, _ in recording]
    await store.record_reopened(tx, [event for event in events if isinstance(event, CaseReopened)])
    await store.record_closed(tx, [event for event in events if isinstance(event, CaseClosed)])
    return recorded


def _says_something(events: Sequence[Event]) -> bool:
    """Whether they say anything about the children: who has the case does not."""
    return not all(isinstance(event, CaseAssigned) for event in events)


async def follow_up(tx: Transaction, dependencies: Dependencies, recorded: Recorded, *, context: Context) -> Recorded:
    """What follows by itself from deciding and handing over: time runs for what is to be offered; the case closes.

    It keeps the case's line in the queue, so it comes last.

    The case is read again as it is after the change, so that no rule has to foresee what the change made of it.
    """
    case = await store.lock_case(tx, recorded.case_id)
    if case is None:
        raise NoSuchCase
    await _keep_offer_clock(tx, dependencies, case, now=context.now)
    closed = decide.close_by_itself(case, now=context.now)
    if closed is not None:
        last = await record_change(tx, case, [closed], context=context)
        recorded = Recorded(case.case_id, last.version, (*recorded.events, closed))
    await store.keep_line(tx, case.case_id)
    return recorded


async def start_decision_clock(tx: Transaction, dependencies: Dependencies, case: Case, *, timing: Timing) -> None:
    """Time runs for a decision, or for a person to be done with news, unless it does already."""
    await start_decision_clocks(tx, dependencies, [(case, timing)])


async def start_decision_clocks(
    tx: Transaction, dependencies: Dependencies, timings: Sequence[tuple[Case, Timing]]
) -> None:
    """The same for many cases."""
    needed = {case.case_id: timing for case, timing in timings if decide.needs_decision_clock(case)}
    if needed:
        ids = dependencies.ids
        clocks = [Starting(ids.new(), case_id, case_id, timing) for case_id, timing in needed.items()]
        await store.start_clocks(tx, clocks)
        await store.record_due(tx, {case_id: timing.due_at for case_id, timing in needed.items()})


async def start_clock(
    tx: Transaction, dependencies: Dependencies, case_id: UUID, *, about_id: UUID, timing: Timing
) -> None:
    """A clock of the case begins to run."""
    await store.start_clocks(tx, [Starting(dependencies.ids.new(), case_id, about_id, timing)])


async def _keep_offer_clock(tx: Transaction, dependencies: Dependencies, case: Case, *, now: datetime) -> None:
    """A clock runs exactly while a decided child waits to be offered; it is not begun again for a second child."""
    running, needed = case.offer_clock, decide.needs_offer_clock(case)
    if needed and running is None:
        timing = packs.timing(dependencies.pack_of(case, at=now), OFFER_CLOCK, rating=case.rating, start=now)
        await start_clock(tx, dependencies, case.case_id, about_id=case.case_id, timing=timing)
    elif running is not None and not needed:
        await store.stop_clock(tx, running.clock_id, at=now)


def _stopping(change: Change) -> Iterator[Stopping]:
    """The clocks that waited for what happened, and those of what is no more; of a closed case every one."""
    case_id, now = change.case.case_id, change.context.now
    for event in change.events:
        about_id, gone = decide.ends_wait(event), decide.ends_every_wait(event)
        if about_id is not None:
            yield Stopping(case_id, decide.ended_at(event, now=now), about_id, event.TYPE)
        if gone is not None:
            yield Stopping(case_id, now, gone)
        if isinstance(event, CaseClosed):
            yield Stopping(case_id, now)

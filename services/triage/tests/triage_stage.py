"""A case on which acts are tried one after the other, recorded as the handlers record them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine
from triage_examples import (
    ADDRESSES,
    CASE_ID,
    DUE,
    FIRST,
    NOW,
    SECOND,
    acting,
    case,
    timing,
)
from triage_history import after

from contracts.events import (
    CaseClosed,
    CaseDecided,
    Event,
)
from contracts.problems import Problem
from triage import decide
from triage.model import (
    DECISION_CLOCK,
    Acting,
    Child,
    Clock,
    Detail,
    News,
    Timing,
)


class Stage(RuleBasedStateMachine):
    """One case, what happened to it, and what must hold at the moment of each event."""

    def __init__(self) -> None:
        super().__init__()
        self.case = case(
            children=(Child(FIRST, False), Child(SECOND, True)),
            clocks=(Clock(UUID(int=900), DECISION_CLOCK, CASE_ID, NOW, DUE),),
        )
        self.now = NOW
        self.minted = 1000
        self.events: list[Event] = []

    def _child(self, place: int) -> UUID:
        return self.case.child_ids[place % len(self.case.child_ids)]

    def _new(self) -> UUID:
        self.minted += 1
        return UUID(int=self.minted)

    def _detail(self) -> Detail:
        new_id = self._new()
        return Detail(new_id, f"https://triage.example.org/{new_id}")

    def _as(self, person: tuple[str, str]) -> Acting:
        seen = tuple(replace(one, seen_by=one.seen_by or person[0], seen_at=NOW) for one in self.case.news)
        self.case = replace(self.case, news=seen)
        return acting(person[1], subject=person[0], now=self.now)

    def _try(self, attempt: Callable[[], Event | Sequence[Event]]) -> Sequence[Event]:
        try:
            done = attempt()
        except Problem:
            return ()
        events = [done] if isinstance(done, Event) else done
        for event in events:
            self._check(event)
            self.case = after(self.case, event)
            self.events.append(event)
        return events

    def _check(self, event: Event) -> None:
        """What must hold of the case at the moment of an event."""
        if isinstance(event, CaseDecided):
            others = (self.case.undecided | self.case.deciding_again) - {event.child_id}
            standing = self.case.find_decision(event.child_id)
            assert event.all_children_decided == (not others)
            assert event.supersedes == (standing.decision_id if standing else None)
            assert not self.case.unseen
        if isinstance(event, CaseClosed):
            assert not self.case.unseen

    def _follow_up(self) -> None:
        """What follows by itself from deciding and handing over."""
        closed = decide.close_by_itself(self.case, now=self.now)
        if closed is not None:
            self._try(lambda: closed)

    def _start_decision_clock(self, fresh: Timing) -> None:
        if decide.needs_decision_clock(self.case):
            clock = Clock(self._new(), DECISION_CLOCK, CASE_ID, self.now, fresh.due_at)
            self.case = replace(self.case, clocks=(*self.case.clocks, clock), decision_due_at=fresh.due_at)

    def _fresh(self) -> Timing:
        return timing(due_at=self.now + timedelta(hours=31), start=self.now)

    def _inform(self, told: News | None, events: Callable[[], Sequence[Event]]) -> None:
        """Record what somebody outside says, as the handlers do."""
        fresh, running, before = self._fresh(), self.case.decision_clock, self.case.decision_due_at
        reopened = decide.reopen(self.case, told, timing=fresh, addresses=ADDRESSES, now=self.now)
        said = list(events())
        self._try(lambda: [*reopened, *said])
        if told is not None:
            self._start_decision_clock(fresh)
            assert self.case.closed_at is None
        assert running is None or self.case.decision_due_at == before

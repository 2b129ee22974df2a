"""Healing gaps: the owner of what is missing is asked to publish it again, for as long as it is missing."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import text

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.tasks import Stop

EVERY_SECONDS: Final = 5.0
MOST_ASKED: Final = 20
"""In one round, so that a thousand gaps neither flood an owner nor keep the worker from seeing the next one."""

PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=2)

ASKED: Final = "asked"
NOTHING_TO_SEND: Final = "nothing-to-send"
"""The owner has nothing after that version, or has it under way already."""

NO_ADDRESS: Final = "no-address"
"""``FRONTDOOR_SERVICE_URLS`` does not say where the owner is, or the message names an owner that nobody knows."""

NO_TOKEN: Final = "no-token"  # noqa: S105  # a code, not a secret
"""The issuer gave no machine token, or ``FRONTDOOR_CLIENT_KEY_FILE`` names no key to ask with."""

NO_ANSWER: Final = "no-answer"
FAULT: Final = "fault"
"""Ours: the log says which."""

log = telemetry.logger(__name__)
gaps_by_answer = Gauge("frontdoor_gaps_by_answer", "Gaps by what their owner answered last", ["answer"])


@dataclass(frozen=True)
class Gap:
    """An aggregate of which a version is missing here: who owns it, and the last version in effect."""

    aggregate: str
    source: str
    version: int
    since: datetime


@dataclass(frozen=True)
class Tried:
    """What was done about a gap so far. ``answer`` is a code: what the owner said last, or why it was not asked."""

    gap: Gap
    last_tried: datetime
    next_try: datetime
    tries: int
    answer: str


Ask = Callable[[Gap], Awaitable[str]]
"""Asks the owner of an aggregate to publish it again from a version on. Returns what came of it, as a code."""

_NEXT: Final = text(
    """SELECT p.aggregate, min(p.headers ->> 'ce_source') AS source, coalesce(max(a.version), 0) AS version,
              min(p.parked_at) AS since
       FROM parked p LEFT JOIN applied a USING (aggregate)
       LEFT JOIN unnest(CAST(:tried AS text[])) WITH ORDINALITY AS t(aggregate, place) USING (aggregate)
       WHERE p.error_class = 'gap' AND p.settled_at IS NULL AND p.aggregate <> ALL(CAST(:resting AS text[]))
       GROUP BY p.aggregate ORDER BY min(t.place) NULLS FIRST, min(p.id) LIMIT :most"""
)
_OPEN: Final = text(
    """SELECT DISTINCT aggregate FROM parked
       WHERE error_class = 'gap' AND settled_at IS NULL AND aggregate = ANY(CAST(:known AS text[]))"""
)
# A reader that resolves these rows just now comes first: neither waits for the other, and the next round shows it.
_SHOW: Final = text(
    """UPDATE parked SET place = n.answer
       FROM unnest(CAST(:aggregates AS text[]), CAST(:answers AS text[])) AS n(aggregate, answer)
       WHERE parked.aggregate = n.aggregate AND parked.id IN (
           SELECT id FROM parked WHERE error_class = 'gap' AND settled_at IS NULL
           AND aggregate = ANY(CAST(:aggregates AS text[])) ORDER BY id FOR UPDATE SKIP LOCKED)"""
)


async def find_gaps(
    tx: Transaction, *, tried: Sequence[str] = (), resting: Sequence[str] = (), most: int = MOST_ASKED
) -> list[Gap]:
    """The gaps that keep keys blocked: those never tried first, then those of ``tried`` in that order.

    Those in ``resting`` are left out, so that gaps that do not heal do not keep others from being asked for.
    """
    rows = await tx.execute(_NEXT, {"tried": list(tried), "resting": list(resting), "most": most})
    return [Gap(row.aggregate, row.source or "", row.version, row.since) for row in rows]


class Healer:
    """Contract.

    - Every gap is asked for again and again until it is closed; the one that was tried longest ago comes first.
    - A gap that stays open is asked for after a pause that doubles up to ``LONGEST_PAUSE``. What its owner answered is
      logged, counted, and shown with the message that waits; only the version that comes closes it.
    - Nothing that fails here ends the worker: the next round begins as if nothing had been.
    - No transaction is open while an owner is asked.
    """

    def __init__(self, db: Database, ask: Ask, clock: Clock) -> None:
        self._db = db
        self._ask = ask
        self._clock = clock
        self._tried: dict[str, Tried] = {}

    @property
    def tried(self) -> dict[str, Tried]:
        """What was done about each gap that is open, by aggregate."""
        return dict(self._tried)

    async def run(self, stop: Stop, *, every_seconds: float = EVERY_SECONDS) -> None:
        """Look for gaps and ask for what is missing, until asked to stop."""
        while not await stop.wait(every_seconds):
            try:
                await self.round(stop)
            except Exception as error:
                log.warning("gaps could not be looked for", error=type(error).__name__)

    async def round(self, stop: Stop) -> None:
        """Ask once for those that are due. An owner that is away is waited for once, not once for each gap."""
        answers: dict[str, str] = {}
        away: dict[str, str] = {}
        for gap in await self._due():
            if stop.is_set():
                break
            answer = away.get(gap.source) or await self._answer(gap)
            if answer in (NO_ANSWER, NO_TOKEN):
                away[gap.source] = answer
            self._note(gap, answer)
            answers[gap.aggregate] = answer
        await self._show(answers)

    async def _due(self) -> Sequence[Gap]:
        now = self._clock.now()
        async with self._db.transaction() as tx:
            still_open = set(await tx.scalars(_OPEN, {"known": list(self._tried)}))
            self._forget(set(self._tried) - still_open)
            oldest_first = sorted(self._tried, key=lambda aggregate: self._tried[aggregate].last_tried)
            resting = [aggregate for aggregate in oldest_first if self._tried[aggregate].next_try > now]
            return await find_gaps(tx, tried=oldest_first, resting=resting)

    def _forget(self, closed: set[str]) -> None:
        for aggregate in closed:
            tried = self._tried.pop(aggregate)
            log.info("gap closed", aggregate=aggregate, source=tried.gap.source, attempts=tried.tries)

    async def _answer(self, gap: Gap) -> str:
        try:
            return await self._ask(gap)
        except Exception as error:
            log.error("asking the owner of a gap failed", source=gap.source, error=type(error).__name__)
            return FAULT

    def _note(self, gap: Gap, answer: str) -> None:
        now = self._clock.now()
        before = self._tried.get(gap.aggregate)
        tries = before.tries if before else 0
        pause = min(PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE)
        self._tried[gap.aggregate] = Tried(gap, now, now + pause, tries + 1, answer)
        log.warning(
            "gap found, its owner was asked to publish again",
            aggregate=gap.aggregate,
            source=gap.source,
            version=gap.version,
            reason=answer,
            attempts=tries + 1,
            seconds=(now - gap.since).total_seconds(),
        )

    async def _show(self, answers: Mapping[str, str]) -> None:
        """Write the answers to where operators look at what is parked, and count the last one of every gap."""
        gaps_by_answer.clear()
        for answer, count in Counter(tried.answer for tried in self._tried.values()).items():
            gaps_by_answer.labels(answer).set(count)
        if answers:
            async with self._db.transaction() as tx:
                await tx.execute(_SHOW, {"aggregates": list(answers), "answers": list(answers.values())})

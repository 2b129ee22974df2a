"""Simulated staff: they work what is first in the queue to its end, one case for each fifty that are accepted."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bench.year.callers import Tokens, Who
from bench.year.connection import Connection, Reply
from bench.year.moves import Case, Move, next_move
from contracts.codes import Purpose
from local_stack.sandbox.moves import WORKER
from policy.packs import Packs
from tests.chaos.settling import Patience

MEMBERS_EACH: Final = 4
"""How many cases of a partnership are worked on at the same time."""
_PAGE: Final = 100
_LOOK_AGAIN_SECONDS: Final = 0.5
_MOST_LOOKS: Final = 60
_FOR_TRIAGE: Final = {"Access-Purpose": Purpose.TRIAGE}


@dataclass
class Budget:
    """How many cases may be begun: a share of what was accepted by now."""

    share: float
    accepted: Callable[[], int]
    begun: int = 0

    @property
    def is_left(self) -> bool:
        """Whether one more may be begun."""
        return self.begun + 1 <= self.accepted() * self.share

    def take(self) -> bool:
        """Whether one more may be begun; it counts as begun then."""
        if not self.is_left:
            return False
        self.begun += 1
        return True


@dataclass
class Worked:
    """What became of the cases that were begun."""

    closed: int = 0
    left: list[str] = field(default_factory=list)
    moves: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


@dataclass
class Team:
    """The staff of one partnership."""

    partnership: str
    url: str
    tokens: Tokens
    budget: Budget
    teams: Mapping[str, str]
    worked: Worked
    _waiting: list[str] = field(default_factory=list)
    _begun: set[str] = field(default_factory=set)

    async def work(self, until: asyncio.Event) -> None:
        """Until the event is set and everything that may be begun is done."""
        async with asyncio.TaskGroup() as members:
            for _ in range(MEMBERS_EACH):
                members.create_task(self._member(until))

    async def _member(self, until: asyncio.Event) -> None:
        """Gives up when nothing comes into the queue any more that could still be begun."""
        connection, patience = Connection(self.url), Patience()
        while self.budget.is_left or not until.is_set():
            case_id = await self._next(connection)
            if case_id is not None:
                await self._to_its_end(connection, case_id)
            if case_id is not None or not until.is_set():
                patience.moved()
            if patience.ended:
                break
            if case_id is None:
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        await connection.close()

    async def _next(self, connection: Connection) -> str | None:
        """The first of the queue that nobody here has begun, while there is budget."""
        if not self.budget.is_left:
            return None
        if not self._waiting:
            page = await self._get(connection, f"/v1/cases?limit={_PAGE}")
            lines = page.json()["cases"] if page is not None and page.is_success else ()
            self._waiting = [line["case_id"] for line in reversed(lines) if line["case_id"] not in self._begun]
        if not self._waiting or not self.budget.take():
            return None
        case_id = self._waiting.pop()
        self._begun.add(case_id)
        return case_id

    async def _to_its_end(self, connection: Connection, case_id: str) -> None:
        """Look, move, look again. Somebody whose move was refused looks again too: the case has changed."""
        for _ in range(_MOST_LOOKS):
            seen = await self._get(connection, f"/v1/cases/{case_id}")
            if seen is None or not seen.is_success:
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
                continue
            case: Case = seen.json()
            move = next_move(case, self.teams)
            if move is None:
                self.worked.closed += 1
                return
            await self._make(connection, move, seen)
        self.worked.left.append(case_id)

    async def _make(self, connection: Connection, move: Move, seen: Reply) -> None:
        headers = {"Content-Type": "application/json", "Authorization": self.tokens.header(move.who)}
        if move.sees_case:
            headers["If-Match"] = seen.headers["etag"]
        reply = await connection.ask("POST", move.path, headers, json.dumps(move.body))
        what = move.path.rpartition("/")[2]
        if reply is not None and reply.is_success:
            self.worked.moves[what] += 1
        else:
            self.worked.refused[f"{what} {reply.status if reply else 'no answer'}"] += 1
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _get(self, connection: Connection, path: str) -> Reply | None:
        who = Who(self.partnership, f"{self.partnership}-mash", WORKER)
        return await connection.ask("GET", path, {**_FOR_TRIAGE, "Authorization": self.tokens.header(who)})


def accepting_roles(packs: Packs, partnership: str) -> Mapping[str, str]:
    """The role that accepts children, for each team that any version of the pack names."""
    return {team.code: team.role for pack in packs.versions(partnership) for team in pack.teams}

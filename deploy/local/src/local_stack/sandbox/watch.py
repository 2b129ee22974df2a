"""Looks at the queues again and again, and makes one move in each case that has a script."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import httpx2

from chassis.clock import Clock
from local_stack.console import say
from local_stack.errors import StackError
from local_stack.sandbox.moves import Case, next_move
from local_stack.sandbox.scripts import Script, find_script
from local_stack.sandbox.team import Team

ROUND_SECONDS: Final = 1.0
_FRESH_ROUNDS: Final = 15

Mark = tuple[int, bool]
"""How a case stood when there was nothing to do: its version, and whether it was late."""


@dataclass
class Watch:
    """One round after the other. A case without a script is opened once, to see that, and left alone from then on.

    ``since``: cases of referrals from before that moment are not looked at.
    """

    teams: tuple[Team, ...]
    clock: Clock
    since: datetime | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    _scripts: dict[str, Script | None] = field(default_factory=dict)
    _resting: dict[str, Mark] = field(default_factory=dict)
    _last_round: datetime | None = None

    def run(self) -> None:
        """Make rounds until asked to stop. What fails is reported once, and tried again in every round."""
        before = ""
        while not self.stopping.wait(ROUND_SECONDS):
            failure = self._tried()
            if failure and failure != before:
                say(f"sandbox: a round was cut short: {failure}")
            before = failure

    def _tried(self) -> str:
        try:
            self.round()
        except (httpx2.HTTPError, StackError) as error:
            return _told(error)
        return ""

    def round(self) -> None:
        """Look at every queue once."""
        for team in self.teams:
            for line in list(team.queue()):
                if self._concerns_us(line):
                    self._look(team, line)
        self._last_round = self.clock.now()

    def is_fresh(self) -> bool:
        """Whether a whole round was made lately."""
        last = self._last_round
        return last is not None and (self.clock.now() - last).total_seconds() < _FRESH_ROUNDS * ROUND_SECONDS

    def _concerns_us(self, line: Case) -> bool:
        case_id = line["case_id"]
        if self.since is not None and datetime.fromisoformat(line["received_at"]) < self.since:
            return False
        if case_id in self._scripts and self._scripts[case_id] is None:
            return False
        return self._resting.get(case_id) != _mark(line)

    def _look(self, team: Team, line: Case) -> None:
        try:
            self._move(team, line)
        except (httpx2.HTTPStatusError, StackError) as error:  # this one case is not to keep the others waiting
            say(f"sandbox: {line['reference']} is left as it is: {_told(error)}")
            self._resting[line["case_id"]] = _mark(line)

    def _move(self, team: Team, line: Case) -> None:
        case = team.open_case(line["case_id"])
        if case["case_id"] not in self._scripts:
            self._scripts[case["case_id"]] = find_script(team.own_reference(case))
        script = self._scripts[case["case_id"]]
        move = next_move(script, case) if script is not None else None
        if move is None:
            self._resting[case["case_id"]] = _mark(line)
        elif team.make(move, case):
            say(f"sandbox: {case['reference']}: {move.who} posted {move.path.rpartition('/')[2]}")


def _mark(line: Case) -> Mark:
    return line["version"], line["overdue"]


def _told(error: Exception) -> str:
    """What failed, without what was sent or answered."""
    if isinstance(error, httpx2.HTTPStatusError):
        return f"{error.request.method} {error.request.url.path} was answered {error.response.status_code}"
    return str(error) if isinstance(error, StackError) else type(error).__name__

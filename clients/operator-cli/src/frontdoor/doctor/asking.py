"""How the doctor asks: over HTTP, as the operator, noting what the answer says of the other side's clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from chassis.clock import Clock
from chassis.http_client import HttpClient, NoAnswer
from frontdoor.client import Tokens


@dataclass
class Asker:
    """One doctor's connections. ``clocks`` keeps by how many seconds each host is ahead of us."""

    http: HttpClient
    tokens: Tokens
    clock: Clock
    clocks: dict[str, float] = field(default_factory=dict)

    async def get(self, who: str, url: str, *, as_operator: bool = False) -> httpx2.Response | None:
        """The answer, whatever its status; None when there is none. ``who`` is what its clock is kept under."""
        try:
            headers = dict(await self.tokens.bearer()) if as_operator else {}
            before = self.clock.now()
            answer = await self.http.request("GET", url, headers=headers)
        except NoAnswer:
            return None
        self._note_clock(who, answer.headers, before, self.clock.now())
        return answer

    async def json(self, who: str, url: str, *, as_operator: bool = False) -> Any:
        """The document at an address; None unless the answer is a success and JSON."""
        answer = await self.get(who, url, as_operator=as_operator)
        if answer is None or not answer.is_success:
            return None
        return document_of(answer)

    def _note_clock(self, who: str, headers: Mapping[str, str], before: datetime, after: datetime) -> None:
        """A Date header is cut to whole seconds, and was written between asking and answering: within that is equal."""
        try:
            theirs = parsedate_to_datetime(headers["date"])
        except (KeyError, ValueError):
            return
        if theirs.tzinfo is None:
            return
        ahead = (theirs - after).total_seconds()
        behind = (before - theirs).total_seconds() - 1
        self.clocks[who] = ahead if ahead > 0 else -max(behind, 0.0)


def document_of(answer: httpx2.Response) -> Any:
    """The JSON of an answer; None for anything else, a maintenance page for one."""
    try:
        return answer.json()
    except ValueError:
        return None

"""A test of one endpoint, and how the endpoint answered last; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from agency_notify.model import Endpoint
from contracts.codes import DeliveryFailure
from contracts.problems import Conflict, NotFound, Problem

EVERY: Final = timedelta(seconds=30)
"""So long after a test of an endpoint the next one of it is refused."""
MOST_IN_AN_HOUR: Final = 60
"""Tests of all endpoints together: a button is no way to flood agencies."""
GOOD_FOR: Final = timedelta(minutes=5)
"""A test that no worker made within this time is not made any more: the person who asked has gone on."""
ANSWERS: Final = 3
"""So many of an endpoint's last answers are shown."""


class EndpointTestState(StrEnum):
    """Where a test stands."""

    WAITING = "waiting"
    ANSWERED = "answered"
    FAILED = "failed"
    UNFINISHED = "unfinished"
    """Nobody made it in time, or who made it ended meanwhile."""


@dataclass(frozen=True)
class EndpointTest:
    """One test notice: who asked, when it was made, and what the endpoint answered."""

    test_id: UUID
    endpoint_id: UUID
    asked_by: str
    asked_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    status: int | None = None
    failure: DeliveryFailure | None = None

    def state(self, *, now: datetime) -> EndpointTestState:
        """Where it stands at a time."""
        if self.finished_at is not None:
            return EndpointTestState.ANSWERED if self.failure is None else EndpointTestState.FAILED
        return EndpointTestState.WAITING if now < self.asked_at + GOOD_FOR else EndpointTestState.UNFINISHED


@dataclass(frozen=True)
class Answered:
    """One answer of an endpoint, to a notice or to a test; accepted when ``failure`` is None."""

    at: datetime
    is_test: bool
    status: int | None
    failure: DeliveryFailure | None


@dataclass(frozen=True)
class EndpointHealth:
    """How an endpoint does. ``failures`` are those in a row; ``waiting`` notices are still to be delivered there,
    the first of them since ``waiting_since``; ``held_until`` is when the receiver asked us to come again."""

    endpoint: Endpoint
    failures: int
    held_until: datetime | None
    waiting: int
    waiting_since: datetime | None
    answers: Sequence[Answered]
    test: EndpointTest | None


class NoSuchEndpoint(NotFound):
    """No endpoint has this id."""

    slug, title = "no-such-endpoint", "There is no endpoint with this id. Read the list of endpoints again"


class EndpointOff(Conflict):
    """Nothing is sent to an endpoint that is switched off, a test neither."""

    slug, title = "endpoint-off", "This endpoint is switched off. Set it again before you test it"


class TooManyTests(Problem):
    """A test of it was asked for a moment ago, or too many of all endpoints within an hour."""

    slug, title, status = "too-many-tests", "Wait before you send another test notice", 429


def refuse(endpoint: Endpoint, *, last: datetime | None, in_an_hour: int, now: datetime) -> None:
    """Whether a test may be asked for now. Raises ``EndpointOff`` and ``TooManyTests``."""
    if endpoint.disabled_at is not None:
        raise EndpointOff
    if last is not None and now < last + EVERY:
        seconds = int((last + EVERY - now).total_seconds()) + 1
        raise _too_often(f"This endpoint was tested a moment ago. Test it again in {seconds} seconds", seconds)
    if in_an_hour >= MOST_IN_AN_HOUR:
        raise _too_often(f"{in_an_hour} test notices were sent within an hour. Test again later", 300)


def _too_often(detail: str, seconds: int) -> TooManyTests:
    return TooManyTests(detail, headers={"Retry-After": str(seconds)})

"""What the client reads of agency-notify's endpoints: whether agencies can be reached."""

from datetime import datetime
from uuid import UUID

from triage_ui.services.caller import Caller, Read

SERVICE = "agency-notify"


class AnswerView(Read):
    """One answer of an endpoint; it took what was sent when there is no failure."""

    at: datetime
    is_test: bool
    status: int | None
    failure: str | None


class EndpointTestView(Read):
    """A test notice, and what came of it."""

    state: str
    asked_at: datetime
    status: int | None
    failure: str | None


class EndpointHealthView(Read):
    """An endpoint and how it does."""

    endpoint_id: UUID
    partnership: str
    agency: str
    role: str | None
    channel: str
    address: str
    disabled_at: datetime | None
    disabled_reason: str | None
    failures: int
    held_until: datetime | None
    waiting: int
    waiting_since: datetime | None
    answers: tuple[AnswerView, ...]
    test: EndpointTestView | None

    @property
    def is_wrong(self) -> bool:
        """Whether somebody has to look: switched off, or it failed last."""
        return self.disabled_at is not None or self.failures > 0


class EndpointsHealth(Read):
    """Every endpoint."""

    endpoints: tuple[EndpointHealthView, ...]


class Endpoints:
    """Endpoints, as an operator asks for them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def health(self) -> EndpointsHealth:
        """How every endpoint does."""
        return (await self._caller.get(SERVICE, "/v1/endpoint-health", EndpointsHealth)).body

    async def test(self, endpoint_id: UUID, *, key: str) -> None:
        """Have a test notice sent, once for each key."""
        await self._caller.post(SERVICE, f"/v1/endpoints/{endpoint_id}/tests", EndpointTestView, key=key)

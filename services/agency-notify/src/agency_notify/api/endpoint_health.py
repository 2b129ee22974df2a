"""``/v1/endpoint-health`` and tests of one endpoint: whether agencies can be reached, for operators."""

from datetime import datetime
from uuid import UUID

from fastapi.responses import Response
from pydantic import BaseModel, Field

from agency_notify.api.dependencies import Injected
from agency_notify.api.endpoints import EndpointView, Operator, shown
from agency_notify.endpoint_tests import handlers, store
from agency_notify.endpoint_tests.model import EndpointHealth, EndpointTest, EndpointTestState
from chassis.web.app import problem_responses
from chassis.web.commands import Answered as CommandAnswered
from chassis.web.commands import Command
from chassis.web.service_router import ServiceRouter
from contracts.codes import DeliveryFailure
from contracts.problems import NotFound

router = ServiceRouter(tags=["endpoints"])


class AnswerView(BaseModel):
    """One answer of an endpoint; it took what was sent when ``failure`` is null."""

    at: datetime
    is_test: bool
    status: int | None = Field(description="The HTTP or SMTP code, if there was one.")
    failure: DeliveryFailure | None


class EndpointTestView(BaseModel):
    """A test notice, and what came of it."""

    test_id: UUID
    endpoint_id: UUID
    state: EndpointTestState
    asked_at: datetime
    finished_at: datetime | None
    status: int | None
    failure: DeliveryFailure | None


class EndpointHealthView(EndpointView):
    """An endpoint and how it does."""

    failures: int = Field(description="Failures in a row; 0 when it took the last notice.")
    held_until: datetime | None = Field(description="The receiver asked us to send nothing before.")
    waiting: int = Field(description="Notices that wait to be delivered here.")
    waiting_since: datetime | None
    answers: tuple[AnswerView, ...] = Field(description="The last three, the newest first.")
    test: EndpointTestView | None = Field(description="The newest test of it.")


class EndpointsHealth(BaseModel):
    """Every endpoint."""

    endpoints: tuple[EndpointHealthView, ...]


@router.get("/v1/endpoint-health", summary="Whether agencies can be reached")
async def get_health(dependencies: Injected, _: Operator) -> EndpointsHealth:
    """Every endpoint, those that are switched off too: what it answered last, and what waits for it."""
    now = dependencies.clock.now()
    async with dependencies.db.transaction() as tx:
        found = await store.list_health(tx)
    return EndpointsHealth(endpoints=tuple(_health(each, now) for each in found))


@router.post(
    "/v1/endpoints/{endpoint_id}/tests",
    status_code=202,
    response_model=EndpointTestView,
    responses=problem_responses(409, 429),
    summary="Send a test notice",
)
async def ask_for_test(endpoint_id: UUID, dependencies: Injected, operator: Operator, once: Command) -> Response:
    """Has a signed message sent that says it is a test, and nothing about any child. Recorded, and at most one in half
    a minute for each endpoint. Read what came of it a moment later.
    """
    now, test_id = dependencies.clock.now(), dependencies.ids.new()
    return await once.do(
        dependencies,
        lambda tx: handlers.ask(tx, endpoint_id, test_id=test_id, by=operator.subject, now=now),
        lambda test: CommandAnswered(_test(test, now), status=202),
    )


@router.get("/v1/endpoints/{endpoint_id}/tests/{test_id}", summary="What came of a test notice")
async def get_test(endpoint_id: UUID, test_id: UUID, dependencies: Injected, _: Operator) -> EndpointTestView:
    """``waiting`` until the endpoint answered or failed; ``unfinished`` when nobody sent it in time."""
    async with dependencies.db.transaction() as tx:
        test = await store.find_test(tx, test_id)
    if test is None or test.endpoint_id != endpoint_id:
        raise NotFound("This endpoint has no test with this id")
    return _test(test, dependencies.clock.now())


def _health(found: EndpointHealth, now: datetime) -> EndpointHealthView:
    return EndpointHealthView(
        **shown(found.endpoint),
        failures=found.failures,
        held_until=found.held_until,
        waiting=found.waiting,
        waiting_since=found.waiting_since,
        answers=tuple(AnswerView(**vars(answer)) for answer in found.answers),
        test=_test(found.test, now) if found.test is not None else None,
    )


def _test(test: EndpointTest, now: datetime) -> EndpointTestView:
    copied = {name: getattr(test, name) for name in EndpointTestView.model_fields if hasattr(test, name)}
    return EndpointTestView(**copied | {"state": test.state(now=now)})

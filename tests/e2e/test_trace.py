"""One trace tells the way of a referral, and its spans carry nothing that is not on the list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import pytest_asyncio

from chassis.telemetry import ALLOWED_FIELDS
from frontdoor.demo.waiting import until
from tests.e2e.collector import Collector, Span
from tests.e2e.people import People
from tests.e2e.steps import done, post

Place = tuple[str, str]
"""A service, and the name of a span of its."""

RECEIVED: Final = ("referral-intake", "publish referral.received.v1")
OPENED: Final = ("triage", "publish case.opened.v1")
QUEUED: Final = ("agency-notify", "publish notice.queued.v1")
PARENTS: Final[Mapping[Place, Place]] = {
    RECEIVED: ("referral-intake", "POST /v1/referrals"),
    ("triage", "process referral.received.v1"): RECEIVED,
    ("agency-notify", "process referral.received.v1"): RECEIVED,
    ("audit", "process referral.received.v1"): RECEIVED,
    OPENED: ("triage", "process referral.received.v1"),
    ("referral-intake", "process case.opened.v1"): OPENED,
    ("agency-notify", "process case.opened.v1"): OPENED,
    ("audit", "process case.opened.v1"): OPENED,
    QUEUED: ("agency-notify", "process referral.received.v1"),
    ("triage", "process notice.queued.v1"): QUEUED,
    ("audit", "process notice.queued.v1"): QUEUED,
    ("agency-notify", "deliver notice"): ("agency-notify", "process referral.received.v1"),
    ("agency-notify", "publish notice.delivered.v1"): ("agency-notify", "deliver notice"),
    ("triage", "process notice.delivered.v1"): ("agency-notify", "publish notice.delivered.v1"),
    ("audit", "process notice.delivered.v1"): ("agency-notify", "publish notice.delivered.v1"),
}
"""For each place the one that led to it. The school is told by webhook and by e-mail, so the last ones come twice."""

STANDARD_NAMES: Final = {
    "error.type",
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "messaging.destination.name",
}
OF_THE_PROCESS: Final = {
    *("telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version"),
    *("service.instance.id", "service.name"),
    *("otel.library.name", "otel.library.version", "otel.scope.name", "otel.scope.version"),
    *("otel.status_code", "error"),
}
"""What the exporter adds about the program itself."""


@dataclass(frozen=True)
class Trace:
    """All spans of one referral's trace, which began at the caller's own span."""

    caller: str
    referral_id: str
    spans: list[Span]


def place(span: Span) -> Place:
    """Where a span was."""
    return span["localEndpoint"]["serviceName"], span["name"]


@pytest_asyncio.fixture(scope="module")
async def traced(people: People, collector: Collector) -> Trace:
    """A referral that a caller with a trace of its own posted, once every place was reached on both channels."""
    trace_id, caller = uuid4().hex, uuid4().hex[:16]
    school = people.client("wandsworth-school")

    receipt = done(await post(school, traceparent=f"00-{trace_id}-{caller}-01"), 202)

    async def ask() -> list[Span] | None:
        spans = collector.of_trace(trace_id)
        places = [place(span) for span in spans]
        reached = set(PARENTS) <= set(places) and places.count(("audit", "process notice.delivered.v1")) == 2
        return spans if reached else None

    return Trace(caller, receipt["referral_id"], await until("spans of every service", ask))


def test_one_trace_leads_from_the_post_through_every_service(traced: Trace) -> None:
    by_id = {span["id"]: place(span) for span in traced.spans}

    led_to = {(place(span), by_id.get(span["parentId"])) for span in traced.spans}

    assert led_to == {*PARENTS.items(), (("referral-intake", "POST /v1/referrals"), None)}


def test_the_trace_goes_on_from_the_callers(traced: Trace) -> None:
    (received,) = [span for span in traced.spans if span["name"] == "POST /v1/referrals"]

    assert received["parentId"] == traced.caller
    assert received["tags"]["http.response.status_code"] == "202"


def test_each_span_says_what_part_it_has_in_the_exchange(traced: Trace) -> None:
    kinds = {"POST": "SERVER", "publish": "PRODUCER", "process": "CONSUMER", "deliver": "CLIENT"}

    for span in traced.spans:
        assert span["kind"] == kinds[span["name"].split()[0]]


def test_what_is_processed_says_of_which_referral_it_is(traced: Trace) -> None:
    processed = [span for span in traced.spans if span["kind"] == "CONSUMER"]

    assert {span["tags"]["referral_id"] for span in processed} == {traced.referral_id}
    assert {span["tags"]["event_type"] for span in processed} == {span["name"].split()[1] for span in processed}


def test_no_span_of_the_run_carries_an_attribute_that_is_not_listed(traced: Trace, collector: Collector) -> None:
    carried = {name for span in collector.spans() for name in span.get("tags", {})}

    assert len(collector.spans()) >= len(traced.spans)
    assert carried - ALLOWED_FIELDS - STANDARD_NAMES - OF_THE_PROCESS == set()
    assert not any(span.get("annotations") for span in collector.spans())

"""What every answer of an app has, headers, ids, and HEAD beside GET; and its health, metrics and description."""

import json
from uuid import UUID, uuid4

import httpx2
import pytest
from edge_app import SECRET, Parts
from prometheus_client import REGISTRY

from chassis.testing.spans import collected
from contracts.problems import Unavailable

# -- headers ----------------------------------------------------------------------------------------------------------


async def test_every_answer_says_that_it_must_not_be_kept(client: httpx2.AsyncClient) -> None:
    for path in ("/forms/7", "/nowhere", "/health/live"):
        answer = await client.get(path)

        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_route_may_say_that_its_answer_can_be_kept(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/cacheable")

    assert answer.headers.get_list("cache-control") == ["public, immutable"]


async def test_good_ids_are_mirrored(client: httpx2.AsyncClient) -> None:
    request_id, correlation_id = str(uuid4()), "school-2026.7_a"

    answer = await client.get("/health/live", headers={"X-Request-Id": request_id, "X-Correlation-Id": correlation_id})

    assert answer.headers["x-request-id"] == request_id
    assert answer.headers["x-correlation-id"] == correlation_id


@pytest.mark.parametrize("bad", [SECRET, "a" * 65, "<script>", ""])
async def test_other_ids_are_not(client: httpx2.AsyncClient, bad: str) -> None:
    answer = await client.get("/health/live", headers={"X-Request-Id": bad, "X-Correlation-Id": bad})

    assert UUID(answer.headers["x-request-id"]).version == 4
    assert "x-correlation-id" not in answer.headers


# -- HEAD -------------------------------------------------------------------------------------------------------------


async def test_head_is_answered_wherever_get_is_and_without_content(
    client: httpx2.AsyncClient,
) -> None:
    by_get, by_head = await client.get("/cacheable"), await client.head("/cacheable")
    live = await client.head("/health/live")
    absent, only_posted = await client.head(f"/forms/{SECRET}"), await client.head("/forms")

    assert (by_head.status_code, by_head.content) == (200, b"")
    assert {name: by_head.headers[name] for name in ("content-length", "cache-control", "content-type")} == {
        name: by_get.headers[name] for name in ("content-length", "cache-control", "content-type")
    }
    assert (live.status_code, absent.status_code, only_posted.status_code) == (200, 422, 405)
    assert (absent.content, only_posted.headers["allow"]) == (b"", "POST")


async def test_what_changes_when_it_is_read_is_not_changed_by_head(client: httpx2.AsyncClient) -> None:
    by_get, by_head = await client.get("/changing"), await client.head("/changing")

    assert (by_get.status_code, by_head.status_code, by_head.headers["allow"]) == (200, 405, "GET")


# -- health, metrics, description -------------------------------------------------------------------------------------


async def test_ready_says_which_part_fails(client: httpx2.AsyncClient, parts: Parts) -> None:
    ready = await client.get("/health/ready")
    parts.broken["database"] = Unavailable(SECRET)
    not_ready = await client.get("/health/ready")

    assert (ready.status_code, ready.json()["failing"]) == (200, [])
    assert (not_ready.status_code, not_ready.json()) == (
        503,
        {"status": "not ready", "failing": ["database"], "warnings": []},
    )


async def test_a_check_that_hangs_fails(
    client: httpx2.AsyncClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.web.health.CHECK_SECONDS", 0.02)
    parts.broken["consumer"] = TimeoutError()

    answer = await client.get("/health/ready")

    assert (answer.status_code, answer.json()["failing"]) == (503, ["consumer"])


async def test_metrics_count_by_route_and_hold_no_ids(client: httpx2.AsyncClient) -> None:
    labels = {"method": "GET", "route": "/forms/{form_id}", "status": "200"}
    before = REGISTRY.get_sample_value("frontdoor_http_requests_total", labels) or 0
    form_id = uuid4()

    await client.get(f"/forms/{form_id}")
    await client.get(f"/v1/inner/{form_id}")
    await client.request("MAKE-UP", f"/{form_id}")
    metrics = (await client.get("/metrics")).text

    assert REGISTRY.get_sample_value("frontdoor_http_requests_total", labels) == before + 1
    assert 'method="GET",route="/v1/inner/{thing_id}",status="200"' in metrics
    assert 'method="OTHER",route="unmatched",status="404"' in metrics
    assert str(form_id) not in metrics


async def test_a_duration_leads_to_the_trace_of_a_request_where_traces_are_kept(client: httpx2.AsyncClient) -> None:
    trace_id, kept_nowhere = uuid4().hex, uuid4().hex
    await client.get(f"/forms/{uuid4()}", headers={"traceparent": f"00-{kept_nowhere}-{'1' * 16}-01"})
    with collected():
        await client.get(f"/forms/{uuid4()}", headers={"traceparent": f"00-{trace_id}-{'1' * 16}-01"})

    answer = await client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})

    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    found = [line for line in answer.text.splitlines() if f'# {{trace_id="{trace_id}"}}' in line]
    assert [line.partition("{")[0] for line in found] == ["frontdoor_http_request_seconds_bucket"]
    assert kept_nowhere not in answer.text
    assert "# {" not in (await client.get("/metrics")).text


async def test_the_description_is_openapi_3_1_and_declares_problems(client: httpx2.AsyncClient) -> None:
    description = (await client.get("/openapi.json")).json()

    responses = description["paths"]["/forms"]["post"]["responses"]
    schema = responses["422"]["content"]["application/problem+json"]["schema"]
    assert description["openapi"].startswith("3.1")
    assert schema == {"$ref": "#/components/schemas/Problem"}
    assert "Problem" in description["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(description)
    assert "/health/live" not in description["paths"]

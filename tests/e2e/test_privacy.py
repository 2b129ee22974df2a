"""Personal data stays with the service that owns it: planted everywhere people write, it is found nowhere else."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.chaos.checker import Checker
from tests.e2e import leaving
from tests.e2e.collector import Collector
from tests.e2e.conftest import settled
from tests.e2e.journey import Journey, walk
from tests.e2e.people import Party, People
from tests.e2e.planted import Planted
from tests.e2e.sinks import Sinks
from tests.e2e.steps import FOR_TRIAGE, REFERRALS, Json, done, post

ENOUGH_FIELDS = 40


@dataclass(frozen=True)
class Sown:
    """A referral that was walked to its end with planted words, and what was planted."""

    planted: Planted
    referral: Json
    journey: Journey


@pytest_asyncio.fixture(scope="module")
async def sown(people: People, checker: Checker) -> Sown:
    """Everything that follows from it has happened."""
    planted = Planted()
    referral = planted.referral()
    journey = await walk(people, referral, planted.words())
    await settled(checker)
    return Sown(planted, referral, journey)


async def test_what_was_planted_is_where_it_belongs(sown: Sown, people: People) -> None:
    worker, case = people.staff("wandsworth-social-worker-1"), sown.journey.case

    document = await worker.follow("GET", case["document_url"], headers=FOR_TRIAGE)

    kept = document.text.count(sown.planted.mark)
    assert kept == json.dumps(sown.referral).count(sown.planted.mark) >= ENOUGH_FIELDS
    assert sown.planted.found_in(sown.journey.handover["summary"])
    assert sown.planted.found_in(case["decisions"][0]["rationale"])


def test_no_log_of_any_process_holds_it(sown: Sown, stack: Stack) -> None:
    logs = leaving.logs(stack.folder)

    assert {"referral-intake-api.log", "triage-worker.log", "postgres.log", "kafka.log"} <= logs.keys()
    assert "request answered" in logs["referral-intake-api.log"]
    assert [name for name, text in logs.items() if sown.planted.found_in(text)] == []


def test_no_span_holds_it(sown: Sown, collector: Collector) -> None:
    spans = [json.dumps(span) for span in collector.spans()]

    assert any(sown.journey.referral_id in span for span in spans)
    assert [span for span in spans if sown.planted.found_in(span)] == []


async def test_no_message_on_any_topic_holds_it(sown: Sown, stack: Stack) -> None:
    messages = await leaving.messages(stack.addresses()["kafka_bootstrap_servers"])

    assert any(sown.journey.referral_id in message for message in messages)
    assert [message for message in messages if sown.planted.found_in(message)] == []


async def test_no_metric_holds_it(sown: Sown, stack: Stack, http: httpx2.AsyncClient) -> None:
    metrics = await leaving.metrics(stack, http)

    assert "frontdoor_http_requests_total" in metrics[stack.services["referral-intake"].url]
    assert [url for url, text in metrics.items() if sown.planted.found_in(text)] == []


async def test_no_webhook_and_no_e_mail_holds_it(sown: Sown, sinks: Sinks) -> None:
    sent = [json.dumps(each) for each in (*await sinks.deliveries(), *await sinks.messages())]

    assert any(sown.journey.reference in each for each in sent)
    assert [each for each in sent if sown.planted.found_in(each)] == []


Break = Callable[[Planted], dict[str, Any]]


def with_form(change: Callable[[Planted, dict[str, Any]], None]) -> Break:
    """A referral in which one thing is wrong."""

    def broken(planted: Planted) -> dict[str, Any]:
        form = dict(planted.referral())
        change(planted, form)
        return {"json": form}

    return broken


BROKEN_BODIES: dict[str, Break] = {
    "no-json": lambda planted: {"content": f'{{"referrer": "{planted.text()}'},
    "not-an-object": lambda planted: {"json": [planted.text()]},
    "one-key-twice": lambda planted: {
        "content": f'{{"strengths": "{planted.text()}", "strengths": "{planted.text()}"}}'
    },
    "no-number": lambda planted: {"content": f'{{"strengths": NaN, "risks_to_staff": "{planted.text()}"}}'},
    "nul": with_form(lambda planted, form: form.update(strengths=f"{planted.text()}\x00")),
    "unknown-field": with_form(lambda planted, form: form.update({planted.text(): planted.text()})),
    "no-truth-value": with_form(lambda planted, form: form.update(immediate_danger=planted.text())),
    "no-code": with_form(lambda planted, form: form.update(believed_level=planted.text())),
    "no-list": with_form(lambda planted, form: form.update(children=planted.text())),
    "no-date": with_form(lambda planted, form: form["children"][0].update(date_of_birth=planted.text())),
    "too-long": with_form(lambda planted, form: form["referrer"].update(name=planted.text() * 100)),
    "too-little": lambda planted: {"json": {"referrer": {"name": planted.text()}, "concern": {"types": []}}},
}


@pytest.mark.parametrize("broken", BROKEN_BODIES.values(), ids=BROKEN_BODIES)
async def test_no_answer_to_a_broken_referral_repeats_it(people: People, stack: Stack, broken: Break) -> None:
    planted = Planted()
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}

    answer = await people.client("wandsworth-school").ask(
        "POST", "referral-intake", REFERRALS, headers=headers, **broken(planted)
    )

    await _assert_silent(answer, planted, stack)


BROKEN_REQUESTS: dict[str, Callable[[str], tuple[str, str, str, dict[str, Any]]]] = {
    "path": lambda text: ("GET", "referral-intake", f"{REFERRALS}/{text}", {}),
    "unknown-path": lambda text: ("GET", "triage", f"/{text}", {}),
    "tile": lambda text: ("GET", "audit", f"/tile/{text}", {}),
    "notice": lambda text: ("GET", "agency-notify", f"/v1/notices/{text}", {}),
    "cursor": lambda text: ("GET", "referral-intake", f"{REFERRALS}?cursor={text}", {}),
    "limit": lambda text: ("GET", "agency-notify", f"/v1/notices?limit={text}", {}),
    "key": lambda text: (
        "POST",
        "referral-intake",
        REFERRALS,
        {"json": {}, "headers": {"Idempotency-Key": f"{text} x"}},
    ),
    "purpose": lambda text: ("GET", "triage", f"/v1/cases/{uuid4()}", {"headers": {"Access-Purpose": text}}),
    "version": lambda text: ("POST", "triage", f"/v1/cases/{uuid4()}/closure", {"headers": {"If-Match": text}}),
    "rating": lambda text: (
        "POST",
        "triage",
        f"/v1/cases/{uuid4()}/rating",
        {"json": {"rating": text, text: text}, "headers": {"If-Match": '"1"'}},
    ),
    "answer": lambda text: ("POST", "triage", f"/v1/information-requests/{uuid4()}/answer", {"json": {"answer": text}}),
}


@pytest.mark.parametrize("request_of", BROKEN_REQUESTS.values(), ids=BROKEN_REQUESTS)
@pytest.mark.parametrize("signed_in", [True, False])
async def test_no_answer_to_a_broken_request_repeats_it(
    people: People, stack: Stack, request_of: Callable[[str], tuple[str, str, str, dict[str, Any]]], signed_in: bool
) -> None:
    planted = Planted()
    method, service, path, content = request_of(planted.text())
    caller = _entitled(people, service) if signed_in else people.of_token(planted.text())

    answer = await caller.ask(method, service, path, **content)

    await _assert_silent(answer, planted, stack)


def _entitled(people: People, service: str) -> Party:
    """Somebody whose role the service knows, so that it is the request that is refused."""
    return people.staff("wandsworth-social-worker-1") if service == "triage" else people.client("wandsworth-school")


async def _assert_silent(answer: httpx2.Response, planted: Planted, stack: Stack) -> None:
    """Refused in the one form all problems have, with nothing of what was sent in it or in any log."""
    assert answer.is_client_error, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not planted.found_in(answer.text)
    assert not planted.found_in(str(answer.headers))
    logs = await _logs_with(stack, answer.headers["X-Request-Id"])
    assert [name for name, text in logs.items() if planted.found_in(text)] == []


async def _logs_with(stack: Stack, request_id: str) -> dict[str, str]:
    """Every log, once one of them tells of the request; that line may be written after the answer."""

    async def ask() -> dict[str, str] | None:
        logs = leaving.logs(stack.folder)
        return logs if any(request_id in text for text in logs.values()) else None

    return await until("a log line about the request", ask)


async def test_a_referral_refused_for_its_key_is_not_repeated(people: People, stack: Stack) -> None:
    planted, key = Planted(), str(uuid4())
    school = people.client("wandsworth-school")
    done(await post(school, key=key), 202)

    answer = await post(school, planted.referral(), key=key)

    await _assert_silent(answer, planted, stack)

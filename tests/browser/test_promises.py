"""What holds on every page: it is light, it names nobody outside itself, and roles are refused by the services."""

import json
from collections.abc import Sequence
from typing import Final

import pytest
from playwright.async_api import Response

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.browser import work
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.work import Words
from tests.e2e import leaving
from tests.e2e.collector import Collector
from tests.e2e.people import People
from tests.e2e.planted import Planted

pytestmark = pytest.mark.timeout(300)

FIRST_VIEW_BYTES: Final = 100_000
SCRIPT_BYTES: Final = 20_000
CHILD_NAME: Final = "Rowan"
_ROUTE: Final = "/cases/{case_id}/document"


async def _weighed(reader: Reader, path: str) -> dict[str, int]:
    """Bytes over the wire by kind of file, for somebody who opens a page first."""
    answers: list[Response] = []
    reader.page.on("response", lambda answer: answers.append(answer))
    await reader.open(path)
    await reader.page.wait_for_load_state("load")
    weights: dict[str, int] = {}
    for answer in answers:
        kind = answer.request.resource_type
        if kind == "eventsource":
            continue  # goes on for as long as the page is open
        sizes = await answer.request.sizes()
        weights[kind] = weights.get(kind, 0) + sizes["responseBodySize"] + sizes["responseHeadersSize"]
    return weights


@pytest.mark.parametrize("which", ["queue", "case"])
async def test_the_first_view_is_light(people: People, new_reader: NewReader, which: str) -> None:
    _, case = await work.refer(people)
    reader = await new_reader("wandsworth-manager", to="/drafts")

    weights = await _weighed(reader, "/queue?all=yes" if which == "queue" else case)

    assert sum(weights.values()) <= FIRST_VIEW_BYTES, weights
    assert weights.get("script", 0) <= SCRIPT_BYTES, weights
    assert set(weights) <= {"document", "stylesheet", "script", "image", "other"}, "no font, and nothing else"


async def test_nothing_that_is_typed_or_named_is_in_an_address_a_title_a_referrer_a_log_or_a_span(
    stack: Stack, collector: Collector, people: People, new_reader: NewReader
) -> None:
    """Every field of the referral is planted, names and identifiers too, and all that people write."""
    planted = Planted()
    reference, case = await work.refer(people, planted.referral())
    worker = await new_reader("wandsworth-social-worker-1", to="/queue?all=yes")
    await work.rate(worker, case, Words(planted.text()))
    await work.ask(worker, case, Words(planted.text()))
    for path in (case, f"{case}/document", f"{case}/recommend", "/drafts", f"{case}/nowhere"):
        await worker.open(path)
    shown = await worker.page.content()
    await worker.open(f"{case}/document")
    assert planted.found_in(await worker.page.content()), "the document is there to be read"
    told = {"addresses": worker.addresses, "titles": worker.titles, "referrers": worker.referrers, "page": [shown]}
    assert [name for name, texts in told.items() if planted.found_in("\n".join(texts))] == []
    await worker.open(f"/queue?rating={planted.text()}")
    await worker.page.request.post(f"{worker.home}{case}/rate", form={"csrf": "x", "rationale": planted.text()})

    async def said() -> bool | None:
        log = leaving.logs(stack.folder).get("web-client.log", "")
        return all(_ROUTE in text for text in (log, json.dumps(collector.spans()))) or None

    await until("the web client's log line and span", said)

    logs = {**leaving.logs(stack.folder), "spans": json.dumps(collector.spans())}
    assert [name for name, text in logs.items() if planted.found_in(text)] == []
    assert reference not in logs["web-client.log"]


PAGES: Final[Sequence[str]] = (
    "",
    "/document",
    "/rate",
    "/ask",
    "/ask-sender",
    "/recommend",
    "/offer-handover",
    "/close",
)


@pytest.mark.parametrize(
    "name",
    [
        "wandsworth-health-visitor",
        "wandsworth-macpt-member",
        "wandsworth-early-help-lead",
        "wandsworth-records-officer",
        "warwickshire-manager",
    ],
)
async def test_a_case_is_nobodys_by_its_address_whom_it_does_not_concern(
    people: People, new_reader: NewReader, name: str
) -> None:
    reference, case = await work.refer(people)
    stranger = await new_reader(name)

    for page in PAGES:
        assert await stranger.open(f"{case}{page}") == 404, page
        shown = await stranger.page.content()
        assert reference not in shown
        assert CHILD_NAME not in shown
    await stranger.finds_nothing_wrong()


@pytest.mark.parametrize(
    ("name", "act", "filled"),
    [
        ("wandsworth-contact-officer", "rate", {"rating": "red"}),
        ("wandsworth-contact-officer", "close", {}),
        ("wandsworth-social-worker-1", "close", {}),
    ],
)
async def test_an_act_that_is_not_this_roles_is_refused_by_the_service_and_says_who_can(
    people: People, new_reader: NewReader, name: str, act: str, filled: dict[str, str]
) -> None:
    _, case = await work.refer(people)
    reader = await new_reader(name, to=f"{case}/{act}")
    for field, value in filled.items():
        await reader.page.locator(f"input[name={field}][value={value}]").check()
    await reader.press("Continue")

    await reader.page.locator("[data-once]").click()
    await reader.page.wait_for_load_state()

    assert "Your role does not allow this. Ask your MASH manager who can do it" in await reader.text()
    assert "Nothing was sent." in await reader.text()
    await reader.finds_nothing_wrong()


async def test_empty_error_and_unknown_pages_are_accessible_too(new_reader: NewReader) -> None:
    reader = await new_reader("warwickshire-contact-officer")
    for path in ("/drafts", "/inbox", "/queue?rating=blue", "/nowhere", "/signed-out"):
        await reader.open(path)
        await reader.finds_nothing_wrong()

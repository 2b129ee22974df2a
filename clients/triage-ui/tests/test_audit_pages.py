"""The auditor's pages: a reason first, who looked and with whom it was shared, and what a pasted proof is worth."""

import json
import re
from typing import Any, Final

import pytest
from office_answers import KEY, checked, entries, entry, look, witnessing
from ui_answers import MANAGER, REFERENCE, REFERRAL_ID, WORKER
from ui_world import SignedInBrowser, World, problem

LOOKS: Final[dict[str, Any]] = {"reference": REFERENCE, "purpose": "audit"}


async def auditor(world: World) -> SignedInBrowser:
    """Who may read the log."""
    world.services.answers |= {
        ("GET", "/v1/witnesses"): witnessing(),
        ("GET", f"/v1/references/{REFERENCE}"): {"referral_id": REFERRAL_ID},
        ("GET", f"/v1/journeys/{REFERRAL_ID}"): entries(),
        ("GET", "/v1/access-log"): entries(),
    }
    return await world.sign_in(subject=MANAGER, roles=("auditor",))


async def test_the_first_page_asks_why_before_anything_is_looked_for(world: World) -> None:
    page = (await (await auditor(world)).get("/audit")).text

    assert "Why do you look?" in page
    assert "checked" not in page.partition("<main")[2]
    assert "1042 entries" in page
    assert "Cosigned 1040 entries" in page


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({"reference": REFERENCE}, "Choose why you look"),
        ({"reference": REFERENCE, "purpose": "curiosity"}, "Choose why you look"),
        ({"reference": "WAN-7K3M", "purpose": "audit"}, "Enter the whole reference"),
        ({"reference": "", "purpose": "audit"}, "Enter the whole reference"),
    ],
)
async def test_what_is_not_filled_in_is_said_and_nothing_is_looked_for(
    world: World, fields: dict[str, Any], advice: str
) -> None:
    answer = await (await auditor(world)).post("/audit/looks", **fields)

    assert answer.status_code == 422
    assert advice in answer.text
    assert {request.url.path for request in world.services.asked} == {"/v1/witnesses"}


async def test_who_looked_who_was_refused_and_what_was_shared_stand_with_their_places(world: World) -> None:
    person = await auditor(world)
    await world.sign_in(subject=WORKER)
    world.services.answers["GET", "/v1/access-log"] = entries(
        look(4),
        look(5, actor="7d1c9a52-0000-4000-8000-00000000000f", roles=["macpt-member"], agency="wandsworth-macpt"),
        entry(6, "access.denied.v1", actor=WORKER, record="case", reason="role", agency="wandsworth-mash", roles=[]),
        entry(7, "record.exported.v1", actor=WORKER, first_index=0, end_index=90, agency="wandsworth-mash", roles=[]),
        destroyed=2,
    )
    world.services.answers["GET", f"/v1/journeys/{REFERRAL_ID}"] = entries(
        entry(1, "case.rated.v1", rating="red"),
        entry(2, "notice.withheld.v1", agency="ashcroft-primary", kind="case-decided", reason="allegation"),
        entry(3, "information.requested.v1", agency="metropolitan-police"),
    )

    answer = await person.post("/audit/looks", **LOOKS)

    page = answer.text
    assert "Complete to checkpoint 1042" in page
    assert "Of 2 more looks the text is destroyed" in page
    for said in ("Ama O&#39;Brien", "Reader 7d1c9a52", "Referral document", "Triage of this referral", "Refused"):
        assert said in page
    assert "Entries 0 to 90 of the log" in page
    assert "Notice withheld" in page
    assert "Case decided; Allegation" in page
    assert "Metropolitan Police" in page
    assert "rated" not in page.lower().partition("shared with whom")[2]
    [asked] = [one for one in world.services.asked if one.url.path == "/v1/access-log"]
    assert asked.headers["access-purpose"] == "audit"


async def test_a_purpose_that_the_service_refuses_gives_the_plain_page(world: World) -> None:
    person = await auditor(world)
    world.services.answers["GET", "/v1/access-log"] = lambda _: problem(403, "access-log-not-for-you", "Only auditors")

    answer = await person.post("/audit/looks", reference=REFERENCE, purpose="disclosure")

    assert answer.status_code == 403
    assert "You cannot do this" in answer.text


async def test_an_unknown_reference_is_kept_in_its_box_with_advice_and_is_in_no_address(world: World) -> None:
    person = await auditor(world)
    del world.services.answers["GET", f"/v1/references/{REFERENCE}"]

    answer = await person.post("/audit/looks", **LOOKS)

    assert answer.status_code == 422
    assert f"Your partnership has no referral {REFERENCE}" in answer.text
    assert f'value="{REFERENCE}"' in answer.text
    assert "location" not in answer.headers


async def test_everything_that_one_reader_looked_at_is_paged_by_post(world: World) -> None:
    person = await auditor(world)
    found = {"reader": WORKER, "entries": [look(9)], "destroyed": 0, "complete_to": 1042, "next": 9}
    world.services.answers["GET", f"/v1/access-log/readers/{WORKER}"] = found

    page = (await person.post("/audit/reader", reader=WORKER, purpose="audit", before="12")).text

    assert "Referral document" in page
    assert 'name="before" value="9"' in page
    assert world.services.asked[-1].url.params["before"] == "12"


async def test_looks_of_one_reader_are_grouped_by_day_with_counts_the_newest_first(world: World) -> None:
    person = await auditor(world)
    looks = [
        look(9, at="2026-11-30T10:00:00Z"),
        entry(8, "access.denied.v1", at="2026-11-30T09:00:00Z", actor=WORKER, record="case", reason="role"),
        look(7, at="2026-07-29T23:30:00Z"),
        look(6, at="2026-07-29T22:30:00Z"),
        entry(5, "record.exported.v1", at="2026-07-29T10:00:00Z", actor=WORKER, first_index=0, end_index=9),
    ]
    found = {"reader": WORKER, "entries": looks, "destroyed": 0, "complete_to": 1042, "next": 5}
    world.services.answers["GET", f"/v1/access-log/readers/{WORKER}"] = found

    first = (await person.post("/audit/reader", reader=WORKER, purpose="audit")).text
    world.services.answers["GET", f"/v1/access-log/readers/{WORKER}"] = {**found, "next": None}
    last = (await person.post("/audit/reader", reader=WORKER, purpose="audit", before="12")).text

    assert titles(first) == [
        "Monday 30 November 2026: 1 look, 1 refusal",
        "Thursday 30 July 2026: 1 look",
        "Wednesday 29 July 2026: 1 look, 1 export on this page",
    ]
    assert titles(last)[0] == "Monday 30 November 2026: 1 look, 1 refusal on this page"
    assert titles(last)[-1] == "Wednesday 29 July 2026: 1 look, 1 export"
    assert first.count("<details") == 3
    assert re.findall(r"<details[^>]* open>", first) == ['<details class="govuk-details" open>']


def titles(page: str) -> list[str]:
    """What stands over each day."""
    return re.findall(r'<span class="govuk-details__summary-text">(.*?)</span>', page)


@pytest.mark.parametrize("reader", ["../../v1/journeys/x", "a/b", "%2e%2e", "x?before=1"])
async def test_a_reader_that_somebody_made_up_leads_to_no_other_operation(world: World, reader: str) -> None:
    person = await auditor(world)

    await person.post("/audit/reader", reader=reader, purpose="audit")

    paths = [one.url.raw_path.decode() for one in world.services.asked]
    assert all(path.startswith("/v1/access-log/readers/") and path.count("/") == 4 for path in paths), paths


async def test_a_receipt_that_holds_is_said_in_words_with_the_command_that_needs_no_trust(world: World) -> None:
    person = await auditor(world)
    world.services.answers["POST", "/v1/proofs/check"] = checked(destroyed=1)
    receipt = {"format": "frontdoor-disclosure-receipt/1"}

    answer = await person.post("/audit/proof", file=json.dumps(receipt))

    assert answer.status_code == 200
    for said in ("It holds", "3 entries stand", "1000 entries", "1042 entries", "1 more entry was destroyed"):
        assert said in answer.text
    assert f"python -m audit.verify receipt FILE --key &#39;{KEY}&#39;" in answer.text
    assert json.loads(world.services.asked[-1].content) == {"file": receipt}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"wrong": "A hash is wrong", "entries": 0, "in_this_log": False, "size": None}, "was altered, cut short"),
        ({"wrong": "This log had another root", "in_this_log": False}, "one of two histories is hidden"),
    ],
)
async def test_what_does_not_hold_says_what_to_do(world: World, changed: dict[str, Any], said: str) -> None:
    person = await auditor(world)
    world.services.answers["POST", "/v1/proofs/check"] = checked(holds=False, **changed)

    page = (await person.post("/audit/proof", file="{}")).text

    assert "It does not hold" in page
    assert str(changed["wrong"]) in page
    assert said in page


@pytest.mark.parametrize("pasted", ["", "not JSON", "[]", "[" * 5000, '{"a":'])
async def test_what_is_no_file_is_kept_and_said_so(world: World, pasted: str) -> None:
    answer = await (await auditor(world)).post("/audit/proof", file=pasted)

    assert answer.status_code == 422
    assert "Paste the whole receipt or proof" in answer.text
    assert world.services.asked == []


async def test_a_file_that_the_service_cannot_read_says_what_to_send(world: World) -> None:
    person = await auditor(world)
    errors = [{"pointer": "/file", "detail": "Send a whole disclosure receipt"}]
    world.services.answers["POST", "/v1/proofs/check"] = lambda _: problem(422, "invalid", "Wrong", errors=errors)

    answer = await person.post("/audit/proof", file='{"mine": "<script>"}')

    assert answer.status_code == 422
    assert "Send a whole disclosure receipt" in answer.text
    assert "&lt;script&gt;" in answer.text

"""The operator's pages: what is parked or halted, and a journey without what it says."""

from typing import Final

from office_answers import (
    SERVICES,
    consumer,
    delivery,
    endpoint_health,
    endpoint_test,
    entries,
    entry,
    message_in_full,
    parked_message,
    stages,
    totals,
    witnessing,
)
from ui_answers import AT, REFERENCE, REFERRAL_ID
from ui_world import SignedInBrowser, World

STAGES: Final = dict(zip(SERVICES, ("accepted", "in-triage", "notices", "logged"), strict=True))


async def operator(world: World) -> SignedInBrowser:
    """Before services in which nothing waits."""
    for service in SERVICES:
        world.services.by_service |= {
            (service, "GET", "/operator/delivery"): delivery(),
            (service, "GET", "/operator/consumer"): consumer(),
            (service, "GET", "/operator/parked"): {"parked": [], "waiting": 0},
            (service, "GET", "/operator/flow"): stages(STAGES[service]),
            (service, "GET", "/operator/totals"): totals(),
        }
    world.services.answers["GET", "/v1/witnesses"] = witnessing()
    return await world.sign_in(roles=("operator",))


async def test_services_in_which_nothing_waits_say_so(world: World) -> None:
    page = (await (await operator(world)).get("/operator")).text

    assert page.count("Nothing waits") == page.count("Goes on") == len(SERVICES)
    assert "1042 entries" in page


async def test_what_is_parked_failing_halted_and_late_is_shown(world: World) -> None:
    person = await operator(world)
    halted = consumer(halted=True, halted_at=AT, wrong=20, reasons={"KeyError": 19, "Invalid": 1})
    world.services.by_service |= {
        ("triage", "GET", "/operator/delivery"): delivery(
            unpublished=3, unpublished_since="2026-11-29T11:00:00Z", parked=1, halted=1
        ),
        ("triage", "GET", "/operator/consumer"): halted,
        ("triage", "GET", "/operator/parked"): {"parked": [parked_message()], "waiting": 1},
    }

    page = (await person.get("/operator")).text

    for said in (
        "3 events, for 1 hour",
        "1 message",
        "Halted since Fri 27 Nov 2026 at 9:30am",
        "20 messages in a row: Invalid (1), KeyError (19)",
        "Failing: our code fails on it",
        "triage.handlers.news:on_news:41",
    ):
        assert said in page


async def test_a_journey_is_a_timeline_of_steps_with_times_since_the_receipt(world: World) -> None:
    person = await operator(world)
    world.services.answers["GET", f"/operator/references/{REFERENCE}"] = {"referral_id": REFERRAL_ID}
    world.services.answers["GET", f"/v1/journeys/{REFERRAL_ID}"] = entries(
        entry(8, "case.decided.v1", at="2026-11-27T11:35:00Z"),
        entry(3, "referral.received.v1", source="referral-intake"),
    )

    page = (await person.post("/operator/journey", reference=REFERENCE.lower())).text

    assert page.index("Referral received") < page.index("Case decided")
    assert "2 hours 5 minutes after the receipt" in page
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in page
    assert "Complete to checkpoint 1042" in page


async def test_a_reference_that_was_misread_is_asked_for_again(world: World) -> None:
    answer = await (await operator(world)).post("/operator/journey", reference="WAN-7K3M-Q9TR <b>")

    assert answer.status_code == 422
    assert "Enter the whole reference" in answer.text
    assert "&lt;b&gt;" in answer.text
    assert not [one for one in world.services.asked if "references" in one.url.path]


async def test_flow_says_what_is_in_each_stage_since_when_and_what_passed(world: World) -> None:
    page = (await (await operator(world)).get("/operator")).text

    assert (
        page.index("3 not in triage yet") < page.index("3 open") < page.index("3 queued") < page.index("3 not in the")
    )
    assert page.count("The oldest for 3 hours") == len(SERVICES)
    assert "1,204 delivered in 24 hours" in page


async def test_a_service_that_is_away_hides_no_others(world: World) -> None:
    person = await operator(world)
    world.services.away = {"agency-notify", "audit"}

    answer = await person.get("/operator")

    assert answer.status_code == 200
    assert answer.text.count("Does not answer") == 2
    assert "Audit does not answer" in answer.text
    assert answer.text.count("Goes on") == 2


async def test_an_unknown_reference_is_kept_in_its_box_with_advice(world: World) -> None:
    answer = await (await operator(world)).post("/operator/journey", reference=REFERENCE)

    assert answer.status_code == 422
    assert f"There is no referral {REFERENCE}" in answer.text
    assert f'value="{REFERENCE}"' in answer.text


async def test_a_journey_is_drawn_in_lanes_and_said_in_words_too(world: World) -> None:
    person = await operator(world)
    world.services.answers["GET", f"/operator/references/{REFERENCE}"] = {"referral_id": REFERRAL_ID}
    world.services.answers["GET", f"/v1/journeys/{REFERRAL_ID}"] = entries(
        entry(3, "referral.received.v1", source="referral-intake"),
        entry(8, "case.decided.v1", at="2026-11-27T11:35:00Z"),
    )

    page = (await person.post("/operator/journey", reference=REFERENCE)).text

    assert page.count("<circle") == 2
    assert all(f">{service}</text>" in page for service in SERVICES)
    assert "Case decided, 2 hours 5 minutes after the receipt</title>" in page
    assert "style=" not in page.partition("<svg")[2].partition("</svg>")[0]


async def test_lag_counts_what_a_reader_has_not_applied_of_the_topics_that_it_reads(world: World) -> None:
    person = await operator(world)
    world.services.by_service |= {
        ("referral-intake", "GET", "/operator/totals"): totals({"referral-intake.v1": 10, "access.v1": 1}),
        ("triage", "GET", "/operator/totals"): totals({"triage.v1": 5}, {"referral-intake.v1": 7}),
        ("audit", "GET", "/operator/totals"): totals({}, {"referral-intake.v1": 10, "triage.v1": 5}),
    }

    rows = (await person.get("/operator/lag")).text.split("</tr>")

    found = {service: next(row for row in rows if f">{service}</th>" in row) for service in SERVICES}
    assert 'data-name="To read">5<' in found["referral-intake"]
    assert 'data-name="To read">3<' in found["triage"]
    assert 'data-name="To read">15<' in found["agency-notify"]
    assert 'data-name="To read">1<' in found["audit"]


async def test_endpoints_are_shown_those_that_fail_first_with_their_last_answers(world: World) -> None:
    person = await operator(world)
    failing = endpoint_health(
        agency="st-georges-hospital",
        failures=4,
        waiting=2,
        waiting_since="2026-11-27T09:30:00Z",
        answers=[{"at": "2026-11-27T09:30:00Z", "is_test": True, "status": 503, "failure": "server-error"}],
        test=endpoint_test(state="unfinished"),
    )
    world.services.answers["GET", "/v1/endpoint-health"] = {"endpoints": [endpoint_health(), failing]}

    page = (await person.get("/operator/endpoints")).text

    assert page.index("st-georges-hospital") < page.index("metropolitan-police")
    assert "Failed 4 times in a row" in page
    assert "test notice, the receiver had an error (503)" in page
    assert "was not sent: no worker" in page


async def test_a_message_is_shown_with_its_acts_and_without_them_when_it_is_settled(world: World) -> None:
    person = await operator(world)
    world.services.by_service["triage", "GET", "/operator/parked/7"] = message_in_full()
    open_page = (await person.get("/operator/parked/triage/7")).text
    world.services.by_service["triage", "GET", "/operator/parked/7"] = message_in_full(
        settled_at="2026-11-27T09:30:00Z", settled_as="applied"
    )

    settled = (await person.get("/operator/parked/triage/7?done=release-message")).text

    assert "/operator/parked/triage/7/release" in open_page
    assert "triage.v1, partition 3, offset 12" in open_page
    assert "Resolved: applied" in settled
    assert "Release is asked." in settled
    assert "/operator/parked/triage/7/release" not in settled


async def test_addresses_that_name_no_service_or_message_lead_nowhere(world: World) -> None:
    person = await operator(world)

    for path in ("parked/nobody/7", "parked/triage/x/release", "parked/nobody/7/release", "reading/nobody/resume"):
        assert (await person.get(f"/operator/{path}")).status_code in (404, 422), path

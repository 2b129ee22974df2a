"""The operator's pages: what is parked or halted, and a journey without what it says."""

from office_answers import SERVICES, consumer, delivery, entries, entry, parked_message, witnessing
from ui_answers import AT, REFERENCE, REFERRAL_ID
from ui_world import SignedInBrowser, World


async def operator(world: World) -> SignedInBrowser:
    """Before services in which nothing waits."""
    for service in SERVICES:
        world.services.by_service |= {
            (service, "GET", "/operator/delivery"): delivery(),
            (service, "GET", "/operator/consumer"): consumer(),
            (service, "GET", "/operator/parked"): {"parked": [], "waiting": 0},
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
    answer = await (await operator(world)).post("/operator/journey", reference="WAN-7K3M-Q9TD <b>")

    assert answer.status_code == 422
    assert "Enter the whole reference" in answer.text
    assert "&lt;b&gt;" in answer.text
    assert not [one for one in world.services.asked if "references" in one.url.path]

"""Releasing, discarding, resuming and testing: a dry run first, a reason, one command for one form."""

import json
from typing import Any, Final

import httpx2
import pytest
from office_answers import ENDPOINT_ID, asked, consumer, endpoint_health, endpoint_test, message_in_full, parked_message
from ui_answers import AT
from ui_world import SignedInBrowser, World, problem

MESSAGE: Final = "/operator/parked/triage/7"
REASON: Final = "Mended in release 12"


async def operator(world: World) -> SignedInBrowser:
    """Before triage with one message that fails."""
    world.services.by_service |= {
        ("triage", "GET", "/operator/parked/7"): message_in_full(),
        ("triage", "GET", "/operator/parked"): {"parked": [parked_message()], "waiting": 1},
        ("triage", "POST", "/operator/parked/7/release"): asked(7),
        ("triage", "POST", "/operator/parked/7/discard"): asked(7),
        ("triage", "POST", "/operator/parked/release"): asked(7, 8),
        ("triage", "POST", "/operator/parked/discard"): asked(7, 8),
    }
    return await world.sign_in(roles=("operator",))


async def checked(person: SignedInBrowser, path: str, **fields: Any) -> tuple[str, str]:
    """The page before sending, and its form key."""
    await person.post(path, then="check", **fields)
    page = (await person.get(f"{path}/check?sure=yes")).text
    return page, page.partition('name="form_key" value="')[2].partition('"')[0]


def commands(world: World, path: str) -> list[Any]:
    """What was asked for in earnest."""
    bodies = [json.loads(one.content) for one in world.services.sent(path)]
    return [body for body in bodies if not body.get("dry_run")]


async def test_a_release_shows_what_would_happen_before_it_is_asked_for_once(world: World) -> None:
    person = await operator(world)
    page, key = await checked(person, f"{MESSAGE}/release", reason=f" {REASON} ")
    before = commands(world, f"{MESSAGE.replace('/triage', '')}/release")

    first = await person.post(f"{MESSAGE}/release/check", form_key=key)
    second = await person.post(f"{MESSAGE}/release/check", form_key=key)

    assert before == []
    assert "is tried again. Everything is checked again" in page
    assert REASON in page
    assert first.headers["location"] == second.headers["location"] == f"{MESSAGE}?done=release-message"
    assert commands(world, "/operator/parked/7/release") == [{"reason": REASON}]


async def test_a_discard_asks_to_pause_and_names_what_is_given_up(world: World) -> None:
    person = await operator(world)
    world.services.by_service["triage", "POST", "/operator/parked/7/discard"] = asked(7, waits_for=3)
    await person.post(f"{MESSAGE}/discard", reason=REASON, then="check")

    pause = (await person.get(f"{MESSAGE}/discard/check")).text
    page, key = await checked(person, f"{MESSAGE}/discard", reason=REASON)
    await person.post(f"{MESSAGE}/discard/check", form_key=key)

    assert "give this up for good" in pause
    assert "message 7, after which version 3 is still waited for" in page
    assert commands(world, "/operator/parked/7/discard") == [{"reason": REASON, "with_earlier": False}]


async def test_earlier_versions_are_discarded_only_when_that_is_said(world: World) -> None:
    person = await operator(world)
    world.services.by_service["triage", "POST", "/operator/parked/7/discard"] = asked(6, 7, earlier=True)

    unsaid, no_key = await checked(person, f"{MESSAGE}/discard", reason=REASON)
    _, key = await checked(person, f"{MESSAGE}/discard", reason=REASON, with_earlier="yes")
    await person.post(f"{MESSAGE}/discard/check", form_key=key)

    assert "Discard the earlier versions too, or resolve them first" in unsaid
    assert no_key == ""
    assert commands(world, "/operator/parked/7/discard") == [{"reason": REASON, "with_earlier": True}]


@pytest.mark.parametrize("act", ["release", "discard"])
async def test_of_two_operators_the_second_is_told_that_somebody_was_first(world: World, act: str) -> None:
    person = await operator(world)
    _, key = await checked(person, f"{MESSAGE}/{act}", reason=REASON)
    somebody = problem(409, "conflict", "Conflict", detail="Somebody asked for this or an earlier message before you.")

    def in_earnest(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(202, json=asked(7)) if json.loads(request.content).get("dry_run") else somebody

    world.services.by_service["triage", "POST", f"/operator/parked/7/{act}"] = in_earnest

    answer = await person.post(f"{MESSAGE}/{act}/check", form_key=key)

    assert answer.status_code == 409
    assert "Somebody asked for this or an earlier message before you" in answer.text


async def test_a_message_that_is_settled_meanwhile_is_not_sent_and_says_so(world: World) -> None:
    person = await operator(world)
    gone = problem(409, "conflict", "Conflict", detail="This message is already resolved. Look at the list again")
    world.services.by_service["triage", "POST", "/operator/parked/7/release"] = lambda _: gone

    form = (await person.get(f"{MESSAGE}/release")).text
    page, key = await checked(person, f"{MESSAGE}/release", reason=REASON)

    assert "This cannot be done now: This message is already resolved" in form
    assert "There is a problem" in page
    assert key == ""
    assert commands(world, "/operator/parked/7/release") == []


@pytest.mark.parametrize(
    ("reason", "advice"),
    [("", "in at least 5 characters"), (" x  ", "in at least 5 characters"), ("x" * 1001, "in at most 1,000")],
)
async def test_a_reason_has_to_say_something(world: World, reason: str, advice: str) -> None:
    page, key = await checked(await operator(world), f"{MESSAGE}/release", reason=reason)

    assert advice in page
    assert key == ""


async def test_a_forged_key_does_nothing(world: World) -> None:
    person = await operator(world)
    await checked(person, f"{MESSAGE}/release", reason=REASON)

    invented = await person.post(f"{MESSAGE}/release/check", form_key="0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a99")
    forged = await person.post(f"{MESSAGE}/release/check", csrf="0" * 64, form_key="x")

    assert (invented.status_code, forged.status_code) == (410, 403)
    assert commands(world, "/operator/parked/7/release") == []


@pytest.mark.parametrize("act", ["release", "discard"])
async def test_all_with_one_error_are_named_by_a_dry_run_and_then_asked_for(world: World, act: str) -> None:
    person = await operator(world)
    path = f"/operator/all-parked/triage/{act}"

    page, key = await checked(person, path, reason=REASON, error_class="KeyError")
    answer = await person.post(f"{path}/check", form_key=key)

    assert "message 7; message 8" in page
    assert answer.headers["location"] == f"/operator?done={act}-many&count=2"
    assert commands(world, f"/operator/parked/{act}") == [{"reason": REASON, "all_of_reason": "KeyError"}]


async def test_an_error_that_is_parked_no_more_is_not_asked_for(world: World) -> None:
    path = "/operator/all-parked/triage/release"

    page, key = await checked(await operator(world), path, reason=REASON, error_class="ValueError")

    assert "No message with this error is parked any more" in page
    assert key == ""


async def test_a_halted_service_is_resumed_with_a_reason_and_a_number(world: World) -> None:
    person = await operator(world)
    path = "/operator/reading/triage/resume"
    world.services.by_service |= {
        ("triage", "GET", "/operator/consumer"): consumer(halted=True, halted_at=AT, wrong=20, reasons={"Invalid": 20}),
        ("triage", "POST", "/operator/consumer/resume"): {"status": "resumed"},
    }

    wrong, _ = await checked(person, path, reason=REASON, tolerate="many")
    page, key = await checked(person, path, reason=REASON, tolerate="1,500")
    answer = await person.post(f"{path}/check", form_key=key)

    assert "Enter a whole number from 0 to 1,000,000" in wrong
    assert "20 messages in a row: Invalid (20)" in page
    assert "after 1500 wrong messages more than usual" in page
    assert answer.headers["location"] == "/operator?done=resume-reading"
    assert commands(world, "/operator/consumer/resume") == [{"reason": REASON, "tolerate": 1500}]


async def test_a_service_that_reads_on_is_not_resumed(world: World) -> None:
    world.services.by_service["triage", "GET", "/operator/consumer"] = consumer()

    page, key = await checked(await operator(world), "/operator/reading/triage/resume", reason=REASON)

    assert "reads on already" in page
    assert key == ""


async def test_a_test_notice_is_sent_once_for_one_form(world: World) -> None:
    person = await operator(world)
    path = f"/operator/endpoints/{ENDPOINT_ID}/test"
    world.services.answers |= {
        ("GET", "/v1/endpoint-health"): {"endpoints": [endpoint_health()]},
        ("POST", f"/v1/endpoints/{ENDPOINT_ID}/tests"): endpoint_test(),
    }

    page, key = await checked(person, path)
    answer = await person.post(f"{path}/check", form_key=key)
    await person.post(f"{path}/check", form_key=key)

    assert "https://hooks.example.org/in" in page
    assert answer.headers["location"] == "/operator/endpoints?done=send-test"
    [sent] = world.services.sent(f"/v1/endpoints/{ENDPOINT_ID}/tests")
    assert sent.headers["idempotency-key"] == key


async def test_a_test_that_comes_too_soon_is_refused_with_what_to_do(world: World) -> None:
    person = await operator(world)
    path = f"/operator/endpoints/{ENDPOINT_ID}/test"
    soon = problem(
        429, "too-many-tests", "Wait before you send another test notice", detail="Test it again in 12 seconds"
    )
    world.services.answers |= {
        ("GET", "/v1/endpoint-health"): {"endpoints": [endpoint_health()]},
        ("POST", f"/v1/endpoints/{ENDPOINT_ID}/tests"): lambda _: soon,
    }

    _, key = await checked(person, path)
    answer = await person.post(f"{path}/check", form_key=key)

    assert answer.status_code == 429
    assert "Test it again in 12 seconds" in answer.text

"""What was kept for its time is destroyed by two people's decision, what must stay is held, and the log has both."""

import json
from typing import Any

import pytest
import pytest_asyncio

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.chaos.checker import Checker
from tests.e2e import leaving
from tests.e2e.conftest import settled
from tests.e2e.disposal import OFFICER, RUNS, Disposed, dispose
from tests.e2e.people import People
from tests.e2e.steps import REFERRALS, Json, done, post

HOLDS = "/v1/holds"
OTHERS = ("wandsworth-social-worker-1", "wandsworth-contact-officer", "wandsworth-auditor")
ORDER: Json = {"reason": "public-inquiry", "note": "Letter of 3 March"}
OF_DISPOSAL = "referral_intake.disposal"


async def sent(people: People) -> Any:
    """A fresh referral's receipt."""
    return done(await post(people.client("wandsworth-school")), 202)


@pytest_asyncio.fixture(scope="module")
async def disposed(people: People, stack: Stack) -> Disposed:
    """A referral that two people agreed to destroy."""
    return await dispose(people, stack.addresses()["database_url"])


def test_the_worker_lists_what_was_kept_for_its_time(disposed: Disposed, stack: Stack) -> None:
    assert disposed.run["referrals"] == {"to-review": 1}
    assert disposed.listed["record_class"] == "referral-without-further-action"
    assert not disposed.listed["held"]
    assert _complaints(stack) == []


def test_whoever_reviewed_it_does_not_approve(disposed: Disposed) -> None:
    assert done(disposed.document)["children"]
    assert done(disposed.own_approval, 409)["type"].endswith("/not-approvable")
    assert disposed.approval == {"approved": 1}


def test_the_worker_destroys_it_and_leaves_its_certificate(disposed: Disposed) -> None:
    assert disposed.counts == {"destroyed": 1}
    assert len(disposed.certificate["commitments"]) == 1
    assert disposed.certificate["reviewed_by"] != disposed.certificate["approved_by"]


def test_afterwards_nobody_reads_it_or_adds_to_it_and_its_sender_sees_when(disposed: Disposed) -> None:
    assert done(disposed.read_again, 410)["type"].endswith("/referral-destroyed")
    assert done(disposed.added_later, 410)["type"].endswith("/referral-destroyed")
    assert disposed.status["content_destroyed_at"] == disposed.certificate["disposed_at"]


async def test_the_log_proves_the_destruction_and_still_verifies(
    disposed: Disposed, people: People, checker: Checker
) -> None:
    kinds = await _in_the_log(people, disposed.certificate["referral_id"], {"referral.disposed.v1"})

    await settled(checker)
    auditor = people.staff("wandsworth-auditor")

    async def proven() -> bool | None:
        answer = await auditor.follow("GET", disposed.certificate["proof"], headers={"Access-Purpose": "audit"})
        events = [json.loads(entry["entry"]) for entry in done(answer)["entries"]]
        return disposed.certificate["event_id"] in {event["id"] for event in events} or None

    assert kinds[0] == "referral.received.v1"
    assert kinds.index("referral.reviewed.v1") < kinds.index("referral.disposed.v1")
    assert await until("a checkpoint that is signed over the destruction", proven)
    assert checker.verifier() == []


async def test_a_hold_is_placed_seen_and_lifted_and_the_log_has_both(people: People) -> None:
    officer, receipt = people.staff(OFFICER), await sent(people)
    path = f"{REFERRALS}/{receipt['referral_id']}/holds"

    order = {**ORDER, "references": [receipt["reference"], "WAN-0000-0000"]}
    placed = done(await officer.ask("POST", "referral-intake", HOLDS, json=order), 201)
    [standing] = done(await officer.ask("GET", "referral-intake", path))
    listed = done(await officer.ask("GET", "referral-intake", HOLDS))["holds"]
    lifted = done(await officer.ask("POST", "referral-intake", f"{path}/{placed['hold_id']}/release"))
    [afterwards] = done(await officer.ask("GET", "referral-intake", path))

    assert (placed["referral_ids"], placed["not_found"]) == ([receipt["referral_id"]], ["/references/1"])
    assert (standing["hold_id"], standing["lifted_at"]) == (placed["hold_id"], None)
    assert placed["hold_id"] in {hold["hold_id"] for hold in listed}
    assert lifted == {"referrals": 1}
    assert afterwards["lifted_by"] == afterwards["placed_by"]
    kinds = await _in_the_log(people, receipt["referral_id"], {"referral.held.v1", "referral.released.v1"})
    assert kinds.index("referral.held.v1") < kinds.index("referral.released.v1")


@pytest.mark.parametrize("name", OTHERS)
async def test_nobody_else_on_the_staff_opens_a_run_or_holds_anything(people: People, name: str) -> None:
    other, receipt = people.staff(name), await sent(people)
    order = {**ORDER, "references": [receipt["reference"]]}

    answers = [
        await other.ask("POST", "referral-intake", RUNS),
        await other.ask("POST", "referral-intake", HOLDS, json=order),
        await other.ask("GET", "referral-intake", HOLDS),
        await other.ask("GET", "referral-intake", f"{REFERRALS}/{receipt['referral_id']}/holds"),
    ]

    assert [answer.status_code for answer in answers] == [403] * len(answers)


async def test_a_sender_and_another_partnerships_officer_hold_nothing_of_it(people: People) -> None:
    school, stranger = people.client("wandsworth-school"), people.staff("warwickshire-records-officer")
    receipt = await sent(people)
    order = {**ORDER, "references": [receipt["reference"]]}

    of_sender = await school.ask("POST", "referral-intake", HOLDS, json=order)
    of_stranger = await stranger.ask("POST", "referral-intake", HOLDS, json=order)
    look = await stranger.ask("GET", "referral-intake", f"{REFERRALS}/{receipt['referral_id']}/holds")

    assert done(of_sender, 403)
    assert done(of_stranger, 422)["errors"][0]["pointer"] == "/references/0"
    assert done(look, 404)


async def _in_the_log(people: People, referral_id: str, wanted: set[str]) -> list[str]:
    """The kinds of a referral's events in the log's order, once those that are wanted are among them."""
    auditor = people.staff("wandsworth-auditor")

    async def ask() -> list[str] | None:
        answer = await auditor.ask("GET", "audit", f"/v1/journeys/{referral_id}")
        if answer.status_code == 404:  # the log has not read the referral yet
            return None
        kinds = [str(each["event"]["type"]) for each in done(answer)["entries"]]
        return kinds if wanted <= set(kinds) else None

    return await until(f"{', '.join(sorted(wanted))} in the log", ask)


def _complaints(stack: Stack) -> list[str]:
    """What the worker of disposal runs complained of."""
    lines = map(json.loads, leaving.logs(stack.folder)["referral-intake-worker.log"].splitlines())
    return [str(each) for each in lines if each["logger_name"] == OF_DISPOSAL and each["level"] == "error"]

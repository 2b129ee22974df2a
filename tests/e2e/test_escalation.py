"""A decision is late and nobody reacts: the breach climbs the whole ladder, each stage is really sent something, and
the last one again and again, until a person opens and acknowledges it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from frontdoor.demo.endpoints import mailbox_of
from frontdoor.demo.waiting import until
from tests.chaos.checker import Checker
from tests.e2e.conftest import settled
from tests.e2e.hurried import HUB, PARTNERSHIP, ladder
from tests.e2e.people import Party, People
from tests.e2e.sinks import Sinks
from tests.e2e.steps import REFERRAL, Json, acknowledge, done, post

FIRST, *ABOVE = ladder()
LAST = ABOVE[-1]
REPEATED = 2


@dataclass(frozen=True)
class Climb:
    """What left the system while nobody reacted, and what was recorded in the end."""

    reference: str
    mail: Sequence[Json]
    webhooks: Sequence[Json]
    events: Sequence[Json]
    read: Json


@pytest_asyncio.fixture(scope="module")
async def climb(people: People, sinks: Sinks, checker: Checker) -> AsyncIterator[Climb]:
    """Ends every climb of the partnership whatever happens: it would go on for as long as the stack runs."""
    receipt = done(await post(people.client(f"{PARTNERSHIP}-school")), 202)
    head = people.staff(f"{PARTNERSHIP}-head-of-service")
    try:
        await until(f"the last stage notified {REPEATED + 1} times", lambda: _at_the_end(sinks, receipt["reference"]))
        read = await _react(head)
    finally:
        await _end_all(head)
    await settled(checker)
    yield Climb(
        receipt["reference"],
        await sinks.mail_about(receipt["reference"]),
        await sinks.webhooks_about(receipt["reference"]),
        await _events(people, receipt["referral_id"]),
        read,
    )


def test_whoever_has_the_late_step_is_notified_first(climb: Climb) -> None:
    breaches = [each for each in climb.mail if each["subject"] == f"A step is late: {climb.reference}"]

    assert [each["to"] for each in breaches] == [[mailbox_of(HUB)]]
    assert "The step is decision, due on" in breaches[0]["body"]


def test_each_stage_is_sent_a_notice_by_the_channels_of_its_role(climb: Climb) -> None:
    hooks = [each["body"]["data"]["roles"] for each in climb.webhooks if each["agency"] == HUB]
    mailboxes = {address for each in climb.mail for address in each["to"]}

    assert all(each["signature"] == "v1a" for each in climb.webhooks)
    assert {role for roles in hooks for role in roles} == {"line-manager", LAST}
    assert {mailbox_of(f"{role}.{PARTNERSHIP}") for role in ("second-tier-manager", LAST)} <= mailboxes
    assert mailbox_of(f"line-manager.{PARTNERSHIP}") not in mailboxes


def test_the_stages_follow_one_another_to_the_last_which_is_notified_again_and_again(climb: Climb) -> None:
    notified = [each["escalated_to"] for each in _of(climb, "notice.escalated.v1")]
    repeated = [each["repeated"] for each in _of(climb, "notice.escalated.v1") if each["escalated_to"] == LAST]

    assert list(dict.fromkeys(notified)) == ABOVE
    assert notified == sorted(notified, key=ABOVE.index)
    assert repeated == list(range(len(repeated)))
    assert len(repeated) > REPEATED


def test_it_says_which_reference_what_is_late_since_when_what_to_do_and_where(climb: Climb) -> None:
    (first, *_) = [each for each in climb.mail if each["to"] == [mailbox_of(f"{LAST}.{PARTNERSHIP}")]]

    for part in (climb.reference, '"A step is late", sent to', "has not been opened", "The step is decision, due on"):
        assert part in first["body"]
    assert "See that somebody acts on it now, and acknowledge this notice." in first["body"]
    assert "/v1/notices/" in first["body"]


def test_nothing_that_left_says_whom_it_is_about(climb: Climb) -> None:
    child, referrer = REFERRAL["children"][0], REFERRAL["referrer"]
    names = [child["first_name"], child["last_name"], child["date_of_birth"], referrer["name"]]

    assert [name for name in names if name in str((climb.mail, climb.webhooks))] == []


def test_it_is_seen_only_once_somebody_of_the_role_opened_it_and_then_it_ends(climb: Climb) -> None:
    opened, acknowledged = _of(climb, "notice.opened.v1"), _of(climb, "notice.acknowledged.v1")
    breaches = {each["notice_id"] for each in _of(climb, "notice.queued.v1") if each["kind"] == "clock-breached"}

    assert {tuple(each["roles"]) for each in (*opened, *acknowledged)} == {(LAST,)}
    assert not breaches & {each["notice_id"] for each in opened}  # the breach itself stays visibly unopened
    assert climb.read["late"]["kind"] == "clock-breached"
    assert climb.read["late"]["ended_at"] is not None


async def test_the_log_verifies_and_holds_every_event_of_it_once(climb: Climb, checker: Checker) -> None:
    await settled(checker)  # the looks of the tests before it are on their way

    found = [*await checker.delivery(), *checker.verifier()]

    assert found == [], climb.reference


async def _at_the_end(sinks: Sinks, reference: str) -> bool | None:
    to = mailbox_of(f"{LAST}.{PARTNERSHIP}")
    return len([each for each in await sinks.mail_about(reference) if each["to"] == [to]]) > REPEATED or None


async def _react(head: Party) -> Any:
    """The person of the last stage opens the newest notice of theirs, and acknowledges it."""
    (newest, *_) = await _unopened(head)
    notice = done(await head.ask("GET", "agency-notify", f"/v1/notices/{newest['notice_id']}"))
    return await acknowledge(head, notice)


async def _end_all(head: Party) -> None:
    for item in await _unopened(head):
        notice = done(await head.ask("GET", "agency-notify", f"/v1/notices/{item['notice_id']}"))
        await acknowledge(head, notice)


async def _unopened(head: Party) -> Any:
    page = await head.ask("GET", "agency-notify", "/v1/notices?mine=true&unopened=true&limit=100")
    return done(page)["notices"]


async def _events(people: People, referral_id: str) -> Sequence[Json]:
    journey = await people.staff(f"{PARTNERSHIP}-auditor").ask("GET", "audit", f"/v1/journeys/{referral_id}")
    return [entry["event"] for entry in done(journey)["entries"]]


def _of(climb: Climb, event_type: str) -> list[Any]:
    return [event["data"] for event in climb.events if event["type"] == event_type]

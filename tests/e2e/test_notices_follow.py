"""A referral that is decided twice, returned once and answered about late: each party hears what holds, and nobody is
chased for what is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from frontdoor.demo.waiting import until
from tests.chaos.checker import Checker
from tests.e2e.conftest import settled
from tests.e2e.deciding_again import decide_again
from tests.e2e.people import Party, People
from tests.e2e.sinks import Sinks
from tests.e2e.steps import TEAM, done


@dataclass(frozen=True)
class Notices:
    """The inboxes of everybody concerned, oldest notice first, once all is in effect."""

    reference: str
    school: Sequence[Any]
    hub: Sequence[Any]
    team: Sequence[Any]


@pytest_asyncio.fixture(scope="module")
async def notices(people: People, checker: Checker) -> Notices:
    """What is in the inboxes at the end."""
    reference = (await decide_again(people)).reference
    await settled(checker)
    readers = (people.client("wandsworth-school"), people.staff("wandsworth-manager"), people.client(TEAM))
    return Notices(reference, *[await _inbox(reader, reference) for reader in readers])


def of_kind(inbox: Sequence[Any], kind: str) -> list[Any]:
    return [item for item in inbox if item["kind"] == kind]


async def test_the_sender_hears_the_newest_decision_and_the_earlier_one_says_that_it_no_longer_holds(
    notices: Notices, people: People
) -> None:
    school = people.client("wandsworth-school")
    *earlier, newest = of_kind(notices.school, "referral-decided")

    read = [done(await school.follow("GET", item["links"]["self"])) for item in (*earlier, newest)]

    assert [item["superseded_by"] for item in earlier] == [newest["notice_id"]] * len(earlier)
    assert newest["superseded_by"] is None
    assert read[-1]["text"].startswith("We are acting on your referral")
    assert all(each["text"].startswith("What this notice said no longer holds.") for each in read[:-1])


async def test_each_decision_left_at_most_once_and_the_newest_did(notices: Notices, sinks: Sinks) -> None:
    newest = of_kind(notices.school, "referral-decided")[-1]["notice_id"]

    async def ask() -> list[str] | None:
        sent = [each["body"]["data"] for each in await sinks.webhooks_about(notices.reference)]
        found = [each["notice_id"] for each in sent if each["kind"] == "referral-decided"]
        return found if newest in found else None

    sent = await until("the newest decision at the school", ask)
    assert len(sent) == len(set(sent))
    assert sent[-1] == newest


@pytest.mark.parametrize(
    "kind", ["case-reopened", "handover-returned", "information-answered", "information-corrected"]
)
def test_the_hub_has_to_open_what_comes_after_a_decision(notices: Notices, kind: str) -> None:
    found = of_kind(notices.hub, kind)

    assert found
    assert all(item["open_by"] is not None for item in found)
    assert any(item["urgent"] for item in found)


def test_the_team_that_accepted_hears_of_the_late_answer(notices: Notices) -> None:
    assert of_kind(notices.team, "accepted-case-news")


def test_what_was_acted_on_needs_nobody_to_open_it_and_climbs_for_nobody(notices: Notices) -> None:
    returned, offered = of_kind(notices.hub, "handover-returned"), of_kind(notices.team, "handover-offered")

    assert all(item["done_at"] is not None for item in (*returned, *offered))
    assert [item for item in (*notices.hub, *notices.team, *notices.school) if item["escalated_at"]] == []


async def _inbox(reader: Party, reference: str) -> Sequence[Any]:
    page = done(await reader.ask("GET", "agency-notify", "/v1/notices?limit=100"))
    return [item for item in reversed(page["notices"]) if item["reference"] == reference]

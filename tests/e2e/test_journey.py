"""One referral walks from the school to the child protection team, and the log proves it."""

import pytest

from frontdoor.demo.endpoints import mailbox_of
from frontdoor.demo.waiting import until
from tests.chaos.checker import Checker
from tests.e2e.conftest import settled
from tests.e2e.journey import Journey
from tests.e2e.people import People
from tests.e2e.sinks import Sinks
from tests.e2e.steps import HEALTH, POLICE, TEAM, done, open_notice

SCHOOL, HUB = "ashcroft-primary", "wandsworth-mash"


def test_the_receipt_says_when_a_decision_can_be_expected(journey: Journey) -> None:
    assert journey.receipt["status"] == "received"
    assert journey.receipt["decision_expected_by"] > journey.receipt["received_at"]
    assert journey.receipt["links"]["self"] == f"/v1/referrals/{journey.referral_id}"


def test_one_agency_answers_and_another_decides_not_to_share(journey: Journey) -> None:
    answers = {request["agency"]: request["answer"] for request in journey.case["requests"]}

    assert answers == {HEALTH: "supplied", POLICE: "refused"}
    assert journey.supplied["answer"] == "supplied"
    assert journey.refused["answer"] == "refused"


def test_whoever_recommends_may_not_authorise(journey: Journey) -> None:
    problem = done(journey.same_person, 403)

    assert problem["type"].endswith("same-person")


def test_the_decision_has_two_different_people_behind_it(journey: Journey) -> None:
    (decision,) = journey.case["decisions"]
    recommended = {each["recommendation_id"]: each["recommended_by"] for each in journey.case["recommendations"]}

    assert journey.decision["all_children_decided"]
    assert decision["outcome"] == "strategy-discussion"
    assert recommended[decision["recommendation_id"]] != decision["authorised_by"]


def test_the_case_closes_when_the_team_accepts(journey: Journey) -> None:
    (handover,) = journey.case["handovers"]

    assert journey.handover["summary"]
    assert journey.acceptance["case_closed"]
    assert (handover["team"], journey.case["closed_reason"]) == (TEAM, "handed-over")
    assert handover["offered_at"] <= handover["opened_at"] <= handover["accepted_at"]


def test_the_school_sees_its_referral_closed(journey: Journey) -> None:
    status = journey.status

    assert status["received_at"] < status["looked_at"] < status["decided_at"] < status["closed_at"]


@pytest.mark.parametrize(
    ("agency", "kinds"),
    [
        (SCHOOL, {"referral-received", "referral-decided"}),
        (HEALTH, {"information-requested"}),
        (POLICE, {"information-requested"}),
        (TEAM, {"handover-offered"}),
    ],
)
async def test_each_agency_is_told_once_by_a_webhook_whose_signature_it_verified(
    journey: Journey, sinks: Sinks, agency: str, kinds: set[str]
) -> None:
    async def ask() -> list[str] | None:
        taken = [each for each in await sinks.webhooks_about(journey.reference) if each["agency"] == agency]
        assert all(each["signature"] == "v1a" for each in taken)
        found = [each["body"]["data"]["kind"] for each in taken]
        return found if kinds <= set(found) else None

    told = await until(f"webhooks to {agency}", ask)

    assert sorted(told) == sorted(kinds)


async def test_the_school_is_told_by_e_mail_too(journey: Journey, sinks: Sinks) -> None:
    async def ask() -> list[str] | None:
        sent = await sinks.mail_about(journey.reference)
        found = [each["subject"] for each in sent if each["to"] == [mailbox_of(SCHOOL)]]
        return found if len(found) >= 2 else None

    subjects = await until("two e-mails to the school", ask)

    assert sorted(subjects) == [f"Referral {what}: {journey.reference}" for what in ("decided", "received")]


async def test_the_hub_hears_by_e_mail_what_each_agency_answered(journey: Journey, sinks: Sinks) -> None:
    async def ask() -> list[str] | None:
        sent = [each for each in await sinks.mail_about(journey.reference) if each["to"] == [mailbox_of(HUB)]]
        found = [each["subject"] for each in sent if each["subject"].startswith("An agency answered")]
        return found if len(found) >= 2 else None

    assert len(await until("two e-mails to the hub", ask)) == 2


async def test_the_school_is_told_only_what_is_safe_to_say(journey: Journey, people: People) -> None:
    notice = await open_notice(people.client("wandsworth-school"), "referral-decided", journey.reference)

    assert notice["text"].startswith("We are acting on your referral and cannot say more for now.")


async def test_the_log_verifies_and_holds_every_event_of_every_service_once(journey: Journey, checker: Checker) -> None:
    await settled(checker)

    found = [
        *await checker.followers(),
        *await checker.histories(),
        *await checker.readers(),
        *await checker.log(),
        *checker.verifier(),
    ]

    assert found == [], journey.reference

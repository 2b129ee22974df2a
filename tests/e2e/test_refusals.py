"""What is refused at the edges of the system, and that the refusal leaves nothing behind but its record."""

from uuid import uuid4

from frontdoor.demo.waiting import until
from tests.e2e.people import People
from tests.e2e.steps import REFERRAL, REFERRALS, CaseWork, done, post

CHANGED = {**REFERRAL, "strengths": "An aunt lives next door."}


async def test_the_same_referral_sent_twice_with_one_key_is_answered_the_same_and_kept_once(people: People) -> None:
    school, key = people.client("wandsworth-school"), str(uuid4())

    first, second = await post(school, key=key), await post(school, key=key)

    receipt = done(first, 202)
    listed = done(await school.ask("GET", "referral-intake", REFERRALS))["referrals"]
    assert done(second, 202) == receipt
    assert [each["reference"] for each in listed].count(receipt["reference"]) == 1


async def test_another_referral_under_a_used_key_is_refused(people: People) -> None:
    school, key = people.client("wandsworth-school"), str(uuid4())
    done(await post(school, key=key), 202)

    refused = await post(school, CHANGED, key=key)

    assert done(refused, 422)["type"].endswith("idempotency-key-reused")


async def test_another_agency_is_told_of_no_such_referral_and_the_attempt_is_in_the_log(people: People) -> None:
    receipt = done(await post(people.client("wandsworth-school")), 202)
    path = f"{REFERRALS}/{receipt['referral_id']}"
    strangers = {"wandsworth-police": "relationship", "warwickshire-school": "partnership"}

    answers = [await people.client(name).ask("GET", "referral-intake", path) for name in strangers]

    unknown = await people.client("wandsworth-police").ask("GET", "referral-intake", f"{REFERRALS}/{uuid4()}")
    assert [done(answer, 404) for answer in answers] == [done(unknown, 404)] * 2
    assert await _denied(people, receipt["referral_id"], count=2) == sorted(strangers.values())


async def test_a_stranger_cannot_hide_a_referrals_journey_from_its_auditor(people: People) -> None:
    receipt = done(await post(people.client("wandsworth-school")), 202)
    path = f"/v1/journeys/{receipt['referral_id']}"
    stranger, auditor = people.client("warwickshire-school"), people.staff("wandsworth-auditor")

    done(await stranger.ask("GET", "referral-intake", f"{REFERRALS}/{receipt['referral_id']}"), 404)

    assert await _denied(people, receipt["referral_id"], count=1) == ["partnership"]
    assert done(await auditor.ask("GET", "audit", path))["entries"]


async def test_whoever_saw_an_older_version_of_a_case_changes_nothing(people: People) -> None:
    receipt = done(await post(people.client("wandsworth-school")), 202)
    work = await CaseWork(people, receipt["reference"]).opened()
    seen = (await work.read()).headers["ETag"]
    done(await work.act(work.worker, "rating", {"rating": "amber"}))

    stale = await work.write(work.manager, "rating", {"rating": "blue", "rationale": "Quieter."}, version=seen)

    assert done(stale, 412)["type"].endswith("stale-version")
    assert done(await work.read())["rating"] == "amber"


async def _denied(people: People, referral_id: str, *, count: int) -> list[str]:
    """Why looks at a referral were refused, as its auditor reads it, once there are ``count``."""
    auditor = people.staff("wandsworth-auditor")

    async def ask() -> list[str] | None:
        path = f"/v1/access-log?referral_id={referral_id}"
        answer = await auditor.ask("GET", "audit", path, headers={"Access-Purpose": "audit"})
        if answer.status_code == 404:  # the log has not read the referral yet
            return None
        events = [each["event"] for each in done(answer)["entries"]]
        denied = [event for event in events if event["type"] == "access.denied.v1"]
        reasons = [event["data"]["reason"] for event in denied if event["source"] == "referral-intake"]
        return sorted(reasons) if len(reasons) == count else None

    return await until(f"{count} refused looks in the log", ask)

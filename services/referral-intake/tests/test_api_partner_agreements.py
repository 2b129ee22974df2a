"""What was agreed with a partner counts: its source, its scopes and its limits."""

import json
from datetime import timedelta

from intake_examples import form as referral
from partner_examples import CLIENT
from partner_office import CLUB, PARTNERS, PartnerOffice

# -- source and scopes ------------------------------------------------------------------------------------------------


async def test_the_agreed_source_counts_before_the_packs(partner_office: PartnerOffice) -> None:
    await partner_office.add(client_id="wandsworth-school", agency="ashcroft-primary", source="2B")

    await partner_office.caller.post(referral(), azp="wandsworth-school", agency="ashcroft-primary")

    [row] = await partner_office.caller.rows("SELECT data FROM event WHERE aggregate LIKE 'referral/%'")
    assert json.loads(row.data)["source"] == "2B"


async def test_a_partner_without_the_scope_is_told_its_name(partner_office: PartnerOffice) -> None:
    await partner_office.add(scopes=["referrals:send"])

    answer = await partner_office.caller.get("/v1/referrals", **CLUB)

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/scope-missing")
    assert "referrals:read" in answer.json()["detail"]


# -- limits -----------------------------------------------------------------------------------------------------------


async def test_every_answer_says_what_is_left_and_one_too_many_when_to_come_back(partner_office: PartnerOffice) -> None:
    answers = [await partner_office.caller.get("/v1/referrals", **CLUB) for _ in range(3)]
    answers += [await partner_office.caller.get("/v1/referrals/00000000-0000-4000-8000-000000000404", **CLUB)]

    limited = await partner_office.caller.get("/v1/referrals", **CLUB)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 404]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["3", "2", "1", "0"]
    assert {answer.headers["ratelimit-limit"] for answer in answers} == {"4"}
    assert limited.status_code == 429
    assert limited.headers["content-type"] == "application/problem+json"
    assert (limited.headers["retry-after"], limited.headers["ratelimit-remaining"]) == ("60", "0")


async def test_referrals_and_reads_have_limits_of_their_own_and_an_emergency_has_none(
    partner_office: PartnerOffice,
) -> None:
    sent = [await partner_office.caller.post(referral(), key=f"key-{number}", **CLUB) for number in range(4)]

    emergency = await partner_office.caller.post(referral(immediate_danger=True), key="danger", **CLUB)
    read = await partner_office.caller.get("/v1/referrals", **CLUB)
    partner_office.clock.advance(timedelta(minutes=1))
    again = await partner_office.caller.post(referral(), key="key-3", **CLUB)

    assert [answer.status_code for answer in sent] == [202, 202, 202, 429]
    assert "same Idempotency-Key" in sent[3].json()["detail"]
    assert (emergency.status_code, emergency.headers["ratelimit-remaining"]) == (202, "0")
    assert read.status_code == 200
    assert again.status_code == 202


async def test_operators_see_who_was_limited_lately(partner_office: PartnerOffice) -> None:
    for _ in range(6):
        await partner_office.caller.get("/v1/referrals", **CLUB)

    lately = (await partner_office.ask("GET", f"{PARTNERS}/limits")).json()["limited"]
    partner_office.clock.advance(timedelta(days=1, seconds=1))
    later = (await partner_office.ask("GET", f"{PARTNERS}/limits")).json()["limited"]

    [limited] = lately
    assert (limited["client_id"], limited["agency"], limited["scope"]) == (CLIENT, CLUB["agency"], "referrals:read")
    assert limited["times"] == 2
    assert later == []


async def test_what_was_agreed_with_one_partner_is_its_limit_from_then_on(partner_office: PartnerOffice) -> None:
    await partner_office.add(reads_per_minute=2)

    statuses = [(await partner_office.caller.get("/v1/referrals", **CLUB)).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]

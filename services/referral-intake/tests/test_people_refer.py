"""People of an agency refer, add and withdraw as its systems do: for the agency of their token and for no other."""

from typing import Any, Final

import pytest
from intake_caller import Caller, edition, pointers, recorded, sent
from intake_examples import form
from partner_examples import CLIENT
from partner_examples import form as registration_form
from supplement_examples import news, withdrawal

from chassis.run.service import Service

LEAD: Final[dict[str, Any]] = {"roles": ["agency-representative"], "azp": "frontdoor-ui", "subject": "lead-1"}
CLUB_LEAD: Final[dict[str, Any]] = {**LEAD, "agency": "lantern-youth-club"}
OPERATOR: Final[dict[str, Any]] = {"roles": ["operator"], "agency": "frontdoor", "partnership": None}
PARTNERS: Final = "/operator/partners"


async def _operate(caller: Caller, service: Service, path: str, body: dict[str, Any]) -> None:
    answer = await caller.http.post(path, json=body, headers=caller.signer.bearer(**OPERATOR))
    assert answer.is_success, answer.text
    await service.app.state.dependencies.standing.refresh()


async def test_a_person_refers_for_the_agency_of_the_token_whatever_the_form_says(caller: Caller) -> None:
    document = form(
        referrer={"name": "Kit Osei-Bramble", "organisation": "Metropolitan Police", "phone": "020 7946 0199"}
    )

    answer = await caller.post(document, **LEAD)

    assert answer.status_code == 202
    (received,) = await recorded(caller)
    assert (received["agency"], received["source"]) == ("ashcroft-primary", "2A")
    kept = await edition(caller, answer.headers["location"])
    assert kept["agency"] == "ashcroft-primary"


async def test_a_person_follows_adds_and_withdraws_and_each_look_is_written_down(caller: Caller) -> None:
    path = await sent(caller)

    added = await caller.add(path, news(), **LEAD)
    back = await caller.withdraw(path, withdrawal(), **LEAD)
    status = await caller.get(path, **LEAD)
    receipt = await caller.get(f"{path}/receipt", **LEAD)

    assert [answer.status_code for answer in (added, back, status, receipt)] == [202, 202, 200, 200]
    looks = [(look["purpose"], look["actor"]) for look in await caller.looks()]
    assert looks == [("own-referral", "lead-1")] * 2


async def test_a_key_belongs_to_one_person_though_all_share_a_client(caller: Caller) -> None:
    first = await caller.post(form(), **LEAD)
    again = await caller.post(form(), **LEAD)
    colleague = await caller.post(form(strengths="Another child's."), **{**LEAD, "subject": "lead-2"})

    assert again.content == first.content
    assert colleague.status_code == 202
    assert colleague.json()["referral_id"] != first.json()["referral_id"]


async def test_what_nobody_could_act_on_is_named_by_place_for_people_too(caller: Caller) -> None:
    answer = await caller.post({"children": [{"first_name": "Rowan"}]}, **LEAD)

    assert answer.status_code == 422
    assert pointers(answer) == ["/referrer/phone", "/children/0/addresses", "/concern/facts"]


@pytest.mark.parametrize("change", ["add", "withdraw"])
async def test_another_agencys_referral_is_none_and_the_attempt_is_written_down(caller: Caller, change: str) -> None:
    path = await sent(caller)
    document = {"add": news(), "withdraw": withdrawal()}[change]

    answer = await getattr(caller, change)(path, document, **{**LEAD, "agency": "metropolitan-police"})

    assert answer.status_code == 404
    assert [look["reason"] for look in await caller.looks()] == ["relationship"]


async def test_an_agency_that_nobody_knows_does_not_refer_and_its_people_are_told_whom_to_phone(caller: Caller) -> None:
    answer = await caller.post(form(), **CLUB_LEAD)

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/agency-not-registered")
    assert "call 999" in answer.json()["detail"]
    assert await caller.count("referral") == 0


async def test_an_agency_that_is_registered_refers_under_the_source_that_was_agreed(
    caller: Caller, service: Service
) -> None:
    await _operate(caller, service, PARTNERS, registration_form(source="6"))

    answer = await caller.post(form(), **CLUB_LEAD)

    assert answer.status_code == 202, answer.text
    assert [event["source"] for event in await recorded(caller) if event["type"].startswith("referral.")] == ["6"]


@pytest.mark.parametrize(
    ("reason", "status"), [("agreement-ended", 403), ("key-compromised", 202), ("faulty", 202), ("requested", 202)]
)
async def test_people_are_refused_only_when_the_agreement_with_their_agency_has_ended(
    caller: Caller, service: Service, reason: str, status: int
) -> None:
    await _operate(caller, service, PARTNERS, registration_form())
    await _operate(caller, service, f"{PARTNERS}/{CLIENT}/suspension", {"reason": reason})

    assert (await caller.post(form(), **CLUB_LEAD)).status_code == status


async def test_anyone_who_may_not_refer_any_more_may_not_add_or_withdraw_and_still_reads(
    caller: Caller, service: Service
) -> None:
    await _operate(caller, service, PARTNERS, registration_form())
    path = await sent(caller)
    referred = await caller.post(form(), key="theirs", **CLUB_LEAD)
    path = referred.headers["location"]
    await _operate(caller, service, f"{PARTNERS}/{CLIENT}/suspension", {"reason": "agreement-ended"})

    added = await caller.add(path, news(), **CLUB_LEAD)
    back = await caller.withdraw(path, withdrawal(), **CLUB_LEAD)

    assert [answer.status_code for answer in (added, back)] == [403, 403]
    assert {answer.json()["type"].rpartition("/")[2] for answer in (added, back)} == {"agreement-ended"}
    assert (await caller.get(path, **CLUB_LEAD)).status_code == 200


@pytest.mark.parametrize("role", ["macpt-member", "early-help-lead", "head-of-service", "contact-officer"])
async def test_no_other_person_refers(caller: Caller, role: str) -> None:
    assert (await caller.post(form(), **{**LEAD, "roles": [role]})).status_code == 403

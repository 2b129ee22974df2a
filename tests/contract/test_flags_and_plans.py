"""National flags and plans of a child, from the door to the suggested rating, with its reasons, in triage."""

from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from typing import Any, Final

import pytest

from chassis.run.provision import DatabaseUrls
from chassis.testing.signer import Signer
from referral_intake.fhir.example import EXAMPLE as MESSAGE
from referral_intake.form.example import EXAMPLE as FORM
from tests.contract.copies import Copies, opened_copies

CALM: Final = "bullying"
CHILD: Final = MESSAGE["entry"][2]
SNOMED: Final = "http://snomed.info/sct"
PROTECTED, UNBORN_PROTECTED, LOOKED_AFTER = "342191000000101", "818901000000100", "764841000000100"
FGM: Final = "902961000000107"


@pytest.fixture(scope="module")
async def services(copied_database: Callable[[str], Awaitable[DatabaseUrls]], signer: Signer) -> AsyncIterator[Copies]:
    async with opened_copies(copied_database, signer) as opened:
        yield opened


@pytest.fixture
async def copies(services: Copies) -> Copies:
    await services.begin(form())
    return services


def form(*plans: str) -> dict[str, Any]:
    """A referral that asks for nothing urgent, about a child with these plans."""
    said = {**deepcopy(FORM), "concern": {"types": [CALM], "facts": "Somebody at school calls her names."}}
    hazel = {"first_name": "Hazel", "last_name": "Siblingtest", "date_of_birth": "2018-01-01"}
    return {**said, "children": [{**hazel, "plans": list(plans)} if plans else hazel]}


def flagged(code: str, **elements: Any) -> dict[str, Any]:
    """A message that asks for nothing urgent, with a flag of its child."""
    bundle = deepcopy(MESSAGE)
    bundle["entry"][1]["resource"]["reasonCode"][0]["coding"][0]["code"] = CALM
    flag = {"resourceType": "Flag", "status": "active", "code": {"coding": [{"system": SNOMED, "code": code}]}}
    subject = {"subject": {"reference": CHILD["fullUrl"]}}
    bundle["entry"].append(
        {"fullUrl": "urn:uuid:6b8e4a52-0c5d-4f38-9d9c-000000000004", "resource": flag | subject | elements}
    )
    return bundle


async def suggested(copies: Copies) -> tuple[str, list[str], str]:
    """The newest case: the rating that is suggested, why, and the rating that agency-notify goes on by."""
    [case] = await copies.rows(copies.triage, 'SELECT * FROM "case" ORDER BY opened_at DESC LIMIT 1')
    query = f"SELECT rating FROM referral WHERE referral_id = '{case.referral_id}'"
    [known] = await copies.rows(copies.notify, query)
    return case.suggested_rating, case.suggestion_reasons, known.rating


@pytest.mark.parametrize(
    ("code", "elements", "rating", "reason"),
    [
        (PROTECTED, {}, "amber", "child-protection-plan"),
        (UNBORN_PROTECTED, {}, "amber", "child-protection-plan"),
        (PROTECTED, {"status": "inactive"}, "amber", "child-protection-plan"),
        (LOOKED_AFTER, {}, "green", "default"),
        (PROTECTED, {"status": "entered-in-error"}, "green", "default"),
        (FGM, {}, "red", "concern-type"),
        (FGM, {"status": "inactive"}, "green", "default"),
    ],
)
async def test_a_national_flag_raises_the_suggestion_and_is_its_reason(
    copies: Copies, code: str, elements: dict[str, Any], rating: str, reason: str
) -> None:
    await copies.send_message(flagged(code, **elements))

    assert await suggested(copies) == (rating, [reason], rating)


@pytest.mark.parametrize(
    ("plans", "rating", "reason"),
    [
        (("child-protection", "child-in-need"), "amber", "child-protection-plan"),
        (("child-protection-ended",), "amber", "child-protection-plan"),
        (("none",), "green", "default"),
        ((), "green", "default"),
    ],
)
async def test_a_plan_of_the_form_raises_the_suggestion_and_is_its_reason(
    copies: Copies, plans: tuple[str, ...], rating: str, reason: str
) -> None:
    await copies.begin(form(*plans))

    assert await suggested(copies) == (rating, [reason], rating)


async def test_what_the_sender_does_not_say_of_a_plan_is_not_known_rather_than_none(copies: Copies) -> None:
    said = form("none")
    said["children"].append({"first_name": "Alder", "last_name": "Siblingtest", "date_of_birth": "2014-01-01"})

    await copies.begin(said)

    rows = await copies.rows(copies.triage, "SELECT plans FROM child ORDER BY place")
    assert [row.plans for row in rows] == [["none"], None]


async def test_a_correction_that_removes_a_plan_lowers_the_suggestion_everywhere_and_both_are_on_record(
    copies: Copies,
) -> None:
    await copies.begin(form("child-protection"))
    assert copies.earlier is not None

    answer = await copies.correct(copies.earlier, ("/children/0/plans", None))

    assert answer.status_code == 202, answer.text
    assert await suggested(copies) == ("green", ["default"], "green")
    history = await copies.rows(
        copies.triage,
        "SELECT convert_from(data, 'UTF8')::jsonb AS data FROM event WHERE aggregate LIKE 'case/%' ORDER BY version",
    )
    assert [row.data["suggested_rating"] for row in history] == ["amber", "green"]

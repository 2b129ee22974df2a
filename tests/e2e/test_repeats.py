"""One agency refers the same child twice in a short time: both are read, and everybody is shown that they belong."""

from typing import Any
from uuid import uuid4

from tests.e2e.people import People
from tests.e2e.steps import REFERRAL, CaseWork, Json, done, post

SCHOOL, POLICE = "wandsworth-school", "wandsworth-police"


def about(name: str) -> Json:
    """A referral about a child that nobody else of this run refers."""
    child = {"first_name": "Rowan", "last_name": name, "date_of_birth": "2017-05-04"}
    return {**REFERRAL, "children": [child], "concern": {"types": ["neglect"], "facts": "Rowan had no coat."}}


def somebody() -> str:
    return f"Testerley-{uuid4().hex[:10]}"


async def case_of(people: People, receipt: Any) -> Any:
    casework = await CaseWork(people, receipt["reference"]).opened()
    return done(await casework.read())


def reasons(case: Any) -> set[str]:
    """Why triage suggests its rating."""
    return {reason["code"] for reason in case["suggestion_reasons"]}


async def test_the_second_receipt_names_the_first_and_triage_sees_both_together(people: People) -> None:
    school, name = people.client(SCHOOL), somebody()

    first = done(await post(school, about(name)), 202)
    second = done(await post(school, about(name.upper())), 202)

    case, again = await case_of(people, first), await case_of(people, second)
    assert "likely_repeat_of" not in first
    assert second["likely_repeat_of"]["reference"] == first["reference"]
    assert (case["previous_referral_id"], again["previous_referral_id"]) == (None, first["referral_id"])
    assert reasons(case) == {"concern-type"}
    assert reasons(again) == {"concern-type", "repeat"}


async def test_another_agency_is_not_told_that_the_child_was_referred(people: People) -> None:
    name = somebody()
    done(await post(people.client(SCHOOL), about(name)), 202)

    others = done(await post(people.client(POLICE), about(name)), 202)

    case = await case_of(people, others)
    assert "likely_repeat_of" not in others
    assert case["previous_referral_id"] is None
    assert reasons(case) == {"concern-type"}

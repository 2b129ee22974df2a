"""What a sender puts right is known everywhere: the child is born for triage, and the right name is recognised."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.e2e.people import People
from tests.e2e.sender import Sender
from tests.e2e.steps import REFERRAL, CaseWork, Json, done, post

SCHOOL = "wandsworth-school"
WHO = {"name": "Morgan Adeyemi-Clarke"}


def referral(**child: object) -> Json:
    return {**REFERRAL, "children": [child], "concern": {"types": ["other"], "facts": "Nobody has been seen at home."}}


def correction(**facts: object) -> Json:
    made = [{"pointer": f"/children/0/{name}", "value": value} for name, value in facts.items()]
    return {"kind": "correction", "referrer": WHO, "corrections": made}


async def test_a_child_that_was_born_is_born_for_triage_too(people: People) -> None:
    surname, today = f"Testerley-{uuid4().hex[:10]}", datetime.now(UTC).date()
    due = today + timedelta(days=14)
    expected = referral(first_name="Unborn", last_name=surname, expected_date_of_birth=due.isoformat(), sex="U")
    sender = Sender(people, done(await post(people.client(SCHOOL), expected), 202))
    casework = await CaseWork(people, sender.reference).opened()
    before = done(await casework.read())

    born = today - timedelta(days=1)
    await sender.supplement(correction(expected_date_of_birth=None, date_of_birth=born.isoformat()))

    now = await casework.told(1)
    assert [case["children"][0]["unborn"] for case in (before, now)] == [True, False]
    assert [case["suggestion_reasons"][0]["code"] for case in (before, now)] == ["unborn", "default"]


async def test_a_name_that_was_put_right_is_recognised_and_the_wrong_one_no_longer(people: People) -> None:
    school, surname = people.client(SCHOOL), f"Testerley-{uuid4().hex[:10]}"
    wrong, right = (
        referral(first_name=name, last_name=surname, date_of_birth="2017-05-04") for name in ("Rowan", "Robin")
    )
    sender = Sender(people, done(await post(school, wrong), 202))

    await sender.supplement(correction(first_name="Robin"))

    again, other = done(await post(school, right), 202), done(await post(school, wrong), 202)
    assert again["likely_repeat_of"]["reference"] == sender.reference
    assert "likely_repeat_of" not in other

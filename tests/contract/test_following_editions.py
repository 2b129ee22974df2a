"""Whatever is copied from a document follows its editions: every copy is as if the newest had been sent at once."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from chassis.run.provision import DatabaseUrls
from chassis.testing.signer import Signer
from referral_intake.form.example import EXAMPLE
from tests.contract.copies import Copies, opened_copies

BORN: Final = {
    "first_name": "Rowan",
    "last_name": "Testerley",
    "date_of_birth": "2017-05-04",
    "sex": "M",
    "nhs_number": "9990000018",
    "upn": "W212999917001",
    "addresses": [{"lines": ["12 Invented Street"], "postcode": "ZZ99 3AB"}],
}
UNBORN: Final = {"first_name": "Unborn", "last_name": "Testerley", "expected_date_of_birth": "2026-11-25", "sex": "U"}
ON_A_PLAN: Final = {**BORN, "plans": ["child-protection", "education-health-care"]}
HAZEL: Final = {"first_name": "Hazel", "last_name": "Siblingtest", "date_of_birth": "2018-01-01"}
BORN_ON, EXPECTED_ON = "/children/0/date_of_birth", "/children/0/expected_date_of_birth"
AS_HAZEL: Final = tuple((f"/children/0/{name}", value) for name, value in HAZEL.items())
DANGER: Final = ("/immediate_danger", True)
TYPES: Final = "/concern/types"
PLANS: Final = "/children/0/plans"

REFERRALS: Final = Path(__file__).parents[2] / "examples" / "referrals"
EXAMPLES: Final = (
    "wandsworth-01-neglect-three-children",
    "wandsworth-04-immediate-danger",
    "warwickshire-01-unborn-child",
)
MOST_FIELDS_ARE_OPTIONAL: Final = 0.7

Corrections = tuple[tuple[str, Any], ...]

CHANGES: Final[dict[str, tuple[dict[str, Any], Corrections]]] = {
    "an unborn child is born": (UNBORN, ((EXPECTED_ON, None), (BORN_ON, "2026-11-22"))),
    "a born child was not born yet": (BORN, ((BORN_ON, None), (EXPECTED_ON, "2027-01-05"))),
    "a date of birth": (BORN, ((BORN_ON, "2016-05-04"),)),
    "a name": (BORN, (("/children/0/first_name", "Robin"),)),
    "a name that an earlier referral gave": (BORN, AS_HAZEL),
    "a name that an earlier referral gave no longer": (HAZEL, (("/children/0/first_name", "Hattie"),)),
    "an NHS number": (BORN, (("/children/0/nhs_number", "9990000026"),)),
    "no NHS number": (BORN, (("/children/0/nhs_number", None),)),
    "a pupil number": (BORN, (("/children/0/upn", None),)),
    "a sex": (BORN, (("/children/0/sex", "F"),)),
    "an address": (BORN, (("/children/0/addresses", [{"lines": ["7 Invented Lane"], "postcode": "ZZ99 3WZ"}]),)),
    "an address that ended": (BORN, (("/children/0/addresses/0/lived_until", "2020-01-01"),)),
    "another kind of concern": (BORN, ((TYPES, ["sexual-abuse"]),)),
    "one more kind of concern": (BORN, ((f"{TYPES}/-", "physical-abuse"),)),
    "no kind of concern": (BORN, ((TYPES, []),)),
    "a child is in danger": (BORN, (DANGER,)),
    "a child protection plan": (BORN, ((PLANS, ["child-protection"]),)),
    "a child protection plan that ended": (ON_A_PLAN, ((f"{PLANS}/0", "child-protection-ended"),)),
    "no plan": (ON_A_PLAN, ((PLANS, ["none"]),)),
    "no word of a plan": (ON_A_PLAN, ((PLANS, None),)),
    "a phone number": (BORN, (("/referrer/phone", "unknown"), ("/referrer/email", "m@example.org"))),
    "a household": (BORN, (("/household", []),)),
    "a name that nobody knows": (BORN, (("/children/0/first_name", "Not yet named"),)),
    "a date that programs write for none": (BORN, ((BORN_ON, "1900-01-01"),)),
    "an address that is kept from others": (BORN, (("/children/0/addresses/0", {"lines": ["Refuge"]}),)),
    "no school": (BORN, (("/children/0/school", "Not at school"),)),
}  # fmt: skip


@pytest.fixture(scope="module")
async def services(copied_database: Callable[[str], Awaitable[DatabaseUrls]], signer: Signer) -> AsyncIterator[Copies]:
    async with opened_copies(copied_database, signer) as opened:
        yield opened


@pytest.fixture
async def copies(services: Copies) -> Copies:
    """The day after the same agency referred Hazel."""
    await services.begin(about(HAZEL))
    return services


def about(*children: dict[str, Any]) -> dict[str, Any]:
    return {**deepcopy(EXAMPLE), "children": [deepcopy(child) for child in children]}


async def held_afresh(copies: Copies, content: dict[str, Any]) -> dict[str, Any]:
    """What is held of a referral that said all that at once."""
    await copies.begin(about(HAZEL))
    return await copies.held(await copies.send(content))


def inverse(before: dict[str, Any], corrections: Corrections) -> Corrections:
    """What puts back, at the places that were corrected, what stood there."""
    return tuple((root, at(before, root)) for root in dict.fromkeys(root_of(pointer) for pointer, _ in corrections))


def root_of(pointer: str) -> str:
    """The field of the referral or of its child that holds the place."""
    steps = pointer.split("/")
    return "/".join(steps[:4] if steps[1] == "children" else steps[:3])


def at(content: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        content = content[int(step)] if isinstance(content, list) else content.get(step)
        if content is None:
            break
    return content


@pytest.mark.parametrize("what", CHANGES)
async def test_each_copy_of_a_corrected_fact_is_that_of_a_fresh_referral(copies: Copies, what: str) -> None:
    child, corrections = CHANGES[what]
    referral_id = await copies.send(about(child))
    copies.clock.advance(timedelta(hours=1))

    answer = await copies.correct(referral_id, *corrections)

    assert answer.status_code == 202, answer.text
    corrected, content = await copies.held(referral_id), await copies.content(referral_id)
    assert corrected == await held_afresh(copies, content)


@pytest.mark.parametrize("what", CHANGES)
async def test_a_correction_that_is_undone_is_undone_in_each_copy(copies: Copies, what: str) -> None:
    child, corrections = CHANGES[what]
    referral = about(child)
    referral_id = await copies.send(referral)
    before, content = await copies.held(referral_id), await copies.content(referral_id)
    await copies.correct(referral_id, *corrections)
    corrected = await copies.content(referral_id)

    answer = await copies.correct(referral_id, *inverse(referral, corrections))

    assert answer.status_code == 202, answer.text
    assert corrected != content
    assert await copies.held(referral_id) == before


@pytest.mark.parametrize("example", EXAMPLES)
async def test_each_field_that_is_no_longer_said_is_said_in_no_copy(copies: Copies, example: str) -> None:
    referral = json.loads((REFERRALS / f"{example}.json").read_text("utf-8"))["referral"]
    referral_id = await copies.send(referral)
    before = await copies.held(referral_id)
    silenced = []

    for pointer in fields(referral):
        if (await copies.correct(referral_id, (pointer, nothing_of(at(referral, pointer))))).status_code == 202:
            silenced.append((pointer, await copies.content(referral_id), await copies.held(referral_id)))
            await copies.correct(referral_id, (pointer, at(referral, pointer)))
            assert await copies.held(referral_id) == before, pointer

    assert len(silenced) > MOST_FIELDS_ARE_OPTIONAL * len(fields(referral))
    for pointer, content, held in silenced:
        assert held == await held_afresh(copies, content), pointer


def nothing_of(value: Any) -> Any:
    """What says nothing in place of a value."""
    return next((type(value)() for kind in (list, dict, bool) if isinstance(value, kind)), None)


def fields(referral: dict[str, Any]) -> list[str]:
    """The fields of a referral, and of its first child."""
    return [f"/{name}" for name in referral if name != "children"] + [
        f"/children/0/{name}" for name in referral["children"][0]
    ]


async def test_two_children_who_are_swapped_are_as_if_they_had_been_sent_so(copies: Copies) -> None:
    referral_id = await copies.send(about(HAZEL, {**BORN, "plans": ["child-protection"]}))
    nothing: dict[str, Any] = {"sex": None, "nhs_number": None, "upn": None, "addresses": [], "plans": None}
    one, other = ({**nothing, **child} for child in (await copies.content(referral_id))["children"])
    swapped = [(f"/children/0/{name}", value) for name, value in other.items()]
    swapped += [(f"/children/1/{name}", value) for name, value in one.items()]

    answer = await copies.correct(referral_id, *swapped)

    assert answer.status_code == 202, answer.text
    corrected, content = await copies.held(referral_id), await copies.content(referral_id)
    assert [child["first_name"] for child in content["children"]] == ["Rowan", "Hazel"]
    assert corrected == await held_afresh(copies, content)


async def test_what_is_added_and_put_right_after_a_referral_was_taken_back_is_followed(copies: Copies) -> None:
    referral_id = await copies.send(about(UNBORN))
    await copies.withdraw(referral_id)

    await copies.correct(referral_id, (EXPECTED_ON, None), (BORN_ON, "2026-11-22"), DANGER)
    answer = await copies.add(referral_id, SUPPLEMENTS["a kind of concern"])

    assert answer.status_code == 202, answer.text
    held, content = await copies.held(referral_id), await copies.content(referral_id)
    afresh = await held_afresh(copies, content)
    taken_back = [name for name, rows in held.items() if rows != afresh[name]]
    assert taken_back == []


SUPPLEMENTS: Final[dict[str, dict[str, Any]]] = {
    "another child": {"kind": "new-child", "children": [HAZEL]},
    "an unborn child": {"kind": "new-child", "children": [UNBORN]},
    "a child with a plan": {"kind": "new-child", "children": [{**HAZEL, "plans": ["child-protection"]}]},
    "danger": {"kind": "new-information", "words": "He is there now.", "immediate_danger": True},
    "a kind of concern": {"kind": "new-information", "words": "She told us.", "concern": {"types": ["fgm"]}},
}


@pytest.mark.parametrize("what", SUPPLEMENTS)
async def test_each_copy_of_what_was_added_is_that_of_a_fresh_referral(copies: Copies, what: str) -> None:
    referral_id = await copies.send(about(BORN))
    copies.clock.advance(timedelta(hours=1))

    answer = await copies.add(referral_id, SUPPLEMENTS[what])

    assert answer.status_code == 202, answer.text
    held, content = await copies.held(referral_id), await copies.content(referral_id)
    assert held == await held_afresh(copies, content)


async def test_a_referral_that_is_taken_back_goes_on_saying_what_it_said(copies: Copies) -> None:
    referral_id = await copies.send(about(BORN))
    before = await copies.held(referral_id)

    answer = await copies.withdraw(referral_id)

    assert answer.status_code == 202, answer.text
    assert await copies.held(referral_id) == before

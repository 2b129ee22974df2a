"""Identifiers at both doors: read whatever the keyboard or program, asked for again with what is wrong with them."""

from typing import Any, Final

import pytest
from fhir_messages import document_of, issues, message, send
from intake_caller import Caller, pointers
from intake_examples import form

from referral_intake.fhir.systems import NHS_NUMBER, UPN

FULL_WIDTH: Final = "".join(chr(ord(digit) + 0xFEE0) for digit in "9990000018")
AS_TYPED: Final = {
    "nhs_number": [
        FULL_WIDTH,
        "٩٩٩٠٠٠٠٠١٨",
        "९९९ \u0966\u0966\u0966 \u0966\u0966१८",
        "999/000/0018",
        "999.000.0018",
        "9990000018.0",
    ],
    "upn": ["W212 999917/001", "W2129999170\u0660\u0661", "\uff37212999917001"],
}


def about(**changes: Any) -> dict[str, Any]:
    """The example, with other fields of the child."""
    return form(children=[{**form()["children"][0], **changes}])


def missing(receipt: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["item"]: each for each in receipt["missing_information"]}


@pytest.mark.parametrize(("field", "typed"), [(field, typed) for field, all_ in AS_TYPED.items() for typed in all_])
async def test_a_number_of_another_keyboard_is_read_and_kept_as_it_was_sent(
    caller: Caller, field: str, typed: str
) -> None:
    answer = await caller.post(about(**{field: typed}))

    assert not {"invalid-nhs-number", "invalid-upn"} & set(missing(answer.json()))
    document = (await caller.document(answer.headers["location"])).json()
    assert document["children"][0][field] == typed


@pytest.mark.parametrize("typed", AS_TYPED["nhs_number"])
async def test_a_number_of_another_keyboard_recognises_a_repeat(caller: Caller, typed: str) -> None:
    await caller.post(form())

    again = await caller.post(about(nhs_number=typed, first_name="Robin"), key="key-2")

    assert again.json()["likely_repeat_of"]["reference"].startswith("WAN-")


async def test_a_letter_for_a_digit_is_asked_for_again_with_its_place(caller: Caller) -> None:
    answer = await caller.post(about(nhs_number="999 OOO 0018", upn="W2l2999917001"))

    found = missing(answer.json())
    assert found["invalid-nhs-number"]["details"] == [
        "Character 5 is the capital letter O. If the digit 0 is meant, write 0."
    ]
    assert found["invalid-upn"]["details"] == ["Character 3 is the small letter l. If the digit 1 is meant, write 1."]


async def test_a_child_that_nothing_else_finds_is_refused_with_the_place_of_the_letter(caller: Caller) -> None:
    child = {"first_name": "Rowan", "nhs_number": "99900000l8"}

    answer = await caller.post(form(children=[child]))

    assert answer.status_code == 422
    assert pointers(answer) == ["/children/0/nhs_number"]
    assert answer.json()["errors"][0]["detail"].startswith("Character 9 is the small letter l.")


async def test_the_postcode_that_cannot_be_one_is_named_by_its_place(caller: Caller) -> None:
    addresses = [{"postcode": "S014 OAA"}, {"lines": ["12 Invented Street"]}, {"postcode": "nowhere"}]

    answer = await caller.post(about(addresses=addresses))

    assert missing(answer.json())["invalid-postcode"]["pointers"] == ["/children/0/addresses/2/postcode"]


async def test_twins_who_were_sent_with_one_number_are_asked_about(caller: Caller) -> None:
    twin = {**form()["children"][0], "first_name": "Robin", "upn": None, "nhs_number": "999/000/0018"}

    answer = await caller.post(form(children=[form()["children"][0], twin]))

    assert missing(answer.json())["shared-number"]["pointers"] == ["/children/0/nhs_number", "/children/1/nhs_number"]


async def test_the_fhir_door_reads_the_same_numbers(caller: Caller) -> None:
    identifiers = [{"system": NHS_NUMBER, "value": FULL_WIDTH}, {"system": UPN, "value": "W2129999170\u0660\u0661"}]

    answer = await send(caller, message(patient={"identifier": identifiers}))

    assert answer.status_code == 200
    assert not [each for each in issues(answer) if "check digit" in each["diagnostics"]]
    child = (await document_of(caller, answer))["children"][0]
    assert (child["nhs_number"], child["upn"]) == (FULL_WIDTH, "W2129999170\u0660\u0661")


async def test_the_fhir_door_says_which_character_is_a_letter(caller: Caller) -> None:
    identifiers = [{"system": NHS_NUMBER, "value": "99900000l8"}]

    answer = await send(caller, message(patient={"identifier": identifiers}))

    words = [each["diagnostics"] for each in issues(answer)]
    assert (
        "We will ask for this: An NHS number whose check digit is right. Character 9 is the small letter l. "
        "If the digit 1 is meant, write 1."
    ) in words

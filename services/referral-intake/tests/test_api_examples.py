"""What the API document shows as an example can be sent as it stands, and is accepted."""

from typing import Any, Final

import pytest
from intake_caller import Caller
from supplement_examples import case_opened, id_of, question_asked, told

from chassis.run.service import Service
from referral_intake.fhir import MEDIA_TYPE

REFERRALS: Final = "/v1/referrals"
OF_A_REFERRAL: Final = REFERRALS + "/{referral_id}"


@pytest.fixture
def shown(service: Service) -> dict[str, Any]:
    return service.app.openapi()


def examples(document: dict[str, Any], path: str, kind: str = "application/json") -> list[Any]:
    """Every example of what is posted to a path."""
    media = document["paths"][path]["post"]["requestBody"]["content"][kind]
    named = document["components"]["schemas"].get(media["schema"].get("$ref", "").rpartition("/")[2], {})
    own = [each["value"] for each in media.get("examples", {}).values()]
    return [*own, *([media["example"]] if "example" in media else []), *named.get("examples", ())]


async def sent(caller: Caller, document: dict[str, Any]) -> str:
    [referral] = examples(document, REFERRALS)
    response = await caller.post(referral)
    assert response.status_code == 202, response.text
    return str(response.headers["location"])


async def test_the_referral_is_accepted_and_lacks_little(caller: Caller, shown: dict[str, Any]) -> None:
    [referral] = examples(shown, REFERRALS)

    response = await caller.post(referral)

    assert response.status_code == 202
    assert response.json()["missing_information"] == []


async def test_every_supplement_is_accepted(caller: Caller, shown: dict[str, Any]) -> None:
    supplements = examples(shown, OF_A_REFERRAL + "/supplements")
    path = await sent(caller, shown)
    [question_id] = {each["question_id"] for each in supplements if each["kind"] == "answer"}
    await told(caller.db, case_opened(id_of(path)), question_asked(id_of(path), question_id=id_of(question_id)))

    kinds = {each["kind"]: each for each in supplements}
    answers = [await caller.add(path, each, key=kind) for kind, each in kinds.items()]

    assert set(kinds) == {"new-information", "correction", "new-child", "answer"}
    assert [(answer.status_code, answer.text) for answer in answers if answer.status_code != 202] == []


async def test_the_withdrawal_is_accepted(caller: Caller, shown: dict[str, Any]) -> None:
    [withdrawal] = examples(shown, OF_A_REFERRAL + "/withdrawal")

    response = await caller.withdraw(await sent(caller, shown), withdrawal)

    assert response.status_code == 202


async def test_the_fhir_message_is_accepted(caller: Caller, shown: dict[str, Any]) -> None:
    path = "/fhir/R4/$process-message"
    [message] = examples(shown, path, MEDIA_TYPE)
    headers = {"Content-Type": MEDIA_TYPE, **caller.signer.bearer()}

    response = await caller.http.post(path, json=message, headers=headers)

    assert response.status_code == 200, response.text

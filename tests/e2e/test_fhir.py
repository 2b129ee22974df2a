"""The FHIR door with a partner's real token: a message becomes a referral that triage works on like any other."""

import json
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2

from local_stack.stack import Stack
from tests.e2e.people import Party, People
from tests.e2e.sender import Sender
from tests.e2e.steps import REFERRALS, CaseWork, done

FHIR: Final = "application/fhir+json"
DOOR: Final = "/fhir/R4/$process-message"
EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "fhir" / "health-visitor-two-children.json"
CLIENT: Final = "wandsworth-health-visiting"


def message() -> dict[str, Any]:
    """The example under ids of its own, so that nobody has sent it before."""
    bundle: dict[str, Any] = json.loads(EXAMPLE.read_text("utf-8"))
    return {**bundle, "id": str(uuid4())}


async def send(sender: Party, bundle: Any) -> httpx2.Response:
    """Post a message."""
    headers = {"Content-Type": FHIR, "Accept": FHIR}
    return await sender.ask("POST", "referral-intake", DOOR, content=json.dumps(bundle), headers=headers)


def resource(answer: Any, kind: str) -> Any:
    """The first resource of a kind in a response message."""
    return next(entry["resource"] for entry in answer["entry"] if entry["resource"]["resourceType"] == kind)


def identifiers(answer: Any) -> dict[str, str]:
    """What the Task of an answer calls the referral, by the last part of each system."""
    return {each["system"].rpartition("/")[2]: each["value"] for each in resource(answer, "Task")["identifier"]}


async def test_a_message_is_answered_with_a_receipt_and_opens_a_case(people: People) -> None:
    bundle = message()

    answer = await send(people.client(CLIENT), bundle)

    said = done(answer)
    known_as = identifiers(said)
    casework = await CaseWork(people, known_as["referral-reference"]).opened()
    case = done(await casework.read())
    status = done(await people.client(CLIENT).ask("GET", "referral-intake", f"{REFERRALS}/{known_as['referral-id']}"))
    assert answer.headers["Content-Type"] == FHIR
    assert (said["resourceType"], said["type"]) == ("Bundle", "message")
    assert resource(said, "MessageHeader")["response"]["code"] == "ok"
    assert case["agency"] == CLIENT
    assert len(case["children"]) == len(status["children"]) == 2


async def test_a_message_sent_again_is_answered_the_same_and_kept_once(people: People) -> None:
    bundle = message()

    first, second = await send(people.client(CLIENT), bundle), await send(people.client(CLIENT), bundle)

    assert done(first)
    assert second.content == first.content


async def test_a_referral_that_came_by_message_is_added_to_like_any_other(people: People) -> None:
    said = identifiers(done(await send(people.client(CLIENT), message())))
    receipt = {"referral_id": said["referral-id"], "reference": said["referral-reference"]}
    sender, casework = Sender(people, receipt, CLIENT), await CaseWork(people, receipt["reference"]).opened()

    await sender.supplement({"kind": "new-information", "referrer": {"name": "Jo Testerley"}, "words": "They moved."})

    [news] = (await casework.told(1))["news"]
    assert news["what"] == "new-information"


async def test_a_message_that_cannot_be_acted_on_is_refused_by_its_own_places(people: People) -> None:
    bundle = message()
    without = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Patient"]

    refused = await send(people.client(CLIENT), {**bundle, "entry": without})

    outcome = done(refused, 422)
    assert refused.headers["Content-Type"] == FHIR
    assert outcome["resourceType"] == "OperationOutcome"
    [request] = [n for n, each in enumerate(without) if each["resource"]["resourceType"] == "ServiceRequest"]
    assert [issue["expression"] for issue in outcome["issue"]] == [[f"Bundle.entry[{request}].resource.subject"]]


async def test_whoever_may_not_refer_is_refused_in_fhir_too(people: People) -> None:
    nobody, staff = people.of_token("no.such.token"), people.staff("wandsworth-social-worker-1")

    unknown, forbidden = await send(nobody, message()), await send(staff, message())

    assert done(unknown, 401)["resourceType"] == done(forbidden, 403)["resourceType"] == "OperationOutcome"


async def test_what_the_door_can_do_is_open_to_everybody(stack: Stack, http: httpx2.AsyncClient) -> None:
    answer = await http.get(f"{stack.services['referral-intake'].url}/fhir/R4/metadata")

    said = done(answer)
    assert (said["resourceType"], said["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    assert answer.headers["Content-Type"] == FHIR

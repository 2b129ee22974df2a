"""What the FHIR door says is R4: the elements that R4 requires, the value sets it binds, the invariants it states."""

import re
from typing import Any, Final

import pytest
from fhir_messages import EXAMPLES, Json, issues, load, message, send
from intake_caller import ADDRESS, Caller

from referral_intake.fhir.example import EXAMPLE

SEVERITIES: Final = {"fatal", "error", "warning", "information"}
ISSUE_TYPES: Final = set(
    """invalid structure required value invariant security login unknown expired forbidden suppressed processing
    not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule
    conflict transient lock-error no-store exception timeout incomplete throttled informational""".split()  # noqa: SIM905
)
TASK_STATUSES: Final = {"draft", "requested", "received", "accepted", "rejected", "ready", "in-progress", "completed"}
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
PLACE: Final = re.compile(r"Bundle(\.[A-Za-z][A-Za-z0-9]*(\[\d+\])?)*")


def check_outcome(resource: Json) -> None:
    """OperationOutcome: issue 1..*, each with severity and code; simple FHIRPath in expression."""
    assert resource["resourceType"] == "OperationOutcome"
    assert resource["issue"]
    for issue in resource["issue"]:
        assert set(issue) <= {"severity", "code", "details", "diagnostics", "expression"}
        assert issue["severity"] in SEVERITIES
        assert issue["code"] in ISSUE_TYPES
        assert issue["diagnostics"].strip()
        assert issue.get("expression", ["Bundle"])
        assert all(PLACE.fullmatch(place) for place in issue.get("expression", ()))
        for coding in issue.get("details", {}).get("coding", ()):
            assert set(coding) == {"system", "code"}


def check_answer(bundle: Json) -> None:
    """Bundle of type message: each fullUrl once (bdl-7) and without a version (bdl-8), all references in it."""
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    resources = [entry["resource"] for entry in bundle["entry"]]
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "message")
    assert ID.fullmatch(bundle["id"])
    assert INSTANT.fullmatch(bundle["timestamp"])
    assert len(set(urls)) == len(urls)
    assert [f"urn:uuid:{resource['id']}" for resource in resources] == urls
    header, task, outcome = resources
    check_header(header)
    check_task(task)
    check_outcome(outcome)
    assert header["focus"][0]["reference"] == urls[1]
    assert header["response"]["details"]["reference"] == urls[2]


def check_header(header: Json) -> None:
    """MessageHeader: event[x] and source.endpoint 1..1; response.identifier and response.code 1..1."""
    assert header["resourceType"] == "MessageHeader"
    assert header["eventCoding"]["system"]
    assert header["source"]["endpoint"].startswith("https://")
    assert ID.fullmatch(header["response"]["identifier"])
    assert header["response"]["code"] in {"ok", "transient-error", "fatal-error"}


def check_task(task: Json) -> None:
    """Task: status and intent 1..1; output.type and output.value[x] 1..1."""
    assert task["resourceType"] == "Task"
    assert task["status"] in TASK_STATUSES
    assert task["intent"] in {"unknown", "proposal", "plan", "order", "original-order", "reflex-order", "filler-order"}
    assert INSTANT.fullmatch(task["authoredOn"])
    assert INSTANT.fullmatch(task["restriction"]["period"]["end"])
    assert all({"type", "valueUrl"} == set(output) for output in task["output"])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
async def test_every_answer_is_a_valid_message(caller: Caller, path: Any) -> None:
    check_answer((await send(caller, load(path))).json())


@pytest.mark.parametrize(
    "document", [None, {}, message(patient={"birthDate": 1}), message(request={"reasonCode": None}), b"{", b"\xff"]
)
async def test_every_refusal_is_a_valid_outcome(caller: Caller, document: Any) -> None:
    answer = await send(caller, document)

    assert answer.status_code in {400, 422}
    check_outcome(answer.json())
    assert {issue["severity"] for issue in issues(answer)} == {"error"}


async def test_the_capability_statement_is_open_and_valid(caller: Caller) -> None:
    answer = await caller.http.get("/fhir/R4/metadata")

    statement = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    assert statement["resourceType"] == "CapabilityStatement"
    assert statement["status"] in {"draft", "active", "retired", "unknown"}
    assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", statement["date"])
    assert (statement["kind"], statement["fhirVersion"]) == ("instance", "4.0.1")
    assert statement["format"]
    assert re.fullmatch(r"[A-Z]([A-Za-z0-9_]){0,254}", statement["name"])  # cpb-0


async def test_the_capability_statement_keeps_the_invariants_of_r4(caller: Caller) -> None:
    statement = (await caller.http.get("/fhir/R4/metadata")).json()

    [rest], [messaging] = statement["rest"], statement["messaging"]
    assert statement["implementation"]["url"] == f"{ADDRESS}/fhir/R4"  # cpb-14, cpb-15: an instance says where it is
    assert statement["software"]["name"]  # cpb-2
    assert rest["mode"] in {"client", "server"}
    assert rest["operation"] == [
        {
            "name": "process-message",
            "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
        }
    ]
    assert messaging["endpoint"][0]["address"] == f"{ADDRESS}/fhir/R4/$process-message"  # cpb-3: of an instance only
    assert messaging["supportedMessage"][0]["mode"] == "receiver"


async def test_the_api_description_shows_the_example(caller: Caller) -> None:
    paths = (await caller.http.get("/openapi.json")).json()["paths"]

    operation = paths["/fhir/R4/$process-message"]["post"]
    assert operation["requestBody"]["content"]["application/fhir+json"]["example"] == EXAMPLE
    assert set(operation["responses"]) >= {"200", "400", "401", "403", "406", "409", "413", "415", "422", "429", "503"}
    assert all("application/problem+json" not in each.get("content", {}) for each in operation["responses"].values())


async def test_the_documented_example_is_the_smallest_of_those_partners_are_shown(caller: Caller) -> None:
    [minimal] = [path for path in EXAMPLES if path.stem == "minimal"]

    assert load(minimal) == EXAMPLE
    assert (await send(caller, EXAMPLE)).status_code == 200

"""Messages that the tests of the FHIR door share, and how they are sent. Every name in them is invented."""

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx2
from intake_caller import Caller

from referral_intake import fhir
from referral_intake.fhir.example import EXAMPLE
from referral_intake.fhir.systems import code_system, extension

EXAMPLES: Final = sorted((Path(__file__).parents[3] / "examples" / "fhir").glob("*.json"))
PATH: Final = "/fhir/R4/$process-message"
MEDIA_TYPE: Final = "application/fhir+json"
FIELDS: Final = code_system("referral-field")
HEADER, REQUEST, PATIENT, PRACTITIONER = range(4)
TODAY: Final = date(2026, 11, 23)

Json = dict[str, Any]


def message(**changes: Json) -> Json:
    """The documented example; ``changes`` go into the resources named ``header``, ``request``, ``patient``, ``who``."""
    bundle = deepcopy(EXAMPLE)
    names = {"header": HEADER, "request": REQUEST, "patient": PATIENT, "who": PRACTITIONER}
    for name, change in changes.items():
        resource = bundle["entry"][names[name]]["resource"]
        resource.update(change)
        bundle["entry"][names[name]]["resource"] = {k: v for k, v in resource.items() if v is not None}
    return bundle


def with_entries(bundle: Json, *resources: Json) -> Json:
    """The same message with further resources, each under an address made of its place."""
    for resource in resources:
        number = len(bundle["entry"])
        bundle["entry"].append({"fullUrl": url(number), "resource": resource})
    return bundle


def url(number: int) -> str:
    """The address of the entry at this place of a message that was added to the example."""
    return EXAMPLE["entry"][number]["fullUrl"] if number < 4 else f"urn:uuid:6b8e4a52-0c5d-4f38-9d9c-{number:012}"


def load(path: Path) -> Json:
    """An example that partners are shown."""
    document: Json = json.loads(path.read_text(encoding="utf-8"))
    return document


async def send(
    caller: Caller, document: Any, *, headers: dict[str, str] | None = None, **claims: Any
) -> httpx2.Response:
    """Send a message as a partner's system would."""
    sent = {"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE, **(headers or {}), **caller.signer.bearer(**claims)}
    body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return await caller.http.post(PATH, content=body, headers=sent)


def issues(answer: httpx2.Response) -> list[Json]:
    """The issues of a refusal, or those that come with an answer."""
    body = answer.json()
    outcome = body if body["resourceType"] == "OperationOutcome" else body["entry"][2]["resource"]
    found: list[Json] = outcome["issue"]
    return found


def places(answer: httpx2.Response) -> list[str]:
    """Every place of the sender's message that an answer points to."""
    return [place for issue in issues(answer) for place in issue.get("expression", ())]


async def document_of(caller: Caller, answer: httpx2.Response) -> Json:
    """What was stored for an accepted message, as staff would read it."""
    task = answer.json()["entry"][1]["resource"]
    path = task["output"][0]["valueUrl"].removeprefix("https://intake.example.org")
    found: Json = (await caller.document(path)).json()
    return found


def take(document: Any) -> fhir.Taken:
    """The message as it is read on the day of the tests."""
    return fhir.take(document, arrived_on=TODAY)


def form_of(document: Json) -> Json:
    """What a message fills in."""
    return take(document).form.model_dump(mode="json", exclude_unset=True)


def child_of(**changes: Any) -> Json:
    """The child of the example with other elements."""
    found: Json = form_of(message(patient=changes))["children"][0]
    return found


def concept(system: str, code: str, text: str | None = None) -> Json:
    """A meaning of one code, and perhaps in words."""
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def observed(code: str, **value: Any) -> Json:
    """An observation named after a field of the form."""
    return {"resourceType": "Observation", "status": "final", "code": concept(FIELDS, code), **value}


def ours(name: str, **value: Any) -> list[Json]:
    """One of our own extensions."""
    return [{"url": extension(name), **value}]


def filled_in(*resources: Json, **changes: Json) -> Json:
    """What the example with further resources fills in."""
    return form_of(with_entries(message(**changes), *resources))


def facts_of(*resources: Json, **changes: Json) -> list[str]:
    """The facts beside the reason of the example."""
    concern: Json = filled_in(*resources, **changes)["concern"]
    return [line for line in concern["facts"].splitlines() if "three cold mornings" not in line]


def finding(**elements: Any) -> Json:
    """An observation of nothing in particular."""
    return {"resourceType": "Observation", "status": "final", "code": {"text": "Finding"}, **elements}


def history_of(*resources: Json, **changes: Json) -> str:
    """The history that a message tells."""
    return str(filled_in(*resources, **changes)["concern"].get("history", ""))

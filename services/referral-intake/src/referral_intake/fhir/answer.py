"""The answer to a message that was accepted: another message, with the receipt in FHIR's words."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID, uuid5

from referral_intake.accepting.receipt import Receipt
from referral_intake.fhir import systems
from referral_intake.fhir.issues import Issue, IssueCode, Severity
from referral_intake.fhir.outcome import outcome
from referral_intake.fhir.taking import Taken

PATH: Final = "/fhir/R4/$process-message"
EVENT: Final = "servicerequest-response"

_NOT_TAKEN: Final = (
    "This was not taken into the referral, and the staff see that. If somebody needs to know it, send it again as an "
    "Observation of ours or as a supplement, or phone the front door team."
)
_RESTRICTED: Final = (
    "This referral is restricted, because your message is labelled so: only staff who may read restricted referrals "
    "read it. All others see that there is one."
)
_MISSING: Final = systems.code_system("missing-item")


def answer_of(taken: Taken, receipt: Receipt, *, public_url: str) -> dict[str, Any]:
    """The response message. Nothing in it is made again: the same message sent again is given the same answer."""
    ids = {name: uuid5(receipt.referral_id, name) for name in ("bundle", "header", "task", "outcome")}
    received_at = receipt.received_at.isoformat()
    return {
        "resourceType": "Bundle",
        "id": str(ids["bundle"]),
        "type": "message",
        "timestamp": received_at,
        "entry": [
            _entry(ids["header"], _header(taken, ids, public_url)),
            _entry(ids["task"], _task(receipt, public_url)),
            _entry(ids["outcome"], outcome(_issues(taken, receipt))),
        ],
    }


def _header(taken: Taken, ids: dict[str, UUID], public_url: str) -> dict[str, Any]:
    return {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": systems.MESSAGE_EVENTS, "code": EVENT},
        "source": {"name": "Frontdoor", "endpoint": public_url + PATH},
        "response": {
            "identifier": taken.message_id,
            "code": "ok",
            "details": {"reference": _url(ids["outcome"])},
        },
        "focus": [{"reference": _url(ids["task"])}],
    }


def _task(receipt: Receipt, public_url: str) -> dict[str, Any]:
    """The work that the referral is now: its references, by when to expect a decision, where to follow it."""
    return {
        "resourceType": "Task",
        "identifier": [
            {"system": systems.REFERENCE, "value": receipt.reference},
            {"system": systems.REFERRAL_ID, "value": str(receipt.referral_id)},
        ],
        "status": "received",
        "intent": "order",
        "description": receipt.what_happens_next,
        "authoredOn": receipt.received_at.isoformat(),
        "restriction": {"period": {"end": receipt.decision_expected_by.isoformat()}},
        "output": [{"type": {"text": "Where to follow this referral"}, "valueUrl": public_url + receipt.links.self}],
    }


def _issues(taken: Taken, receipt: Receipt) -> Iterator[Issue]:
    """What to do at once comes first; then what is missing, then what was not taken."""
    if receipt.emergency_advice:
        yield Issue(Severity.WARNING, IssueCode.INFORMATIONAL, receipt.emergency_advice)
    for advice in receipt.advice:
        yield Issue(Severity.WARNING, IssueCode.INFORMATIONAL, advice.text)
    yield _said("We have your referral. Keep the reference of the Task: with it anybody here finds the referral.")
    if receipt.restricted:
        yield _said(_RESTRICTED)
    if receipt.likely_repeat_of:
        yield _said(
            "Your agency referred one of these children in the last 72 hours, under the reference "
            f"{receipt.likely_repeat_of.reference}. We read both referrals."
        )
    for missing in receipt.missing_information:
        words = " ".join((f"We will ask for this: {missing.label}.", *(missing.details or ())))
        places = (
            [place for pointer in missing.pointers for place in taken.places_of(pointer)] if missing.details else []
        )
        yield _said(words, *dict.fromkeys(places), coding=(_MISSING, missing.item.value))
    yield from _not_taken(receipt.not_taken or ())


def _not_taken(places: Sequence[str]) -> Iterator[Issue]:
    """One issue for each entry of which something was not taken, and one for the Bundle's own elements."""
    for _, found in groupby(places, key=_entry_of):
        yield Issue(Severity.INFORMATION, IssueCode.INFORMATIONAL, _NOT_TAKEN, tuple(found))


def _entry_of(place: str) -> str:
    return ".".join(place.split(".")[:2]) if place.startswith("Bundle.entry[") else "Bundle"


def _said(words: str, *places: str, coding: tuple[str, str] | None = None) -> Issue:
    return Issue(Severity.INFORMATION, IssueCode.INFORMATIONAL, words, places, coding)


def _entry(id_: UUID, resource: dict[str, Any]) -> dict[str, Any]:
    kind = resource.pop("resourceType")
    return {"fullUrl": _url(id_), "resource": {"resourceType": kind, "id": str(id_), **resource}}


def _url(id_: UUID) -> str:
    return f"urn:uuid:{id_}"

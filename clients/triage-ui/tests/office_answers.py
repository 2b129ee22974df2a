"""What services answer auditors, records officers and operators in the tests: whole answers, held to the documents."""

from typing import Any, Final

from ui_answers import AT, MANAGER, REFERENCE, REFERRAL_ID, WORKER, Json

RUN_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a11"
HOLD_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a12"
ENDPOINT_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a13"
KEY: Final = "frontdoor.example.org/audit+5f7950d7+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
SERVICES: Final = ("referral-intake", "triage", "agency-notify", "audit")


def entry(index: int, event_type: str, *, at: str = AT, source: str = "triage", **data: Any) -> Json:
    """One entry of the log."""
    event = {
        "type": event_type,
        "source": source,
        "subject": f"case/{REFERRAL_ID}",
        "sequence": 1,
        "time": at,
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        **({"data": data} if data else {}),
    }
    return {"leaf_index": index, "event": event}


def look(index: int, *, actor: str = WORKER, **changed: Any) -> Json:
    """A worker's look at the document."""
    data = {
        "record": "referral-document",
        "actor": actor,
        "agency": "wandsworth-mash",
        "roles": ["social-worker"],
        "purpose": "triage",
    }
    return entry(index, "record.accessed.v1", **(data | changed))


def entries(*found: Json, **changed: Any) -> Json:
    """Entries of one referral."""
    return {"referral_id": REFERRAL_ID, "entries": list(found), "destroyed": 0, "complete_to": 1042} | changed


def witnessing(**changed: Any) -> Json:
    """A log that its one witness keeps up with."""
    witness = {
        "name": "witness.example.org/one",
        "key": KEY,
        "cosigned_size": 1040,
        "cosigned_at": AT,
        "outcome": "cosigned",
        "failing_since": None,
    }
    return {
        "needed": 1,
        "signed_size": 1042,
        "signed_at": AT,
        "witnessed_size": 1040,
        "unwitnessed_since": None,
        "witnesses": [witness],
    } | changed


def checked(**changed: Any) -> Json:
    """A receipt that holds."""
    return {
        "kind": "receipt",
        "holds": True,
        "wrong": None,
        "in_this_log": True,
        "entries": 3,
        "destroyed": 0,
        "size": 1000,
        "complete_to": 1042,
        "key": KEY,
    } | changed


def delivery(**changed: Any) -> Json:
    """A service in which nothing waits."""
    return {"unpublished": 0, "unpublished_since": None, "parked": 0, "halted": 0} | changed


def consumer(**changed: Any) -> Json:
    """A service that reads on."""
    return {"halted": False, "halted_at": None, "wrong": 0, "reasons": {}} | changed


def parked_message(**changed: Any) -> Json:
    """A message that our code fails on."""
    return {
        "id": 7,
        "topic": "triage.v1",
        "partition": 3,
        "kafka_offset": 12,
        "key": "0b9a",
        "aggregate": f"case/{REFERRAL_ID}",
        "version": 4,
        "state": "failing",
        "error_class": "KeyError",
        "place": "triage.handlers.news:on_news:41",
        "attempts": 3,
        "parked_at": AT,
        "next_try_at": AT,
        "asked": None,
    } | changed


def message_in_full(**changed: Any) -> Json:
    """The same, with all that is known of it but its content."""
    return {
        **parked_message(),
        "asked_by": None,
        "asked_reason": None,
        "settled_at": None,
        "settled_as": None,
        "headers": {"ce_type": "case.rated.v1"},
        "data_bytes": 312,
        "header_bytes": 420,
    } | changed


def asked(*numbers: int, **changed: Any) -> Json:
    """What an act is about: versions of one case."""
    messages = [
        {
            "id": number,
            "aggregate": f"case/{REFERRAL_ID}",
            "version": number,
            "state": "failing",
            "error_class": "KeyError",
            "earlier": False,
            "waits_for": None,
            **changed,
        }
        for number in numbers
    ]
    return {"status": "would be asked", "count": len(numbers), "messages": messages}


def stages(name: str, **changed: Any) -> Json:
    """One stage in which three wait."""
    stage = {"name": name, "waiting": 3, "since": "2026-11-29T09:00:00Z", "passed": 1204, **changed}
    return {"stages": [stage]}


def totals(recorded: Json | None = None, applied: Json | None = None) -> Json:
    """Events by topic."""
    return {"recorded": recorded or {}, "applied": applied or {}}


def endpoint_health(**changed: Any) -> Json:
    """An endpoint that took its last notice."""
    return {
        "endpoint_id": ENDPOINT_ID,
        "partnership": "wandsworth",
        "agency": "metropolitan-police",
        "role": None,
        "channel": "webhook",
        "address": "https://hooks.example.org/in",
        "signing": "v1a",
        "disabled_at": None,
        "disabled_reason": None,
        "failures": 0,
        "held_until": None,
        "waiting": 0,
        "waiting_since": None,
        "answers": [{"at": AT, "is_test": False, "status": 204, "failure": None}],
        "test": None,
    } | changed


def endpoint_test(**changed: Any) -> Json:
    """A test notice that waits to be sent."""
    return {
        "test_id": HOLD_ID,
        "endpoint_id": ENDPOINT_ID,
        "state": "waiting",
        "asked_at": AT,
        "finished_at": None,
        "status": None,
        "failure": None,
    } | changed


def run(**changed: Any) -> Json:
    """A disposal run whose list is complete."""
    return {"run_id": RUN_ID, "opened_by": WORKER, "opened_at": AT, "listed_at": AT} | changed


def counted_run(**counts: int) -> Json:
    """The same with counts by state."""
    return run(referrals={name.replace("_", "-"): number for name, number in counts.items()})


def item(**changed: Any) -> Json:
    """A referral of the run that somebody reviewed for destruction."""
    return {
        "referral_id": REFERRAL_ID,
        "reference": REFERENCE,
        "state": "to-approve",
        "record_class": "child-in-need",
        "counted_from_kind": "eighteenth-birthday",
        "counted_from": None,
        "kept_through": "2026-05-04",
        "undated": False,
        "edition": 2,
        "held": False,
        "review": {
            "decision": "destroy",
            "edition": 2,
            "keep_until": None,
            "reviewed_by": MANAGER,
            "reviewed_at": AT,
        },
        "approved_by": None,
        "document": f"/v1/referrals/{REFERRAL_ID}/document",
    } | changed


def full_item(**changed: Any) -> Json:
    """The same as one person sees it."""
    return item(counted_from="2023-05-04", reason="Read whole; nothing speaks for keeping it.") | changed


def hold(**changed: Any) -> Json:
    """A hold that stands."""
    return {
        "hold_id": HOLD_ID,
        "reason": "public-inquiry",
        "note": "Letter of 3 March <b>bold</b>",
        "placed_by": WORKER,
        "placed_at": AT,
        "referrals": 2,
    } | changed


def hold_here(**changed: Any) -> Json:
    """The same hold as it concerns one referral."""
    said = {name: value for name, value in hold().items() if name != "referrals"}
    return {**said, "lifted_by": None, "lifted_at": None} | changed

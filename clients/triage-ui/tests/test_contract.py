"""Every field that the client reads is one that a service promises, of a type that it promises."""

import inspect
import json
from functools import cache
from typing import Any, Final

import jsonschema
import pytest
from office_answers import (
    asked,
    checked,
    consumer,
    counted_run,
    delivery,
    endpoint_health,
    endpoint_test,
    entries,
    full_item,
    hold,
    hold_here,
    look,
    message_in_full,
    parked_message,
    stages,
    totals,
    witnessing,
)
from sender_answers import open_question, own_line, own_referral, question, receipt
from ui_answers import case, queue_line, queue_page, request_view, worker

from local_stack.checkout import ROOT
from triage_ui.services import (
    audit,
    endpoints,
    intake,
    intake_own,
    notify,
    operator,
    records,
    triage,
    triage_case,
    triage_queue,
)
from triage_ui.services.caller import Read

_OTHER_NAMES: Final = {
    "ListedRequest": "ListedView",
    "Edition": "EditionView",
    "Inbox": "Inbox",
    "HoldOrder": "HoldView",
}
_NOT_READ: Final = {"Done", "RowProblem", "Changed", "Resumed"}
_DOCUMENTS: Final = {
    triage: "triage",
    triage_case: "triage",
    triage_queue: "triage",
    intake: "referral-intake",
    intake_own: "referral-intake",
    notify: "agency-notify",
    audit: "audit",
    records: "referral-intake",
    operator: "referral-intake",
    endpoints: "agency-notify",
}
"""Every service promises operators the same."""


@cache
def _document(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs" / "api" / f"{service}.json").read_text())
    return found


def _models() -> list[tuple[str, type[Read]]]:
    return [
        (service, model)
        for module, service in _DOCUMENTS.items()
        for name, model in inspect.getmembers(module, inspect.isclass)
        if issubclass(model, Read) and model.__module__ == module.__name__ and name not in _NOT_READ
    ]


@pytest.mark.parametrize(("service", "model"), _models(), ids=lambda one: getattr(one, "__name__", one))
def test_every_field_that_is_read_is_promised(service: str, model: type[Read]) -> None:
    schemas = _document(service)["components"]["schemas"]
    schema = schemas[_OTHER_NAMES.get(model.__name__, model.__name__)]

    for name, field in model.model_fields.items():
        promised = schema["properties"].get(name)
        assert promised is not None, f"{service} does not promise {model.__name__}.{name}"
        may_be_null = any(one.get("type") == "null" for one in promised.get("anyOf", ()))
        if may_be_null:
            assert type(None) in getattr(field.annotation, "__args__", ()), f"{model.__name__}.{name} may be empty"


_CASE_ACTS: Final = (
    "rating",
    "closure",
    "information-requests",
    "questions",
    "recommendations",
    "decisions",
    "handovers",
    "handovers/{handover_id}/withdrawal",
    "claim",
    "unassignment",
)
_OPERATED: Final = ("delivery", "consumer", "parked", "parked/{parked_id}", "flow", "totals")
_OPERATED_ACTS: Final = (
    "consumer/resume",
    *(f"parked{which}/{act}" for which in ("", "/{parked_id}") for act in ("release", "discard")),
)
_READ_PATHS: Final = (
    ("triage", "/v1/cases"),
    ("triage", "/v1/cases/{case_id}"),
    ("triage", "/v1/workers"),
    ("triage", "/v1/queue/changes"),
    ("triage", "/v1/information-requests"),
    ("triage", "/v1/information-requests/{request_id}"),
    ("triage", "/v1/handovers/{handover_id}"),
    ("triage", "/v1/questions"),
    ("triage", "/v1/questions/{question_id}"),
    ("referral-intake", "/v1/referrals"),
    ("referral-intake", "/v1/referrals/{referral_id}"),
    ("referral-intake", "/v1/referrals/{referral_id}/receipt"),
    ("referral-intake", "/v1/referrals/{referral_id}/document"),
    ("referral-intake", "/v1/referrals/{referral_id}/document/editions"),
    ("agency-notify", "/v1/notices"),
    ("agency-notify", "/v1/notices/{notice_id}"),
    ("referral-intake", "/v1/references/{reference}"),
    ("referral-intake", "/operator/references/{reference}"),
    ("referral-intake", "/v1/disposal-runs"),
    ("referral-intake", "/v1/disposal-runs/{run_id}"),
    ("referral-intake", "/v1/disposal-runs/{run_id}/referrals"),
    ("referral-intake", "/v1/disposal-runs/{run_id}/referrals/{referral_id}"),
    ("referral-intake", "/v1/holds"),
    ("referral-intake", "/v1/referrals/{referral_id}/holds"),
    ("audit", "/v1/access-log"),
    ("audit", "/v1/access-log/readers/{reader}"),
    ("audit", "/v1/journeys/{referral_id}"),
    ("audit", "/v1/witnesses"),
    ("agency-notify", "/v1/endpoint-health"),
    *((service, f"/operator/{what}") for service in operator.SERVICES for what in _OPERATED),
)
_ACT_PATHS: Final = (
    *(("triage", f"/v1/cases/{{case_id}}/{act}") for act in _CASE_ACTS),
    *(("triage", f"/v1/information-requests/{{request_id}}/{act}") for act in ("answer", "correction", "withdrawal")),
    *(("triage", f"/v1/handovers/{{handover_id}}/{act}") for act in ("acceptance", "return")),
    ("triage", "/v1/assignments"),
    ("referral-intake", "/v1/referrals"),
    ("referral-intake", "/v1/referrals/{referral_id}/supplements"),
    ("referral-intake", "/v1/referrals/{referral_id}/withdrawal"),
    ("audit", "/v1/proofs/check"),
    ("referral-intake", "/v1/disposal-runs"),
    ("referral-intake", "/v1/disposal-runs/{run_id}/referrals/{referral_id}/review"),
    ("referral-intake", "/v1/disposal-runs/{run_id}/approval"),
    ("referral-intake", "/v1/holds"),
    ("referral-intake", "/v1/holds/{hold_id}/release"),
    ("referral-intake", "/v1/referrals/{referral_id}/holds/{hold_id}/release"),
    ("agency-notify", "/v1/notices/{notice_id}/acknowledgement"),
    ("agency-notify", "/v1/endpoints/{endpoint_id}/tests"),
    *((service, f"/operator/{act}") for service in operator.SERVICES for act in _OPERATED_ACTS),
)


def _paths() -> list[tuple[str, str, str]]:
    reads = [(service, "get", path) for service, path in _READ_PATHS]
    return [*reads, *((service, "post", path) for service, path in _ACT_PATHS)]


@pytest.mark.parametrize(("service", "method", "path"), _paths())
def test_every_operation_that_is_called_is_offered(service: str, method: str, path: str) -> None:
    assert method in _document(service)["paths"][path]


@pytest.mark.parametrize(
    ("service", "path", "parameter"),
    [
        ("triage", "/v1/cases", "reference"),
        ("referral-intake", "/v1/referrals/{referral_id}/receipt", "leads_back"),
    ],
)
def test_what_is_asked_for_by_parameter_can_be_asked_for(service: str, path: str, parameter: str) -> None:
    assert parameter in {one["name"] for one in _document(service)["paths"][path]["get"]["parameters"]}


def test_what_a_document_says_of_risks_to_staff_is_promised_in_these_words() -> None:
    document = _document("referral-intake")["paths"]["/v1/referrals/{referral_id}/document"]["get"]
    promised = document["responses"]["200"]["headers"][intake.STAFF_RISK_HEADER]["schema"]["enum"]

    assert set(promised) - intake.NO_STAFF_RISK == {"stated"}
    assert set(promised) > intake.NO_STAFF_RISK


@pytest.mark.parametrize(
    ("service", "name", "answer"),
    [
        ("triage", "CaseView", case()),
        ("triage", "QueuePage", queue_page(queue_line())),
        ("triage", "RequestView", request_view()),
        ("triage", "WorkerLine", worker()),
        ("audit", "Entries", entries(look(1))),
        ("audit", "Witnessing", witnessing()),
        ("audit", "CheckedFile", checked()),
        ("audit", "Delivery", delivery()),
        ("audit", "ConsumerState", consumer()),
        ("audit", "ParkedMessage", parked_message()),
        ("audit", "MessageInFull", message_in_full()),
        ("audit", "Asked", asked(7)),
        ("triage", "Flow", stages("in-triage")),
        ("triage", "Totals", totals({"triage.v1": 3}, {"referral-intake.v1": 2})),
        ("agency-notify", "EndpointHealthView", endpoint_health(test=endpoint_test())),
        ("agency-notify", "EndpointTestView", endpoint_test(state="failed", failure="refused", status=400)),
        ("referral-intake", "CountedRunView", counted_run(to_review=1)),
        ("referral-intake", "FullItemView", full_item()),
        ("referral-intake", "HoldView", hold()),
        ("referral-intake", "ReferralHoldView", hold_here()),
    ],
)
def test_the_answers_of_these_tests_are_answers_that_services_give(
    service: str, name: str, answer: dict[str, Any]
) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": _document(service)["components"]}

    jsonschema.Draft202012Validator(schema).validate(answer)


@pytest.mark.parametrize(
    ("service", "name", "answer"),
    [
        ("referral-intake", "Receipt", receipt()),
        ("referral-intake", "StatusView", own_referral()),
        ("referral-intake", "Page", {"referrals": [own_line()], "next": None}),
        ("triage", "QuestionView", question()),
        ("triage", "OpenQuestions", {"questions": [open_question()], "next": None}),
    ],
)
def test_the_answers_to_senders_are_answers_that_services_give(service: str, name: str, answer: dict[str, Any]) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": _document(service)["components"]}

    jsonschema.Draft202012Validator(schema).validate(answer)

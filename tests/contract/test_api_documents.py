"""The API documents that partners build on: valid, complete, with examples that are true and accepted."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from chassis.ids import find_reference
from tests.contract.api_documents import documents, stale
from tests.contract.services import SERVICES

FOLDER: Final = Path(__file__).parents[2] / "docs" / "api"
DOCUMENTS: Final = documents()
MOST_BYTES: Final = 1_000_000

OPEN_TO_ANYONE: Final = frozenset(
    {
        "read_code_lists", "read_code_list", "read_capabilities", "read_keys_of", "list_webhook_keys",
        "read_checkpoint", "read_key", "read_predecessor", "read_tile", "inclusion", "consistency",
        "read_witnesses", "read_witnessed_checkpoint",
    }
)  # fmt: skip
"""What needs no token."""
FOR_PARTNERS: Final = frozenset(
    {
        "submit_referral", "list_referrals", "read_referral", "read_receipt", "supplement_referral",
        "withdraw_referral", "read_code_lists", "read_code_list", "list_requests", "read_request", "answer_request",
        "list_questions", "read_question", "list_notices", "read_notice", "acknowledge_notice", "list_webhook_keys",
        "read_disclosure_receipt",
    }
)  # fmt: skip
"""What docs/partners.md sends developers to; the FHIR door has examples of its own in examples/fhir."""
OUR_REFERENCE: Final = re.compile(r"\b(?:WAN|WAR)-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
OF_EVERY_OPERATION: Final = frozenset({"400", "401", "403", "404", "422", "503"})
OF_EVERY_BODY: Final = frozenset({"408", "413"})


@dataclass(frozen=True)
class Operation:
    """One operation of one service."""

    service: str
    method: str
    path: str
    described: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its operation id."""
        return str(self.described["operationId"])

    def __str__(self) -> str:
        return f"{self.service}: {self.method.upper()} {self.path}"


def operations() -> Iterator[Operation]:
    for service, document in DOCUMENTS.items():
        for path, methods in document["paths"].items():
            for method, described in methods.items():
                yield Operation(service, method, path, described)


OPERATIONS: Final = tuple(operations())
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
each_service = pytest.mark.parametrize("service", SERVICES)


@dataclass(frozen=True)
class Content:
    """One body of an operation: where, its schema, and every example of it."""

    place: str
    schema: Mapping[str, Any]
    examples: tuple[Any, ...]


def contents(operation: Operation) -> Iterator[Content]:
    """What is sent, and what is answered when all is well."""
    yield from _of("sent", operation.described.get("requestBody", {}), operation.service)
    for status, response in operation.described["responses"].items():
        if status.startswith("2"):
            yield from _of(status, response, operation.service)


def _of(place: str, described: Mapping[str, Any], service: str) -> Iterator[Content]:
    for kind, media in described.get("content", {}).items():
        schema = media.get("schema", {})
        named = DOCUMENTS[service]["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
        shown = [each["value"] for each in media.get("examples", {}).values()]
        shown += [media["example"]] if "example" in media else []
        yield Content(f"{place} {kind}", schema, (*shown, *named.get("examples", ())))


def mistakes(service: str, schema: Mapping[str, Any], example: Any) -> list[str]:
    """Why an example is not of a schema, by place. Field by field it is as strict as readers may be."""
    whole = {**schema, "components": DOCUMENTS[service]["components"]}
    validator = Draft202012Validator(whole, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(example)]


@each_service
def test_each_document_is_openapi_3_1_and_small(service: str) -> None:
    document = DOCUMENTS[service]
    text = json.dumps(document)

    assert document["openapi"].startswith("3.1.")
    assert set(document["info"]) >= {"title", "version"}
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert len((FOLDER / f"{service}.json").read_bytes()) < MOST_BYTES
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', text)):
        assert reference.startswith("#/components/"), reference
        assert resolves(document, reference), reference


def resolves(document: Mapping[str, Any], reference: str) -> bool:
    kind, _, name = reference.removeprefix("#/components/").partition("/")
    return name in document["components"][kind]


@each_service
def test_every_schema_is_one_and_is_used(service: str) -> None:
    schemas, text = DOCUMENTS[service]["components"]["schemas"], json.dumps(DOCUMENTS[service])

    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        assert f'"#/components/schemas/{name}"' in text, name
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", name), "a name of one module must not tell which"


@each_service
def test_operations_have_names_that_a_client_can_be_made_of(service: str) -> None:
    names = [operation.name for operation in OPERATIONS if operation.service == service]

    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)


@each_operation
def test_every_operation_says_what_it_is_and_what_it_is_for(operation: Operation) -> None:
    described = operation.described

    assert described["summary"]
    assert not described["summary"].endswith(".")
    assert described["description"].strip().endswith((".", "``", ")"))
    assert described["tags"]


@each_operation
def test_every_operation_says_who_may_ask(operation: Operation) -> None:
    assert ("security" not in operation.described) == (operation.name in OPEN_TO_ANYONE)


@each_operation
def test_every_operation_says_how_it_may_refuse(operation: Operation) -> None:
    responses = operation.described["responses"]
    expected = OF_EVERY_OPERATION | (OF_EVERY_BODY if "requestBody" in operation.described else frozenset())
    kinds = {kind for status, each in responses.items() if status[0] in "45" for kind in each["content"]}

    assert set(responses) >= expected
    assert kinds == {"application/fhir+json" if operation.path.startswith("/fhir") else "application/problem+json"}
    assert all(len(response["description"]) > 5 for response in responses.values())


@each_operation
def test_every_parameter_says_what_it_is(operation: Operation) -> None:
    parameters = operation.described.get("parameters", ())
    placed = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}

    assert placed == {name.partition(":")[0] for name in re.findall(r"{([^}]+)}", operation.path)}
    assert all(parameter.get("schema") for parameter in parameters)


@each_operation
def test_every_example_is_what_its_schema_says(operation: Operation) -> None:
    wrong = {
        content.place: mistakes(operation.service, content.schema, example)
        for content in contents(operation)
        for example in content.examples
    }

    assert not any(wrong.values()), wrong


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.name in FOR_PARTNERS], ids=str)
def test_every_body_that_partners_meet_has_an_example(operation: Operation) -> None:
    without = [content.place for content in contents(operation) if not content.examples]

    assert without == []


def test_what_partners_are_sent_to_is_there() -> None:
    assert {operation.name for operation in OPERATIONS} >= FOR_PARTNERS | OPEN_TO_ANYONE


def test_an_example_that_is_wrong_is_noticed() -> None:
    [sent] = [content for content in contents(named("submit_referral")) if content.place.startswith("sent")]

    assert mistakes("referral-intake", sent.schema, {"concern": {"types": ["negligence"]}})
    assert mistakes("referral-intake", sent.schema, {"nobody": 1})


def named(name: str) -> Operation:
    return next(operation for operation in OPERATIONS if operation.name == name)


def test_the_published_documents_are_those_of_the_code() -> None:
    assert stale(FOLDER) == [], "run: make schemas"


def test_every_reference_of_ours_can_be_looked_up_as_it_stands() -> None:
    shown = set(OUR_REFERENCE.findall(json.dumps(DOCUMENTS)))

    assert shown == {find_reference(reference) for reference in shown} != set()

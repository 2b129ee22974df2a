"""A contract that was published is kept: each way of breaking one has its own failing example."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.documents import schema_of
from contracts.events import EVENTS, CaseRated
from tests.contract.compatibility import Change, changes

PUBLISHED = Path(__file__).parent / "published"
Schema = dict[str, Any]


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_every_event_still_keeps_what_was_published(event_type: str) -> None:
    published = json.loads((PUBLISHED / f"{event_type}.json").read_text("utf-8"))

    found = changes(published, schema_of(EVENTS[event_type]))

    assert [change for change in found if change.breaking] == []


def test_no_published_event_was_withdrawn() -> None:
    published = {path.stem for path in PUBLISHED.glob("*.json")}

    assert published <= set(EVENTS)


def remove_a_field(schema: Schema) -> None:
    del schema["properties"]["rated_by"]


def rename_a_field(schema: Schema) -> None:
    schema["properties"]["rated_by_person"] = schema["properties"].pop("rated_by")


def retype_a_field(schema: Schema) -> None:
    schema["properties"]["rated_by"] = {"type": "integer"}


def change_a_format(schema: Schema) -> None:
    schema["properties"]["rated_at"]["format"] = "date"


def require_a_new_field(schema: Schema) -> None:
    schema["properties"]["colour"] = {"type": "string"}
    schema["required"].append("colour")


def require_an_optional_field(schema: Schema) -> None:
    schema["required"].append("previous_rating")


def narrow_a_code_list(schema: Schema) -> None:
    schema["$defs"]["Rating"]["enum"].remove("blue")


def forbid_null(schema: Schema) -> None:
    schema["properties"]["previous_rating"] = {"$ref": "#/$defs/Rating"}


@pytest.mark.parametrize(
    ("break_it", "where", "what"),
    [
        (remove_a_field, "$.rated_by", "the field was removed or renamed"),
        (rename_a_field, "$.rated_by", "the field was removed or renamed"),
        (retype_a_field, "$.rated_by", "the type changed"),
        (change_a_format, "$.rated_at", "the type changed"),
        (require_a_new_field, "$.colour", "the field is newly required"),
        (require_an_optional_field, "$.previous_rating", "the field is newly required"),
        (narrow_a_code_list, "$.rating", "the code list lost a code"),
        (forbid_null, "$.previous_rating", "the type changed"),
    ],
)
def test_each_incompatible_change_is_named(break_it: Callable[[Schema], None], where: str, what: str) -> None:
    old = schema_of(CaseRated)
    new = copy.deepcopy(old)

    break_it(new)

    assert Change(where, what) in changes(old, new)


def test_a_new_optional_field_is_compatible() -> None:
    old = schema_of(CaseRated)
    new = copy.deepcopy(old)

    new["properties"]["note_code"] = {"type": "string"}

    assert changes(old, new) == []


def test_a_wider_code_list_is_flagged_but_not_breaking() -> None:
    old = schema_of(CaseRated)
    new = copy.deepcopy(old)

    new["$defs"]["Rating"]["enum"].append("purple")

    assert Change("$.rating", "the code list was widened", breaking=False) in changes(old, new)

"""Messages that were once written still mean what they meant; producers forbid what readers ignore."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from pydantic import ValidationError

from contracts.codes import CurrentPlan
from contracts.documents import schema_of, stale
from contracts.events import EVENTS, ChildPlans, ChildReference, EditionFacts, ReferralSupplemented
from contracts.problems import Invalid

EXAMPLES = Path(__file__).parent / "examples"
MEMBER = Path(__file__).parents[2] / "libs" / "contracts"


def example(event_type: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((EXAMPLES / f"{event_type}.json").read_text("utf-8"))
    return stored


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_stored_message_of_an_earlier_edition_still_parses(path: Path) -> None:
    """What it said is kept word for word; what was added since has its default."""
    stored, event = json.loads(path.read_text("utf-8")), EVENTS[path.stem].read(path.read_bytes())

    written = json.loads(event.to_json())

    assert {name: written[name] for name in stored} == stored
    assert written.keys() == type(event).model_fields.keys()


def test_every_event_has_a_stored_message() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} >= set(EVENTS)


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_the_published_schema_accepts_what_we_write(event_type: str) -> None:
    event = EVENTS[event_type].read(json.dumps(example(event_type)).encode())

    jsonschema.validate(json.loads(event.to_json()), schema_of(EVENTS[event_type]))


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_a_producer_may_not_add_a_field_but_a_reader_ignores_it(event_type: str) -> None:
    widened = {**example(event_type), "a_field_of_tomorrow": "x"}

    with pytest.raises(ValidationError):
        EVENTS[event_type].model_validate(widened)
    assert not hasattr(EVENTS[event_type].read(json.dumps(widened).encode()), "a_field_of_tomorrow")


def widened(value: Any) -> Any:
    """The same, with a field of tomorrow in every part of it."""
    if isinstance(value, list):
        return [widened(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {**{name: widened(inner) for name, inner in value.items()}, "a_field_of_tomorrow": "x"}


def test_a_reader_ignores_what_a_part_says_that_it_does_not_know() -> None:
    """Of the facts of an edition and of each child: so an older reader goes on reading a newer writer."""
    child, plan = UUID(int=1), CurrentPlan.CHILD_PROTECTION
    facts = EditionFacts(
        children=(ChildReference(child_id=child, unborn=False),),
        concern_types=(),
        immediate_danger=False,
        plans=(ChildPlans(child_id=child, plans=(plan,)),),
    )
    stored = {**example("referral.supplemented.v1"), "facts": json.loads(facts.model_dump_json())}

    read = ReferralSupplemented.read(json.dumps(widened(stored)).encode())

    assert read.facts == facts


@pytest.mark.parametrize("value", [b"", b"\xff", b"[]", b"null", b'{"a":', b'{"referral_id": 7}', b"[" * 100_000])
def test_what_is_no_message_is_refused_without_repeating_it(value: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        EVENTS["case.closed.v1"].read(value)

    assert str(refused.value) == "The message is not a case.closed.v1"


def test_the_generated_documents_are_fresh() -> None:
    assert stale(MEMBER) == []

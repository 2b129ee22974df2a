"""Every element of a message has a fate: mapped, carried in words, part of the frame, or listed as not taken."""

import json
import re
from typing import Any, Final

import pytest
from fhir_messages import EXAMPLES, Json, load, message, take, with_entries
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from r4_random import KINDS, Maker

from referral_intake.fhir import MessageRefused, Taken
from referral_intake.fhir.ledger import Fate, fate_of
from referral_intake.fhir.r4.names import fhir_path

_TAKEN: Final = frozenset({Fate.MAPPED, Fate.CARRIED})
_STEP: Final = re.compile(r"[^.\[\]]+|\[\d+\]")


def taken_or_passed_over(document: Json) -> Taken:
    """The message as it was read; a refused one says nothing about fates."""
    try:
        return take(document)
    except MessageRefused as refused:
        assume(refused is None)
        raise


def values_of(node: Any, path: str = "") -> dict[str, Any]:
    """Each leaf of a document by its path, found in another way than the ledger does."""
    if isinstance(node, dict):
        return {p: v for name, inner in node.items() for p, v in values_of(inner, f"{path}.{name}").items()}
    if isinstance(node, list):
        return {p: v for place, inner in enumerate(node) for p, v in values_of(inner, f"{path}[{place}]").items()}
    return {} if node is None else {path: node}


def is_below(place: str, listed: tuple[str, ...]) -> bool:
    """Whether a place, or one above it, is listed."""
    steps = _STEP.findall(place)
    return any(_STEP.findall(each) == steps[: len(_STEP.findall(each))] for each in listed)


def check_fates(document: Json, taken: Taken) -> None:
    """Mapped, carried, framed and listed are everything; nothing is listed that was taken."""
    for place in (f"Bundle{path}" for path in values_of(document)):
        fate = fate_of(place, taken.taken)
        if fate is Fate.NOT_TAKEN:
            assert is_below(fhir_path(place), taken.not_taken), place
        elif fate in _TAKEN:
            assert not is_below(fhir_path(place), taken.not_taken), place


def check_words(document: Json, taken: Taken, marks: set[str]) -> None:
    """Whatever is said to be taken stands in the form, word for word and digit for digit."""
    form = json.dumps(taken.form.model_dump(mode="json", exclude_unset=True), ensure_ascii=False)
    values = {f"Bundle{path}": value for path, value in values_of(document).items()}
    for place, value in values.items():
        mark = str(value)[:10] if str(value)[10:11] == "T" else str(value)
        if fate_of(place, taken.taken) in _TAKEN and mark in marks:
            assert mark in form, f"{place} is said to be taken, and is not in the form"


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(KINDS))
def test_every_element_of_every_resource_has_a_fate(seed: int, kind: str) -> None:
    maker = Maker(seed)
    document = with_entries(message(), maker.resource(kind))

    taken = taken_or_passed_over(document)

    check_fates(document, taken)
    check_words(document, taken, maker.marks)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
@example(seed=3969)  # a linked record by a number of a register without a name here
def test_every_element_of_the_child_and_the_request_has_a_fate(seed: int) -> None:
    maker = Maker(seed)
    child, request = maker.resource("Patient"), maker.resource("ServiceRequest")
    kept = {name: message()["entry"][1]["resource"][name] for name in ("status", "subject", "requester", "reasonCode")}
    document = message(patient={**child, "active": True}, request={**request, **kept})

    taken = taken_or_passed_over(document)

    check_fates(document, taken)
    check_words(document, taken, maker.marks)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_element_of_every_example_has_a_fate(path: Any) -> None:
    document = load(path)

    check_fates(document, take(document))

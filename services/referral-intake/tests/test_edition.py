"""Editions: whatever a supplement says, what stands stays a referral, and what was said before stays as it was."""

import json
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_examples import NOW, SENDER, form
from supplement_examples import correction, new_child, news

from contracts.bounds import MOST_DATA_BYTES
from contracts.events import ReferralDisposed
from referral_intake import document, edition
from referral_intake.edition import Revision
from referral_intake.errors import DocumentFull, SupplementRefused
from referral_intake.form import ReferralForm
from referral_intake.form.supplement import SupplementForm, supplement_of
from referral_intake.model import Supplement

TODAY = date(2026, 11, 24)
CHILD_ID = UUID(int=7)
HEADER = {
    "referral_id": str(UUID(int=1)),
    "reference": "WAN-000000001",
    "partnership": "wandsworth",
    "agency": "ashcroft-primary",
    "source": "2B",
    "received_at": "2026-11-23T09:30:00+00:00",
}
STORED = document.build(form(), HEADER, [CHILD_ID])

names = st.sampled_from(sorted({*ReferralForm.model_fields, *form()["children"][0], "child_id", "history", "edition"}))
steps = st.lists(names | st.sampled_from(["0", "1", "-", "", "~", "/"]) | st.text(max_size=3), max_size=5)
pointers = st.one_of(
    st.text(max_size=30),
    steps.map(lambda found: "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in found)),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


def supplement(said: dict[str, Any]) -> Supplement:
    return supplement_of(SupplementForm.model_validate(said), SENDER, UUID(int=1), key="key-1")


def revised(said: Supplement) -> Revision | SupplementRefused:
    """What the supplement makes of the stored referral, or why it is refused."""
    try:
        return edition.revise(edition.unsealed(STORED), said, today=TODAY)
    except SupplementRefused as refused:
        return refused


def test_a_first_edition_is_given_the_first_line_of_its_history() -> None:
    unsealed = edition.unsealed(STORED)

    assert unsealed.header == HEADER
    assert unsealed.child_ids == (CHILD_ID,)
    assert [line["kind"] for line in unsealed.history] == ["received"]
    assert unsealed.content == form()


def test_an_edition_that_was_written_is_read_as_it_was_meant() -> None:
    unsealed = edition.with_entry(edition.unsealed(STORED), {"edition": 2, "kind": "new-information"})

    again = edition.unsealed(edition.sealed(unsealed).content)

    assert again == unsealed


def test_each_edition_has_a_salt_of_its_own() -> None:
    unsealed = edition.unsealed(STORED)

    assert edition.sealed(unsealed).salt != edition.sealed(unsealed).salt


def test_a_referral_does_not_grow_without_end() -> None:
    unsealed = edition.unsealed(STORED)
    grown = replace(unsealed, content={**unsealed.content, "strengths": "x" * edition.MAX_BYTES})

    with pytest.raises(DocumentFull):
        edition.sealed(grown)


def test_no_referral_has_more_editions_than_the_certificate_of_their_destruction_can_name() -> None:
    unsealed = edition.unsealed(STORED)
    last = edition.with_entry(unsealed, {"edition": edition.MOST_EDITIONS, "kind": "new-information"})
    certificate = ReferralDisposed(
        referral_id=UUID(int=1),
        run_id=UUID(int=2),
        record_class="x" * 100,
        commitments=("f" * 64,) * edition.MOST_EDITIONS,
        reviewed_by="x" * 255,
        approved_by="y" * 255,
        disposed_at=NOW,
        policy_version="x" * 100,
    )

    assert len(certificate.to_json()) < MOST_DATA_BYTES
    assert edition.sealed(last).content
    with pytest.raises(DocumentFull):
        edition.sealed(edition.with_entry(last, {"edition": edition.MOST_EDITIONS + 1, "kind": "new-information"}))


@settings(max_examples=300)
@given(st.lists(st.tuples(pointers, values), min_size=1, max_size=3))
def test_whatever_is_put_right_what_stands_is_a_referral_with_all_its_children(made: list[tuple[str, Any]]) -> None:
    unsealed = edition.unsealed(STORED)
    corrections = [{"pointer": pointer, "value": value} for pointer, value in made]

    result = revised(supplement(correction("", 0, corrections=corrections)))

    assert edition.unsealed(STORED) == unsealed
    if isinstance(result, SupplementRefused):
        assert result.errors
        assert all(error.pointer.startswith("/corrections") for error in result.errors)
        return
    assert len(ReferralForm.model_validate(result.content).children) == 1
    kept = edition.sealed(edition.with_entry(replace(unsealed, content=result.content), {"edition": 2}))
    whole = json.loads(kept.content, parse_constant=pytest.fail)
    assert {name: whole[name] for name in HEADER} == HEADER
    assert [child["child_id"] for child in whole["children"]] == [str(CHILD_ID)]


@settings(max_examples=100)
@given(st.lists(st.dictionaries(names, values, max_size=3), max_size=3))
def test_whatever_is_said_about_new_children_the_first_one_is_untouched(children: list[dict[str, Any]]) -> None:
    unsealed = edition.unsealed(STORED)
    try:
        said = supplement({**new_child(), "children": children})
    except ValueError:
        return  # not what the form takes: it does not come so far

    result = revised(said)

    if isinstance(result, SupplementRefused):
        assert all(error.pointer.startswith("/children/") for error in result.errors)
        return
    assert result.content["children"][0] == unsealed.content["children"][0]
    assert len(result.content["children"]) == 1 + len(children)


def test_what_was_wrong_before_does_not_stop_a_supplement() -> None:
    unreachable = document.build(form(referrer={"name": "Morgan Adeyemi-Clarke"}), HEADER, [CHILD_ID])

    revision = edition.revise(edition.unsealed(unreachable), supplement(news()), today=TODAY)

    assert revision.facts.concern_types


def test_more_children_than_a_form_takes_are_refused_by_name() -> None:
    many = {**new_child(), "children": new_child()["children"] * 30}

    with pytest.raises(SupplementRefused) as refused:
        edition.revise(edition.unsealed(STORED), supplement(many), today=TODAY)

    assert [error.pointer for error in refused.value.errors] == ["/children"]

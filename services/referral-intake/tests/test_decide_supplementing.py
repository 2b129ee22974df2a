"""The rules: what a supplement must say, how it changes what stands, and where its mistakes are to be found."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import SupplementKind
from referral_intake import decide
from referral_intake.decide import pointing
from referral_intake.errors import SupplementRefused
from referral_intake.model import Correction, SupplementFacts

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
documents = st.dictionaries(st.text(max_size=8), values, max_size=4)


def facts(kind: SupplementKind, **changes: Any) -> SupplementFacts:
    said = {
        "has_referrer_name": True,
        "says_something": True,
        "has_children": kind is SupplementKind.NEW_CHILD,
        "has_corrections": kind is SupplementKind.CORRECTION,
        "has_question": kind is SupplementKind.ANSWER,
    }
    return SupplementFacts(kind=kind, **{**said, **changes})


@pytest.mark.parametrize("kind", SupplementKind)
def test_a_supplement_that_says_what_its_kind_needs_is_not_refused(kind: SupplementKind) -> None:
    assert decide.supplement_refusals(facts(kind)) == ()


@pytest.mark.parametrize(
    ("kind", "changes", "pointer"),
    [
        (SupplementKind.NEW_INFORMATION, {"has_referrer_name": False}, "/referrer/name"),
        (SupplementKind.NEW_INFORMATION, {"says_something": False}, "/words"),
        (SupplementKind.NEW_INFORMATION, {"has_children": True}, "/children"),
        (SupplementKind.NEW_INFORMATION, {"has_corrections": True}, "/corrections"),
        (SupplementKind.NEW_INFORMATION, {"has_question": True}, "/question_id"),
        (SupplementKind.CORRECTION, {"has_corrections": False}, "/corrections"),
        (SupplementKind.NEW_CHILD, {"has_children": False}, "/children"),
        (SupplementKind.ANSWER, {"has_question": False}, "/question_id"),
        (SupplementKind.ANSWER, {"says_something": False}, "/words"),
    ],
)
def test_what_is_wrong_is_named(kind: SupplementKind, changes: Any, pointer: str) -> None:
    assert [refusal.pointer for refusal in decide.supplement_refusals(facts(kind, **changes))] == [pointer]


def test_corrections_are_an_answer_without_words() -> None:
    answer = facts(SupplementKind.ANSWER, says_something=False, has_corrections=True)

    assert decide.supplement_refusals(answer) == ()


# -- corrections ----------------------------------------------------------------------------------------------------


def test_a_correction_changes_a_copy() -> None:
    before = {"children": [{"sex": "M"}]}

    after, places = decide.put_right(before, [Correction("/children/0/sex", "F", None)])

    assert before == {"children": [{"sex": "M"}]}
    assert after == {"children": [{"sex": "F"}]}
    assert places == (("children", 0, "sex"),)


def test_corrections_are_made_in_order_and_later_ones_see_earlier_ones() -> None:
    corrections = [Correction("/household/-", {"name": "Jo"}, None), Correction("/household/0/name", "Joe", None)]

    after, places = decide.put_right({}, corrections)

    assert after == {"household": [{"name": "Joe"}]}
    assert places == (("household", 0), ("household", 0, "name"))
    assert corrections[0].value == {"name": "Jo"}


@pytest.mark.parametrize(
    "pointer",
    ["", "/", "x", "//", "/~", "/~2", "/children", "/children/0", "/children/-", "/children/00/sex", "/children/1/sex",
     "/children/-/sex", "/children/²/sex", "/children/999999999999999999999/sex", "/strengths/0"],
)  # fmt: skip
def test_a_pointer_that_leads_nowhere_or_at_a_child_is_refused(pointer: str) -> None:
    content = {"children": [{"sex": "M"}], "strengths": "Many"}

    if pointer in ("/", "//"):  # the field with the empty name: the form refuses it
        assert "" in decide.put_right(content, [Correction(pointer, 1, None)])[0]
        return
    with pytest.raises(SupplementRefused) as refused:
        decide.put_right(content, [Correction(pointer, 1, None)])

    assert [error.pointer for error in refused.value.errors] == ["/corrections/0/pointer"]


@given(st.lists(st.text(max_size=6), min_size=1, max_size=5))
def test_any_steps_survive_being_written_as_a_pointer(steps: list[str]) -> None:
    assert pointing.steps_of(pointing.pointer_of(steps)) == tuple(steps)


@given(documents, st.text(max_size=20), values)
def test_what_was_put_is_found_where_it_was_put_and_nothing_else_is_touched(
    content: dict[str, Any], pointer: str, value: Any
) -> None:
    before = repr(content)
    try:
        after, [place] = decide.put_right(content, [Correction(pointer, value, None)])
    except SupplementRefused:
        return
    finally:
        assert repr(content) == before

    assert pointing.find(after, place) == value
    assert {name: part for name, part in after.items() if name != place[0]} == {
        name: part for name, part in content.items() if name != place[0]
    }


# -- additions ------------------------------------------------------------------------------------------------------


def test_lists_grow_and_codes_are_named_once() -> None:
    standing = {"household": [{"name": "Jo"}], "concern": {"types": ["neglect"], "facts": "Cold."}}
    said = {"household": [{"name": "Jo"}], "concern": {"types": ["fgm", "neglect"], "facts": "Colder."}}

    after = decide.add(standing, said)

    assert after["household"] == [{"name": "Jo"}, {"name": "Jo"}]
    assert after["concern"] == {"types": ["neglect", "fgm"], "facts": "Cold."}


def test_an_account_is_put_in_whole_or_not_at_all() -> None:
    told = {"words": "He hit me.", "told_to": "A teacher"}

    missing = decide.add({"concern": {"facts": "Cold."}}, {"concern": {"disclosure": told}})
    there = decide.add({"concern": {"disclosure": {"words": "I am cold."}}}, {"concern": {"disclosure": told}})

    assert missing["concern"]["disclosure"] == told
    assert there["concern"]["disclosure"] == {"words": "I am cold."}


def test_what_is_told_as_well_stands_beside_what_was_told_before() -> None:
    first, second, third = {"words": "I am cold."}, {"words": "He hit me.", "told_to": "A teacher"}, {"words": "No."}
    standing = {"concern": {"disclosure": first}}

    after = decide.add(standing, {"concern": {"disclosure": second, "disclosures": [third]}})

    assert after["concern"] == {"disclosure": first, "disclosures": [third, second]}
    assert decide.add(standing, standing) == standing


def test_a_yes_or_no_that_was_open_is_filled_in_and_one_that_was_said_stands() -> None:
    standing = {
        "immediate_safety": {"details": "He is there."},
        "concern": {"fgm": {"travel_plans": "In July"}, "domestic_abuse": {"strangulation": False, "orders": None}},
    }
    said = {
        "immediate_safety": {"called_999": True, "details": "He left."},
        "concern": {
            "fgm": {"knowledge": "told-by-girl", "travel_plans": "In May"},
            "domestic_abuse": {"strangulation": True, "children_present": True, "orders": "Bail"},
        },
    }

    after = decide.add(standing, said)

    assert after["immediate_safety"] == {"details": "He is there.", "called_999": True}
    assert after["concern"]["fgm"] == {"travel_plans": "In July", "knowledge": "told-by-girl"}
    assert after["concern"]["domestic_abuse"] == {"strangulation": False, "orders": None, "children_present": True}


@pytest.mark.parametrize("nothing", [None, {}, [], ""])
def test_nothing_said_changes_nothing(nothing: Any) -> None:
    standing = {"child_voice": {"words": "I get myself up."}}

    assert decide.add(standing, {"child_voice": nothing}) == standing


@given(documents, documents)
def test_nothing_that_was_said_is_taken_away(standing: dict[str, Any], said: dict[str, Any]) -> None:
    after = decide.add(standing, said)

    assert {name: after[name] for name in standing} == standing


# -- whose mistake --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "places", "part"),
    [
        (("children", 0, "sex"), [("children", 0, "sex")], ("corrections", 0, "value")),
        (("children", 0, "addresses"), [("strengths",), ("children", 0, "school")], ("corrections", 1, "value")),
        (("children", 1, "first_name"), [], ("children", 0, "first_name")),
        (("household", 2, "name"), [], ("household", 1, "name")),
        (("household", 0, "name"), [("household", 0)], ("corrections", 0, "value")),
        (("children",), [], ("children",)),
        (("concern", "facts"), [("concern",)], ("corrections", 0, "value")),
        (("referrer", "phone"), [], ("corrections",)),
        ((), [], ("corrections",)),
    ],
)
def test_a_mistake_is_found_in_the_supplement(steps: Any, places: Any, part: Any) -> None:
    corrected: dict[str, Any] = {"children": [{}], "household": [{}]}

    assert decide.blame(steps, places, corrected=corrected) == part

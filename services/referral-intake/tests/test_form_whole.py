"""The whole form: what is taken is kept as it was sent, what is refused is not repeated, each field is explained."""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from form_strategies import forms, of_part
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from intake_examples import TODAY, form
from pydantic import ValidationError

from chassis.web.problems import refusal
from contracts.problems import FieldError
from referral_intake import decide, document
from referral_intake.form import ReferralForm, facts_of
from referral_intake.form.part import FormPart, WholeForm
from referral_intake.form.written import written

Path = tuple[str | int, ...]

SCHEMA = ReferralForm.model_json_schema()
PARTS = {"ReferralForm": SCHEMA, **{name: part for name, part in SCHEMA["$defs"].items() if "properties" in part}}
FIELDS = [(part, name) for part, schema in PARTS.items() for name in schema["properties"]]
MODELS = {model.__name__: model for model in (*FormPart.__subclasses__(), *WholeForm.__subclasses__())}
KNOWN = frozenset(name for _, name in FIELDS)
NEEDED: set[Path] = {
    ("referrer",),
    ("referrer", "phone"),
    ("children",),
    ("concern",),
    ("concern", "facts"),
}
slow = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much], deadline=None
)

FULL = form(
    children=[
        {
            "first_name": "Rowan",
            "sex": "M",
            "disabilities": ["HEAR"],
            "upn_unknown_reason": "UN4",
            "addresses": [{"lines": ["12 Invented Street"], "postcode": "ZZ99 3AB"}],
            "school": {"attending": False},
            "voice": {"words": "I get myself up.", "participation": "PN1"},
        }
    ],
    immediate_safety={"called_999": True, "emergency_reference": "CAD 1"},
    attachments=[{"kind": "body-map", "held_at": "School office"}],
    risks_to_staff=[{"reason": "A dog.", "review_on": "2027-02-01"}],
    help_offered=[{"what": "Breakfast club", "result": "declined"}],
    early_help={"assessed": True},
)


def paths(value: Any, here: Path = ()) -> Iterator[Path]:
    """Where every field stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*here, name)
            yield from paths(inner, (*here, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from paths(inner, (*here, place))


def without(sent: dict[str, Any], path: Path) -> dict[str, Any]:
    """The same form with one field left out."""
    left: Any = copy.deepcopy(sent)
    inner = left
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return left  # type: ignore[no-any-return]


def is_needed(path: Path) -> bool:
    of_child = path[0] == "children" and path[2:] in (("first_name",), ("addresses",))
    return path in NEEDED or of_child or path[-1] == "child"


# -- what is taken --------------------------------------------------------------------------------------------------


@slow
@given(forms())
def test_a_form_that_is_taken_stands_in_the_document_as_it_was_sent(sent: dict[str, Any]) -> None:
    taken = ReferralForm.model_validate_json(json.dumps(sent))

    child_ids = [UUID(int=place) for place in range(len(taken.children))]
    kept = json.loads(document.built(written(taken), {}, child_ids))
    for child in kept["children"]:
        del child["child_id"]
    assert kept == {"children": [], **sent}


@slow
@given(forms())
def test_every_form_gives_facts_and_the_rules_judge_them(sent: dict[str, Any]) -> None:
    facts = facts_of(ReferralForm.model_validate(sent))

    pointers = [refused.pointer for refused in decide.refusals(facts, today=TODAY)]
    missing = decide.missing_items(facts, today=TODAY)

    assert len(set(pointers)) == len(pointers)
    assert len(set(missing)) == len(missing)
    assert {step for each in missing for step in each.pointer.split("/")[1:] if not step.isdigit()} <= KNOWN


@pytest.mark.parametrize("path", list(paths(FULL)), ids=lambda path: "/".join(map(str, path)))
def test_leaving_out_what_is_not_needed_never_turns_a_referral_away(path: Path) -> None:
    facts = facts_of(ReferralForm.model_validate(without(FULL, path)))

    refused = decide.refusals(facts, today=TODAY)

    assert bool(refused) is is_needed(path)


@slow
@given(forms(), st.data())
def test_leaving_out_anything_else_never_turns_any_referral_away(sent: dict[str, Any], data: st.DataObject) -> None:
    whole = with_what_is_needed(sent)
    assume(not decide.refusals(facts_of(ReferralForm.model_validate(whole)), today=TODAY))
    path = data.draw(st.sampled_from([path for path in paths(whole) if not is_needed(path)]))

    facts = facts_of(ReferralForm.model_validate(without(whole, path)))

    assert decide.refusals(facts, today=TODAY) == ()


def with_what_is_needed(sent: dict[str, Any]) -> dict[str, Any]:
    """The same form, in which a reachable person worries about children who can be found."""
    found = {"first_name": "Rowan", "addresses": [{"lines": ["12 Invented Street"], "postcode": "ZZ99 3AB"}]}
    return {
        **sent,
        "referrer": {**sent.get("referrer", {}), "phone": "020 7946 0199"},
        "children": [{**child, **found} for child in sent.get("children") or [{}]],
        "concern": {**sent.get("concern", {}), "facts": "No coat."},
    }


@pytest.mark.parametrize("part", sorted(PARTS))
def test_every_field_of_a_part_may_be_left_out(part: str) -> None:
    required = PARTS[part].get("required", [])

    assert required == (["child"] if part == "TowardsChild" else [])


# -- what is refused ------------------------------------------------------------------------------------------------


WRONG: list[tuple[Any, list[str]]] = [
    ({"immediate_danger": "true"}, ["/immediate_danger"]),
    ({"immediate_danger": 1}, ["/immediate_danger"]),
    ({"children": [{"date_of_birth": 0}]}, ["/children/0/date_of_birth"]),
    ({"children": [{"date_of_birth": "0"}]}, ["/children/0/date_of_birth"]),
    ({"children": [{"date_of_birth": "1700000000"}]}, ["/children/0/date_of_birth"]),
    ({"children": [{"date_of_birth": "2017-05-04T00:00:00"}]}, ["/children/0/date_of_birth"]),
    ({"children": [{"date_of_birth": "04/05/2017"}]}, ["/children/0/date_of_birth"]),
    ({"children": [{"date_of_birth": "2017-02-30"}]}, ["/children/0/date_of_birth"]),
    ({"children": [{"date_of_birth": "\u0662\u0660\u0661\u0667-05-04"}]}, ["/children/0/date_of_birth"]),
    ({"children": [{"sex": "female"}, {"ethnicity": "Irish"}]}, ["/children/0/sex", "/children/1/ethnicity"]),
    ({"children": [{"disabilities": ["deaf"]}]}, ["/children/0/disabilities/0"]),
    ({"children": [{"disabilities": ["HEAR"] * 14}]}, ["/children/0/disabilities"]),
    ({"children": [{"upn_unknown_reason": "UN9"}]}, ["/children/0/upn_unknown_reason"]),
    ({"children": [{"la_code": "Wandsworth"}]}, ["/children/0/la_code"]),
    ({"children": [{"nhs_number": 9990000018}]}, ["/children/0/nhs_number"]),
    ({"children": [{"nhs_number": "9" * 41}]}, ["/children/0/nhs_number"]),
    ({"children": [{"school": 5}]}, ["/children/0/school"]),
    ({"children": [{"school": "x" * 301}]}, ["/children/0/school"]),
    ({"children": [{"school": {"urn": "x" * 41}}]}, ["/children/0/school/urn"]),
    ({"children": [{"gp": {"practice": ["x"]}}]}, ["/children/0/gp/practice"]),
    ({"risks_to_staff": "x" * 20_001}, ["/risks_to_staff"]),
    (
        {"risks_to_staff": [{"review_on": "soon"}, {"reason": 1}]},
        ["/risks_to_staff/0/review_on", "/risks_to_staff/1/reason"],
    ),
    ({"household": [{"towards_children": [{}]}]}, ["/household/0/towards_children/0/child"]),
    ({"household": [{"towards_children": [{"child": 0}]}]}, ["/household/0/towards_children/0/child"]),
    ({"household": [{"towards_children": [{"child": True}]}]}, ["/household/0/towards_children/0/child"]),
    ({"household": [{"role": "dad"}]}, ["/household/0/role"]),
    ({"concern": {"types": "neglect"}}, ["/concern/types"]),
    ({"concern": {"fgm": {"knowledge": "yes"}}}, ["/concern/fgm/knowledge"]),
    ({"concern": {"pre_birth": {"gestation_weeks": 46}}}, ["/concern/pre_birth/gestation_weeks"]),
    ({"consent": {"to_checks": {"answer": "perhaps"}}}, ["/consent/to_checks/answer"]),
    ({"consent": {"dispensing_reasons": ["busy"]}}, ["/consent/dispensing_reasons/0"]),
    ({"attachments": [{"content": "aGVsbG8="}]}, ["/attachments/0"]),
    ({"children": {}}, ["/children"]),
]


@pytest.mark.parametrize(("sent", "pointers"), WRONG)
def test_what_does_not_fit_is_refused_where_it_stands(sent: Any, pointers: list[str]) -> None:
    assert [refused.pointer for refused in refused_fields(sent)] == pointers


@pytest.mark.parametrize("name", ["first_name", "school"])
def test_a_lone_surrogate_is_refused_where_it_stands(name: str) -> None:
    [refused] = refused_fields({"children": [{name: "\ud83d"}]})

    assert refused.pointer == f"/children/0/{name}"
    assert refused.detail == "Send text of valid Unicode characters"


@slow
@given(st.sampled_from(FIELDS), st.data())
def test_a_refusal_never_repeats_what_was_sent(field: tuple[str, str], data: st.DataObject) -> None:
    secret = "Zebediah-Quince"
    part, name = field
    value = data.draw(st.sampled_from([secret * 3_000, [secret], {secret: secret}, [{secret: 1}]]))
    sent = {**data.draw(forms() if part == "ReferralForm" else of_part(part)), name: value}

    problem = refusal(mistakes(sent, MODELS[part]), KNOWN)

    assert secret not in json.dumps(problem.body())


def refused_fields(sent: Any) -> Sequence[FieldError]:
    return refusal(mistakes(sent), KNOWN).errors


def mistakes(sent: Any, model: type[FormPart] = ReferralForm) -> list[dict[str, Any]]:
    """What a request with this body is refused for, as the framework says it; nothing when it is taken."""
    try:
        model.model_validate(sent)
    except ValidationError as error:
        return [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
    return []


# -- what is documented ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "name"), FIELDS, ids=lambda value: str(value))
def test_every_field_says_what_it_is_in_a_sentence(part: str, name: str) -> None:
    description = PARTS[part]["properties"][name].get("description", "")

    assert description[:1].isupper()
    assert description.endswith(".")


@pytest.mark.parametrize("part", sorted(PARTS))
def test_every_part_says_what_it_is(part: str) -> None:
    assert PARTS[part]["description"].rstrip().endswith(".")


def test_every_example_of_a_field_is_one_that_the_field_takes() -> None:
    tried = 0
    for part, name in FIELDS:
        for example in PARTS[part]["properties"][name].get("examples", []):
            MODELS[part].model_validate({name: example})
            tried += 1

    assert tried >= 10

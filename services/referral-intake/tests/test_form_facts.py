"""From a form, as a sender writes it, to what is left open: the facts and the rules together."""

from typing import Any

import pytest
from intake_examples import TODAY, agreement, form

from contracts.codes import CurrentPlan
from referral_intake import decide
from referral_intake.form import ReferralForm, facts_of

Json = dict[str, Any]

HOME: Json = {"lines": ["2 Invented Street"], "postcode": "ZZ99 3AB"}


def noted(**changes: Any) -> set[str]:
    """What a full form with these changes leaves open."""
    facts = facts_of(ReferralForm.model_validate(form(**changes)))
    return {missing.item.value for missing in decide.missing_items(facts, today=TODAY)}


def noted_of_child(**changes: Any) -> set[str]:
    return noted(children=[{**form()["children"][0], **changes}])


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"upn": None, "upn_unknown_reason": "UN4"}, None),
        ({"upn": None}, "upn-or-reason"),
        ({"upn": "W212999917002"}, "invalid-upn"),
        ({"nhs_number": "999 000 0019"}, "invalid-nhs-number"),
        ({"la_child_id": "A123"}, "la-code"),
        ({"la_child_id": "A123", "la_code": "212"}, None),
        ({"la_child_id": "A/123", "la_code": "212"}, "invalid-la-child-id"),
        ({"addresses": [{"lines": ["1 Invented Street"], "postcode": "SW1"}]}, "invalid-postcode"),
        ({"disabilities": ["NONE", "HEAR"]}, "disability-contradiction"),
        ({"disabilities": []}, "disability"),
        ({"interpreter_needed": True}, "interpreter-language"),
        ({"interpreter_needed": True, "first_language": "Kurdî"}, None),
        ({"estimated_date": True}, "exact-date-of-birth"),
        ({"gp": {"phone": "020 7946 0112"}}, "gp"),
        ({"gp": {"practice": "Mulberry Rise Surgery"}}, None),
        ({"school": {"attending": False}}, "school"),
        (
            {
                "addresses": [
                    {"lines": ["1 Invented Street"], "lived_from": "2026-02-01", "lived_until": "2026-01-31"},
                    HOME,
                ]
            },
            "contradictory-dates",
        ),
    ],
)
def test_what_a_form_leaves_open_about_a_child_is_noted(changes: Json, item: str | None) -> None:
    assert noted_of_child(**changes) == ({item} if item else set())


MOTHER = {"name": "Jo Testerley", "relationship": "mother", "parental_responsibility": True}


@pytest.mark.parametrize(
    ("household", "items"),
    [
        ([], {"household"}),
        ([MOTHER], {"other-parent"}),
        ([MOTHER, {"relationship": "Father, lives elsewhere"}], set()),
        ([MOTHER, {"relationship": "father's partner"}], {"other-parent"}),
        ([MOTHER, {"role": "father"}], set()),
        ([MOTHER, {"role": "step-parent", "relationship": "father"}], {"other-parent"}),
        ([MOTHER, {"towards_children": [{"child": 1, "role": "father"}]}], set()),
        ([{"role": "mother"}, {"role": "father"}], {"parental-responsibility"}),
        (
            [
                {"role": "mother"},
                {"role": "father", "towards_children": [{"child": 1, "parental_responsibility": True}]},
            ],
            set(),
        ),
        ([MOTHER, {"role": "father", "alleged_perpetrator": True}], {"next-contact"}),
    ],
)
def test_both_parents_and_who_is_responsible_are_asked_about(household: list[Json], items: set[str]) -> None:
    assert noted(household=household, family=None) == items


@pytest.mark.parametrize(
    ("consent", "items"),
    [
        ({}, {"parents-informed", "agreement-to-referral", "agreement"}),
        ({"parents_informed": True, "agreed_to_referral": True, "agreed_to_checks": True}, {"agreement-details"}),
        ({"told": [{"told": False}, {"told": True}], "to_referral": agreement(), "to_checks": agreement()}, set()),
        (
            {"parents_informed": True, "to_referral": agreement(), "agreed_to_checks": False},
            {"agreement-details", "dispensing-reason", "lawful-basis"},
        ),
        (
            {
                "parents_informed": True,
                "to_referral": agreement(),
                "to_checks": agreement(answer="refused", reasons=["increases-risk"]),
                "lawful_basis": {"bases": ["public-task"], "gateways": ["children-act-1989-s47"]},
            },
            set(),
        ),
        ({"parents_informed": False, "reason_not_asked": "It would put the child at risk"}, {"lawful-basis"}),
        (
            {
                "parents_informed": False,
                "dispensing_reasons": ["alerts-abuser"],
                "lawful_basis": {"bases": ["public-task"]},
            },
            set(),
        ),
        (
            {
                "parents_informed": True,
                "agreed_to_referral": False,
                "to_referral": agreement(),
                "to_checks": agreement(),
            },
            {"agreement-to-referral"},
        ),
        (
            {
                "parents_informed": True,
                "to_referral": agreement(),
                "to_checks": agreement(),
                "to_help": {"answer": "agreed"},
            },
            {"agreement-details"},
        ),
    ],
)
def test_the_four_facts_of_agreement_are_not_one_another(consent: Json, items: set[str]) -> None:
    assert noted(consent=consent) == items


def test_agreement_to_help_is_asked_where_help_is_wanted() -> None:
    assert noted(requested_response="early-help") == {"agreement-to-help"}
    assert noted(requested_response="safeguarding") == set()


@pytest.mark.parametrize(
    ("block", "items"),
    [
        ({"types": ["domestic-abuse"]}, {"safe-contact"}),
        ({"types": ["domestic-abuse"], "domestic_abuse": {"safe_contact": "Through the school only"}}, set()),
        ({"types": ["fgm"]}, {"fgm-knowledge"}),
        ({"types": ["fgm"], "fgm": {"knowledge": "at-risk"}}, set()),
        ({"types": ["radicalisation"], "radicalisation": {"prevent_reference": "1"}}, {"radicalisation-details"}),
        ({"types": ["radicalisation"], "radicalisation": {"online_activity": "A channel"}}, set()),
        (
            {"types": ["private-fostering"], "private_fostering": {}},
            {"private-fostering-dates", "private-fostering-carers"},
        ),
        (
            {
                "types": ["private-fostering"],
                "private_fostering": {"started_on": "2026-09-01", "ends_on": "2026-08-01", "carers": "A family friend"},
            },
            {"contradictory-dates"},
        ),
        ({"types": ["missing"]}, {"missing-episodes", "missing-police-report"}),
        ({"types": ["missing"], "missing_episodes": [{"from_day": "2026-11-20", "police_reference": "1"}]}, set()),
        ({"staff_allegation": {"designated_officer_told": False}}, {"designated-officer"}),
        ({"staff_allegation": {"designated_officer_told": True}}, set()),
        ({"types": ["harm-outside-home"]}, {"place-or-peers"}),
        ({"types": ["harm-outside-home"], "place_or_peers": {"place": "The bus station"}}, set()),
        ({"disclosure": {"words": "I get myself up.", "told_to": "Sam"}}, {"disclosure-details"}),
        ({"source": None, "incidents": [{"what": "Asleep", "source": "seen"}]}, set()),
    ],
)
def test_some_kinds_of_concern_ask_for_more(block: Json, items: set[str]) -> None:
    assert noted(concern={**form()["concern"], **block}) == items


@pytest.mark.parametrize(
    ("changes", "items"),
    [
        ({"immediate_danger": True}, {"emergency-call", "location-now", "with-now"}),
        ({"child_voice": {"wishes": "To stay at school."}}, set()),
        ({"child_voice": {"participation": "PN0"}}, {"child-voice"}),
        ({"professionals": [{"name": "Sam", "agreed_to_contact": "not-asked"}, {}]}, {"professional-agreement"}),
        ({"risks_to_staff": []}, {"risks-to-staff"}),
        ({"risks_to_staff": [{"reason": "A dog."}]}, {"staff-risk-review"}),
        ({"risks_to_staff": [{"reason": "A dog.", "review_on": "2027-02-01"}]}, set()),
        ({"attachments": [{"kind": "body-map"}]}, {"attachment-place"}),
        ({"help_offered": [{"started_on": "2026-02-02", "ended_on": "2026-02-01"}]}, {"contradictory-dates"}),
    ],
)
def test_what_a_form_leaves_open_elsewhere_is_noted(changes: Json, items: set[str]) -> None:
    assert noted(**changes) == items


@pytest.mark.parametrize(
    ("said", "plans"),
    [
        ({}, ()),
        ({"plans": None}, ()),
        ({"plans": []}, ()),
        ({"plans": ["none"]}, (CurrentPlan.NONE,)),
        ({"plans": ["looked-after", "looked-after"]}, (CurrentPlan.LOOKED_AFTER,)),
        (
            {"plans": ["child-protection-ended", "child-protection"]},
            (CurrentPlan.CHILD_PROTECTION_ENDED, CurrentPlan.CHILD_PROTECTION),
        ),
    ],
)
def test_plans_are_known_only_where_they_are_said(said: Json, plans: tuple[CurrentPlan, ...]) -> None:
    facts = facts_of(ReferralForm.model_validate(form(children=[{**form()["children"][0], **said}])))

    assert facts.children[0].plans == plans


# -- what is written for nothing, in every field ----------------------------------------------------------------------


def told(reference: str) -> Json:
    return {"police_reference": reference}


def in_concern(**changes: Any) -> Json:
    return {"concern": {**form()["concern"], **changes}}


def in_child(**changes: Any) -> Json:
    return {"children": [{**form()["children"][0], **changes}]}


@pytest.mark.parametrize("nothing", ["unknown", "N/K", "not known", "TBC", "n/a", "Not recorded", "to be confirmed"])
@pytest.mark.parametrize(
    ("change", "item"),
    [
        (lambda text: in_concern(impact=text), "impact"),
        (lambda text: in_concern(what_changed=text), "what-changed"),
        (
            lambda text: in_concern(disclosure={"words": "No.", "told_to": text}),
            "disclosure-details",
        ),
        (lambda text: in_concern(types=["domestic-abuse"], domestic_abuse={"safe_contact": text}), "safe-contact"),
        (
            lambda text: in_concern(types=["missing"], missing_episodes=[told(text)]),
            "missing-police-report",
        ),
        (lambda text: in_child(nhs_number=text), "nhs-number"),
        (lambda text: in_child(upn=text), "upn-or-reason"),
        (lambda text: in_child(interpreter_needed=True, first_language=text), "interpreter-language"),
        (lambda text: {"child_voice": {"words": text}}, "child-voice"),
        (lambda text: {"risks_to_staff": text}, "risks-to-staff"),
        (lambda text: {"attachments": [{"held_at": text}]}, "attachment-place"),
        (lambda text: {"consent": {"parents_informed": False, "reason_not_asked": text}}, "dispensing-reason"),
    ],
)
def test_what_is_written_for_nothing_is_asked_for_in_every_field(change: Any, item: str, nothing: str) -> None:
    assert item in noted(**change(nothing))


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"child_voice": {"words": "I don't know"}}, "child-voice"),
        ({"child_voice": {"words": "No"}}, "child-voice"),
        ({"child_voice": {"reason_absent": "Not asked"}}, "child-voice"),
        ({"child_voice": {"reason_absent": "Declined"}}, "child-voice"),
        ({"risks_to_staff": "None"}, "risks-to-staff"),
        ({"risks_to_staff": "No known risks"}, "risks-to-staff"),
        ({"consent": {"parents_informed": False, "reason_not_asked": "Mother refused"}}, "dispensing-reason"),
        ({"family": {"other_parent_reason": "Not known"}}, "other-parent"),
    ],
)
def test_an_answer_that_is_short_is_an_answer(changes: Json, item: str) -> None:
    assert item not in noted(**changes)


@pytest.mark.parametrize("reference", ["TBC", "unknown", "awaiting", "None", "not yet known"])
def test_a_report_to_the_police_that_has_no_number_yet_is_still_a_duty(reference: str) -> None:
    fgm = {"knowledge": "told-by-girl", "police_report_reference": reference}
    facts = facts_of(ReferralForm.model_validate(form(**in_concern(types=["fgm"], fgm=fgm), **in_child(sex="F"))))

    assert "report-known-fgm" in decide.advice(facts, today=TODAY)


@pytest.mark.parametrize("number", ["unknown", "NA", "none", "TBC", "0", "0000000000"])
def test_a_number_that_is_written_for_none_finds_no_child(number: str) -> None:
    child = {"first_name": "Rowan", "la_child_id": number, "la_code": "212"}
    facts = facts_of(ReferralForm.model_validate(form(children=[child])))

    assert [refusal.pointer for refusal in decide.refusals(facts, today=TODAY)] == ["/children/0/addresses"]


@pytest.mark.parametrize("line", ["Refuge", "Address withheld", "Safe accommodation - address known to police"])
def test_a_child_whose_home_is_kept_from_others_is_not_refused_for_it(line: str) -> None:
    child = {"first_name": "Rowan", "addresses": [{"lines": [line]}]}
    facts = facts_of(ReferralForm.model_validate(form(children=[child])))

    assert decide.refusals(facts, today=TODAY) == ()
    assert "address" not in noted(children=[child])


@pytest.mark.parametrize("ended", [{"kind": "previous"}, {"lived_until": "2026-10-01"}])
def test_a_refuge_that_a_family_has_left_is_history_and_the_present_home_is_asked_for(ended: Json) -> None:
    assert "address" in noted_of_child(addresses=[{"lines": ["Refuge"], **ended}])
    assert "address" not in noted_of_child(addresses=[{"lines": ["Refuge"], **ended}, {"lines": ["Safe house"]}])


@pytest.mark.parametrize(("name", "asked"), [("Unknown", True), ("Not known", True), ("Father", False), (None, False)])
def test_a_parent_whose_name_nobody_knows_is_asked_for(name: str | None, asked: bool) -> None:
    household = [*form()["household"], {"name": name, "relationship": "father", "role": "father"}]

    assert ("other-parent" in noted(household=household, family=None)) is asked


@pytest.mark.parametrize("line", ["County Hotel", "Temporary accommodation", "At home with his mother"])
def test_a_kind_of_place_is_asked_for_again_and_refuses_nobody(line: str) -> None:
    child = {"first_name": "Rowan", "addresses": [{"lines": [line]}]}
    facts = facts_of(ReferralForm.model_validate(form(children=[child])))

    assert decide.refusals(facts, today=TODAY) == ()
    assert "address" in noted(children=[child])


@pytest.mark.parametrize("line", ["No fixed abode", "Unknown", "B&B"])
def test_where_nobody_knows_a_place_something_else_has_to_find_the_child(line: str) -> None:
    facts = facts_of(
        ReferralForm.model_validate(form(children=[{"first_name": "Rowan", "addresses": [{"lines": [line]}]}]))
    )

    assert [refusal.pointer for refusal in decide.refusals(facts, today=TODAY)] == ["/children/0/addresses"]

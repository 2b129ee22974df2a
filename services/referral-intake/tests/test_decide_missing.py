"""What a referral leaves open: each thing by its name and place, and never more than has to be asked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from intake_examples import (
    AGREED,
    CHILD,
    CONCERN,
    CONSENT,
    FACTS,
    FAMILY,
    NO_ANSWER,
    REFERRER,
    TODAY,
    UNBORN,
    about,
    about_a_girl,
    missing,
    received,
)

from contracts.codes import AgreementAnswer, ConcernType, Disability, MissingItem, Sex
from referral_intake.model import AgreementFacts, Bound, ChildFacts, Day, Given, ReferralFacts

NO_REASON = AgreementFacts(answer=AgreementAnswer.NOT_ASKED, dated=False, reasoned=False)
REASON = replace(NO_REASON, reasoned=True)
REFUSED = AgreementFacts(answer=AgreementAnswer.REFUSED, dated=True, reasoned=True)
WITH_BASIS = replace(CONSENT, has_lawful_basis=True)
SISTER = replace(CHILD, nhs_number=Given("999 000 0026", "9990000026"), upn=None, has_upn_reason=True)
BROTHER = replace(SISTER, nhs_number=Given("999 000 0034", "9990000034"))
TOMORROW = TODAY + timedelta(days=1)


def child(**changes: object) -> ReferralFacts:
    return replace(FACTS, children=(replace(CHILD, **changes),))  # type: ignore[arg-type]


def unborn(**changes: object) -> ReferralFacts:
    return replace(FACTS, children=(replace(UNBORN, **changes),))  # type: ignore[arg-type]


def danger(**changes: object) -> ReferralFacts:
    return replace(FACTS, immediate_danger=True, **changes)  # type: ignore[arg-type]


def consent(**changes: object) -> ReferralFacts:
    return replace(FACTS, consent=replace(CONSENT, **changes))  # type: ignore[arg-type]


SENDER = [
    (replace(FACTS, referrer=replace(REFERRER, has_name=False)), "referrer-name", "/referrer/name"),
    (replace(FACTS, referrer=replace(REFERRER, has_phone=False)), "referrer-phone", "/referrer/phone"),
    (danger(has_emergency_call=False), "emergency-call", "/immediate_safety/called_999"),
    (danger(children=(replace(CHILD, has_location_now=False),)), "location-now", "/children/0/location_now"),
    (danger(children=(CHILD, replace(SISTER, has_company_now=False))), "with-now", "/children/1/with_now"),
    (
        replace(FACTS, family=replace(FAMILY, names_alleged_perpetrator=True), has_next_contact=False),
        "next-contact",
        "/immediate_safety/next_contact_with_abuser",
    ),
]
CHILDREN = [
    (child(has_name=False, has_description=True), "child-name", "/children/0/first_name"),
    (child(born_on=None), "date-of-birth", "/children/0/date_of_birth"),
    (child(born_on=TOMORROW, upn=None), "future-date-of-birth", "/children/0/date_of_birth"),
    (child(estimated=True), "exact-date-of-birth", "/children/0/date_of_birth"),
    (child(born_on=date(2000, 11, 22)), "implausible-date", "/children/0/date_of_birth"),
    (
        unborn(expected_on=TODAY + timedelta(weeks=43)),
        "implausible-date",
        "/children/0/expected_date_of_birth",
    ),
    (
        unborn(expected_on=TODAY - timedelta(weeks=3)),
        "expected-date-passed",
        "/children/0/expected_date_of_birth",
    ),
    (child(sex=None), "sex", "/children/0/sex"),
    (unborn(sex=Sex.FEMALE), "unborn-sex", "/children/0/sex"),
    (child(has_ethnicity=False), "ethnicity", "/children/0/ethnicity"),
    (child(disabilities=None), "disability", "/children/0/disabilities"),
    (child(disabilities=()), "disability", "/children/0/disabilities"),
    (
        child(disabilities=(Disability.HEARING, Disability.NONE)),
        "disability-contradiction",
        "/children/0/disabilities",
    ),
    (child(lacks_language_to_interpret=True), "interpreter-language", "/children/0/first_language"),
    (child(nhs_number=None), "nhs-number", "/children/0/nhs_number"),
    (child(nhs_number=Given("9990000019", None)), "invalid-nhs-number", "/children/0/nhs_number"),
    (child(upn=None), "upn-or-reason", "/children/0/upn"),
    (child(upn=Given("A212999917001", None)), "invalid-upn", "/children/0/upn"),
    (child(la_child_id="A-123", has_la_code=True), "invalid-la-child-id", "/children/0/la_child_id"),
    (child(la_child_id="A123"), "la-code", "/children/0/la_code"),
    (child(home_until=None), "address", "/children/0/addresses"),
    (
        child(postcodes=(Given("ZZ99 3AB", "ZZ99 3AB"), Given("nowhere", None))),
        "invalid-postcode",
        "/children/0/addresses/1/postcode",
    ),
    (child(has_school=False), "school", "/children/0/school"),
    (child(has_gp=False), "gp", "/children/0/gp"),
]
PEOPLE = [
    (replace(FACTS, family=replace(FAMILY, has_household=False)), "household", "/household"),
    (replace(FACTS, family=replace(FAMILY, names_responsible=False)), "parental-responsibility", "/household"),
    (replace(FACTS, family=replace(FAMILY, parents=1)), "other-parent", "/household"),
    (replace(FACTS, lacks_professional_agreement=True), "professional-agreement", "/professionals"),
    (replace(FACTS, has_staff_risks=False), "risks-to-staff", "/risks_to_staff"),
    (replace(FACTS, lacks_staff_risk_review=True), "staff-risk-review", "/risks_to_staff"),
    (replace(FACTS, lacks_attachment_place=True), "attachment-place", "/attachments"),
    (
        replace(
            FACTS,
            days=(
                Day(
                    "/children/0/addresses/1/lived_until",
                    date(2020, 1, 1),
                    earliest=date(2021, 1, 1),
                    bound=Bound.BEGINNING,
                ),
            ),
        ),
        "contradictory-dates",
        "/children/0/addresses/1/lived_until",
    ),
]
WORRIES = [
    (replace(FACTS, concern_types=()), "concern-type", "/concern/types"),
    (replace(FACTS, concern=replace(CONCERN, has_source=False)), "source-of-facts", "/concern/source"),
    (replace(FACTS, concern=replace(CONCERN, has_impact=False)), "impact", "/concern/impact"),
    (replace(FACTS, concern=replace(CONCERN, has_change=False)), "what-changed", "/concern/what_changed"),
    (
        replace(FACTS, concern=replace(CONCERN, has_incomplete_disclosure=True)),
        "disclosure-details",
        "/concern/disclosure",
    ),
    (replace(FACTS, has_child_voice=False), "child-voice", "/child_voice"),
]
KINDS = [
    (about(ConcernType.DOMESTIC_ABUSE), "safe-contact", "/concern/domestic_abuse/safe_contact"),
    (about(ConcernType.FGM), "fgm-knowledge", "/concern/fgm/knowledge"),
    (about(ConcernType.RADICALISATION), "radicalisation-details", "/concern/radicalisation"),
    (
        about(ConcernType.PRIVATE_FOSTERING, has_fostering_carers=True),
        "private-fostering-dates",
        "/concern/private_fostering/started_on",
    ),
    (
        about(ConcernType.PRIVATE_FOSTERING, has_fostering_start=True),
        "private-fostering-carers",
        "/concern/private_fostering/carers",
    ),
    (about(ConcernType.MISSING, has_missing_report=True), "missing-episodes", "/concern/missing_episodes"),
    (about(ConcernType.MISSING, has_missing_episode=True), "missing-police-report", "/concern/missing_episodes"),
    (about(ConcernType.ALLEGATION_AGAINST_STAFF), "designated-officer", "/concern/staff_allegation"),
    (about(ConcernType.NEGLECT, has_allegation=True), "designated-officer", "/concern/staff_allegation"),
    (about(ConcernType.HARM_OUTSIDE_HOME), "place-or-peers", "/concern/place_or_peers"),
    (about(ConcernType.CHILD_DEATH), "circumstances-of-death", "/concern/facts"),
]
AGREEMENTS = [
    (consent(informed=None), "parents-informed", "/consent/parents_informed"),
    (consent(to_referral=NO_ANSWER), "agreement-to-referral", "/consent/to_referral"),
    (consent(to_checks=NO_ANSWER), "agreement", "/consent/to_checks"),
    (replace(FACTS, wants_help=True), "agreement-to-help", "/consent/to_help"),
    (consent(to_help=replace(AGREED, dated=False)), "agreement-details", "/consent/to_help"),
    (replace(FACTS, consent=replace(WITH_BASIS, informed=False)), "dispensing-reason", "/consent/dispensing_reasons"),
    (
        replace(FACTS, consent=replace(WITH_BASIS, to_referral=NO_REASON)),
        "dispensing-reason",
        "/consent/dispensing_reasons",
    ),
    (consent(to_checks=REFUSED), "lawful-basis", "/consent/lawful_basis"),
    (consent(to_referral=REASON), "lawful-basis", "/consent/lawful_basis"),
]
TABLE = SENDER + CHILDREN + PEOPLE + WORRIES + KINDS + AGREEMENTS


@pytest.mark.parametrize(("facts", "item", "pointer"), TABLE)
def test_what_is_left_open_is_noted_with_its_place_and_does_not_stop_the_referral(
    facts: ReferralFacts, item: str, pointer: str
) -> None:
    assert [(each.item, each.pointer) for each in missing(facts)] == [(item, pointer)]
    assert received(facts).missing_information == (MissingItem(item),)


@pytest.mark.parametrize("field", ["nhs_number", "upn"])
def test_one_number_for_two_children_is_asked_about_at_every_place(field: str) -> None:
    known = getattr(CHILD, field)
    others = {"nhs_number": Given("9990000026", "9990000026"), "upn": None} | {field: known._replace(sent="as typed")}
    twins = replace(FACTS, children=(CHILD, replace(CHILD, **{**others, "has_upn_reason": True})))

    found = [each for each in missing(twins) if each.item is MissingItem.SHARED_NUMBER]

    assert [each.pointer for each in found] == [f"/children/0/{field}", f"/children/1/{field}"]


def test_children_with_numbers_of_their_own_share_none() -> None:
    assert missing(replace(FACTS, children=(CHILD, SISTER, BROTHER))) == []


def test_every_item_of_the_code_list_is_noted_by_some_referral() -> None:
    twins = replace(FACTS, children=(CHILD, CHILD))
    noted = (
        {each.item.value for each in missing(twins)}
        | {item for _, item, _ in TABLE}
        | {each.item.value for each in missing(about_a_girl())}
    )

    assert noted == {item.value for item in MissingItem}


def test_nothing_is_left_open_by_a_full_referral() -> None:
    assert missing(FACTS) == []


def test_each_child_is_asked_about_in_its_own_place_and_the_item_is_named_once() -> None:
    facts = replace(FACTS, children=(replace(CHILD, has_gp=False), SISTER, replace(BROTHER, has_gp=False)))

    assert [each.pointer for each in missing(facts)] == ["/children/0/gp", "/children/2/gp"]
    assert received(facts).missing_information == (MissingItem.GP,)


# -- what is not asked ----------------------------------------------------------------------------------------------


def test_an_unborn_child_lacks_no_sex_school_doctor_number_disability_or_voice() -> None:
    facts = replace(FACTS, children=(UNBORN,), has_child_voice=False)

    assert missing(facts) == []


def test_nobody_has_parental_responsibility_for_an_unborn_child_yet() -> None:
    facts = replace(FACTS, children=(UNBORN,), family=replace(FAMILY, names_responsible=False))

    assert missing(facts) == []


@pytest.mark.parametrize(
    "young",
    [
        replace(CHILD, born_on=date(2026, 7, 8), has_school=False, upn=None),
        replace(CHILD, born_on=date(2021, 11, 24), upn=None),
        replace(CHILD, born_on=date(2010, 11, 23), upn=None),
        replace(CHILD, upn=None, has_upn_reason=True),
        replace(CHILD, disabilities=(Disability.NONE, Disability.NONE)),
        replace(CHILD, disabilities=(Disability.HEARING, Disability.LEARNING)),
        replace(CHILD, la_child_id="A123", has_la_code=True),
        replace(CHILD, born_on=date(2000, 11, 24)),
    ],
)
def test_what_does_not_apply_to_a_child_is_not_asked(young: ChildFacts) -> None:
    assert missing(replace(FACTS, children=(young,))) == []


@pytest.mark.parametrize("expected", [TODAY - timedelta(weeks=2), TODAY, TODAY + timedelta(weeks=42)])
def test_any_day_of_a_pregnancy_is_plausible(expected: date) -> None:
    assert missing(unborn(expected_on=expected)) == []


def test_one_who_wishes_to_stay_anonymous_is_not_asked_who_they_are() -> None:
    neighbour = replace(REFERRER, professional=False, wishes_anonymity=True, has_name=False, has_phone=False)

    assert missing(replace(FACTS, referrer=neighbour)) == []


def test_a_professional_cannot_stay_anonymous() -> None:
    nameless = replace(REFERRER, wishes_anonymity=True, has_name=False)

    assert [each.item for each in missing(replace(FACTS, referrer=nameless))] == [MissingItem.REFERRER_NAME]


def test_where_everybody_is_now_is_asked_only_in_danger() -> None:
    facts = replace(child(has_location_now=False, has_company_now=False), has_emergency_call=False)

    assert missing(facts) == []


def test_a_reason_why_the_other_parent_is_not_named_is_enough() -> None:
    facts = replace(FACTS, family=replace(FAMILY, parents=0, has_other_parent_reason=True))

    assert missing(facts) == []


def test_each_childs_own_voice_is_a_voice() -> None:
    heard = replace(CHILD, has_voice=True)

    assert (
        missing(replace(FACTS, has_child_voice=False, children=(heard, UNBORN, replace(SISTER, has_voice=True)))) == []
    )


def test_a_reason_for_not_asking_stands_for_the_answers_and_asks_for_the_law() -> None:
    unasked = replace(CONSENT, informed=False, reasoned=True, to_referral=NO_ANSWER, to_checks=NO_ANSWER)

    assert [each.item for each in missing(replace(FACTS, consent=unasked))] == [MissingItem.LAWFUL_BASIS]
    assert missing(replace(FACTS, consent=replace(unasked, has_lawful_basis=True))) == []

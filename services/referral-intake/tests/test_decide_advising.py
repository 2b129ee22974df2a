"""What only the sender can do is said, and only where it is theirs to do."""

from dataclasses import replace
from datetime import date

import pytest
from intake_examples import FACTS, NO_CIRCUMSTANCES, TODAY, about, about_a_girl, missing

from contracts.codes import Advice, ConcernType, FgmKnowledge, MissingItem
from referral_intake import decide
from referral_intake.model import Missing, ReferralFacts


def test_a_known_case_of_fgm_shows_the_personal_duty_until_there_is_a_report() -> None:
    facts = about_a_girl()
    reported = replace(facts, circumstances=replace(facts.circumstances, has_fgm_report=True))

    assert missing(facts) == [Missing(MissingItem.FGM_POLICE_REPORT, "/concern/fgm")]
    assert decide.advice(facts, today=TODAY) == (Advice.REPORT_KNOWN_FGM,)
    assert "report this to the police yourself" in Advice.REPORT_KNOWN_FGM.label
    assert missing(reported) == []
    assert decide.advice(reported, today=TODAY) == ()


@pytest.mark.parametrize(
    "facts",
    [
        about_a_girl(born_on=date(2008, 11, 23)),
        about(ConcernType.FGM, fgm=FgmKnowledge.SIGNS_SEEN),
        replace(about_a_girl(), circumstances=replace(NO_CIRCUMSTANCES, fgm=FgmKnowledge.AT_RISK)),
        replace(about_a_girl(), circumstances=replace(NO_CIRCUMSTANCES, fgm=FgmKnowledge.SUSPECTED)),
    ],
)
def test_the_personal_duty_is_for_known_cases_in_girls_under_18(facts: ReferralFacts) -> None:
    assert decide.advice(facts, today=TODAY) == ()


def test_a_girl_whose_age_is_not_known_counts_as_under_18() -> None:
    assert decide.advice(about_a_girl(born_on=None), today=TODAY) == (Advice.REPORT_KNOWN_FGM,)


@pytest.mark.parametrize(
    ("facts", "advice"),
    [
        (FACTS, ()),
        (about(ConcernType.MISSING), (Advice.REPORT_MISSING,)),
        (about(ConcernType.MISSING, has_missing_report=True), ()),
        (about(ConcernType.ONLINE_HARM), (Advice.KEEP_IMAGES_WHERE_THEY_ARE,)),
        (about(ConcernType.SEXUAL_ABUSE, has_images=True), (Advice.KEEP_IMAGES_WHERE_THEY_ARE,)),
        (about(ConcernType.NEGLECT, has_allegation=True), (Advice.TELL_DESIGNATED_OFFICER,)),
        (about(ConcernType.ALLEGATION_AGAINST_STAFF, designated_officer_told=True), ()),
        (about(ConcernType.DOMESTIC_ABUSE, has_safe_contact=True), (Advice.KEEP_CONTACT_SAFE,)),
    ],
)
def test_some_concerns_ask_something_of_the_sender(facts: ReferralFacts, advice: tuple[Advice, ...]) -> None:
    assert decide.advice(facts, today=TODAY) == advice

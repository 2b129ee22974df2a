"""What a sender is told to do besides sending: some duties are their own and cannot be passed on."""

from datetime import date

from contracts.codes import Advice, ConcernType
from referral_intake.decide.missing.concern import knows_of_fgm
from referral_intake.model import ReferralFacts


def advice(facts: ReferralFacts, *, today: date) -> tuple[Advice, ...]:
    """In the order of the code list. What to do about immediate danger is said apart, and first."""
    said, about = facts.circumstances, facts.concern_types
    is_allegation = said.has_allegation or ConcernType.ALLEGATION_AGAINST_STAFF in about
    rules = (
        (knows_of_fgm(facts, today) and not said.has_fgm_report, Advice.REPORT_KNOWN_FGM),
        (ConcernType.MISSING in about and not said.has_missing_report, Advice.REPORT_MISSING),
        (said.has_images or ConcernType.ONLINE_HARM in about, Advice.KEEP_IMAGES_WHERE_THEY_ARE),
        (is_allegation and not said.designated_officer_told, Advice.TELL_DESIGNATED_OFFICER),
        (ConcernType.DOMESTIC_ABUSE in about, Advice.KEEP_CONTACT_SAFE),
    )
    return tuple([item for applies, item in rules if applies])

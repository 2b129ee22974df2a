"""What a referral leaves open: never a reason to refuse it, always a question for triage to ask."""

from datetime import date

from referral_intake.decide.gaps.agreement import agreement_gaps
from referral_intake.decide.gaps.child import child_gaps
from referral_intake.decide.gaps.concern import concern_gaps
from referral_intake.decide.gaps.people import people_gaps, safety_gaps, staff_gaps
from referral_intake.model import Gap, ReferralFacts

__all__ = ["gaps"]


def gaps(facts: ReferralFacts, *, today: date) -> tuple[Gap, ...]:
    """Everything that is left open, by JSON pointer, in the order of the form. Unborn children lack less."""
    found = safety_gaps(facts)
    for place, child in enumerate(facts.children):
        found += child_gaps(child, f"/children/{place}", today=today)
    found += people_gaps(facts)
    found += concern_gaps(facts, today=today)
    found += agreement_gaps(facts)
    found += staff_gaps(facts)
    return tuple(found)

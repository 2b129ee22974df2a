"""What a referral leaves open: never a reason to refuse it, always a question for triage to ask."""

from datetime import date

from referral_intake.decide.missing.agreement import missing_of_agreement
from referral_intake.decide.missing.child import missing_of_child, shared_numbers
from referral_intake.decide.missing.concern import missing_of_concern
from referral_intake.decide.missing.people import missing_of_family, missing_of_moment, missing_of_others
from referral_intake.model import Missing, ReferralFacts

__all__ = ["missing_items"]


def missing_items(facts: ReferralFacts, *, today: date) -> tuple[Missing, ...]:
    """Everything that is left open, by JSON pointer, in the order of the form. Unborn children lack less."""
    found = missing_of_moment(facts)
    for place, child in enumerate(facts.children):
        found += missing_of_child(child, f"/children/{place}", today=today)
    found += shared_numbers(facts.children)
    found += missing_of_family(facts, today=today)
    found += missing_of_concern(facts, today=today)
    found += missing_of_agreement(facts)
    found += missing_of_others(facts, today=today)
    return tuple(found)

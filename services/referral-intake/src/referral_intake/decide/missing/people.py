"""What is left open about the moment, the sender, the family and those who will visit."""

from collections.abc import Iterator
from datetime import date

from contracts.codes import MissingItem
from referral_intake.decide.dates import contradiction, is_overdue, is_too_far_ahead
from referral_intake.model import FamilyFacts, Missing, ReferralFacts


def missing_of_moment(facts: ReferralFacts) -> list[Missing]:
    """The sender, and what is happening now. A member of the public need not say who they are."""
    referrer, in_danger = facts.referrer, facts.immediate_danger
    may_be_asked = referrer.professional or not referrer.wishes_anonymity
    rules = [
        (may_be_asked and not referrer.has_name, MissingItem.REFERRER_NAME, "/referrer/name"),
        (may_be_asked and not referrer.has_phone, MissingItem.REFERRER_PHONE, "/referrer/phone"),
        (
            in_danger and not facts.has_emergency_call,
            MissingItem.EMERGENCY_CALL,
            "/immediate_safety/called_999",
        ),
        (
            facts.family.names_alleged_perpetrator and not facts.has_next_contact,
            MissingItem.NEXT_CONTACT,
            "/immediate_safety/next_contact_with_abuser",
        ),
    ]
    for place, child in enumerate(facts.children if in_danger else ()):
        rules.append((not child.has_location_now, MissingItem.LOCATION_NOW, f"/children/{place}/location_now"))
        rules.append((not (child.unborn or child.has_company_now), MissingItem.WITH_NOW, f"/children/{place}/with_now"))
    return [Missing(item, pointer) for is_open, item, pointer in rules if is_open]


def missing_of_family(facts: ReferralFacts, *, today: date) -> list[Missing]:
    """The family. Both parents are asked about: a father is not an afterthought (London pre-birth procedures)."""
    family, any_born = facts.family, any(not child.unborn for child in facts.children)
    if not family.has_household:
        return [Missing(MissingItem.HOUSEHOLD, "/household")]
    found = list(_expected(family, today))
    # Nobody has parental responsibility for an unborn child yet.
    if any_born and not family.names_responsible:
        found.append(Missing(MissingItem.PARENTAL_RESPONSIBILITY, "/household"))
    if family.parents < 2 and not family.has_other_parent_reason:
        found.append(Missing(MissingItem.OTHER_PARENT, "/household"))
    return found


def _expected(family: FamilyFacts, today: date) -> Iterator[Missing]:
    for place, day in family.expected:
        pointer = f"/household/{place}/expected_date_of_birth"
        if is_overdue(day, today):
            yield Missing(MissingItem.EXPECTED_DATE_PASSED, pointer)
        elif is_too_far_ahead(day, today):
            yield Missing(MissingItem.IMPLAUSIBLE_DATE, pointer)


def missing_of_others(facts: ReferralFacts, *, today: date) -> list[Missing]:
    """Those who work with the family, those who will visit, the papers, and dates that cannot be."""
    rules = (
        (facts.lacks_professional_agreement, MissingItem.PROFESSIONAL_AGREEMENT, "/professionals"),
        (not facts.has_staff_risks, MissingItem.RISKS_TO_STAFF, "/risks_to_staff"),
        (facts.lacks_staff_risk_review, MissingItem.STAFF_RISK_REVIEW, "/risks_to_staff"),
        (facts.lacks_attachment_place, MissingItem.ATTACHMENT_PLACE, "/attachments"),
    )
    found = [Missing(item, pointer) for is_open, item, pointer in rules if is_open]
    wrong: dict[str, str] = {}
    for day in facts.days:
        if day.pointer not in wrong and (detail := contradiction(day, today)):
            wrong[day.pointer] = detail
    found += [Missing(MissingItem.CONTRADICTORY_DATES, pointer, detail) for pointer, detail in wrong.items()]
    return found + list(facts.doubts)

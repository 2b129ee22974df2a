"""When those around a child were born: not in the future, and parents before their children."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from contracts.codes import FamilyRole
from referral_intake.form.facts.addresses import days_of_addresses
from referral_intake.form.facts.family import PARENTS, is_parent
from referral_intake.form.family import HouseholdMember
from referral_intake.form.referral import ReferralForm
from referral_intake.model import Day

_ELDERS: Final = PARENTS | {FamilyRole.GRANDPARENT}


def days_of_relatives(form: ReferralForm) -> Iterator[Day]:
    """Births of all members of the household, and since when they lived where."""
    for place, member in enumerate(form.household):
        pointer = f"/household/{place}"
        if member.date_of_birth:
            born = _child_born(form, member)
            yield Day(f"{pointer}/date_of_birth", member.date_of_birth, past=True, child_born=born)
        yield from days_of_addresses(member.addresses, f"{pointer}/addresses", born=member.date_of_birth)


def _child_born(form: ReferralForm, member: HouseholdMember) -> date | None:
    """The first birth of the children whose parent or grandparent somebody is."""
    children = enumerate(form.children, 1)
    births = [child.date_of_birth for number, child in children if child.date_of_birth and _is_elder(member, number)]
    return min(births, default=None)


def _is_elder(member: HouseholdMember, number: int) -> bool:
    own = next((each.role for each in member.towards_children if each.child == number and each.role), member.role)
    return own in _ELDERS if own is not None else is_parent(member)

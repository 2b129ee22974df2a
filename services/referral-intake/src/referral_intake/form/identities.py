"""By what a child is recognised in another referral of the same agency, however it was spaced and spelled."""

from collections.abc import Iterator

from referral_intake.form.child import Child
from referral_intake.form.facts.placeholders import is_named
from referral_intake.form.folding import folded
from referral_intake.form.referral import ReferralForm
from referral_intake.identifiers import nhs_number, upn


def identities_of(form: ReferralForm) -> tuple[str, ...]:
    """Every identity of every child: a right number of its own, or its name together with a date."""
    return tuple(dict.fromkeys(identity for child in form.children for identity in _of_child(child)))


def _of_child(child: Child) -> Iterator[str]:
    if child.nhs_number and nhs_number.is_valid(child.nhs_number):
        yield f"nhs-number {nhs_number.normalise(child.nhs_number)}"
    if child.upn and upn.is_valid(child.upn):
        yield f"upn {upn.normalise(child.upn)}"
    name = folded(f"{child.first_name or ''}{child.last_name or ''}") if is_named(child.first_name) else ""
    date = child.date_of_birth or child.expected_date_of_birth
    if name and date:
        yield f"name {name} {date.isoformat()}"

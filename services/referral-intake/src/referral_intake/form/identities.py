"""By what a child is recognised in another referral of the same agency, however it was spaced and spelled.

Of what both referrals give, what says most decides: the NHS number, then the unique pupil number, then the name
together with a date; of a child that is known by several names, each of them. So twins and namesakes with numbers of
their own stay two, and one child stays one under another name. A temporary pupil number is of a kind of its own: a
school replaces it as soon as it knows the permanent one, so a child may have both
(https://www.gov.uk/government/publications/unique-pupil-numbers). A number that cannot be
right recognises nobody, and keeps nobody apart.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from referral_intake.form.child import Child
from referral_intake.form.facts.placeholders import is_family_name, is_named
from referral_intake.form.folding import folded
from referral_intake.form.referral import ReferralForm
from referral_intake.identifiers import upn
from referral_intake.model import NUMBER_KINDS, ChildFacts, Identity, ReferralFacts

_EARLIEST_BIRTH: Final = date(1971, 1, 1)
"""No child of today was born before; programs write 1 January 1900 or 1970 for a day that nobody knows."""
_NO_NUMBERS: Final = (None,) * NUMBER_KINDS


def identities_of(form: ReferralForm, facts: ReferralFacts) -> tuple[Identity, ...]:
    """Every identity of every child; ``facts`` are those of the form."""
    children = enumerate(zip(form.children, facts.children, strict=True))
    return tuple([identity for place, (child, known) in children for identity in _of_child(child, known, place)])


def _of_child(child: Child, known: ChildFacts, place: int) -> list[Identity]:
    numbers = _numbers(known)
    found = [
        Identity(number, place, (*numbers[:kind], *_NO_NUMBERS[kind:]))
        for kind, number in enumerate(numbers)
        if number is not None
    ]
    day = child.date_of_birth or child.expected_date_of_birth
    if day and day >= _EARLIEST_BIRTH:
        found += [Identity(f"name {name} {day.isoformat()}", place, numbers) for name in _names(child, known)]
    return found


def _names(child: Child, known: ChildFacts) -> list[str]:
    """As it is compared, the child's name, and what else it is called."""
    first, last = child.first_name if known.has_own_name else None, child.last_name
    names = [f"{first}{last if last and is_family_name(last) else ''}"] if first else []
    for alias in filter(is_named, child.aliases):
        names += _called(alias.strip(), first)
    return [name for name in dict.fromkeys(map(folded, names)) if name]


def _called(alias: str, first: str | None) -> Iterator[str]:
    """An alias as a name in whole, and as another last name. A nickname alone is nobody's: many are called Mo."""
    if " " in alias:
        yield alias
    if first and not alias.startswith(f"{first} "):
        yield f"{first}{alias}"


def _numbers(known: ChildFacts) -> tuple[str | None, ...]:
    health = permanent = temporary = None
    if known.nhs_number and (number := known.nhs_number.read):
        health = f"nhs-number {number}"
    if known.upn and (pupil := known.upn.read):
        permanent, temporary = (None, f"upn {pupil}") if upn.is_temporary(pupil) else (f"upn {pupil}", None)
    return health, permanent, temporary

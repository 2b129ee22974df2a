"""What events say of children: ids and codes."""

from collections.abc import Iterable
from uuid import UUID

from contracts.events import ChildPlans, ChildReference
from referral_intake.model import ChildFacts


def references(child_ids: Iterable[UUID], children: Iterable[ChildFacts]) -> tuple[ChildReference, ...]:
    """Each child, in the order of the form."""
    pairs = zip(child_ids, children, strict=True)
    return tuple([ChildReference(child_id=child_id, unborn=child.unborn) for child_id, child in pairs])


def said_plans(child_ids: Iterable[UUID], children: Iterable[ChildFacts]) -> tuple[ChildPlans, ...]:
    """The plans of the children of whom any are said, or that there are none."""
    pairs = zip(child_ids, children, strict=True)
    return tuple([ChildPlans(child_id=child_id, plans=child.plans) for child_id, child in pairs if child.plans])

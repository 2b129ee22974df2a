"""By what a child is recognised in another referral, and what says that it is another child all the same."""

from dataclasses import field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from referral_intake.model.record import record

REPEAT_WITHIN: Final = timedelta(hours=72)
"""For so long another referral by the same agency about the same child is likely the same worry, told twice."""

NUMBER_KINDS: Final = 3
"""NHS numbers, permanent and temporary unique pupil numbers: those that say more come first."""


@record
class Identity:
    """One sign of a child in a form: a number of its own, or its name together with a date.

    ``place`` is the child's in the form. ``numbers`` are the signs of its own numbers that say more than this sign,
    each kind at its own place, None where the form has none.
    """

    sign: str = field(repr=False)
    place: int
    numbers: tuple[str | None, ...] = field(default=(), repr=False)


@record
class Mark:
    """The digest of an identity, with those of its numbers."""

    digest: bytes
    place: int = 0
    numbers: tuple[bytes | None, ...] = ()

    def recognises(self, other: "Mark") -> bool:
        """Whether both are of one child: the same sign, unless a number that says more is another one.

        Twins have one family name and one birthday, and namesakes all of it. The same rule is in SQL in ``look_up``.
        """
        numbers = zip(self.numbers, other.numbers, strict=False)
        return self.digest == other.digest and not any(ours and its and ours != its for ours, its in numbers)


@record
class DatedMark:
    """A mark of a referral as it stands; ``since`` is when the child that it recognises came in."""

    mark: Mark
    since: datetime


@record
class Previous:
    """A referral that another one is likely a repeat of."""

    referral_id: UUID
    received_at: datetime

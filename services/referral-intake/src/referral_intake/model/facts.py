"""Which things a referral says: whether something was said, never its words."""

from dataclasses import dataclass
from datetime import date

from contracts.codes import ConcernType


@dataclass(frozen=True)
class ChildFacts:
    """Which things a referral says about one child. Blank text counts as not said."""

    has_name: bool
    has_description: bool
    born_on: date | None
    expected_on: date | None
    has_home: bool
    has_school: bool
    has_place: bool
    nhs_number: str | None
    has_upn: bool
    has_sex: bool
    has_ethnicity: bool

    @property
    def unborn(self) -> bool:
        """Expected, and no date of birth: a date of birth wins where both are given."""
        return self.expected_on is not None and self.born_on is None


@dataclass(frozen=True)
class ReferralFacts:
    """Which things a referral says. ``has_concern``: facts, an opinion or what was disclosed."""

    immediate_danger: bool
    has_referrer_name: bool
    has_referrer_phone: bool
    has_referrer_email: bool
    children: tuple[ChildFacts, ...]
    concern_types: tuple[ConcernType, ...]
    has_concern: bool
    has_child_voice: bool
    says_parents_informed: bool
    says_agreement: bool
    has_household: bool

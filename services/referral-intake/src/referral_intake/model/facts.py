"""Which things a referral says: whether something was said, never its words."""

from collections.abc import Iterable
from dataclasses import field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from contracts.codes import AgreementAnswer, ConcernType, CurrentPlan, Disability, FgmKnowledge, MissingItem, Sex
from referral_intake.model.record import record

PREGNANCY: Final = timedelta(weeks=42)
"""A pregnancy runs 40 weeks from its first day, and hardly ever beyond 42."""


class Given(NamedTuple):
    """An identifier as it was ``sent``, and as it is ``read``: None when it cannot be one."""

    sent: str
    read: str | None


@record
class ReferrerFacts:
    """Which things a referral says about who sends it. ``reachable``: by telephone or e-mail, or their manager is."""

    professional: bool
    wishes_anonymity: bool
    has_name: bool
    has_phone: bool
    reachable: bool


@record
class ChildFacts:
    """Which things a referral says about one child. Text without a letter or number, and placeholders, are not said.

    ``has_own_name``: the first name is the child's own; with ``has_name`` the family's may be all that is known.
    ``has_place``: anywhere to look for the child, such as a school. ``home_until``: the last day that a home is known
    for, None without one. ``has_withheld_home``: somebody keeps it from others, so nobody is asked for it.
    ``plans``: each once; empty when none are said, and ``none`` when there are none. ``postcodes``: of each address,
    None where none is said. Identifiers and postcodes stay out of what is printed.
    """

    has_name: bool
    has_own_name: bool
    has_description: bool
    born_on: date | None = field(repr=False)
    expected_on: date | None = field(repr=False)
    estimated: bool
    sex: Sex | None
    has_ethnicity: bool
    disabilities: tuple[Disability, ...] | None
    lacks_language_to_interpret: bool
    nhs_number: Given | None = field(repr=False)
    upn: Given | None = field(repr=False)
    has_upn_reason: bool
    la_child_id: str | None = field(repr=False)
    has_la_code: bool
    home_until: date | None = field(repr=False)
    has_withheld_home: bool
    has_school: bool
    has_place: bool
    postcodes: tuple[Given | None, ...] = field(repr=False)
    has_gp: bool
    has_location_now: bool
    has_company_now: bool
    has_voice: bool
    plans: tuple[CurrentPlan, ...]

    @property
    def unborn(self) -> bool:
        """Expected, and no date of birth."""
        return self.expected_on is not None and self.born_on is None


@record
class FamilyFacts:
    """Which things a referral says about the family, by place: ``twice_dated`` are members with both dates.

    ``expected``: members who are not born, each with the day they are expected.
    """

    has_household: bool
    names_responsible: bool
    parents: int
    has_other_parent_reason: bool
    names_alleged_perpetrator: bool
    twice_dated: tuple[int, ...]
    expected: tuple[tuple[int, date], ...] = field(default=(), repr=False)


@record
class ConcernFacts:
    """Which things a referral says about the worry. ``is_said``: facts, an opinion, an event or what was disclosed."""

    is_said: bool
    has_source: bool
    has_impact: bool
    has_change: bool
    has_incomplete_disclosure: bool


@record
class CircumstanceFacts:
    """Which things a referral says beyond that about some kinds of concern."""

    has_safe_contact: bool
    fgm: FgmKnowledge | None
    has_fgm_report: bool
    has_radicalisation_details: bool
    has_fostering_start: bool
    has_fostering_carers: bool
    has_missing_episode: bool
    has_missing_report: bool
    has_allegation: bool
    designated_officer_told: bool
    has_place_or_peers: bool
    has_images: bool


@record
class AgreementFacts:
    """What was answered to one question. ``dated``: by whom and when; ``reasoned``: why not asked, or why go on."""

    answer: AgreementAnswer | None
    dated: bool
    reasoned: bool


@record
class ConsentFacts:
    """What the family knows and agreed to. ``reasoned``: why they were not told or asked."""

    informed: bool | None
    reasoned: bool
    to_referral: AgreementFacts
    to_checks: AgreementFacts
    to_help: AgreementFacts
    has_lawful_basis: bool


NO_SUCH_DAY: Final = "No calendar has this day."
TOO_FAR_ALONG: Final = "By the expected date the pregnancy is not that far along yet."
TO_COME: Final = "This day is still to come."
"""Why a day that tells of what was cannot be right, as its sender is told."""


class Bound(StrEnum):
    """What a day cannot be before, as its sender is told."""

    BIRTH = "This is before the birth."
    PREGNANCY = "This is long before the birth."
    BEGINNING = "This is before it began."


class Day(NamedTuple):
    """A day that a referral tells of, and where (JSON pointer). Many are made for each referral.

    ``past``: it cannot be after today, and ``later`` says so. ``to_come``: it cannot be before today. ``earliest``:
    the day before which it cannot be, and ``bound`` which day that is. ``child_born``: of a parent's birth, which must
    come long before. None where nothing says so. ``is_none``: what was written is a date that no calendar has, and
    ``day`` is no day.
    """

    pointer: str
    day: date
    past: bool = False
    to_come: bool = False
    earliest: date | None = None
    bound: Bound = Bound.BIRTH
    child_born: date | None = None
    later: str = TO_COME
    is_none: bool = False


@record
class ReferralFacts:
    """Which things a referral says. ``days``: those that can contradict one another, or today.

    ``doubts``: days among its words that do so, as the reader of its message found them.

    ``has_child_voice``: of the children together, beside what ``children`` say of each.
    """

    immediate_danger: bool
    has_emergency_call: bool
    has_next_contact: bool
    referrer: ReferrerFacts
    children: tuple[ChildFacts, ...]
    family: FamilyFacts
    concern_types: tuple[ConcernType, ...]
    concern: ConcernFacts
    circumstances: CircumstanceFacts
    has_child_voice: bool
    consent: ConsentFacts
    wants_help: bool
    lacks_professional_agreement: bool
    has_staff_risks: bool
    lacks_staff_risk_review: bool
    lacks_attachment_place: bool
    days: tuple[Day, ...]
    doubts: tuple["Missing", ...] = ()


class Missing(NamedTuple):
    """One thing to ask for, and where in the referral it would stand (JSON pointer). Many are made for each one.

    ``detail``: what is wrong with what stands there, for its sender, who sees it; None when the item says it all.
    """

    item: MissingItem
    pointer: str
    detail: str | None = None


def places_of(missing: Iterable[Missing]) -> dict[MissingItem, list[str]]:
    """Each item once, with every place where it would stand, in the order of the form."""
    places: dict[MissingItem, list[str]] = {}
    for item, pointer, _ in missing:
        places.setdefault(item, []).append(pointer)
    return places

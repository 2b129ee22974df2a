"""The rules a pack is made of: one frozen model for each kind, each rule with its source."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, model_validator

from contracts.codes import (
    Channel,
    ConcernType,
    ContactSource,
    CurrentPlan,
    LawfulBasis,
    Outcome,
    Rating,
    RatingReason,
    ThresholdLevel,
)
from policy.working_time import DayHours, Unit

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=600)]
Phone = Annotated[str, Field(pattern=r"^0[0-9 ]{8,14}[0-9]$")]
Hours = Annotated[DayHours, PlainValidator(DayHours.parse), PlainSerializer(str)]


class Part(BaseModel):
    """Anything in a pack: frozen, and a key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Part):
    """A citation. ``seen_on`` is when its text was read; None when only its existence is general knowledge."""

    citation: Text
    address: Annotated[str, Field(pattern=r"^https?://\S+$")]
    seen_on: date | None


class Rule(Part):
    """``default`` marks practice borrowed because the partnership publishes none; ``note`` says what was assumed.

    ``IDENTITY`` names the fields that make two rules the same rule, of which the latest in force applies.
    """

    IDENTITY: ClassVar[tuple[str, ...]] = ()

    source: Slug
    default: bool = False
    note: Text | None = None
    effective_from: date | None = None


class DayOff(Part):
    """One local date that differs from the week's pattern, and why."""

    day: date
    reason: Text


class ServiceHours(Rule):
    """When the front door works, local time; a weekday that is absent is closed.

    ``extra_bank_holidays`` and ``closures`` take days away, ``worked_bank_holidays`` gives them back. The phones are
    those that the partnership publishes; one that it does not publish is left out.
    """

    monday: Hours | None = None
    tuesday: Hours | None = None
    wednesday: Hours | None = None
    thursday: Hours | None = None
    friday: Hours | None = None
    saturday: Hours | None = None
    sunday: Hours | None = None
    extra_bank_holidays: tuple[DayOff, ...] = ()
    worked_bank_holidays: tuple[DayOff, ...] = ()
    closures: tuple[DayOff, ...] = ()
    phone: Phone | None = None
    out_of_hours_phone: Phone | None = None

    @property
    def by_weekday(self) -> Mapping[int, DayHours]:
        """Opening hours of the weekdays that have any; Monday is 0."""
        week = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)
        return {weekday: hours for weekday, hours in enumerate(week) if hours is not None}

    @model_validator(mode="after")
    def _opens_at_all(self) -> Self:
        if not self.by_weekday:
            raise ValueError("must open on at least one weekday")
        return self


class AgencyKind(StrEnum):
    """What sort of body an agency is."""

    SCHOOL = "school"
    EDUCATION = "education"
    POLICE = "police"
    HEALTH = "health"
    HOUSING = "housing"
    PROBATION = "probation"
    SOCIAL_CARE = "social-care"
    VOLUNTARY = "voluntary"


class Endpoint(Part):
    """A way to reach someone: the *name* of an endpoint an operator has set up, never an address or a secret."""

    channel: Channel
    endpoint: Slug


class Agency(Rule):
    """A body that refers, is asked, or is notified. ``asked_at``: what it checks at each rating; absent: not asked."""

    IDENTITY = ("code",)

    code: Slug
    name: Text
    kind: AgencyKind
    contact_source: ContactSource
    asked_at: Mapping[Rating, tuple[Text, ...]] = Field(default_factory=dict)
    channels: tuple[Endpoint, ...] = ()
    escalation_role: Slug


class TeamKind(StrEnum):
    """What a receiving team does."""

    CHILD_PROTECTION = "child-protection"
    EARLY_HELP = "early-help"


class Team(Rule):
    """A team that children are handed over to; ``role`` may accept, within the clock ``accept_clock``."""

    IDENTITY = ("code",)

    code: Slug
    name: Text
    kind: TeamKind
    members: tuple[Text, ...]
    receives: tuple[Outcome, ...] = Field(min_length=1)
    accept_clock: Slug
    role: Slug
    channels: tuple[Endpoint, ...] = ()


class ThresholdRule(Rule):
    """What a partnership calls a level of need."""

    IDENTITY = ("level",)

    level: ThresholdLevel
    name: Text
    meaning: Text


class RatingRule(Rule):
    """What a partnership means by a rating."""

    IDENTITY = ("rating",)

    rating: Rating
    label: Text
    meaning: Text


class Feedback(Part):
    """What a referrer may be shown: ``key`` travels in events, ``text`` is shown."""

    key: Slug
    text: Text


class OutcomeRule(Rule):
    """Who may recommend and who may authorise an outcome, who receives the child, what the referrer may be shown.

    ``feedback`` is None when nothing is safe to say.
    """

    IDENTITY = ("outcome",)

    outcome: Outcome
    label: Text
    recommended_by: tuple[Slug, ...] = Field(min_length=1)
    authorised_by: tuple[Slug, ...] = Field(min_length=1)
    team: Slug | None = None
    feedback: Feedback | None


class Condition(Part):
    """What must be true, all of it, for a suggestion; any of ``concern_types``, of ``plans``. Empty: always true."""

    immediate_danger: bool = False
    repeat: bool = False
    unborn: bool = False
    concern_types: tuple[ConcernType, ...] = ()
    plans: tuple[CurrentPlan, ...] = ()


class SuggestionRule(Rule):
    """A rating to suggest, with the reason shown; advisory, a person decides."""

    rating: Rating
    reason: RatingReason
    text: Text
    when: Condition


class Agreement(StrEnum):
    """The family's part in a purpose; dispensing with it is a reasoned act for one child."""

    REQUIRED = "required"
    SOUGHT_UNLESS_UNSAFE = "sought-unless-unsafe"
    INFORMED_UNLESS_UNSAFE = "informed-unless-unsafe"


class PurposeRule(Rule):
    """Why information is asked for or shared, and the grounds that may be relied on."""

    IDENTITY = ("code",)

    code: Slug
    label: Text
    lawful_bases: tuple[LawfulBasis, ...] = Field(min_length=1)
    agreement: Agreement


class EscalationStage(Rule):
    """One step of the ladder, for professional disagreement and for notices nobody opens; no clock waits for it.

    ``duration`` and ``unit`` are of a disagreement, and None where the source gives no time.
    """

    IDENTITY = ("stage",)

    stage: int = Field(ge=1)
    name: Text
    role: Slug
    formal: bool
    duration: float | None = Field(default=None, gt=0)
    unit: Unit | None = None

    @model_validator(mode="after")
    def _duration_with_unit(self) -> Self:
        if (self.duration is None) != (self.unit is None):
            raise ValueError("needs both a duration and a unit, or neither")
        return self


class RetentionTrigger(StrEnum):
    """What a retention period is counted from. A birthday that is past counts from the last activity instead."""

    YEAR_OF_LAST_CHANGE = "year-of-last-change"
    LAST_CONTACT = "last-contact"
    EIGHTEENTH_BIRTHDAY = "eighteenth-birthday"


class RetentionRule(Rule):
    """How long a class of records is kept; destruction always follows a person's review.

    ``outcomes`` are those whose referrals belong to the class. A pack lists its classes from the least serious to
    the most serious: a referral with several children belongs to the most serious class of any of them.
    """

    IDENTITY = ("record_class",)

    record_class: Slug
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    trigger: RetentionTrigger
    years: int = Field(ge=1, le=150)

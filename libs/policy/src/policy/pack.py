"""A partnership's pack: the rules that shape a decision, and a version id to stamp on it."""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple, Self, TypeVar

from pydantic import Field, model_validator

from contracts.codes import Channel, ConcernType, CurrentPlan, Outcome, Rating, RatingReason
from contracts.events import EditionFacts, ReferralReceived
from policy.clocks import Clock
from policy.escalation import EscalationPace, RoleChannels
from policy.rules import (
    Agency,
    EscalationStage,
    OutcomeRule,
    Part,
    PurposeRule,
    RatingRule,
    RetentionRule,
    Rule,
    ServiceHours,
    Slug,
    Source,
    SuggestionRule,
    Team,
    Text,
    ThresholdRule,
)
from policy.working_time import WorkingCalendar, local_date

RuleT = TypeVar("RuleT", bound=Rule)

_MOST_URGENT_FIRST = tuple(Rating)


class NoSuchRule(LookupError):
    """The pack has no rule for what was asked."""


class Facts(NamedTuple):
    """What a suggestion may rest on; codes only. ``plans`` are those that any child is known to have."""

    concern_types: Collection[ConcernType]
    immediate_danger: bool
    repeat: bool
    unborn: bool
    plans: Collection[CurrentPlan] = ()

    @classmethod
    def of(cls, said: ReferralReceived | EditionFacts) -> Self:
        """Those of a referral as an event says it as a whole."""
        return cls(
            concern_types=said.concern_types,
            immediate_danger=said.immediate_danger,
            repeat=said.previous_referral_id is not None,
            unborn=any(child.unborn for child in said.children),
            plans=frozenset(plan for child in said.plans or () for plan in child.plans),
        )


class Suggestion(NamedTuple):
    """An advisory rating, its reasons as codes for events and as text for people."""

    rating: Rating
    reasons: tuple[RatingReason, ...]
    texts: tuple[str, ...]


class Pack(Part):
    """One version as written: it may hold rules not yet in force. Ask ``Packs``, or ``as_of``, then look rules up."""

    partnership: Slug
    name: Text
    version: Text
    effective_from: date
    effective_until: date | None = None
    sources: Mapping[Slug, Source]
    roles: Mapping[Slug, Text]
    service: ServiceHours
    clocks: tuple[Clock, ...]
    agencies: tuple[Agency, ...]
    teams: tuple[Team, ...]
    thresholds: tuple[ThresholdRule, ...]
    ratings: tuple[RatingRule, ...]
    suggestions: tuple[SuggestionRule, ...]
    outcomes: tuple[OutcomeRule, ...]
    purposes: tuple[PurposeRule, ...] = Field(min_length=1)
    escalation: tuple[EscalationStage, ...] = Field(min_length=1)
    escalation_pace: tuple[EscalationPace, ...] = Field(min_length=1)
    role_channels: tuple[RoleChannels, ...] = ()
    retention: tuple[RetentionRule, ...] = Field(min_length=1)

    @cached_property
    def version_id(self) -> str:
        """Names exactly this content: order of keys, comments and spelled-out defaults do not change it."""
        content = self.model_dump(mode="json", exclude_defaults=True)
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return f"{self.partnership}-{sha256(canonical.encode()).hexdigest()[:12]}"

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """When this partnership's front door works."""
        service = self.service
        return WorkingCalendar(
            hours=service.by_weekday,
            closed_on=frozenset(off.day for off in (*service.extra_bank_holidays, *service.closures)),
            worked_on=frozenset(off.day for off in service.worked_bank_holidays),
        )

    def as_of(self, at: datetime) -> Self:
        """The pack with only the rules in force on the local date of an instant; it keeps its ``version_id``."""
        return self.on(local_date(at))

    def on(self, day: date) -> Self:
        """The same, on a local date."""
        lists = ((field, getattr(self, field)) for field in type(self).model_fields)
        return self.having(**{field: _in_force(rules, day) for field, rules in lists if isinstance(rules, tuple)})

    def having(self, **rules: object) -> Self:
        """The pack with other rules in the fields named; it keeps its ``version_id``."""
        version_id = self.version_id
        pack = self.model_copy(update=rules)
        pack.__dict__["version_id"] = version_id
        return pack

    def get_clock(self, name: str, *, rating: Rating | None = None) -> Clock:
        """The clock for a rating, else the one for any rating. Raises ``NoSuchRule``."""
        named = [clock for clock in self.clocks if clock.name == name and clock.rating in (rating, None)]
        if not named:
            raise NoSuchRule(f"The pack has no clock {name}")
        return max(named, key=lambda clock: clock.rating is not None)

    @property
    def ladder(self) -> tuple[EscalationStage, ...]:
        """The stages of escalation, lowest first."""
        return tuple(sorted(self.escalation, key=lambda stage: stage.stage))

    def get_pace(self, rating: Rating | None) -> EscalationPace:
        """How fast a notice climbs the ladder at a rating, else at any. Raises ``NoSuchRule``."""
        fitting = [pace for pace in self.escalation_pace if pace.rating in (rating, None)]
        if not fitting:
            raise NoSuchRule("The pack has no pace of escalation")
        return max(fitting, key=lambda pace: pace.rating is not None)

    def channels_of_role(self, role: str) -> tuple[Channel, ...]:
        """The channels of a role's own; none where it is reached by those of its agency."""
        return tuple(named.channel for rule in self.role_channels if rule.role == role for named in rule.channels)

    def find_agency(self, code: str) -> Agency | None:
        """The agency of that code."""
        return next((agency for agency in self.agencies if agency.code == code), None)

    def asked_at(self, rating: Rating) -> tuple[Agency, ...]:
        """The agencies that are usually asked at a rating; a person chooses."""
        return tuple(agency for agency in self.agencies if agency.asked_at.get(rating))

    def get_team(self, code: str) -> Team:
        """The team of that code. Raises ``NoSuchRule``."""
        return _only(self.teams, code=code)

    def get_outcome(self, outcome: Outcome) -> OutcomeRule:
        """The rule for an outcome. Raises ``NoSuchRule``."""
        return _only(self.outcomes, outcome=outcome)

    def feedback_text(self, key: str) -> str:
        """What a referrer is shown under a feedback key. Raises ``NoSuchRule``."""
        texts = (rule.feedback.text for rule in self.outcomes if rule.feedback and rule.feedback.key == key)
        text = next(texts, None)
        if text is None:
            raise NoSuchRule(f"The pack has no feedback {key}")
        return text

    def retention_of(self, outcomes: Collection[Outcome | None]) -> RetentionRule:
        """The rule for a referral by the outcomes of its children: the most serious class of any of them.

        An outcome that is not known (None) counts as the most serious one, so that nothing is destroyed too early.
        """
        if not outcomes or None in outcomes:
            return self.retention[-1]
        return next(rule for rule in reversed(self.retention) if not set(rule.outcomes).isdisjoint(outcomes))

    def suggest(self, facts: Facts) -> Suggestion:
        """The most urgent rating whose condition holds, with every reason that leads to it."""
        holding = [rule for rule in self.suggestions if _holds(rule, facts)]
        if not holding:
            raise NoSuchRule("The pack suggests no rating for these facts")
        rating = min((rule.rating for rule in holding), key=_MOST_URGENT_FIRST.index)
        leading = [rule for rule in holding if rule.rating is rating]
        reasons = dict.fromkeys(rule.reason for rule in leading)
        return Suggestion(rating, tuple(reasons), tuple(rule.text for rule in leading))

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.effective_until is not None and self.effective_until < self.effective_from:
            raise ValueError("effective_until must not be before effective_from")
        return self


def _in_force(rules: tuple[Rule, ...], day: date) -> tuple[Rule, ...]:
    """Of several versions of a rule, the latest that has begun; rules without identity all stand."""
    latest: dict[object, Rule] = {}
    for place, rule in enumerate(rules):
        if rule.effective_from is not None and rule.effective_from > day:
            continue
        identity = tuple(getattr(rule, field) for field in rule.IDENTITY) or place
        known = latest.get(identity)
        if known is None or _begins(rule) >= _begins(known):
            latest[identity] = rule
    return tuple(latest.values())


def _begins(rule: Rule) -> date:
    return rule.effective_from or date.min


def _only(rules: tuple[RuleT, ...], **wanted: object) -> RuleT:
    for rule in rules:
        if all(getattr(rule, field) == value for field, value in wanted.items()):
            return rule
    raise NoSuchRule(f"The pack has no rule for {', '.join(str(value) for value in wanted.values())}")


def _holds(rule: SuggestionRule, facts: Facts) -> bool:
    when = rule.when
    if when.concern_types and set(when.concern_types).isdisjoint(facts.concern_types):
        return False
    if when.plans and set(when.plans).isdisjoint(facts.plans):
        return False
    needed = (when.immediate_danger, when.repeat, when.unborn)
    given = (facts.immediate_danger, facts.repeat, facts.unborn)
    return all(fact for wanted, fact in zip(needed, given, strict=True) if wanted)

"""When a referral has been kept long enough, who may say so, and what must still be true when it is destroyed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.codes import DisposalDecision
from contracts.events import ReferralDisposed, ReferralReviewed
from contracts.problems import FieldError, Problem
from policy.pack import Pack
from policy.retention import anniversary, due_at, last_day, trigger_day
from policy.rules import RetentionRule, RetentionTrigger
from policy.working_time import local_date
from referral_intake.decide import dates
from referral_intake.errors import (
    ItemSettled,
    KeepUntilRefused,
    NewerEdition,
    NoLongerDue,
    NotApprovable,
    StandsHeld,
)
from referral_intake.model import DisposalItem, DisposalReview, Finding, Kept, Seal, Settled

Births = Sequence[date | None]

_FARTHEST_EXPECTED: Final = timedelta(days=366)
"""A birth that is expected later than this is a slip of the pen."""
_LONGEST_KEPT_YEARS: Final = 100


def births_in(content: bytes, *, last_activity: datetime) -> tuple[date | None, ...]:
    """When each child of a document was born or is expected; None where that is not known, or cannot be."""
    try:
        children = json.loads(content).get("children", [])
        return tuple(_birth(child, local_date(last_activity)) for child in children)
    except (ValueError, AttributeError, TypeError):
        return (None,)


def earliest_activity(pack: Pack, *, now: datetime) -> datetime:
    """Whatever happened since cannot have been kept for long enough, whatever class it belongs to."""
    today = local_date(now)
    years = min(rule.years for rule in pack.retention)
    return due_at(anniversary(today, -years))


def hangs_on_a_birthday(kept: Kept, pack: Pack) -> bool:
    """Whether its document must be looked into to know how long it is kept."""
    return pack.retention_of(kept.outcomes).trigger is RetentionTrigger.EIGHTEENTH_BIRTHDAY


def examine_retention(kept: Kept, pack: Pack, births: Births, *, now: datetime) -> Finding:
    """What the pack in force says about a referral now. Only closed ones come up, whether withdrawn or not."""
    rule = pack.retention_of(kept.outcomes)
    counted_from = trigger_day(rule, kept.last_activity, births)
    through = last_day(rule, counted_from) if counted_from else _quiet_through(rule, kept)
    ready = kept.closed_at is not None and kept.disposed_at is None and now >= due_at(through)
    ready = ready and (kept.keep_until is None or now >= kept.keep_until)
    return Finding(
        record_class=rule.record_class,
        counted_from_kind=rule.trigger,
        counted_from=counted_from,
        kept_through=through if counted_from is not None else None,
        due=ready and counted_from is not None,
        undated=ready and counted_from is None,
        policy_version=pack.version_id,
    )


def without_birthday(finding: Finding) -> Finding:
    """The finding as it may be kept and listed: a date that is counted from a birthday would tell the birthday."""
    if finding.counted_from_kind != RetentionTrigger.EIGHTEENTH_BIRTHDAY:
        return finding
    return replace(finding, counted_from=None, kept_through=None)


def keep_until(day: date | None, *, reason: str | None, now: datetime) -> datetime:
    """The instant until which a referral is kept: the end of a local day. Raises ``KeepUntilRefused``."""
    refused = []
    if day is None or day.year > now.year + _LONGEST_KEPT_YEARS or due_at(day) <= now:
        refused.append(FieldError("/keep_until", "Give a day from today on, within the next 100 years"))
    if not (reason or "").strip():
        refused.append(FieldError("/reason", "Say why it is kept for longer"))
    if refused or day is None:
        raise KeepUntilRefused(errors=tuple(refused))
    return due_at(day)


def review_hindrance(item: DisposalItem, kept: Kept, finding: Finding, review: DisposalReview) -> Problem | None:
    """Why a review cannot be taken; None when it can."""
    if item.settled_as is not None or item.approved_by is not None:
        return ItemSettled()
    if not finding.comes_up:
        return NoLongerDue()
    if review.edition != kept.edition:
        return NewerEdition()
    if kept.held and review.decision is DisposalDecision.DESTROY:
        return StandsHeld()
    return None


def reviewed(item: DisposalItem, finding: Finding, review: DisposalReview) -> ReferralReviewed:
    """A person decided about a referral whose time is over."""
    return ReferralReviewed(
        referral_id=item.referral_id,
        run_id=item.run_id,
        record_class=finding.record_class,
        decision=review.decision,
        keep_until=review.keep_until,
        reviewed_by=review.reviewed_by,
        reviewed_at=review.reviewed_at,
        policy_version=finding.policy_version,
    )


def approve_destruction(asked: Sequence[DisposalItem | None], approver: str) -> dict[UUID, int]:
    """For each referral, the review that is approved. Raises ``NotApprovable`` with every reason that one cannot be.

    Two people stand behind each destruction: a person who reviewed a referral, even before changing their mind, does
    not approve it.
    """
    refusals = tuple(_refusals(asked, approver))
    if refusals:
        raise NotApprovable(refusals)
    return {item.referral_id: item.standing.review_id for item in asked if item is not None and item.standing}


def destruction_hindrance(item: DisposalItem, kept: Kept, finding: Finding, seals: Sequence[Seal]) -> Settled | None:
    """Why an approved destruction must not be carried out after all; None when everything still holds."""
    standing = item.standing
    if kept.held:
        return Settled.HELD
    if standing is None or standing.review_id != item.approved_review or standing.review.edition != kept.edition:
        return Settled.CHANGED
    if not finding.comes_up:
        return Settled.NOT_DUE
    if finding.record_class != item.finding.record_class or finding.undated != item.finding.undated:
        return Settled.CHANGED
    whole = len(seals) == kept.edition and all(seal.published == seal.stored for seal in seals)
    return None if whole else Settled.ALTERED


def disposed(item: DisposalItem, finding: Finding, commitments: Sequence[str], *, now: datetime) -> ReferralDisposed:
    """The certificate. Only for an item that was reviewed and approved."""
    assert item.standing is not None  # ``destruction_hindrance`` said that it holds
    assert item.approved_by is not None
    return ReferralDisposed(
        referral_id=item.referral_id,
        run_id=item.run_id,
        record_class=finding.record_class,
        commitments=tuple(commitments),
        reviewed_by=item.standing.review.reviewed_by,
        approved_by=item.approved_by,
        disposed_at=now,
        policy_version=finding.policy_version,
    )


def _birth(child: Mapping[str, object], today: date) -> date | None:
    """A date of birth wins where both are given; one of long ago is what programs write for none."""
    born, expected = _date(child.get("date_of_birth")), _date(child.get("expected_date_of_birth"))
    latest = today if born is not None else today + _FARTHEST_EXPECTED
    birth = born or expected
    if birth is None or birth > latest or dates.is_past_any_service(dates.years_between(birth, today)):
        return None
    return birth


def _date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _quiet_through(rule: RetentionRule, kept: Kept) -> date:
    """Without a birthday: a person looks when the years are over that even the oldest child would be kept for."""
    return anniversary(local_date(kept.last_activity), rule.years)


def _refusals(asked: Sequence[DisposalItem | None], approver: str) -> Iterator[FieldError]:
    for place, item in enumerate(asked):
        pointer = f"/referral_ids/{place}"
        if item is None:
            yield FieldError(pointer, "This run does not list it: leave it out")
        elif item.settled_as is not None or item.approved_by is not None:
            yield FieldError(pointer, "It has been dealt with or approved already: leave it out")
        elif item.standing is None or item.standing.review.decision is not DisposalDecision.DESTROY:
            yield FieldError(pointer, "Nobody has reviewed it with the decision to destroy: leave it out")
        elif approver in item.standing.reviewers:
            yield FieldError(pointer, "You reviewed it yourself: somebody else must approve it")

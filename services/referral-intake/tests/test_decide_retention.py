"""The rules of keeping: what comes up, what may be decided about it, and what stops a destruction at the end."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import DisposalDecision, Outcome
from policy.rules import RetentionTrigger
from policy.testing import packs_of
from referral_intake import decide
from referral_intake.errors import (
    ItemSettled,
    KeepUntilRefused,
    NewerEdition,
    NoLongerDue,
    NotApprovable,
    StandsHeld,
)
from referral_intake.model import (
    DisposalItem,
    DisposalReview,
    Finding,
    Kept,
    Seal,
    Settled,
    StandingReview,
)

PACK = packs_of(Path(__file__).parents[3] / "partnerships")["wandsworth"]
LONDON = ZoneInfo("Europe/London")
CLOSED = datetime(2026, 11, 24, 15, tzinfo=UTC)
OVER = datetime(2033, 1, 1, tzinfo=UTC)
KEPT = Kept(
    referral_id=UUID(int=1),
    reference="WAN-000000001",
    partnership="wandsworth",
    edition=1,
    last_activity=CLOSED,
    closed_at=CLOSED,
    keep_until=None,
    disposed_at=None,
    outcomes=(Outcome.NO_FURTHER_ACTION,),
    held=False,
)
FINDING = Finding(
    record_class="referral-without-further-action",
    counted_from_kind="year-of-last-change",
    counted_from=date(2026, 12, 31),
    kept_through=date(2032, 12, 31),
    due=True,
    undated=False,
    policy_version=PACK.version_id,
)
REVIEW = DisposalReview(DisposalDecision.DESTROY, 1, None, None, "officer-1", OVER)
ITEM = DisposalItem(
    run_id=UUID(int=9),
    referral_id=UUID(int=1),
    finding=FINDING,
    place=1,
    approved_review=5,
    approved_by="manager-1",
    settled_as=None,
    standing=StandingReview(5, REVIEW, frozenset({"officer-1"})),
)
TO_REVIEW = replace(ITEM, approved_review=None, approved_by=None, standing=None)
TO_APPROVE = replace(ITEM, approved_review=None, approved_by=None)
SEALS = [Seal(1, "aa", "aa")]


# -- what comes up --------------------------------------------------------------------------------------------------


def test_a_closed_referral_is_due_when_its_time_is_over() -> None:
    assert decide.examine_retention(KEPT, PACK, (), now=OVER) == FINDING


@pytest.mark.parametrize(
    "kept",
    [
        replace(KEPT, closed_at=None),
        replace(KEPT, disposed_at=OVER),
        replace(KEPT, keep_until=OVER + timedelta(seconds=1)),
        replace(KEPT, last_activity=OVER - timedelta(days=1)),
        replace(KEPT, outcomes=(Outcome.NO_FURTHER_ACTION, None)),
    ],
)
def test_it_is_not_due(kept: Kept) -> None:
    assert not decide.examine_retention(kept, PACK, (), now=OVER).comes_up


def test_what_happened_before_the_earliest_activity_may_be_due_and_nothing_after_it() -> None:
    earliest = decide.earliest_activity(PACK, now=OVER)

    assert CLOSED < earliest < OVER


def test_a_date_that_is_counted_from_a_birthday_is_not_kept() -> None:
    kept = replace(KEPT, outcomes=(Outcome.ASSESSMENT,))
    finding = decide.examine_retention(kept, PACK, (date(2017, 5, 4),), now=OVER)

    assert (finding.counted_from, finding.kept_through) == (date(2035, 5, 4), date(2038, 5, 4))
    assert decide.without_birthday(finding).counted_from is None
    assert decide.without_birthday(finding).kept_through is None
    assert decide.without_birthday(FINDING) == FINDING


@given(
    outcomes=st.lists(st.sampled_from([*Outcome, None]), min_size=1, max_size=4),
    born=st.lists(st.dates(date(2000, 1, 1), date(2026, 11, 24)), min_size=1, max_size=4),
    hours=st.integers(0, 60 * 366 * 24),
)
def test_what_is_due_agrees_with_an_oracle_that_looks_up_every_rule_by_hand(
    outcomes: list[Outcome | None], born: list[date], hours: int
) -> None:
    now = CLOSED + timedelta(hours=hours)

    finding = decide.examine_retention(replace(KEPT, outcomes=tuple(outcomes)), PACK, born, now=now)

    today = now.astimezone(LONDON).date()
    assert finding.due == (today > kept_through_by_hand(set(outcomes), max(born)))


def kept_through_by_hand(outcomes: set[Outcome | None], youngest: date) -> date:
    """The schedule as a person would read it off the wall, for a referral last touched on 24 November 2026."""
    serious = {None, Outcome.STRATEGY_DISCUSSION, Outcome.ALLOCATED_WORKER}
    if outcomes & serious:
        return date(2061, 11, 24)
    if outcomes & {Outcome.ASSESSMENT, Outcome.OTHER_AUTHORITY}:
        on_leap_day = (youngest.month, youngest.day) == (2, 29)
        adult = [date(youngest.year + 18, 3, 1)] if on_leap_day and (youngest.year + 18) % 4 else []
        adult = adult or [date(youngest.year + 18, youngest.month, youngest.day)]
        counted = max(date(2026, 11, 24), adult[0])
        return date(counted.year + 3, counted.month, counted.day)
    return date(2032, 12, 31)


# -- birthdays ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("child", "birth"),
    [
        ({"date_of_birth": "2017-05-04"}, date(2017, 5, 4)),
        ({"expected_date_of_birth": "2027-02-26"}, date(2027, 2, 26)),
        ({"date_of_birth": "2017-05-04", "expected_date_of_birth": "2027-02-26"}, date(2017, 5, 4)),
        ({"date_of_birth": "2026-11-24"}, date(2026, 11, 24)),
        ({"date_of_birth": "2026-11-25"}, None),
        ({"date_of_birth": "9999-12-31"}, None),
        ({"expected_date_of_birth": "2029-01-01"}, None),
        ({"date_of_birth": "1900-01-01"}, None),
        ({"date_of_birth": "1970-01-01"}, None),
        ({"expected_date_of_birth": "1900-01-01"}, None),
        ({}, None),
    ],
)
def test_births_are_read_from_the_document(child: dict[str, str], birth: date | None) -> None:
    content = json.dumps({"children": [child]}).encode()

    assert decide.births_in(content, last_activity=CLOSED) == (birth,)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"children":7}', b'{"children":[7]}', b'{"children":[{"date_of_birth":"soon"}]}', b"\xff"],
)
def test_a_document_that_cannot_be_read_tells_no_birthday(content: bytes) -> None:
    assert decide.births_in(content, last_activity=CLOSED) == (None,)


# -- reviews --------------------------------------------------------------------------------------------------------


def test_a_review_of_what_is_due_is_taken() -> None:
    assert decide.review_hindrance(TO_REVIEW, KEPT, FINDING, REVIEW) is None
    assert decide.review_hindrance(TO_APPROVE, KEPT, FINDING, REVIEW) is None


@pytest.mark.parametrize(
    ("item", "kept", "finding", "problem"),
    [
        (ITEM, KEPT, FINDING, ItemSettled),
        (replace(TO_REVIEW, settled_as=Settled.KEPT), KEPT, FINDING, ItemSettled),
        (TO_REVIEW, KEPT, replace(FINDING, due=False), NoLongerDue),
        (TO_REVIEW, replace(KEPT, edition=2), FINDING, NewerEdition),
        (TO_REVIEW, replace(KEPT, held=True), FINDING, StandsHeld),
    ],
)
def test_a_review_is_refused(item: DisposalItem, kept: Kept, finding: Finding, problem: type[Exception]) -> None:
    assert type(decide.review_hindrance(item, kept, finding, REVIEW)) is problem


def test_what_is_held_may_be_kept_for_longer() -> None:
    keep = replace(REVIEW, decision=DisposalDecision.KEEP, keep_until=OVER + timedelta(days=1))

    assert decide.review_hindrance(TO_REVIEW, replace(KEPT, held=True), FINDING, keep) is None


def test_a_day_to_keep_something_until_ends_at_local_midnight() -> None:
    assert decide.keep_until(date(2033, 6, 30), reason="A sibling.", now=OVER) == datetime(2033, 6, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "reason"),
    [(None, "Because."), (date(2032, 12, 31), "Because."), (date(2134, 1, 1), "Because."), (date(2034, 1, 1), "  ")],
)
def test_a_day_or_a_reason_that_cannot_be_is_refused(day: date | None, reason: str) -> None:
    with pytest.raises(KeepUntilRefused):
        decide.keep_until(day, reason=reason, now=OVER)


# -- approvals ------------------------------------------------------------------------------------------------------


def test_somebody_else_approves_the_review_that_stands() -> None:
    assert decide.approve_destruction([TO_APPROVE], "manager-1") == {UUID(int=1): 5}


@pytest.mark.parametrize(
    "item",
    [
        None,
        ITEM,
        TO_REVIEW,
        replace(TO_APPROVE, settled_as=Settled.HELD),
        replace(
            TO_APPROVE,
            standing=StandingReview(6, replace(REVIEW, decision=DisposalDecision.KEEP), frozenset({"officer-1"})),
        ),
        replace(TO_APPROVE, standing=StandingReview(6, REVIEW, frozenset({"officer-1", "manager-1"}))),
    ],
)
def test_one_that_cannot_be_approved_stops_all_and_is_named(item: DisposalItem | None) -> None:
    with pytest.raises(NotApprovable) as refused:
        decide.approve_destruction([TO_APPROVE, item], "manager-1")

    assert [error.pointer for error in refused.value.errors] == ["/referral_ids/1"]


# -- destruction ----------------------------------------------------------------------------------------------------


def test_what_still_holds_is_destroyed() -> None:
    assert decide.destruction_hindrance(ITEM, KEPT, FINDING, SEALS) is None


@pytest.mark.parametrize(
    ("changed", "settled"),
    [
        ({"kept": replace(KEPT, held=True)}, Settled.HELD),
        ({"kept": replace(KEPT, edition=2)}, Settled.CHANGED),
        ({"item": replace(ITEM, approved_review=4)}, Settled.CHANGED),
        ({"item": replace(ITEM, standing=None)}, Settled.CHANGED),
        ({"finding": replace(FINDING, due=False)}, Settled.NOT_DUE),
        ({"finding": replace(FINDING, record_class="child-protection")}, Settled.CHANGED),
        ({"finding": replace(FINDING, due=False, undated=True)}, Settled.CHANGED),
        ({"seals": [Seal(1, "aa", "bb")]}, Settled.ALTERED),
        ({"seals": [Seal(1, "aa", None)]}, Settled.ALTERED),
        ({"seals": [Seal(1, None, "aa")]}, Settled.ALTERED),
        ({"seals": []}, Settled.ALTERED),
        ({"seals": [*SEALS, Seal(2, "aa", "aa")]}, Settled.ALTERED),
    ],
)
def test_what_changed_since_the_approval_is_left_as_it_is(changed: dict[str, Any], settled: Settled) -> None:
    facts: dict[str, Any] = {"item": ITEM, "kept": KEPT, "finding": FINDING, "seals": SEALS, **changed}

    assert decide.destruction_hindrance(**facts) is settled


def test_every_trigger_has_a_class_that_uses_it() -> None:
    assert {rule.trigger for rule in PACK.retention} == set(RetentionTrigger)

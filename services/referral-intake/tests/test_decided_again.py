"""A child that is decided again: its sender's view and its retention follow, whatever is replayed."""

from collections.abc import Sequence
from datetime import datetime
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from intake_caller import Caller, sent
from intake_records import Office
from sqlalchemy.ext.asyncio import AsyncEngine
from supplement_examples import (
    CASE_ID,
    at,
    case_closed,
    case_decided,
    case_opened,
    case_reopened,
    decision_of,
    id_of,
    told,
    told_as,
)

from contracts.codes import Outcome, SupersedingReason
from contracts.events import CaseDecided, Event, HandoverSuperseded
from referral_intake import store

NEWS, MISTAKE = SupersedingReason.NEWS_FROM_SENDER, SupersedingReason.MISTAKE_FOUND
NFA, HELP, PROTECT = Outcome.NO_FURTHER_ACTION, Outcome.EARLY_HELP, Outcome.STRATEGY_DISCUSSION


async def status_of(caller: Caller, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.get(path)).json()
    return found


async def child_of(caller: Caller, path: str) -> UUID:
    return UUID((await status_of(caller, path))["children"][0]["child_id"])


def first(path: str, child: UUID, outcome: Outcome = NFA) -> CaseDecided:
    decided = case_decided(id_of(path), child, minutes=20, feedback="no-further-action")
    return decided.model_copy(update={"outcome": outcome})


def later(
    path: str,
    child: UUID,
    outcome: Outcome = PROTECT,
    *,
    reason: SupersedingReason = NEWS,
    minutes: int = 50,
    after: int = 20,
) -> CaseDecided:
    """The decision that supersedes the one made ``after`` so many minutes."""
    decided = case_decided(id_of(path), child, minutes=minutes, feedback="being-acted-on")
    earlier = decision_of(child, minutes=after)
    return decided.model_copy(update={"outcome": outcome, "supersedes": earlier, "supersedes_reason": reason})


async def outcomes_of(caller: Caller, path: str) -> Sequence[Outcome | None]:
    async with caller.db.transaction() as tx:
        kept = await store.find_kept(tx, id_of(path))
    assert kept is not None
    return sorted(kept.outcomes, key=str)


# -- what the sender sees -------------------------------------------------------------------------------------------


async def test_the_sender_sees_the_newest_decision_and_its_time(caller: Caller) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)
    await told(caller.db, case_opened(id_of(path)), first(path, child), case_closed(id_of(path)))
    before = await status_of(caller, path)
    await told(caller.db, case_reopened(id_of(path)))
    meanwhile = await status_of(caller, path)

    await told(caller.db, later(path, child))

    after = await status_of(caller, path)
    assert [one["status"] for one in (before, meanwhile, after)] == ["closed", "being-looked-at", "decided"]
    assert datetime.fromisoformat(after["children"][0]["decided_at"]) == at(50)
    assert after["children"][0]["feedback"].startswith("We are acting on your referral")
    assert after["children"][0]["feedback"] != before["children"][0]["feedback"]
    assert "strategy" not in str(after)


async def test_whatever_is_replayed_in_whatever_order_the_newest_decision_stands(caller: Caller) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)
    history: list[tuple[int, Event]] = [
        (4, first(path, child)),
        (5, case_closed(id_of(path))),
        (7, case_reopened(id_of(path))),
        (9, later(path, child)),
        (12, case_closed(id_of(path), minutes=60)),
    ]
    for version, event in history:
        await told_as(caller.db, event, version=version)
    before, kept = await status_of(caller, path), await outcomes_of(caller, path)

    for replayed in permutations(history, 2):
        for version, event in replayed:
            await told_as(caller.db, event, version=version)

    assert await status_of(caller, path) == before
    assert await outcomes_of(caller, path) == kept
    assert (before["status"], datetime.fromisoformat(before["closed_at"])) == ("closed", at(60))


async def test_an_earlier_decision_that_comes_late_changes_nothing_that_the_sender_sees(caller: Caller) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)
    await told_as(caller.db, case_opened(id_of(path)), version=1)
    await told_as(caller.db, later(path, child), version=9)
    before = await status_of(caller, path)

    await told_as(caller.db, first(path, child), version=4)

    after = await status_of(caller, path)
    assert after["children"] == before["children"]
    assert after["decided_at"] == before["decided_at"]


# -- how long it is kept --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chain", "outcomes"),
    [
        ([(NFA, None)], [NFA]),
        ([(NFA, None), (PROTECT, NEWS)], [NFA, PROTECT]),
        ([(PROTECT, None), (NFA, NEWS)], [NFA, PROTECT]),
        ([(PROTECT, None), (NFA, MISTAKE)], [NFA]),
        ([(NFA, None), (PROTECT, MISTAKE)], [PROTECT]),
        ([(NFA, None), (PROTECT, NEWS), (HELP, MISTAKE)], [HELP, NFA]),
        ([(PROTECT, None), (HELP, NEWS), (NFA, MISTAKE)], [NFA, PROTECT]),
    ],
    ids=["first", "more", "less", "less by mistake", "more by mistake", "the middle was wrong", "the last was wrong"],
)
async def test_every_decision_counts_for_how_long_it_is_kept_unless_it_was_a_mistake(
    caller: Caller, chain: list[tuple[Outcome, SupersedingReason | None]], outcomes: list[Outcome]
) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)

    for nth, (outcome, reason) in enumerate(chain):
        decided = first(path, child, outcome)
        if reason is not None:
            decided = later(path, child, outcome, reason=reason, minutes=20 + nth, after=19 + nth)
        await told_as(caller.db, decided, version=4 + nth)

    assert await outcomes_of(caller, path) == outcomes


async def test_a_decision_that_is_older_than_the_list_of_decisions_counts_too(
    caller: Caller, owner: AsyncEngine
) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)
    await told_as(caller.db, first(path, child, PROTECT), version=4)
    async with owner.begin() as tx:  # as it was before decisions were listed
        await tx.exec_driver_sql("UPDATE child SET decision_version = NULL")
        await tx.exec_driver_sql("DELETE FROM child_decision")

    await told_as(caller.db, later(path, child, NFA), version=9)

    assert await outcomes_of(caller, path) == [NFA, PROTECT]


@pytest.mark.parametrize("twice", [False, True])
async def test_a_mistake_that_a_team_had_acted_on_counts_all_the_same(caller: Caller, twice: bool) -> None:
    path = await sent(caller)
    child = await child_of(caller, path)
    mistaken = later(path, child, NFA, reason=MISTAKE)
    accepted = HandoverSuperseded(
        case_id=CASE_ID,
        referral_id=id_of(path),
        handover_id=UUID(int=8),
        team="wandsworth-macpt",
        child_id=child,
        decision_id=mistaken.decision_id,
        superseded_at=at(50),
        detail_url="https://triage.example.org/v1/handovers/8",
    )

    for _ in range(1 + twice):
        await told_as(caller.db, first(path, child, PROTECT), version=4)
        await told_as(caller.db, mistaken, version=9)
        await told_as(caller.db, accepted, version=10)

    assert await outcomes_of(caller, path) == [NFA, PROTECT]


async def test_a_child_without_a_decision_is_kept_as_one_that_might_be_the_most_serious(caller: Caller) -> None:
    path = await sent(caller)

    assert await outcomes_of(caller, path) == [None]


async def test_a_referral_that_was_about_protection_is_kept_as_such_though_it_ended_without_action(
    office: Office,
) -> None:
    receipt = await office.closed(PROTECT)
    [row] = await office.caller.rows("SELECT child_id, decision_id FROM child_decision")
    path = receipt["links"]["self"]
    await told_as(
        office.caller.db,
        later(path, row.child_id, NFA, minutes=90).model_copy(update={"supersedes": row.decision_id}),
        version=9,
    )

    await office.later()

    run_id = await office.opened()
    assert await office.counts(run_id) == {}

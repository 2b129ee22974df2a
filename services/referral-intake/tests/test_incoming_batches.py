"""What triage says of many referrals, read together: what each message alone leaves, in as many statements."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from intake_examples import FACTS, NOW, TERMS, acceptance, received
from intake_messages import message_of
from intake_messages import opened as opened_first
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery.messages import Batched, Message
from chassis.testing.statements import counted
from contracts.codes import ClosureReason, Outcome, SupersedingReason, ThresholdLevel
from contracts.events import CaseClosed, CaseDecided, CaseOpened, CaseReopened, Event, HandoverSuperseded
from referral_intake.accepting import handlers as accepting
from referral_intake.accepting.model import Acceptance
from referral_intake.errors import UnknownChild, UnknownReferral
from referral_intake.subscriptions import SUBSCRIPTIONS

LATER = NOW + timedelta(hours=1)


def of(number: int) -> dict[str, Any]:
    return {"case_id": UUID(int=number + 500_000), "referral_id": UUID(int=number)}


def opened(number: int) -> CaseOpened:
    return opened_first(number, case_id=of(number)["case_id"].int)


def decided(number: int, *, place: int = 0, **changes: Any) -> CaseDecided:
    facts = {
        "reference": f"WAN-{number:09}",
        "agency": "ashcroft-primary",
        "child_id": UUID(int=number * 1000 + place),
        "decision_id": UUID(int=number * 1000 + 600 + place),
        "recommendation_id": UUID(int=number * 1000 + 700),
        "outcome": Outcome.ASSESSMENT,
        "level": ThresholdLevel.COMPLEX,
        "recommended_by": "person-1",
        "authorised_by": "person-2",
        "decided_at": NOW + timedelta(minutes=number),
        "referrer_feedback": "assessment-begins" if number % 2 else None,
        "all_children_decided": place > 0,
        "policy_version": TERMS.policy_version,
    }
    return CaseDecided(**of(number), **(facts | changes))


def decided_last(number: int) -> CaseDecided:
    return decided(number, place=1)


def decided_again(number: int) -> CaseDecided:
    return decided(
        number,
        decision_id=UUID(int=number * 1000 + 650),
        supersedes=UUID(int=number * 1000 + 600),
        supersedes_reason=SupersedingReason.MISTAKE_FOUND,
        outcome=Outcome.NO_FURTHER_ACTION,
        decided_at=LATER,
        all_children_decided=True,
    )


def superseded(number: int) -> HandoverSuperseded:
    return HandoverSuperseded(
        **of(number),
        handover_id=UUID(int=number * 1000 + 800),
        team="wandsworth-macpt",
        child_id=UUID(int=number * 1000),
        decision_id=UUID(int=number * 1000 + 650),
        superseded_at=LATER,
        detail_url="https://triage.example.org/v1/handovers/1",
    )


def closed(number: int) -> CaseClosed:
    return CaseClosed(**of(number), reason=ClosureReason.DECIDED, closed_at=LATER)


def reopened(number: int) -> CaseReopened:
    return CaseReopened(
        **of(number),
        reopened_at=LATER + timedelta(minutes=number),
        immediate_danger=False,
        decision_due_at=LATER + timedelta(days=1),
        policy_version=TERMS.policy_version,
    )


HISTORY: Sequence[Callable[[int], Event]] = (
    opened, decided, decided_last, decided_again, superseded, closed, reopened
)  # fmt: skip


def with_two_children(number: int) -> Acceptance:
    two = replace(FACTS, children=FACTS.children * 2)
    return replace(acceptance(number), received=received(two, number=number))


async def accept(db: Database, numbers: Sequence[int]) -> None:
    async with db.driver_transaction() as tx:
        await accepting.accept(tx, [with_two_children(number) for number in numbers])


async def together(db: Database, messages: Sequence[Message]) -> None:
    """Handle messages as the consumer does that found them in one round."""
    handler = SUBSCRIPTIONS.handlers[type(messages[0].event)]  # type: ignore[index]
    assert isinstance(handler, Batched)
    async with db.transaction() as tx:
        await handler.handle(tx, messages, NOW)


async def left(db: Database) -> list[str]:
    async with db.transaction() as tx:
        return [
            f"{table} {tuple(row)}"
            for table in ("referral", "child", "child_decision", "milestone")
            for row in await tx.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3"))
        ]


@pytest.mark.parametrize("length", range(1, len(HISTORY) + 1))
async def test_messages_of_many_referrals_leave_what_each_alone_leaves(
    db: Database, other: Database, length: int
) -> None:
    numbers = range(1, 6)
    for each in (db, other):
        await accept(each, numbers)

    for version, make in enumerate(HISTORY[:length], start=1):
        messages = [message_of(make(number), version=version) for number in numbers]
        await together(db, messages)
        for one in messages:
            await together(other, [one])

    assert await left(db) == await left(other)


async def test_steps_of_every_kind_are_one_group_and_an_older_one_changes_nothing_that_stands(db: Database) -> None:
    await accept(db, [1, 2, 3, 4])
    await together(db, [message_of(reopened(4), version=9)])

    made = [opened(1), closed(2), reopened(3), closed(4)]
    await together(db, [message_of(event, version=5) for event in made])

    async with db.transaction() as tx:
        rows = await tx.execute(
            text("SELECT looked_at, closed_at, decision_due_at, case_version FROM referral ORDER BY referral_id")
        )
    due = LATER + timedelta(days=1)
    assert [tuple(row) for row in rows] == [
        (made[0].opened_at, None, None, 5),  # type: ignore[attr-defined]
        (None, LATER, None, 5),
        (None, None, due, 5),
        (None, None, due, 9),
    ]


@pytest.mark.parametrize("nth", range(len(HISTORY)), ids=[make.__name__ for make in HISTORY])
async def test_statements_do_not_grow_with_the_messages(db: Database, nth: int) -> None:
    numbers = range(1, 43)
    await accept(db, numbers)
    for version, make in enumerate(HISTORY[:nth], start=1):
        await together(db, [message_of(make(number), version=version) for number in numbers])

    sent = []
    for some in (numbers[:2], numbers[2:]):
        with counted(db) as statements:
            await together(db, [message_of(HISTORY[nth](number), version=nth + 1) for number in some])
        sent.append(len(statements))

    assert sent[0] == sent[1]


async def test_what_is_not_known_refuses_the_whole_group(db: Database) -> None:
    await accept(db, [1])

    with pytest.raises(UnknownReferral):
        await together(db, [message_of(opened(number)) for number in (1, 2)])
    with pytest.raises(UnknownChild):
        await together(db, [message_of(decided(number)) for number in (1, 2)])

    async with db.transaction() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM milestone")) == 0
        assert await tx.scalar(text("SELECT count(*) FROM child_decision")) == 0


@pytest.fixture
async def other(copied_database: Any) -> Any:
    """A second database of this service."""
    database = Database.connect((await copied_database("referral_intake")).app_url)
    yield database
    await database.close()

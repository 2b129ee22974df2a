"""SQL of what a referral makes of a case: opening it, its children, and what the referral says now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from chassis.db import Transaction
from chassis.delivery.events import FIRST_EVENTS, Context, first_event_parameters
from chassis.rows import document, insert_of, insert_sql, json_of, update_of
from contracts.events import CaseOpened, ReferralReceived
from triage import tables
from triage.errors import NotOneCase
from triage.model import Background, Child, Suggestion, children_of
from triage.store.clocks import ALARM, CLOCK, Starting, alarm_rows, clock_row
from triage.store.line import CHANGES, announcing

_CASE: Final = (
    *("case_id", "referral_id", "partnership", "reference", "agency", "received_at", "opened_at"),
    *("suggested_rating", "suggestion_reasons", "concern_types", "missing_information", "immediate_danger"),
    *("previous_referral_id", "document_url", "policy_version", "decision_due_at", "version", "changed_version"),
    *("due_at", "children", "undecided"),
)
_CHILD: Final = ("child_id", "case_id", "place", "unborn", "plans")
_OPEN: Final = text(
    f"""WITH opened AS ({insert_sql(tables.case, _CASE, rows="cases", returning=announcing('"case"'))}),
             added AS ({insert_sql(tables.child, _CHILD, rows="children", unless_there=True, returning="child_id")}),
             started AS ({insert_sql(tables.clock, CLOCK, rows="clocks")}),
             alarmed AS ({insert_sql(tables.alarm, ALARM, rows="alarms")}),
             recorded AS ({FIRST_EVENTS})
        SELECT count(*) FROM added"""  # noqa: S608  # built from constants
)
_ADD_CHILDREN: Final = insert_of(tables.child, _CHILD, unless_there=True)
_RECORD_CHILDREN: Final = update_of(tables.child, ("unborn", "plans"), key="child_id")
_RECORD_BACKGROUNDS: Final = update_of(
    tables.case,
    (
        *("concern_types", "missing_information", "immediate_danger", "previous_referral_id", "document_url"),
        *("suggested_rating", "suggestion_reasons"),
    ),
    key="case_id",
)


@dataclass(frozen=True)
class Opening:
    """A case to make: its first event with its context, what its referral says, and the clocks that begin to run."""

    opened: CaseOpened
    context: Context
    received: ReferralReceived
    clocks: Sequence[Starting]

    @property
    def children(self) -> Sequence[Child]:
        """Of its referral."""
        return children_of(self.received.children, self.received.plans or ())


@dataclass(frozen=True)
class Added:
    """Children of a case that has ``after`` already."""

    case_id: UUID
    children: Sequence[Child]
    after: int


async def record_opened(tx: Transaction, openings: Sequence[Opening]) -> None:
    """New cases with all that begins with them: events, children, clocks, lines in the queue; its watchers will know.

    The line of a new case needs no count: see ``_opened``. Raises ``NotOneCase`` when a child is in another case.
    """
    clocks = [clock for one in openings for clock in one.clocks]
    children = [row for one in openings for row in _children_rows(one.opened.case_id, one.children)]
    rows = {
        "cases": map(_opened, openings),
        "children": children,
        "clocks": map(clock_row, clocks),
        "alarms": [row for one in clocks for row in alarm_rows(one.clock_id, one.case_id, one.timing)],
    }
    documents = {name: json_of(listed) for name, listed in rows.items()}
    events = first_event_parameters([(one.opened, one.context) for one in openings])
    if await tx.scalar(_OPEN, {**documents, **events, "channel": CHANGES}) != len(children):
        raise NotOneCase


async def add_children(tx: Transaction, added: Sequence[Added]) -> None:
    """Children that cases did not have. Raises ``NotOneCase`` when one of them is in another case."""
    await _add_children(tx, [row for one in added for row in _children_rows(one.case_id, one.children, one.after)])


async def _add_children(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    if rows and (await tx.execute(_ADD_CHILDREN, document(rows))).rowcount != len(rows):
        raise NotOneCase


def _children_rows(case_id: UUID, children: Sequence[Child], after: int = 0) -> list[dict[str, Any]]:
    return [
        {"child_id": one.child_id, "case_id": case_id, "place": place, "unborn": one.unborn, "plans": one.plans}
        for place, one in enumerate(children, start=after)
    ]


async def record_children(tx: Transaction, children: Sequence[Child]) -> None:
    """What referrals say now of children that their cases have."""
    if children:
        rows = ({"child_id": one.child_id, "unborn": one.unborn, "plans": one.plans} for one in children)
        await tx.execute(_RECORD_CHILDREN, document(rows))


async def record_backgrounds(tx: Transaction, said: Mapping[UUID, tuple[Background, Suggestion]]) -> None:
    """What the referrals of cases say now, and which rating that suggests for each."""
    rows = (
        {
            "case_id": case_id,
            "concern_types": background.concern_types,
            "missing_information": background.missing_information,
            "immediate_danger": background.immediate_danger,
            "previous_referral_id": background.previous_referral_id,
            "document_url": background.document_url,
            "suggested_rating": suggested.rating,
            "suggestion_reasons": suggested.reasons,
        }
        for case_id, (background, suggested) in said.items()
    )
    await tx.execute(_RECORD_BACKGROUNDS, document(rows))


def _opened(opening: Opening) -> dict[str, Any]:
    """Its line is what ``keep_lines`` would count: no child is decided and nothing else is there, so it is due when the
    decision is, and the other columns of the line have their defaults.
    """
    opened, received = opening.opened, opening.received
    return {
        "case_id": opened.case_id,
        "referral_id": opened.referral_id,
        "reference": opened.reference,
        "agency": opened.agency,
        "opened_at": opened.opened_at,
        "suggested_rating": opened.suggested_rating,
        "suggestion_reasons": opened.suggestion_reasons,
        "decision_due_at": opened.decision_due_at,
        "policy_version": opened.policy_version,
        "partnership": opening.context.partnership,
        "received_at": received.received_at,
        "concern_types": received.concern_types,
        "missing_information": received.missing_information,
        "immediate_danger": received.immediate_danger,
        "previous_referral_id": received.previous_referral_id,
        "document_url": received.detail_url,
        "version": 1,
        "changed_version": 1,
        "due_at": opened.decision_due_at,
        "children": len(opened.child_ids),
        "undecided": len(opened.child_ids),
    }

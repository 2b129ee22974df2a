"""What a reader does with notices. The route opens the transaction, commits it, then raises what was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from agency_notify import decide
from agency_notify.errors import NoSuchNotice, NotMeant
from agency_notify.escalation import handlers as escalation
from agency_notify.escalation.model import Ended
from agency_notify.handlers.recording import context_of, record
from agency_notify.model import Late, Notice, Reader
from agency_notify.store import deliveries, notices
from chassis.db import Transaction
from chassis.web.access import Look, allow, deny
from chassis.web.auth import Principal
from contracts.codes import DenialReason, NoticeKind, Purpose, RecordKind
from contracts.problems import Problem
from policy.packs import NotServed, Packs

PARTNER: Final = "partner"
_PURPOSES: Final[Mapping[NoticeKind, Purpose]] = {
    NoticeKind.INFORMATION_REQUESTED: Purpose.ANSWER_REQUEST,
    NoticeKind.HANDOVER_OFFERED: Purpose.CHILD_PROTECTION,
    NoticeKind.REFERRAL_SUPPLEMENTED: Purpose.TRIAGE,
    NoticeKind.REFERRAL_WITHDRAWN: Purpose.TRIAGE,
    NoticeKind.CASE_REOPENED: Purpose.TRIAGE,
    NoticeKind.CLOCK_WARNED: Purpose.TRIAGE,
    NoticeKind.CLOCK_BREACHED: Purpose.TRIAGE,
    NoticeKind.INFORMATION_ANSWERED: Purpose.TRIAGE,
    NoticeKind.INFORMATION_CORRECTED: Purpose.TRIAGE,
    NoticeKind.INFORMATION_WITHDRAWN: Purpose.TRIAGE,
    NoticeKind.HANDOVER_RETURNED: Purpose.TRIAGE,
    NoticeKind.HANDOVER_WITHDRAWN: Purpose.CHILD_PROTECTION,
    NoticeKind.HANDOVER_SUPERSEDED: Purpose.CHILD_PROTECTION,
    NoticeKind.ACCEPTED_CASE_NEWS: Purpose.CHILD_PROTECTION,
    NoticeKind.NOTICE_UNOPENED: Purpose.TRIAGE,
    NoticeKind.NOTICE_UNDELIVERED: Purpose.TRIAGE,
}


@dataclass(frozen=True)
class Read:
    """A notice as it is read; ``late`` is what an escalation notice is about."""

    notice: Notice
    late: Late | None


async def open_notice(
    tx: Transaction, notice_id: UUID, reader: Principal, *, packs: Packs, now: datetime
) -> Read | Problem:
    """The notice, opened by the first look of somebody who is meant, which ends its escalation. Every look is recorded,
    and so is every refusal.

    Raises ``NoSuchNotice`` when there is none, which is also the problem returned for another agency's.
    """
    notice = await _lock(tx, notice_id)
    refusal = _refusal(notice, reader, packs, now=now)
    if refusal is not None:
        return await _deny(tx, notice, reader, refusal, now=now)
    await allow(tx, _look(notice, reader), context=context_of(notice, now=now))
    opened = decide.open_notice(notice, by=_reader(reader, packs, now=now), now=now)
    await record(tx, notice, opened, now=now)
    if opened:
        await escalation.end(tx, [notice_id], Ended.OPENED, now=now)
    return await _read(tx, notice_id)


async def acknowledge(
    tx: Transaction, notice_id: UUID, reader: Principal, *, packs: Packs, now: datetime
) -> Read | Problem:
    """The notice once acknowledged; saying so again changes nothing. Of an escalation notice, it ends the climb.

    Raises ``NoSuchNotice`` and ``NotOpened``; returns ``NotMeant`` to a reader of another role.
    """
    notice = await _lock(tx, notice_id)
    refusal, by = _refusal(notice, reader, packs, now=now), _reader(reader, packs, now=now)
    if refusal is not None:
        return await _deny(tx, notice, reader, refusal, now=now)
    if not decide.is_meant(notice, by):
        context = context_of(notice, now=now)
        return await deny(tx, _look(notice, reader), DenialReason.ROLE, context=context, problem=NotMeant())
    await allow(tx, _look(notice, reader), context=context_of(notice, now=now))
    await record(tx, notice, decide.acknowledge(notice, by=by, now=now), now=now)
    if notice.escalates is not None:
        await escalation.end(tx, [notice.escalates], Ended.ACKNOWLEDGED, now=now)
    return await _read(tx, notice_id)


async def read_attempts(
    tx: Transaction, notice_id: UUID, operator: Principal, *, now: datetime
) -> Sequence[Mapping[str, Any]]:
    """Every attempt to push a notice, for an operator. The look is recorded. Raises ``NoSuchNotice``."""
    notice = await _get(tx, notice_id)
    await allow(tx, _look(notice, operator), context=context_of(notice, now=now))
    return await deliveries.list_attempts(tx, notice_id)


def may_read(reader: Principal, packs: Packs, *, now: datetime) -> bool:
    """Whether the role is one that reads notices at all: a partner system, or a role the partnership's pack names."""
    return reader.has_role(PARTNER, *staff_roles(reader, packs, now=now))


def staff_roles(reader: Principal, packs: Packs, *, now: datetime) -> frozenset[str]:
    """The reader's roles that the partnership's pack names; none in a partnership we do not serve."""
    try:
        return reader.roles & packs.newest(reader.partnership, at=now).roles.keys()
    except NotServed:
        return frozenset()


def _reader(reader: Principal, packs: Packs, *, now: datetime) -> Reader:
    return Reader(reader.subject, staff_roles(reader, packs, now=now))


def _refusal(notice: Notice, reader: Principal, packs: Packs, *, now: datetime) -> DenialReason | None:
    """Own agency of own partnership only; an agency's name alone is not enough, as two partnerships may share it."""
    if reader.partnership != notice.partnership:
        return DenialReason.PARTNERSHIP
    if reader.agency != notice.agency:
        return DenialReason.RELATIONSHIP
    if not may_read(reader, packs, now=now):
        return DenialReason.ROLE
    return DenialReason.NOT_FOUND if notice.withheld is not None else None


async def _deny(tx: Transaction, notice: Notice, reader: Principal, reason: DenialReason, *, now: datetime) -> Problem:
    look = _look(notice, reader)
    return await deny(tx, look, reason, context=context_of(notice, now=now), problem=NoSuchNotice())


def _look(notice: Notice, reader: Principal) -> Look:
    purpose = _PURPOSES.get(notice.kind, Purpose.OWN_REFERRAL)
    return Look(RecordKind.NOTICE, notice.notice_id, notice.referral_id, reader, purpose)


async def _lock(tx: Transaction, notice_id: UUID) -> Notice:
    notice = await notices.lock_notice(tx, notice_id)
    if notice is None:
        raise NoSuchNotice
    return notice


async def _read(tx: Transaction, notice_id: UUID) -> Read:
    notice = await _get(tx, notice_id)
    late = await notices.find_late(tx, [notice.escalates] if notice.escalates is not None else [])
    return Read(notice, next(iter(late.values()), None))


async def _get(tx: Transaction, notice_id: UUID) -> Notice:
    notice = await notices.find_notice(tx, notice_id)
    if notice is None:
        raise NoSuchNotice
    return notice

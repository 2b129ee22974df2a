"""One step of a climb: who is notified next, by which notice, and until when they have. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from agency_notify import policy
from agency_notify.escalation import ladder
from agency_notify.escalation.model import Climb, Due, Reached, Stage
from agency_notify.model import Notice
from contracts.codes import EscalationReason, NoticeKind
from contracts.events import NoticeEscalated
from policy.pack import Pack

KINDS: Final = {
    EscalationReason.UNOPENED: NoticeKind.NOTICE_UNOPENED,
    EscalationReason.UNDELIVERED: NoticeKind.NOTICE_UNDELIVERED,
}


def climb(due: Due, pack: Pack, *, notice_id: UUID, now: datetime) -> Climb:
    """Notify the next stage, and say when the one after it follows. The last one is notified again after a pause."""
    reached = _reach(due, pack, notice_id=notice_id, now=now)
    caused_by = due.reached.escalation_notice_id if due.reached else due.notice.notice_id
    return Climb(reached, _notice(due, reached, pack, now=now), _event(due, reached, now=now), caused_by)


def may_hasten(reached: Reached, pack: Pack) -> bool:
    """Whether the next stage is notified at once when no channel delivered what the one before was sent.

    Never from the last stage: while a mail server is away it would be notified without end.
    """
    return not ladder.is_last(_stages(pack), reached.stage)


def _reach(due: Due, pack: Pack, *, notice_id: UUID, now: datetime) -> Reached:
    named, stages, before = policy.escalation_role(pack), _stages(pack), due.reached
    if before is None:
        stage = ladder.first(stages, named, meant=due.notice.roles)
    else:
        stage = ladder.after(stages, named, number=before.stage.number)
    repeated = before.repeated + 1 if before is not None and before.stage == stage else 0
    pace = pack.get_pace(due.rating)
    span = pace.repeat_after if ladder.is_last(stages, stage) else pace.open_within
    return Reached(stage, repeated, notice_id, span.due_at(pack.calendar, now))


def _stages(pack: Pack) -> Sequence[Stage]:
    """The ladder in force, lowest stage first."""
    return tuple(Stage(rule.stage, rule.role) for rule in pack.ladder)


def _notice(due: Due, reached: Reached, pack: Pack, *, now: datetime) -> Notice:
    late, role = due.notice, reached.stage.role
    return Notice(
        notice_id=reached.escalation_notice_id,
        partnership=late.partnership,
        agency=policy.recipient_of_role(role, pack),
        kind=KINDS[due.reason],
        referral_id=late.referral_id,
        reference=late.reference,
        about_id=late.notice_id,
        urgent=True,
        queued_at=now,
        open_by=reached.next_at,
        about_url=late.about_url,
        roles=(role,),
        traceparent=late.traceparent,
        due_at=late.due_at,
        step=late.step,
        escalates=late.notice_id,
    )


def _event(due: Due, reached: Reached, *, now: datetime) -> NoticeEscalated:
    return NoticeEscalated(
        notice_id=due.notice.notice_id,
        referral_id=due.notice.referral_id,
        agency=due.notice.agency,
        kind=due.notice.kind,
        escalated_to=reached.stage.role,
        escalated_at=now,
        reason=due.reason,
        stage=reached.stage.number,
        repeated=reached.repeated,
        escalation_notice_id=reached.escalation_notice_id,
        next_at=reached.next_at,
    )

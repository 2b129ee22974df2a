"""What the sender of a referral says after it has sent it. It reaches those who decide, whatever the case's state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.db import Transaction
from chassis.delivery.messages import Message
from contracts.events import QuestionAnswered, ReferralSupplemented, ReferralWithdrawn
from triage import decide, packs, store
from triage.errors import NoCaseYet
from triage.handlers.dependencies import Change, Dependencies, Recorded, record_changes, start_decision_clocks
from triage.model import DECISION_CLOCK, SERVICE, Background, Case, Suggestion, Timing, Update
from triage.store import Added, Arrived


async def on_news(tx: Transaction, messages: Sequence[Message], now: datetime, *, dependencies: Dependencies) -> None:
    """Senders added to their referrals, put something right, answered a question, or took a referral back.

    Nothing is closed by a withdrawal: every child still gets a decision. Raises ``NoCaseYet``.
    """
    known = await _lock(tx, [message.envelope.correlation_id for message in messages])
    news = [_news(message, *known[message.envelope.correlation_id], dependencies, now) for message in messages]
    recorded = await record_changes(tx, [one.change for one in news])
    await _record(tx, dependencies, news, recorded)
    await store.keep_lines(tx, [one.case_id for one in recorded])


@dataclass(frozen=True)
class _News:
    """What news makes of a case, with the decision clock that it would start and the rating that is suggested now."""

    update: Update
    change: Change
    timing: Timing
    suggested: Suggestion


async def _lock(tx: Transaction, referral_ids: Sequence[UUID]) -> Mapping[UUID, tuple[Case, Background]]:
    """By referral: its case, locked. Raises ``NoCaseYet``.

    Interleaving prevented: somebody closes the case while its news is being applied, and a child that the news adds
    is in a closed case. Either the closing comes first and the news opens the case again, or it comes second and is
    refused, because the person who closes has not seen the news.
    """
    known = await store.lock_cases_of(tx, referral_ids)
    if len(known) < len(referral_ids):
        raise NoCaseYet
    return known


def _news(message: Message, case: Case, background: Background, dependencies: Dependencies, now: datetime) -> _News:
    update = _update(message, case, background)
    news, pack = update.news, dependencies.pack_of(case, at=now)
    timing = packs.timing(pack, DECISION_CLOCK, rating=case.rating, start=news.told_at)
    reopened = decide.reopen(case, news, timing=timing, addresses=dependencies.addresses, now=now)
    suggested = packs.suggest(pack, update.background, decide.standing_children(case, update))
    informed = decide.inform(case, news, suggested=suggested, now=now)
    change = Change(case, [*reopened, *informed], message.context(source=SERVICE, now=now))
    return _News(update, change, timing, suggested)


def _update(message: Message, case: Case, background: Background) -> Update:
    if isinstance(message.event, ReferralWithdrawn):
        return decide.withdraw(background, message.event)
    return decide.supplement(case, background, message.as_(ReferralSupplemented))


async def _record(
    tx: Transaction, dependencies: Dependencies, news: Sequence[_News], recorded: Sequence[Recorded]
) -> None:
    arrived = [Arrived(at.case_id, one.update.news, at.version) for one, at in zip(news, recorded, strict=True)]
    await store.record_news(tx, arrived)
    cases = [one.change.case for one in news]
    added = [
        Added(case.case_id, one.update.children, len(case.children)) for case, one in zip(cases, news, strict=True)
    ]
    await store.add_children(tx, added)
    answered = (at.find(QuestionAnswered) for at in recorded)
    await store.record_questions_answered(tx, [event for event in answered if event is not None])
    await start_decision_clocks(tx, dependencies, [(one.change.case, one.timing) for one in news])
    await store.record_children(tx, [child for one in news for child in one.update.changed])
    said = {one.change.case.case_id: (one.update.background, one.suggested) for one in news}
    await store.record_backgrounds(tx, said)

"""What the sender of a referral says after it has sent it. It reaches those who decide, whatever the case's state."""

from datetime import datetime
from uuid import UUID

from chassis.db import Transaction
from chassis.delivery.events import Context
from chassis.delivery.messages import Message
from contracts.events import QuestionAnswered, ReferralSupplemented, ReferralWithdrawn
from triage import decide, packs, store
from triage.errors import NoCaseYet
from triage.handlers.dependencies import Dependencies, record_change, start_decision_clock
from triage.model import DECISION_CLOCK, SERVICE, Background, Case, Update


async def on_referral_supplemented(
    tx: Transaction, message: Message, now: datetime, *, dependencies: Dependencies
) -> None:
    """The sender added to its referral, put something right, or answered a question."""
    supplemented = message.as_(ReferralSupplemented)
    case, background = await _lock(tx, supplemented.referral_id)
    update = decide.supplement(case, background, supplemented)
    await _apply(tx, dependencies, case, update=update, context=message.context(source=SERVICE, now=now))


async def on_referral_withdrawn(
    tx: Transaction, message: Message, now: datetime, *, dependencies: Dependencies
) -> None:
    """The sender takes its referral back. Nothing is closed by that: every child still gets a decision."""
    withdrawn = message.as_(ReferralWithdrawn)
    case, background = await _lock(tx, withdrawn.referral_id)
    update = decide.withdraw(background, withdrawn)
    await _apply(tx, dependencies, case, update=update, context=message.context(source=SERVICE, now=now))


async def _lock(tx: Transaction, referral_id: UUID) -> tuple[Case, Background]:
    """The referral's case, locked. Raises ``NoCaseYet``.

    Interleaving prevented: somebody closes the case while its news is being applied, and a child that the news adds
    is in a closed case. Either the closing comes first and the news opens the case again, or it comes second and is
    refused, because the person who closes has not seen the news.
    """
    case_id = await store.find_case_id(tx, referral_id)
    case = await store.lock_case(tx, case_id) if case_id is not None else None
    if case is None:
        raise NoCaseYet
    return case, await store.get_background(tx, case.case_id)


async def _apply(tx: Transaction, dependencies: Dependencies, case: Case, *, update: Update, context: Context) -> None:
    news, pack = update.news, dependencies.pack_of(case, at=context.now)
    timing = packs.timing(pack, DECISION_CLOCK, rating=case.rating, start=news.told_at)
    reopened = decide.reopen(case, news, timing=timing, addresses=dependencies.addresses, now=context.now)
    suggested = packs.suggest(pack, update.background, decide.standing_children(case, update))
    informed = decide.inform(case, news, suggested=suggested, now=context.now)
    recorded = await record_change(tx, case, [*reopened, *informed], context=context)
    await store.record_news(tx, case.case_id, news, version=recorded.version)
    if update.children:
        await store.add_children(tx, case.case_id, update.children, after=len(case.children))
    answered = recorded.find(QuestionAnswered)
    if answered is not None:
        await store.record_question_answered(tx, answered)
    await start_decision_clock(tx, dependencies, case, timing=timing)
    await store.record_children(tx, update.changed)
    await store.record_background(tx, case.case_id, update.background, suggested)
    await store.keep_line(tx, case.case_id)

"""A sender takes a referral back: nothing is removed by it, and a person still looks."""

from datetime import datetime

from chassis.db import Transaction
from chassis.delivery.events import Context, record
from chassis.web.auth import Principal
from contracts.problems import Problem
from referral_intake import decide, store, supplement_receipt
from referral_intake.handlers.dependencies import Dependencies
from referral_intake.handlers.editing import answer_with, answered_at_once, open_referral, seal
from referral_intake.model import SERVICE, Answer, Withdrawal


async def withdraw_referral(
    tx: Transaction, dependencies: Dependencies, withdrawal: Withdrawal, principal: Principal, *, now: datetime
) -> Answer | Problem:
    """Note that a referral is taken back, once; anyone who may not know of it is refused, and that is recorded.

    Raises the ``Problem`` that stopped it.
    """
    told = await answered_at_once(tx, withdrawal, principal, now=now)
    if told is not None:
        return told
    opened = await open_referral(tx, withdrawal.referral_id, now=now)
    decide.withdraw(opened.referral, withdrawal)
    sealed, made = seal(
        opened, opened.unsealed, decide.withdrawal_entry(withdrawal, opened.entry), dependencies=dependencies
    )
    event = decide.withdrawn(withdrawal, made)
    await store.record_edition(tx, event.referral_id, event.edition, sealed)
    await store.record_withdrawal(tx, event, withdrawal.sender)
    await record(tx, [event], context=Context(SERVICE, opened.referral.partnership, now))
    return await answer_with(tx, withdrawal, supplement_receipt.withdrawal_body(event, opened.referral))

"""A sender adds to a referral."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from chassis.db import Transaction
from chassis.delivery.events import Context, record
from chassis.ids import Ids
from chassis.web.auth import Principal
from contracts.events import ChildReference, ReferralSupplemented
from contracts.problems import FieldError, Problem
from policy.working_time import local_date
from referral_intake import decide, doubts, edition, store, supplement_receipt
from referral_intake.edition import Revision
from referral_intake.errors import SupplementRefused
from referral_intake.handlers.dependencies import Dependencies
from referral_intake.handlers.editing import Opened, answer_with, answered_at_once, open_referral, seal
from referral_intake.handlers.recognising import recognise
from referral_intake.model import SERVICE, Added, Answer, Milestone, Status, Step, Supplement, Told
from referral_intake.served import decision_due, governing_pack

_NOT_OPEN: Final = FieldError(
    "/question_id", "This question is not open. Follow the referral for those that are, or send new-information."
)


async def supplement_referral(
    tx: Transaction, dependencies: Dependencies, supplement: Supplement, principal: Principal, *, now: datetime
) -> Answer | Problem:
    """Add to a referral, however far it has come; anyone who may not know of it is refused, and that is recorded.

    Raises the ``Problem`` that stopped it.
    """
    told = await answered_at_once(tx, supplement, principal, now=now)
    if told is not None:
        return told
    if refused := decide.supplement_refusals(supplement.facts):
        raise SupplementRefused(refused)
    opened = await open_referral(tx, supplement.referral_id, now=now)
    await _check_question(tx, supplement)
    return await _add(tx, dependencies, supplement, opened)


async def _check_question(tx: Transaction, supplement: Supplement) -> None:
    """With the referral locked. Interleaving prevented: two answers both find the question open."""
    question_id = supplement.question_id
    if question_id is not None and not await store.is_open(tx, supplement.referral_id, question_id):
        raise SupplementRefused((_NOT_OPEN,))


async def _add(tx: Transaction, dependencies: Dependencies, supplement: Supplement, opened: Opened) -> Answer:
    revision = edition.revise(opened.unsealed, supplement, today=local_date(opened.now))
    added = _added(supplement, revision, opened, ids=dependencies.ids)
    child_ids = tuple(child.child_id for child in added.all_children)
    header = doubts.kept(opened.unsealed.header, revision.facts.doubts)
    unsealed = replace(opened.unsealed, header=header, content=revision.content, child_ids=child_ids)
    entry = decide.supplement_entry(supplement, added, opened.entry)
    sealed, made = seal(opened, unsealed, entry, dependencies=dependencies)
    previous = await recognise(tx, opened, edition.with_entry(unsealed, entry))
    facts = decide.standing_facts(added, previous)
    event = decide.supplemented(supplement, added, made, facts)
    await store.record_edition(tx, event.referral_id, event.edition, sealed, missing=added.told.missing)
    await store.record_supplement(tx, event, supplement.sender)
    await store.record_facts(tx, event, facts)
    await _add_children(tx, dependencies, opened, event)
    await record(tx, [event], context=Context(SERVICE, opened.referral.partnership, opened.now))
    return await answer_with(tx, supplement, supplement_receipt.supplement_body(event, opened.referral, added.told))


def _added(supplement: Supplement, revision: Revision, opened: Opened, *, ids: Ids) -> Added:
    before = opened.unsealed.child_ids
    child_ids = (*before, *(ids.new() for _ in revision.facts.children[len(before) :]))
    pairs = zip(child_ids, revision.facts.children, strict=True)
    children = tuple(ChildReference(child_id=child_id, unborn=child.unborn) for child_id, child in pairs)
    today = local_date(opened.now)
    in_danger_before = bool(opened.unsealed.content.get("immediate_danger"))
    return Added(
        supplement_id=ids.new(),
        facts=revision.facts,
        told=Told(decide.missing_items(revision.facts, today=today), decide.advice(revision.facts, today=today)),
        immediate_danger=supplement.immediate_danger or (revision.facts.immediate_danger and not in_danger_before),
        children=children[len(before) :],
        all_children=children,
        put_right=revision.put_right,
    )


async def _add_children(
    tx: Transaction, dependencies: Dependencies, opened: Opened, event: ReferralSupplemented
) -> None:
    """A referral that was decided is not, any more, when it has a child without a decision: a new promise begins.

    One that is closed is opened again by triage, which says so.
    """
    referral = opened.referral
    first_place = len(opened.unsealed.child_ids)
    await store.record_children(tx, referral.referral_id, event.children, first_place=first_place)
    if event.children and decide.status(referral.milestones) is Status.DECIDED:
        due_at = decision_due(governing_pack(dependencies.packs, referral, at=opened.now), at=opened.now)
        reopened = Milestone(Step.REOPENED, opened.now, due_at)
        await store.record_milestone(tx, referral.referral_id, reopened, version=None)

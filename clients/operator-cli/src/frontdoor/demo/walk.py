"""The whole walk: referrals in, every case worked to its end, every queue drained."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from contracts.codes import NoticeKind
from frontdoor.client import SERVICES, Caller
from frontdoor.demo import agencies
from frontdoor.demo.examples import Example, Later
from frontdoor.demo.referrals import Sent, report_danger, send_all
from frontdoor.demo.triage import CaseWork
from frontdoor.demo.waiting import together, until
from frontdoor.demo.world import World
from frontdoor.totals import Totals, ask_totals
from frontdoor.versions import gaps
from local_stack.console import say


async def walk(world: World, examples: Sequence[Example], *, run: UUID) -> Sequence[Sent]:
    """Send every referral and work every case to its end. Raises ``Wrong`` for the first thing missing."""
    say(f"sending {len(examples)} referrals, several at the same time and one twice")
    sent = await send_all(world, examples, run=run)
    say("triage: rate, ask agencies, recommend, authorise, hand over, decide again after news of danger")
    refused = next((each for each in sent if len(each.example.asked) > 1), None)
    await together(_work(world, each, refused=each is refused) for each in sent)
    say("senders: follow every referral to its end")
    await together(_followed_to_the_end(world, each) for each in sent)
    return sent


async def settled(operator: Caller) -> Totals:
    """Wait until every event is sent and in effect at every service that reads it."""

    async def ask() -> Totals | None:
        for service in SERVICES:
            if (await operator.get(service, "/operator/delivery"))["unpublished"]:
                return None
        async for _ in gaps(operator):
            return None
        return await ask_totals(operator)

    return await until("every event in effect at every service that reads it", ask)


async def _work(world: World, sent: Sent, *, refused: bool) -> None:
    """One case. In immediate danger nobody waits for answers: a missing one never holds a decision."""
    work = await CaseWork.open(world, sent)
    await work.read()
    await work.rate()
    await work.ask()
    if sent.example.immediate_danger:
        await work.decide()
        await _answer(world, sent, refused=refused)
    else:
        await _answer(world, sent, refused=refused)
        await work.decide()
    await _hand_over(world, work, sent.example.handovers)
    if sent.example.danger_later is not None:
        await _decide_again(world, work, sent.example.danger_later)


async def _hand_over(world: World, work: CaseWork, teams: Sequence[str]) -> None:
    """Each team accepts; with that the case closes, unless somebody has to look first."""
    await work.hand_over()
    reference = work.sent.reference
    await together(
        agencies.act_on_notice(world, team, NoticeKind.HANDOVER_OFFERED, reference=reference, act=agencies.accept)
        for team in teams
    )
    await work.close()


async def _decide_again(world: World, work: CaseWork, later: Later) -> None:
    """The sender of a closed case reports danger: it is opened, decided again, handed over, and closes."""
    await _followed_to_the_end(world, work.sent)
    await report_danger(world, work.sent, later)
    await work.decide_again(later.decision)
    await _hand_over(world, work, later.handovers)


async def _answer(world: World, sent: Sent, *, refused: bool) -> None:
    """The first agency that was asked supplies what it knows; another holds nothing, or decides not to share."""
    others = agencies.REFUSED if refused else agencies.NOTHING_HELD
    answers: list[tuple[str, Mapping[str, object]]] = [
        (agency, agencies.SUPPLIED if place == 0 else others) for place, agency in enumerate(sent.example.asked)
    ]
    await together(
        agencies.act_on_notice(
            world,
            agency,
            NoticeKind.INFORMATION_REQUESTED,
            reference=sent.reference,
            act=agencies.answering(answer),
        )
        for agency, answer in answers
    )


async def _followed_to_the_end(world: World, sent: Sent) -> None:
    """The sender sees its referral closed."""
    sender = world.client(sent.example.sender)

    async def ask() -> bool | None:
        view = await sender.get("referral-intake", f"/v1/referrals/{sent.referral_id}")
        return True if view["status"] == "closed" else None

    await until(f"{sent.example.name} closed in the eyes of its sender", ask)

"""Partner systems send their referrals: several at the same time, one of them twice with the same key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from contracts.codes import SupplementKind
from frontdoor.client import Caller
from frontdoor.demo.examples import Example, Later
from frontdoor.demo.waiting import together, until
from frontdoor.demo.world import World
from frontdoor.errors import Refused, Wrong

_AGAIN_LATER = (409, 503)


@dataclass(frozen=True)
class Sent:
    """An example that was accepted."""

    example: Example
    referral_id: UUID
    reference: str


async def send_all(world: World, examples: Sequence[Example], *, run: UUID) -> Sequence[Sent]:
    """Send every example; those that follow another one after it. ``run`` makes the keys of this run its own.

    Raises ``Wrong`` when an answer is not as it should be.
    """
    first = [example for example in examples if example.follows is None]
    later = [example for example in examples if example.follows is not None]
    sent: list[Sent] = []
    for wave in (first, later):
        sent += await together(_send_checked(world, example, run) for example in wave)
    await _send_twice(world, sent[0], run)
    return sent


async def report_danger(world: World, sent: Sent, later: Later) -> None:
    """The sender adds to its referral that a child is in danger now. Raises ``Wrong`` without advice to call 999."""
    receipt = await until(f"a receipt for what was added to {sent.example.name}", lambda: _add(world, sent, later))
    if not receipt.get("emergency_advice"):
        raise Wrong(f"Missing: advice to call 999 for danger that is reported later ({sent.example.name})")


async def _add(world: World, sent: Sent, later: Later) -> Mapping[str, Any] | None:
    """One attempt; None when the service asks for another one."""
    body = {
        "kind": SupplementKind.NEW_INFORMATION,
        "immediate_danger": True,
        "referrer": sent.example.referral["referrer"],
        "words": later.words,
    }
    headers = {"Idempotency-Key": str(uuid5(sent.referral_id, later.words))}
    path = f"/v1/referrals/{sent.referral_id}/supplements"
    try:
        added = await world.client(sent.example.sender).post("referral-intake", path, body, headers=headers)
    except Refused as refused:
        if refused.status in _AGAIN_LATER:
            return None
        raise
    receipt: Mapping[str, Any] = added
    return receipt


async def _send_checked(world: World, example: Example, run: UUID) -> Sent:
    receipt = await _send(world.client(example.sender), example, run)
    advised = bool(receipt.get("emergency_advice"))
    if advised is not example.immediate_danger:
        raise Wrong(f"Missing: advice to call 999 exactly when a child is in danger now ({example.name})")
    return Sent(example, UUID(receipt["referral_id"]), receipt["reference"])


async def _send_twice(world: World, sent: Sent, run: UUID) -> None:
    """The same key and body again, twice at the same time: one referral, one answer."""
    sender = world.client(sent.example.sender)
    answers = await together(_send(sender, sent.example, run) for _ in range(2))
    if answers[0] != answers[1] or UUID(answers[0]["referral_id"]) != sent.referral_id:
        raise Wrong(f"Missing: the same answer to a referral sent twice with one key ({sent.example.name})")


async def _send(sender: Caller, example: Example, run: UUID) -> Mapping[str, Any]:
    """Send, and again with the same key while the service asks for that."""
    headers = {"Idempotency-Key": str(uuid5(run, example.name))}

    async def attempt() -> Mapping[str, Any] | None:
        try:
            response = await sender.ask(
                "POST", "referral-intake", "/v1/referrals", json=example.referral, headers=headers
            )
        except Refused as refused:
            if refused.status in _AGAIN_LATER:
                return None
            raise
        receipt: Mapping[str, Any] = response.json()
        if response.status_code != 202 or response.headers.get("Location") != receipt["links"]["self"]:
            raise Wrong(f"Missing: 202 and the referral's address in Location ({example.name})")
        return receipt

    return await until(f"a receipt for {example.name}", attempt)

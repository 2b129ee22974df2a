"""A server under every attack and a long storm, and what it holds before and after, in figures."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from tests.fuzz.bodies import Attack, attacks, unended
from tests.fuzz.server import Held, Server
from tests.fuzz.storm import Storm, again, storm
from tests.fuzz.wire import Answer, talk

AT_ONCE: Final = 8
WARM_UP: Final = 1_000
MEMORY_TOLERANCE_MB: Final = 24.0
"""What the allocator keeps of the largest moment: up to ``AT_ONCE`` bodies of 1 MiB at the same time, as objects. How
many meet is chance; how many requests there were is not in it."""
ROOM_SECONDS: Final = 1.0
PROBLEMS: Final = ("application/problem+json", "application/fhir+json")


async def endure(server: Server, *, disconnects: int, seed: int) -> dict[str, Any]:
    """Everything, warm first; ``findings`` says in lines what is wrong."""
    await storm(server, min(WARM_UP, disconnects), seed=seed, name="warm-up")
    await attempt_all(server, attacks(server.headers()))
    before = await server.quiet()
    findings = await attempt_all(server, [*attacks(server.headers()), *unended(server.headers())])
    attacked = await server.quiet()
    known = await counted(server)
    seen = await storm(server, disconnects * 11 // 10, seed=seed, name="storm")  # a few stay for their answer
    findings += await lost_or_doubled(server, seen, known)
    after = await server.settled(lambda held: unchanged(held, before))
    findings += [] if unchanged(after, before) else [f"{before} became {after}"]
    findings += ["the server logged an error"] if '"level":"error"' in server.said() else []
    return {
        "seed": seed,
        "attacks": len(attacks(server.headers())) + len(unended(server.headers())),
        "disconnects": seen.disconnects,
        "left": dict(seen.left),
        "referrals": len(seen.sent),
        "held": {name: asdict(held) for name, held in (("before", before), ("attacked", attacked), ("after", after))},
        "findings": findings,
    }


async def attempt_all(server: Server, all_attacks: Sequence[Attack]) -> list[str]:
    """Make every attack. Returns what was answered otherwise than is right."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def attempt(attack: Attack) -> list[Answer]:
        async with turns:
            while True:
                said = await talk(server.port, attack.sent, answers=attack.answers, half_closed=attack.half_closed)
                if not any(map(_has_no_room, said)):
                    return said
                await asyncio.sleep(ROOM_SECONDS)

    answers = await asyncio.gather(*map(attempt, all_attacks))
    pairs = [(attack, answer) for attack, each in zip(all_attacks, answers, strict=True) for answer in each]
    return [
        f"{attack.name}: answered {answer.status} instead of {sorted(attack.statuses)}, or unclearly"
        for attack, answer in pairs
        if answer.status not in attack.statuses or not is_clear(answer)
    ]


def _has_no_room(answer: Answer) -> bool:
    """So much of one sender is read in a second; the rest is asked to come again."""
    return answer.status == 503 and "retry-after" in answer.headers and is_problem(answer)


def is_problem(answer: Answer) -> bool:
    """Whether it is a problem that says what to do."""
    return answer.headers.get("content-type") in PROBLEMS and bool(answer.said())


def is_clear(answer: Answer) -> bool:
    """No fault of ours; a refusal is a problem and says what to do."""
    return answer.status < 400 or (answer.status < 500 and is_problem(answer))


async def lost_or_doubled(server: Server, seen: Storm, known: tuple[int, int]) -> list[str]:
    """Send everything again with its key: each is one referral and one event, and has the answer that it had."""
    answers = await again(server, seen.sent)
    referrals, events = await counted(server)
    findings = [
        f"{each.key} was answered {answer.status}" for each, answer in _pairs(seen, answers) if answer.status > 202
    ]
    for now, before, what in ((referrals, known[0], "referrals"), (events, known[1], "events")):
        if now - before != len(seen.sent):
            findings.append(f"{len(seen.sent)} requests became {now - before} {what}")
    by_key = {each.key: answer for each, answer in _pairs(seen, answers)}
    return findings + [
        f"{key} was answered twice, differently"
        for key, answer in seen.answered.items()
        if key and json.loads(by_key[key].body) != json.loads(answer.body)
    ]


def unchanged(now: Held, before: Held) -> bool:
    """Whether nothing is held that was not before: a pooled connection to the database is one descriptor."""
    return (
        now.busy == 0
        and now.descriptors - now.connections <= before.descriptors - before.connections
        and now.memory_mb <= before.memory_mb + MEMORY_TOLERANCE_MB
    )


def _pairs(seen: Storm, answers: Sequence[Answer]) -> list[Any]:
    return list(zip(seen.sent, answers, strict=True))


async def counted(server: Server) -> tuple[int, int]:
    """Referrals, and events that tell of one."""
    referrals = await server.rows("SELECT count(*) FROM referral")
    events = await server.rows("SELECT count(*) FROM event WHERE headers ->> 'ce_type' = 'referral.received.v1'")
    return referrals[0][0], events[0][0]

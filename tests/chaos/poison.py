"""Poison: records that nobody of ours would write, and what has to become of each. The seed decides all of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from contracts.envelope import Envelope
from contracts.events import EVENTS
from contracts.topics import topic_of
from tests.chaos.spoiling import KEEPS_ITS_KEY, KINDS, Draft, Fate, Spoil, child_of_another, new_id

EXAMPLES: Final = Path(__file__).parents[1] / "contract" / "examples"
MARK: Final = "x-poison"
LIVE_EVERY: Final = 6
LATEST: Final = 20
SAID_AT: Final = datetime(2026, 11, 29, 10, tzinfo=UTC)

_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_USED: Final = (
    "referral.supplemented.v1", "referral.withdrawn.v1", "referral.held.v1", "case.opened.v1", "case.decided.v1",
    "case.closed.v1", "case.informed.v1", "clock.warned.v1", "notice.queued.v1", "notice.delivered.v1",
    "notice.opened.v1", "record.accessed.v1", "access.denied.v1",
)  # fmt: skip
"""Types that poison is made from: about one referral each, and most of them with a handler somewhere."""


@dataclass(frozen=True)
class Poison:
    """One record. ``live`` is the referral of ours whose key it has; ``aggregate`` and ``version`` if it says them."""

    kind: str
    topic: str
    number: int
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    data: bytes | None
    fate: Fate
    entry: tuple[UUID, int] | None = None
    aggregate: str | None = None
    live: UUID | None = None

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.kind} {self.topic} {self.number}"


def poison(seed: int, topic: str, number: int, *, live: Sequence[UUID] = ()) -> Poison:
    """The poison of a topic by its number. Every ``LIVE_EVERY``th has the key of one of the ``live`` referrals.

    Only what nobody can read, and what is newer, may have such a key: the first blocks it until an operator discards
    it, and that is right; the second must not. A forged event of a live aggregate would be an event: keys cannot help.
    """
    order = list(KINDS)
    Random(f"{seed}/{topic}").shuffle(order)
    spoil, chance = order[number % len(order)], Random(f"{seed}/{topic}/{number}")
    draft = _draft(topic, "referral.received.v1" if spoil is child_of_another else None, chance)
    spoil(draft)
    made = _made(draft, spoil, number)
    may_be_live = KINDS[spoil] is not Fate.PARKED_OR_FOLLOWED and spoil not in KEEPS_ITS_KEY
    if not live or not may_be_live or number % LIVE_EVERY:
        return made
    return _under(made, chance.choice(live[-LATEST:]))


def _under(made: Poison, referral_id: UUID) -> Poison:
    """The same under the key of one of ours."""
    key = str(referral_id).encode()
    headers = tuple((name, key if name == "ce_correlationid" else value) for name, value in made.headers)
    return replace(made, key=key, headers=headers, live=referral_id)


def _draft(topic: str, event_type: str | None, chance: Random) -> Draft:
    """A right message about a referral that nobody knows."""
    chosen = event_type if event_type and topic_of(event_type).name == topic else chance.choice(_types_of(topic))
    ids: dict[str, str] = {}
    whole = (EXAMPLES / f"{chosen}.json").read_text("utf-8")
    data = _UUID.sub(lambda found: ids.setdefault(found.group(), str(new_id(chance))), whole).encode()
    event = EVENTS[chosen].read(data)
    envelope = Envelope(
        id=new_id(chance),
        source=sorted(topic_of(chosen).owners)[0],
        type=chosen,
        subject=event.subject,
        time=SAID_AT,
        sequence=1,
        partnership="wandsworth",
        correlation_id=event.correlation,
    )
    return Draft(chance, topic, list(envelope.to_headers()), envelope.key, event.to_json())


def _made(draft: Draft, spoil: Spoil, number: int) -> Poison:
    fate = KINDS[spoil]
    said = dict(draft.headers)
    readable = fate is not Fate.PARKED
    marked = [*draft.headers, (MARK, f"{draft.topic}/{number}".encode())] if draft.headers else []
    return Poison(
        kind=spoil.__name__,
        topic=draft.topic,
        number=number,
        key=draft.key,
        headers=tuple(marked),
        data=draft.data,
        fate=fate,
        entry=(UUID((said["ce_id"] or b"").decode()), int(said["ce_sequence"] or b"")) if readable else None,
        aggregate=(said["ce_subject"] or b"").decode() if readable else None,
    )


def _types_of(topic: str) -> list[str]:
    return [event_type for event_type in _USED if topic_of(event_type).name == topic]

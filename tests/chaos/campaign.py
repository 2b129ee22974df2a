"""A campaign: referrals come in and are added to while everything is hurt in turn; then the checker reads all of it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_stack.stack import Stack
from local_stack.tokens import TokenSource
from tests.chaos.checker import Checker
from tests.chaos.journal import Journal, Poster
from tests.chaos.local import LocalStack
from tests.chaos.nemesis import Step, Wound, carry_out

EXAMPLES = Path(__file__).parents[2] / "examples" / "referrals"
SENDER = "wandsworth-school"
NAME = {"name": "Morgan Adeyemi-Clarke"}
ADDITIONS = (
    {"kind": "new-information", "referrer": NAME, "words": "The same was seen again this morning."},
    {"kind": "new-child", "referrer": NAME, "children": [{"first_name": "Wren", "date_of_birth": "2021-09-30"}]},
)
SETTLE_SECONDS = 90.0
GRACE_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """What a campaign did and found."""

    posted: int
    acknowledged: int
    added: int
    unknown_attempts: int
    wounds: list[Wound]
    settled_after_seconds: float
    violations: list[str]

    @property
    def slowest(self) -> float | None:
        """Seconds of the slowest recovery; None when one never came."""
        times = [wound.steady_after_seconds for wound in self.wounds]
        return None if None in times else max((time for time in times if time is not None), default=0.0)

    def _count(self, kind: str) -> int:
        return sum(fault.kind == kind for wound in self.wounds for fault in wound.step)

    def summary(self) -> dict[str, Any]:
        """The figures, for a table or a file."""
        return {
            "posted": self.posted,
            "acknowledged": self.acknowledged,
            "additions_acknowledged": self.added,
            "attempts_without_answer": self.unknown_attempts,
            "kills": self._count("kill"),
            "pauses": self._count("pause"),
            "slowest_recovery_seconds": self.slowest and round(self.slowest, 1),
            "settled_after_seconds": round(self.settled_after_seconds, 1),
            "violations": self.violations,
        }


async def run(
    stack: Stack, steps: list[Step], *, per_second: float, folder: Path, tell: Callable[[Wound], None]
) -> Outcome:
    """Post and hurt at the same time, wait until everything has settled, check. The stack is left running."""
    journal = Journal(folder / "journal.jsonl")
    url = stack.services["referral-intake"].url
    poster = Poster(url, _bearer(stack), bodies(SENDER), journal, per_second, ADDITIONS)
    enough = asyncio.Event()
    posting = asyncio.create_task(poster.run(enough, grace_seconds=GRACE_SECONDS))
    wounds = await carry_out(LocalStack(stack), steps, tell=tell)
    enough.set()
    await posting
    journal.close()
    checker = Checker(stack.addresses()["database_url"], stack.services["audit"].url)
    settled_after = await _settle(checker)
    violations = await checker.violations(journal)
    return Outcome(
        posted=len(journal.posted),
        acknowledged=len(journal.answers),
        added=len(journal.added),
        unknown_attempts=journal.unknown_attempts,
        wounds=wounds,
        settled_after_seconds=settled_after,
        violations=violations,
    )


def bodies(sender: str) -> list[dict[str, Any]]:
    """The example referrals of one sender."""
    examples = [json.loads(path.read_text("utf-8")) for path in sorted(EXAMPLES.glob("*.json"))]
    return [example["referral"] for example in examples if example["sender"] == sender]


def _bearer(stack: Stack) -> Callable[[], Any]:
    issuer = stack.addresses()["oidc_issuer"]
    source = TokenSource.for_client(issuer, SENDER, stack.keys.client_key_file(SENDER))

    async def bearer() -> Mapping[str, str]:
        return {"Authorization": f"Bearer {await asyncio.to_thread(source.token)}"}

    return bearer


async def _settle(checker: Checker) -> float:
    """Wait until nothing is on its way, at most ``SETTLE_SECONDS``; what is still on its way then is a violation."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < SETTLE_SECONDS and not await checker.settled():  # noqa: ASYNC110  # databases cannot call
        await asyncio.sleep(0.5)
    return loop.time() - began

"""The short campaign: every process and every part killed twice and paused once while referrals and poison arrive."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from local_stack.stack import Stack
from tests.chaos.__main__ import report
from tests.chaos.campaign import Campaign
from tests.chaos.nemesis import STEADY_SECONDS, plan
from tests.chaos.spoiling import KINDS

SEED = 20261123
PER_SECOND = 8.0


@pytest.mark.timeout(3600)  # it waits for as long as anything moves, and gives up by itself when nothing does
def test_nothing_is_lost_doubled_reordered_or_stopped_while_everything_is_killed_and_poison_arrives(
    stack: Stack,
) -> None:
    with TemporaryDirectory(prefix="frontdoor-") as folder:
        figures = asyncio.run(campaign(stack, Path(folder)))

    assert figures["violations"] == []
    assert figures["slowest_recovery_seconds"] is not None, f"something was not steady within {STEADY_SECONDS:.0f} s"
    assert figures["acknowledged"] == figures["posted"] > 100
    assert figures["additions_acknowledged"] > 50
    assert figures["poisoned_by_kind"].keys() == {spoil.__name__ for spoil in KINDS}
    assert figures["poisoned_on_live_keys"] > 0
    assert figures["discarded_from_live_keys"] > 0  # one record is parked at each of its readers


async def campaign(stack: Stack, folder: Path) -> dict[str, Any]:
    made = Campaign(stack, seed=SEED, per_second=PER_SECOND, folder=folder)
    return (await made.run(plan(SEED, at_once=3), report=report)).summary()

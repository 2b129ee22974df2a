"""The short campaign: every process and every part killed twice and paused once while referrals arrive."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from local_stack.stack import Stack
from tests.chaos.__main__ import tell
from tests.chaos.campaign import run
from tests.chaos.nemesis import plan

SEED = 20261123
PER_SECOND = 8.0


@pytest.mark.timeout(420)
def test_nothing_is_lost_doubled_or_reordered_while_everything_is_killed(stack: Stack) -> None:
    with TemporaryDirectory(prefix="frontdoor-") as folder:
        steps = plan(SEED, at_once=3)
        outcome = asyncio.run(run(stack, steps, per_second=PER_SECOND, folder=Path(folder), tell=tell))

    figures = outcome.summary()
    assert figures["violations"] == []
    assert figures["slowest_recovery_seconds"] is not None, "something was not steady again within 30 s"
    assert figures["acknowledged"] == figures["posted"] > 100
    assert figures["additions_acknowledged"] > 50

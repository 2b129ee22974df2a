"""Memory and processor time are a name's, however many processes had it; samples come each second and at both ends."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bench.year import sampler
from bench.year.counts import Counts, Reach
from bench.year.processes import Usage
from bench.year.sampler import OURS, Sampler
from local_stack.children import Identity
from local_stack.stack import Stack

BURNING = """
import time
began = time.process_time()
while time.process_time() - began < 0.25:
    pass
print("burnt", flush=True)
time.sleep(60)
"""
REACH = Reach(cases=1, notices=2, sent=3, logged=4, unsent=0, behind={"triage": 0})


@contextmanager
def burning() -> Iterator[Identity]:
    """A process that has used more than a fifth of a second of processor time, counted in ticks of a hundredth."""
    with subprocess.Popen([sys.executable, "-c", BURNING], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"burnt\n"
            yield Identity.of(process.pid)
        finally:
            process.kill()


def test_processor_time_of_a_name_is_that_of_all_its_processes() -> None:
    usage = Usage()
    with burning() as first:
        used = usage.read("triage-worker", first)
    with burning() as second:
        used_by_both = usage.read("triage-worker", second)

    assert used is not None
    assert used_by_both is not None
    assert used.mebibytes > 1
    assert used.cpu_seconds >= 0.2
    assert used_by_both.cpu_seconds >= used.cpu_seconds + 0.2


def test_what_was_used_before_the_run_does_not_count() -> None:
    usage = Usage()
    with burning() as process:
        usage.begin({"kafka": process})
        used = usage.read("kafka", process)

    assert used is not None
    assert used.cpu_seconds < 0.1


def test_a_process_that_has_ended_uses_nothing_and_is_no_failure() -> None:
    with burning() as process:
        pass

    assert Usage().read("audit-worker", process) is None


class Reached:
    """Everything stands still."""

    async def read(self) -> Reach:
        return REACH


def stack_of(processes: Mapping[str, Identity], parts: Mapping[str, Identity]) -> Stack:
    supervisor = SimpleNamespace(processes=lambda: processes)
    return cast(Stack, SimpleNamespace(supervisor=supervisor, processes=lambda: {**processes, **parts}))


async def test_a_sample_is_taken_at_the_begin_each_second_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampler, "EVERY_SECONDS", 0.05)
    over = asyncio.Event()
    with burning() as worker, burning() as kafka:
        stack = stack_of({"triage-worker": worker}, {"kafka": kafka})
        taking = Sampler(stack, cast(Counts, cast(Any, Reached())), lambda: 7)
        await taking.begin()
        asyncio.get_running_loop().call_later(0.28, over.set)
        await taking.run(over)

    first, *between, last = taking.samples
    assert 3 <= len(between) <= 7
    assert first.used.keys() == last.used.keys() == {"triage-worker", "kafka", OURS}
    assert all(sample.used.keys() == {"triage-worker", OURS} for sample in between)
    assert (last.accepted, last.reach) == (7, REACH)


async def test_at_rest_is_what_is_used_while_nothing_comes_in() -> None:
    with burning() as worker:
        taking = Sampler(stack_of({"triage-worker": worker}, {}), cast(Counts, cast(Any, Reached())), lambda: 0)
        used = await taking.at_rest(0.3)

    assert used.keys() == {"triage-worker"}
    assert 0 <= used["triage-worker"] < 0.3

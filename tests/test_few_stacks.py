"""However the files come and however long they take: two workers at most start a stack, and every file is run once."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from tests.few_stacks import ON_THE_STACK, STACKS, FewStacks

WORKERS = 3
TESTS_OF_A_FILE = 4


class Worker:
    """Runs what it is sent, one test for each ``step``."""

    def __init__(self, number: int) -> None:
        self.gateway = SimpleNamespace(id=f"gw{number}")
        self.shutting_down = False
        self.waiting: list[int] = []
        self.ran: list[int] = []

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        self.waiting.extend(indices)

    def shutdown(self) -> None:
        self.shutting_down = True

    def step(self, scheduler: Any) -> None:
        if self.waiting:
            self.ran.append(self.waiting.pop(0))
            scheduler.mark_test_complete(self, self.ran[-1])


def scheduled(files: Sequence[str]) -> tuple[Any, list[Worker], list[str]]:
    """A run of several workers that is about to begin."""
    option = SimpleNamespace(loadscopereorder=False)
    config: Any = SimpleNamespace(getvalue=lambda _: ["popen"] * WORKERS, option=option)
    scheduler: Any = FewStacks(config)
    tests = [f"{file}::test_{nth}" for file in files for nth in range(TESTS_OF_A_FILE)]
    workers = [Worker(number) for number in range(WORKERS)]
    for worker in workers:
        scheduler.add_node(worker)
        scheduler.add_node_collection(worker, tests)
    scheduler.schedule()
    return scheduler, workers, tests


def run(files: Sequence[str], pace: Sequence[int] = (1, 1, 1)) -> list[set[str]]:
    """The files that each worker ran, each with so many tests in a round."""
    scheduler, workers, tests = scheduled(files)
    while any(worker.waiting for worker in workers):
        for worker, steps in zip(workers, pace, strict=True):
            for _ in range(steps):
                worker.step(scheduler)
    assert sorted(nth for worker in workers for nth in worker.ran) == list(range(len(tests))), "each once"
    assert all(worker.shutting_down for worker in workers)
    return [{tests[nth].partition("::")[0] for nth in worker.ran} for worker in workers]


ON = [f"{folder}test_{nth}.py" for folder in ON_THE_STACK for nth in range(5)]
OFF = [f"tests/contract/test_{nth}.py" for nth in range(7)]


@pytest.mark.parametrize("files", [[*ON, *OFF], [*OFF, *ON], ON, OFF, ON[:1], [*OFF[:2], *ON, *OFF[2:]]])
@pytest.mark.parametrize("pace", [(1, 1, 1), (9, 1, 1), (1, 1, 9), (1, 7, 3)])
def test_few_workers_take_what_needs_a_stack(files: Sequence[str], pace: Sequence[int]) -> None:
    ran = run(files, pace)

    assert set().union(*ran) == set(files)
    assert sum(any(file in ON for file in taken) for taken in ran) <= STACKS


def test_a_worker_with_a_stack_takes_what_needs_one_first() -> None:
    scheduler, (first, *_), tests = scheduled([ON[0], *OFF[:5], *ON[1:]])
    while len(first.ran) < 3 * TESTS_OF_A_FILE:
        first.step(scheduler)

    assert {tests[nth].partition("::")[0] for nth in first.ran} <= set(ON)


def test_what_a_lost_worker_had_in_hand_is_run_by_another_with_a_stack() -> None:
    scheduler, (first, second, third), tests = scheduled([*ON, *OFF])
    crashed = scheduler.remove_node(first)
    while second.waiting or third.waiting:
        second.step(scheduler)
        third.step(scheduler)

    assert crashed == f"{ON[0]}::test_0"
    assert {tests[nth] for nth in (*second.ran, *third.ran)} == set(tests)

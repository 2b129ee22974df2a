"""Log and histories are compared side by side: what only one of them has is found, and nothing else."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from bench.year.checking import Place, differences, merged


async def stream(*numbers: int) -> AsyncIterator[Place]:
    for number in numbers:
        yield place(number)


def place(number: int) -> Place:
    return UUID(int=number), 1


async def test_histories_of_several_services_are_read_as_one_in_order() -> None:
    found = [each async for each in merged([stream(1, 4, 9), stream(), stream(2, 4), stream(3)])]

    assert found == [place(number) for number in (1, 2, 3, 4, 4, 9)]


@pytest.mark.parametrize(
    ("events", "entries", "missing", "surplus"),
    [
        ([], [], [], []),
        ([1, 2, 3], [1, 2, 3], [], []),
        ([1, 2, 3], [1, 3], [2], []),
        ([1, 2], [1, 2, 3], [], [3]),
        ([1, 2], [1, 2, 2], [], [2]),
        ([2, 3], [1, 2], [3], [1]),
        ([], [1], [], [1]),
        ([1], [], [1], []),
    ],
)
async def test_what_only_one_side_has_is_found(
    events: list[int], entries: list[int], missing: list[int], surplus: list[int]
) -> None:
    found = await differences(stream(*events), stream(*entries))

    assert found == ([place(number) for number in missing], [place(number) for number in surplus])


async def test_an_entry_with_another_version_is_both_missing_and_too_many() -> None:
    async def other_version() -> AsyncIterator[Place]:
        yield UUID(int=1), 2

    assert await differences(stream(1), other_version()) == ([place(1)], [(UUID(int=1), 2)])

"""The case of one referral is found in the queue by the reference that people read out, as they write it."""

from typing import Any, Final

import pytest
from triage_world import World

from chassis.ids import reference

OURS: Final = reference("WAN", 12_345_678_901)
OTHER: Final = reference("WAN", 12_345_678_902)
NOBODYS: Final = reference("WAN", 12_345_678_903)


async def found(world: World, query: str, who: str = "officer", **more: str) -> dict[str, Any]:
    parameters = "&".join([f"reference={query}", *(f"{name}={value}" for name, value in more.items())])
    answer = await world.get(f"/v1/cases?{parameters}", who, purpose=None)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def references(page: dict[str, Any]) -> list[str]:
    return [one["reference"] for one in page["cases"]]


@pytest.fixture
async def two(world: World) -> list[str]:
    """Two open cases."""
    return [await world.open_case(1, reference=OURS), await world.open_case(2, reference=OTHER)]


async def close(world: World, case: str) -> None:
    for child in (1, 2):
        await world.decide(case, child, "no-further-action")
    await world.post(f"{case}/closure", "manager", version=await world.version(case))


@pytest.mark.parametrize(
    "written",
    [
        OURS,
        OURS.lower(),
        OURS.replace("-", ""),
        OURS.replace("-", "%20"),
        f"%20{OURS.lower().replace('-', '')}%20",
        f"Ref:%20{OURS}",
    ],
)
async def test_a_case_is_found_by_its_reference_however_it_is_written(
    world: World, two: list[str], written: str
) -> None:
    page = await found(world, written)

    assert references(page) == [OURS]
    assert (page["total"], page["next"], page["previous"]) == (1, None, None)


async def test_counts_of_the_filters_are_of_the_case_that_is_named(world: World, two: list[str]) -> None:
    page, narrowed = await found(world, OURS), await found(world, OURS, rating="red")

    assert [one["value"] for one in page["counts"]["rating"] if one["count"]] == ["unrated"]
    assert (references(narrowed), narrowed["total"]) == ([], 0)


async def test_a_closed_case_is_found_unless_only_open_ones_are_wanted(world: World, two: list[str]) -> None:
    await close(world, two[0])

    assert references(await found(world, OURS)) == [OURS]
    assert references(await found(world, OURS, status="closed")) == [OURS]
    assert references(await found(world, OURS, status="open")) == []
    assert references(await found(world, OTHER, status="closed")) == []


async def test_a_page_of_one_case_leads_on_to_an_empty_one_and_back(world: World, two: list[str]) -> None:
    every = (await world.get("/v1/cases?limit=1", "officer", purpose=None)).json()
    beyond = await found(world, references(every)[0], cursor=every["next"], limit="1")

    assert (references(beyond), beyond["next"]) == ([], None)
    assert beyond["previous"] == "first"


@pytest.mark.parametrize("status", ["", "&status=open", "&status=closed"])
async def test_a_case_of_another_partnership_is_as_good_as_none(world: World, two: list[str], status: str) -> None:
    theirs = await found(world, f"{OURS}{status}", "stranger")
    nobodys = await found(world, f"{NOBODYS}{status}", "stranger")

    assert (theirs["cases"], theirs["total"]) == ([], 0)
    assert {**theirs, "as_at": None} == {**nobodys, "as_at": None}


@pytest.mark.parametrize("written", ["", "WAN-7K3M", f"{OURS[:-1]}{'2' if OURS[-1] != '2' else '3'}", "Rowan"])
async def test_what_is_no_reference_is_refused_with_what_one_looks_like(world: World, written: str) -> None:
    answer = await world.get(f"/v1/cases?reference={written}", "officer", purpose=None)

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "reference-invalid")
    assert "WAN-" in answer.json()["title"]

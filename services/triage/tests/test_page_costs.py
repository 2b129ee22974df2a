"""What a page costs the database, and whom it makes wait."""

from datetime import timedelta

from triage_world import HOUSING, POLICE, World

from chassis.testing.statements import counted
from triage.model import Actor
from triage.store import note_worker

MOST_FOR_A_CASE = 8
"""Lock it, read it, record the look and its event (two), note who looked and when (two), its history, its notices."""


async def a_case_with_much(world: World) -> str:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)
    for agency in (POLICE, HOUSING):
        await world.ask(case, agency)
    await world.ask_sender(case)
    return case


async def test_a_case_takes_as_many_statements_whatever_hangs_on_it(world: World) -> None:
    case = await a_case_with_much(world)
    await world.get(case, "worker")

    with counted(world.dependencies.db) as sent:
        answer = await world.get(case, "worker")

    assert len(answer.json()["requests"]) == 2
    assert 0 < len(sent) <= MOST_FOR_A_CASE, sent


async def test_a_page_does_not_wait_for_another_page_of_the_same_person(world: World) -> None:
    first, second = await world.open_case(1), await world.open_case(2)
    await world.get(first, "worker")
    (person,) = await world.rows("SELECT partnership, subject, team, roles, seen_at FROM worker")
    actor = Actor(person.subject, person.team, person.partnership, frozenset(person.roles))

    async with world.db.transaction() as tx:
        await note_worker(tx, actor, now=world.clock.now())
        answer = await world.get(second, "worker")

    assert answer.status_code == 200


async def test_a_person_is_noted_again_after_ten_minutes(world: World) -> None:
    case = await world.open_case()
    await world.get(case, "worker")
    noted = "SELECT seen_at FROM worker"
    (first,) = await world.rows(noted)

    world.clock.advance(timedelta(minutes=9))
    await world.get(case, "worker")
    (soon,) = await world.rows(noted)
    world.clock.advance(timedelta(minutes=2))
    await world.get(case, "worker")
    (later,) = await world.rows(noted)

    assert soon.seen_at == first.seen_at
    assert later.seen_at == first.seen_at + timedelta(minutes=11)

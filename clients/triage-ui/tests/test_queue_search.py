"""From a reference to its case: typed in the queue, or named by a notice; what was typed is in no address."""

import pytest
from ui_answers import CASE_ID, MANAGER, REFERENCE, queue_line, queue_page
from ui_world import World, problem


@pytest.fixture
def full(world: World) -> World:
    """Triage, which finds the one case."""
    world.services.answers["GET", "/v1/cases"] = queue_page(queue_line())
    return world


@pytest.mark.parametrize(
    "typed", [REFERENCE, f" {REFERENCE.lower()} ", REFERENCE.replace("-", ""), f"Ref: {REFERENCE}"]
)
async def test_a_reference_leads_to_its_case_however_it_is_typed(full: World, typed: str) -> None:
    person = await full.sign_in()

    typed_in = await person.post("/queue/search", reference=typed)
    found = await person.get(typed_in.headers["location"])

    assert (typed_in.status_code, typed_in.headers["location"]) == (303, f"/queue/cases/{REFERENCE}")
    assert (found.status_code, found.headers["location"]) == (303, f"/cases/{CASE_ID}")
    (asked,) = full.services.asked
    assert dict(asked.url.params) == {"reference": REFERENCE}


@pytest.mark.parametrize("typed", ["", "Rowan Testerley", REFERENCE[:-1] + "T", "x" * 5000])
async def test_what_is_no_reference_stays_in_its_box_and_is_looked_for_nowhere(full: World, typed: str) -> None:
    answer = await (await full.sign_in()).post("/queue/search", reference=typed)

    assert answer.status_code == 422
    assert "Enter the whole reference, such as" in answer.text
    assert f'value="{typed}"' in answer.text
    assert "location" not in answer.headers
    assert full.services.asked == []


async def test_a_reference_without_a_case_is_said_to_have_none_with_what_to_do(full: World) -> None:
    full.services.answers["GET", "/v1/cases"] = queue_page()

    answer = await (await full.sign_in()).get(f"/queue/cases/{REFERENCE.lower()}")

    assert answer.status_code == 200
    assert f"Your partnership has no case {REFERENCE}, open or closed." in answer.text
    assert "Error:" not in answer.text


async def test_an_address_that_names_no_reference_leads_to_none(full: World) -> None:
    answer = await (await full.sign_in()).get("/queue/cases/Rowan")

    assert answer.status_code == 422
    assert "Rowan" not in answer.text
    assert full.services.asked == []


async def test_those_to_whom_triage_refuses_the_queue_find_no_case_by_it(full: World) -> None:
    full.services.answers["GET", "/v1/cases"] = lambda _: problem(403, "not-your-role", "Your role does not allow this")

    answer = await (await full.sign_in(subject=MANAGER, roles=("auditor",))).get(f"/queue/cases/{REFERENCE}")

    assert answer.status_code == 403
    assert "You cannot do this" in answer.text


async def test_a_search_is_not_remembered_as_what_somebody_wants_to_see(full: World) -> None:
    person = await full.sign_in()
    await person.get("/queue?rating=red")

    await person.get(f"/queue/cases/{REFERENCE}")

    assert (await person.get("/queue")).headers["location"] == "/queue?rating=red"

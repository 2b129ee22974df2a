"""The first page: what each role must do next, as the services say it; one that is away hides no other."""

from typing import Any, Final

import httpx2
import pytest
from office_answers import RUN_ID, SERVICES, counted_run, delivery, run, witnessing
from sender_answers import open_question
from ui_answers import AT, CASE_ID, DUE, NOTICE_ID, REFERENCE, REQUEST_ID, queue_line, queue_page
from ui_world import World, problem

from triage_ui.pages.home.home import SOURCES, sources_for
from triage_ui.session.model import Place

REQUEST: Final = {
    "request_id": REQUEST_ID,
    "reference": REFERENCE,
    "requested_at": AT,
    "due_at": DUE,
    "answered_at": None,
    "withdrawn_at": None,
    "overdue": True,
}


def notice(**changed: Any) -> dict[str, Any]:
    """A handover that waits."""
    return {
        "notice_id": NOTICE_ID,
        "kind": "handover-offered",
        "title": "Handover offered",
        "reference": REFERENCE,
        "urgent": False,
        "queued_at": AT,
        "opened_at": None,
        "acknowledged_at": None,
        "due_at": DUE,
        "done_at": None,
        "superseded_by": None,
    } | changed


def _notices(world: World, *found: dict[str, Any]) -> None:
    world.services.answers["GET", "/v1/notices"] = {"notices": list(found), "next": None}


async def test_staff_see_what_waits_in_the_queue_and_where(world: World) -> None:
    world.services.answers["GET", "/v1/cases"] = queue_page(queue_line())
    _notices(world)

    page = (await (await world.sign_in()).get("/")).text

    assert "What must I do next?" in page
    assert 'href="/queue?due=overdue">Late</a> <span class="fd-count fd-count--late">1' in page
    assert 'href="/queue?waits_for=rating">A rating</a> <span class="fd-count">1' in page
    assert "Recommendations to authorise" not in page


async def test_a_manager_sees_the_recommendations_that_wait_for_one(world: World) -> None:
    asked: list[dict[str, str]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(dict(request.url.params))
        return httpx2.Response(200, json=queue_page(queue_line(), total=7))

    world.services.answers["GET", "/v1/cases"] = answer
    world.services.answers["GET", "/v1/disposal-runs"] = {"runs": [], "next": None}
    _notices(world)

    page = (await (await world.sign_in(roles=("mash-manager",))).get("/")).text

    assert {"waits_for": "authorisation", "limit": "5"} in asked
    assert f'href="/cases/{CASE_ID}">{REFERENCE}</a>' in page
    assert 'href="/queue?waits_for=authorisation">All that wait to be authorised</a> (7)' in page


async def test_an_agency_sees_the_requests_that_wait_and_not_those_it_answered(world: World) -> None:
    answered = {**REQUEST, "request_id": CASE_ID, "answered_at": AT}
    world.services.answers["GET", "/v1/information-requests"] = {"requests": [answered, REQUEST], "next": None}
    world.services.answers["GET", "/v1/questions"] = {"questions": [open_question()], "next": None}
    _notices(world)

    page = (await (await world.sign_in(roles=("agency-representative",))).get("/")).text

    asked = open_question()
    assert f'href="/referrals/{asked["referral_id"]}/questions/{asked["question_id"]}/answer">{REFERENCE}</a>' in page

    assert f'href="/requests/{REQUEST_ID}"' in page
    assert f"/requests/{CASE_ID}" not in page
    assert "due Monday 30 November 2026 at 5pm" in page


async def test_a_team_sees_the_handovers_it_is_offered(world: World) -> None:
    _notices(world, notice(), notice(notice_id=CASE_ID, acknowledged_at=AT))

    page = (await (await world.sign_in(roles=("macpt-member",))).get("/")).text

    assert f'href="/inbox/{NOTICE_ID}">Handover offered: {REFERENCE}</a>' in page
    assert f"/inbox/{CASE_ID}" not in page


async def test_a_records_officer_sees_what_waits_in_the_runs_and_how_many_holds_stand(world: World) -> None:
    world.services.answers["GET", "/v1/disposal-runs"] = {"runs": [run()], "next": None}
    world.services.answers["GET", f"/v1/disposal-runs/{RUN_ID}"] = counted_run(to_review=3, destroyed=9)
    world.services.answers["GET", "/v1/holds"] = {"holds": [], "next": None}

    page = (await (await world.sign_in(roles=("records-officer",))).get("/")).text

    assert f'href="/records/runs/{RUN_ID}">To review</a> <span class="fd-count">3' in page
    assert "To approve" not in page
    assert "No hold stands." in page


async def test_an_auditor_sees_how_far_the_log_is_signed_and_that_it_is_not_witnessed(world: World) -> None:
    world.services.answers["GET", "/v1/witnesses"] = witnessing(unwitnessed_since=AT)

    page = (await (await world.sign_in(roles=("auditor",))).get("/")).text

    assert "Part of the log is not witnessed yet" in page
    assert 'href="/audit">Find who looked at a referral</a>' in page
    assert "/inbox" not in page


async def test_an_operator_sees_where_something_is_parked_or_halted(world: World) -> None:
    for service in SERVICES:
        waiting = delivery(parked=2, halted=1) if service == "triage" else delivery()
        world.services.by_service[service, "GET", "/operator/delivery"] = waiting

    page = (await (await world.sign_in(roles=("operator",))).get("/")).text

    assert 'href="/operator#triage">Parked in triage</a> <span class="fd-count fd-count--late">2' in page
    assert "Reading is halted in triage" in page
    assert "Parked in audit" not in page


async def test_a_service_that_is_away_hides_no_other_section(world: World) -> None:
    world.services.away.add("triage")
    _notices(world, notice())

    answer = await (await world.sign_in()).get("/")

    assert answer.status_code == 200
    assert "This cannot be shown now." in answer.text
    assert REFERENCE in answer.text


async def test_a_section_that_the_service_refuses_says_so(world: World) -> None:
    world.services.answers["GET", "/v1/cases"] = lambda _: problem(403, "forbidden", "Your role does not allow this")
    _notices(world)

    answer = await (await world.sign_in()).get("/")

    assert answer.status_code == 200
    assert "Your role does not allow this." in answer.text


@pytest.mark.parametrize("role", ["head-of-service", "restricted-reader"])
async def test_a_role_without_work_of_its_own_has_a_page_all_the_same(world: World, role: str) -> None:
    _notices(world)

    answer = await (await world.sign_in(roles=(role,))).get("/")

    assert answer.status_code == 200


def test_every_section_is_somebodys_and_several_roles_have_the_sections_of_all() -> None:
    assert all(source.roles for source in SOURCES)
    both = {source.title for source in sources_for({"auditor", "records-officer"}, reads_notices=False)}
    assert both == {"The log", "Records whose time is over", "Holds"}


ELSEWHERE: Final = Place("warwickshire", "warwickshire-mash", frozenset({"mash-manager"}))


async def test_somebody_with_two_places_chooses_one_without_signing_in_again(world: World) -> None:
    world.services.answers["GET", "/v1/cases"] = queue_page()
    _notices(world)
    person = await world.sign_in(elsewhere=(ELSEWHERE,))

    before = await person.get("/")
    chosen = await person.post("/place", place="warwickshire/warwickshire-mash")
    after = await person.get("/")

    assert "Work for Warwickshire Children and Families Front Door<" in before.text
    assert chosen.headers["location"] == "/"
    assert "Work for Wandsworth multi-agency safeguarding hub<" in after.text
    assert "as mASH manager" not in after.text
    assert "as MASH manager" in after.text
    said = [request.headers.get("acting-for") for request in world.services.asked]
    assert said[0] == "wandsworth/wandsworth-mash"
    assert said[-1] == "warwickshire/warwickshire-mash"


async def test_a_place_that_is_none_of_theirs_is_not_chosen(world: World) -> None:
    _notices(world)
    person = await world.sign_in(elsewhere=(ELSEWHERE,))

    answer = await person.post("/place", place="warwickshire/warwickshire-macpt")

    assert answer.status_code == 403
    assert world.services.asked == []


async def test_anyone_who_has_one_place_is_not_asked_to_choose_and_names_none(world: World) -> None:
    world.services.answers["GET", "/v1/cases"] = queue_page()
    _notices(world)

    page = await (await world.sign_in()).get("/")

    assert "Work for" not in page.text
    assert all("acting-for" not in request.headers for request in world.services.asked)


async def test_a_place_that_the_service_does_not_believe_any_more_is_refused_by_the_service(world: World) -> None:
    world.services.answers["GET", "/v1/workers"] = {"workers": []}
    world.services.answers["GET", "/v1/cases"] = lambda request: problem(
        403, "forbidden", f"Not for {request.headers['acting-for'].partition('/')[0]}"
    )
    person = await world.sign_in(elsewhere=(ELSEWHERE,))
    await person.post("/place", place=ELSEWHERE.name)

    answer = await person.get("/queue?all=yes")

    assert answer.status_code == 403
    assert "You cannot do this" in answer.text
    assert "Not for warwickshire" in answer.text

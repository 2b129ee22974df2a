"""Every page and act is tried by address by every role: what the services refuse is refused by the page, and plainly.

The expectation is no table of who may: the services are asked the same under the same person's own token.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx2
import pytest

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from local_stack.tokens import form_action, person_client
from referral_intake.model import APPROVERS, MAY_HOLD
from tests.browser import parked
from tests.browser.addresses import TRIED_ELSEWHERE, Address, Asked, addresses, routes
from tests.browser.parked import OPERATOR
from tests.e2e.people import People
from tests.e2e.steps import CaseWork, done, open_notice, post
from triage.entitlement import ACT_ROLES, STAFF, Act
from triage_ui.pages.all_acts import ACTS
from triage_ui.pages.records.acts import OpenRun

pytestmark = pytest.mark.timeout(900)

STRANGER: Final = "warwickshire-manager"
NOBODYS: Final = "00000000-0000-4000-8000-000000000000"
_CSRF: Final = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
_PLAIN: Final = {403: "You cannot do this", 404: "Page not found"}

_LEADS_ON: Final = ("/queue", "/queue/cases/{reference}", "/questions/{question_id}")

Ids = Mapping[str, str]


def test_every_address_of_the_client_is_tried() -> None:
    tried = {(one.method, one.path) for one in addresses()}
    of_acts = {(method, act.path + end) for act in ACTS for method, end in _ENDS}

    assert set(routes()) == tried | of_acts | TRIED_ELSEWHERE


_ENDS: Final = (("POST", ""), ("GET", "/check"), ("POST", "/check"), ("POST", "/go-on"))
"""What an act answers beside its form; each asks as the form does, once there is a draft."""


def one_of_each_role(stack: Stack) -> dict[str, frozenset[str]]:
    """A person for each set of roles and each agency of one partnership, and a manager of the other."""
    found: dict[tuple[frozenset[str], str], str] = {}
    for name, known in stack.sign_ins["staff"].items():
        if known["partnership"] in ("wandsworth", None) or name == STRANGER:
            found.setdefault((frozenset(known["roles"]), known["agency"]), name)
    return {name: roles for (roles, _), name in found.items()}


async def made(people: People) -> Ids:
    """A case with all that has an address: a request, a recommendation, a handover, a notice, a run, a hold."""
    receipt = done(await post(people.client("wandsworth-school")), 202)
    work = await CaseWork(people, receipt["reference"]).opened()
    children = [done(await work.read())["children"][0]["child_id"]]
    done(await work.act(work.worker, "rating", {"rating": "red", "rationale": "Rated."}))
    asked = {"agency": "wandsworth-health-visiting", "lawful_basis": "children-act-2004-s11", "child_ids": children}
    request = done(await work.act(work.worker, "information-requests", {**asked, "question": "What is known?"}), 201)
    recommendation_id = await work.recommend(work.worker)
    done(await work.authorise(work.manager, recommendation_id))
    offer = {"team": "wandsworth-macpt", "child_ids": children, "summary": "Please read."}
    handover = done(await work.act(work.worker, "handovers", offer), 201)
    question = done(await work.act(work.worker, "questions", {"question": "Since when?"}), 201)
    notice = await open_notice(people.staff("wandsworth-health-visitor"), "information-requested", receipt["reference"])
    officer = people.staff("wandsworth-records-officer")
    run = done(await officer.ask("POST", "referral-intake", "/v1/disposal-runs"), 201)
    held = {"reason": "complaint", "references": [receipt["reference"]]}
    hold = done(await officer.ask("POST", "referral-intake", "/v1/holds", json=held), 201)
    ids = {
        "case_id": work.case_id,
        "referral_id": receipt["referral_id"],
        "reference": receipt["reference"],
        "request_id": request["request_id"],
        "recommendation_id": recommendation_id,
        "handover_id": handover["handover_id"],
        "question_id": question["question_id"],
        "notice_id": notice["notice_id"],
        "run_id": run["run_id"],
        "hold_id": hold["hold_id"],
        **await operated(people),
    }
    await _in_the_log(people, ids)
    return ids


async def operated(people: People) -> dict[str, str]:
    """What an operator's addresses name: a parked message of triage, and an endpoint."""
    listed = done(await people.staff(OPERATOR).ask("GET", "agency-notify", "/v1/endpoints"))
    parked_id = (await parked.park(people))["triage"]
    return {"service": "triage", "parked_id": str(parked_id), "endpoint_id": listed["endpoints"][0]["endpoint_id"]}


async def _in_the_log(people: People, ids: Ids) -> None:
    """Wait until the log holds the referral: before, it is as good as unknown there."""

    async def found() -> bool | None:
        path = ACCESS_LOG_PATH.format(**ids)
        answer = await people.staff("wandsworth-auditor").ask("GET", "audit", path, headers={"Access-Purpose": "audit"})
        return answer.status_code == httpx2.codes.OK or None

    await until("the referral in the log", found)


ACCESS_LOG_PATH: Final = "/v1/access-log?referral_id={referral_id}"


@contextmanager
def signed_in(stack: Stack, name: str) -> Iterator[httpx2.Client]:
    """A browser without scripts, signed in on the issuer's page."""
    with person_client() as http:
        address = stack.addresses()["web_client"]
        page = http.get(f"{address}/drafts", follow_redirects=True)
        password = stack.sign_ins["staff"][name]["password"]
        http.post(form_action(page), data={"username": name, "password": password}, follow_redirects=True)
        yield http


def _tried(stack: Stack, name: str, ids: Ids) -> dict[tuple[str, str], httpx2.Response]:
    """What one person gets at every address."""
    home = stack.addresses()["web_client"]
    with signed_in(stack, name) as http:
        csrf = _csrf(http.get(f"{home}/drafts").text)
        return {(one.method, one.path): _ask(http, home, one, ids, csrf) for one in addresses()}


def _ask(http: httpx2.Client, home: str, one: Address, ids: Ids, csrf: str) -> httpx2.Response:
    path = one.path.format(**ids)
    if one.method == "GET":
        return http.get(f"{home}{path}", follow_redirects=one.path in _LEADS_ON)
    fields = {name: value.format(**ids) for name, value in one.fields.items()}
    return http.post(f"{home}{path}", data={"csrf": csrf, **fields}, headers={"Origin": home})


def _csrf(page: str) -> str:
    found = _CSRF.search(page)
    assert found is not None, "every page of somebody signed in has a form to sign out"
    return found[1]


async def _allowed(people: People, name: str, roles: frozenset[str], asks: tuple[Asked, ...], ids: Ids) -> int:
    """What the services say to the same person, asked the same in turn."""
    for asked in asks:
        if asked.only_for and not asked.only_for & roles:
            continue
        purpose = asked.purpose(roles)
        headers = {"Access-Purpose": purpose} if purpose else {}
        answer = await people.staff(name).ask("GET", asked.service, asked.path.format(**ids), headers=headers)
        if answer.status_code != httpx2.codes.OK:
            return int(answer.status_code)
    return int(httpx2.codes.OK)


async def test_what_the_services_refuse_is_refused_by_address_to_every_role(stack: Stack, people: People) -> None:
    ids = await made(people)
    try:
        await _refused_to_every_role(stack, people, ids)
    finally:
        await parked.discard_all(people)


async def _refused_to_every_role(stack: Stack, people: People, ids: Ids) -> None:
    seen: dict[tuple[Asked, ...], set[int]] = defaultdict(set)
    wrong: list[str] = []
    for name, roles in one_of_each_role(stack).items():
        answers = await asyncio.to_thread(_tried, stack, name, ids)
        expected = {
            asks: await _allowed(people, name, roles, asks, ids) for asks in {tuple(o.asks) for o in addresses()}
        }
        for one in addresses():
            answer, status = answers[one.method, one.path], expected[tuple(one.asks)]
            seen[tuple(one.asks)].add(status)
            if answer.status_code != status or _PLAIN.get(status, "<h1") not in answer.text:
                wrong.append(f"{name} {one.method} {one.path}: {answer.status_code} instead of {status}")
            if status != httpx2.codes.OK and "Rowan" in answer.text:
                wrong.append(f"{name} {one.path}: a refusal names the child")

    assert wrong == []
    assert all(statuses - {200} for asks, statuses in seen.items() if asks), "each is refused to somebody"
    never = [asks for asks, statuses in seen.items() if 200 not in statuses]
    assert all("{run_id}/referrals" in asks[-1].path or "{run_id}/referrals" in asks[0].path for asks in never), never


_REFUSED_ON_A_CASE: Final = {
    Act.RATE: {"rating": "red", "rationale": "Why."},
    Act.CLOSE: {},
    Act.ASK: {
        "agency": "metropolitan-police",
        "lawful_basis": "children-act-2004-s11",
        "question": "What is known?",
        "child_ids": "{child_id}",
    },
}
"""Filled in, so that nothing but the role stands against them."""


def refused_acts() -> list[tuple[str, str, dict[str, str]]]:
    """Role, act and fields of every act that a role sees and may not do, as the services' rules have it."""
    on_cases = [
        (role, act.value, fields)
        for act, fields in _REFUSED_ON_A_CASE.items()
        for role in sorted(STAFF - ACT_ROLES[act])
    ]
    on_records: list[tuple[str, str, dict[str, str]]] = [
        (role, OpenRun.name, {}) for role in sorted(APPROVERS - MAY_HOLD)
    ]
    return [*on_cases, *on_records]


def _person(stack: Stack, role: str) -> str | None:
    staff = stack.sign_ins["staff"].items()
    return next((name for name, one in staff if role in one["roles"] and one["partnership"] == "wandsworth"), None)


async def test_an_act_that_a_role_may_not_do_is_refused_by_the_service_and_does_nothing(
    stack: Stack, people: People
) -> None:
    receipt = done(await post(people.client("wandsworth-school")), 202)
    work = await CaseWork(people, receipt["reference"]).opened()
    before = done(await work.read())
    ids = {"case_id": work.case_id, "child_id": before["children"][0]["child_id"]}
    tried = 0
    for role, name, fields in refused_acts():
        person = _person(stack, role)
        if person is None:
            continue  # nobody of the local realm has this role
        tried += 1
        answer = await asyncio.to_thread(_sent, stack, person, name, fields, ids)
        assert answer.status_code == httpx2.codes.FORBIDDEN, f"{role} {name}: {answer.status_code}"
        assert "Your role does not allow this" in answer.text
        assert "Nothing was sent." in answer.text

    after: Any = done(await work.read())
    assert tried >= len(_REFUSED_ON_A_CASE) + 1
    assert (after["rating"], after["state"], after["requests"]) == (before["rating"], before["state"], [])


def _sent(stack: Stack, person: str, name: str, fields: Mapping[str, str], ids: Ids) -> httpx2.Response:
    """Write the form and send it, past the page that checks it."""
    home = stack.addresses()["web_client"]
    path = next(act.path for act in ACTS if act.name == name).format(**ids)
    with signed_in(stack, person) as http:
        form = http.get(f"{home}{path}")
        version = form.text.partition('name="seen_version" value="')[2].partition('"')[0].replace("&#34;", '"')
        said = {"csrf": _csrf(form.text), "then": "check", "seen_version": version}
        filled = {field: value.format(**ids) for field, value in fields.items()}
        page = http.post(f"{home}{path}", data={**said, **filled}, headers={"Origin": home}, follow_redirects=True)
        key = page.text.partition('name="form_key" value="')[2].partition('"')[0]
        answer = http.post(f"{home}{path}/check", data={**said, "form_key": key}, headers={"Origin": home})
        http.post(f"{home}/drafts/discard", data={**said, "form_key": key}, headers={"Origin": home})
        return answer

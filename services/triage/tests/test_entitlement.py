"""The access matrix: role by relationship by record and act, spelled out and compared with the rules."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from triage_examples import NOW, actor, case, handover, question, request

from contracts.codes import DenialReason, Purpose
from triage import entitlement
from triage.entitlement import Act
from triage.errors import NotYourRole, WrongPurpose
from triage.model import Actor

TEAM_ROLES = {"wandsworth-macpt": "macpt-member", "wandsworth-early-help": "early-help-lead"}
OFFERED = handover(team="wandsworth-macpt")
HELP_OFFERED = handover(team="wandsworth-early-help", role="early-help-lead")
ASKED = request(agency="metropolitan-police")
SENDER_ASKED = question()
CASE = case(requests=(ASKED,), questions=(SENDER_ASKED,), handovers=(OFFERED, HELP_OFFERED))

PEOPLE: dict[str, Actor] = {
    "contact officer": actor("contact-officer"),
    "social worker": actor("social-worker"),
    "manager": actor("mash-manager"),
    "auditor": actor("auditor"),
    "asked agency": actor("partner", agency="metropolitan-police"),
    "asked agency's representative": actor("agency-representative", agency="metropolitan-police"),
    "other agency": actor("partner", agency="wandsworth-housing"),
    "referring agency": actor("partner", agency="ashcroft-primary"),
    "referring agency's representative": actor("agency-representative", agency="ashcroft-primary"),
    "member of the team": actor("macpt-member", agency="wandsworth-macpt"),
    "member of another team": actor("macpt-member", agency="warwickshire-macpt"),
    "member without the team's role": actor("partner", agency="wandsworth-macpt"),
    "early help lead": actor("early-help-lead", agency="wandsworth-early-help"),
    "guardian": actor("caldicott-guardian"),
    "operator": actor("operator", agency=""),
    "service": actor("service", agency=""),
    "nobody": actor(),
}

T, C, A, Q, OWN = (
    Purpose.TRIAGE,
    Purpose.CHILD_PROTECTION,
    Purpose.AUDIT,
    Purpose.ANSWER_REQUEST,
    Purpose.OWN_REFERRAL,
)

READS: dict[str, dict[str, set[Purpose]]] = {
    "case": {
        "contact officer": {T},
        "social worker": {T, C},
        "manager": {T, C},
        "auditor": {A},
        "member of the team": {C},
    },
    "request": {
        "contact officer": {T},
        "social worker": {T, C},
        "manager": {T, C},
        "auditor": {A},
        "asked agency": {Q},
        "asked agency's representative": {Q},
    },
    "question": {
        "contact officer": {T},
        "social worker": {T, C},
        "manager": {T, C},
        "auditor": {A},
        "referring agency": {OWN},
        "referring agency's representative": {OWN},
    },
    "handover to the child protection team": {
        "contact officer": {T},
        "social worker": {T, C},
        "manager": {T, C},
        "auditor": {A},
        "member of the team": {T, C},
    },
    "handover to early help": {
        "contact officer": {T},
        "social worker": {T, C},
        "manager": {T, C},
        "auditor": {A},
        "early help lead": {T, C},
    },
}

ACTS: dict[Act, set[str]] = {
    Act.RATE: {"social worker", "manager"},
    Act.ASK: {"social worker", "manager"},
    Act.ASK_SENDER: {"contact officer", "social worker", "manager"},
    Act.RECOMMEND: {"contact officer", "social worker", "manager"},
    Act.AUTHORISE: {"contact officer", "social worker", "manager"},
    Act.OFFER: {"social worker", "manager"},
    Act.TAKE_BACK: {"social worker", "manager"},
    Act.CLOSE: {"manager"},
    Act.CLAIM: {"contact officer", "social worker", "manager"},
    Act.ASSIGN: {"manager"},
    Act.UNASSIGN: {"contact officer", "social worker", "manager"},
}
STAFF = {"contact officer", "social worker", "manager"}


def read(record: str, who: Actor, purpose: Purpose | None) -> entitlement.Refusal | None:
    match record:
        case "case":
            return entitlement.to_read_case(who, CASE, purpose=purpose, team_roles=TEAM_ROLES)
        case "request":
            return entitlement.to_read_request(who, CASE, request=ASKED, purpose=purpose)
        case "question":
            return entitlement.to_read_question(who, CASE, question=SENDER_ASKED, purpose=purpose)
        case _:
            offered = OFFERED if "child protection" in record else HELP_OFFERED
            return entitlement.to_read_handover(who, CASE, handover=offered, purpose=purpose, team_roles=TEAM_ROLES)


@pytest.mark.parametrize(
    ("record", "who", "purpose"),
    list(product(READS, PEOPLE, [T, C, A, Q, OWN, None])),
    ids=lambda value: str(value),
)
def test_only_the_role_the_relationship_and_the_purpose_together_open_a_record(
    record: str, who: str, purpose: Purpose | None
) -> None:
    allowed = READS[record].get(who, set())

    refusal = read(record, PEOPLE[who], purpose)

    assert (refusal is None) == (purpose in allowed)
    if refusal is not None:
        assert refusal.problem.status == (403 if allowed else 404)
        assert isinstance(refusal.problem, WrongPurpose) == bool(allowed)


@pytest.mark.parametrize(("record", "who"), list(product(READS, PEOPLE)), ids=lambda value: str(value))
def test_nobody_of_another_partnership_learns_that_a_record_exists(record: str, who: str) -> None:
    stranger = replace(PEOPLE[who], partnership="warwickshire")

    for purpose in Purpose:
        refusal = read(record, stranger, purpose)

        assert refusal is not None
        assert (refusal.reason, refusal.problem.status) == (DenialReason.PARTNERSHIP, 404)


@pytest.mark.parametrize(("act", "who"), list(product(Act, PEOPLE)), ids=lambda value: str(value))
def test_only_staff_with_a_role_for_it_act_on_a_case(act: Act, who: str) -> None:
    refusal = entitlement.to_act(PEOPLE[who], CASE, act=act)

    assert (refusal is None) == (who in ACTS[act])
    if refusal is not None:
        assert isinstance(refusal.problem, NotYourRole) == (who in STAFF)
        assert refusal.problem.status == (403 if who in STAFF else 404)


@pytest.mark.parametrize("who", PEOPLE)
def test_only_the_asked_agency_answers(who: str) -> None:
    refusal = entitlement.to_answer(PEOPLE[who], CASE, request=ASKED)

    assert (refusal is None) == (who in {"asked agency", "asked agency's representative"})


@pytest.mark.parametrize("who", PEOPLE)
def test_only_a_member_of_the_team_accepts_or_returns(who: str) -> None:
    refusal = entitlement.to_accept_or_return(PEOPLE[who], CASE, handover=OFFERED, team_roles=TEAM_ROLES)

    assert (refusal is None) == (who == "member of the team")


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_of_another_partnership_acts_answers_or_accepts(who: str) -> None:
    stranger = replace(PEOPLE[who], partnership="warwickshire")

    refusals = [
        *(entitlement.to_act(stranger, CASE, act=act) for act in Act),
        entitlement.to_answer(stranger, CASE, request=ASKED),
        entitlement.to_accept_or_return(stranger, CASE, handover=OFFERED, team_roles=TEAM_ROLES),
    ]

    assert all(refusal is not None and refusal.problem.status == 404 for refusal in refusals)


NEW_ROLE = {"wandsworth-macpt": "lead-practitioner"}


@pytest.mark.parametrize(
    ("role", "team_roles", "who", "allowed"),
    [
        ("macpt-member", {}, "member of the team", True),
        ("macpt-member", {}, "member without the team's role", False),
        ("macpt-member", NEW_ROLE, "member of the team", True),
        (None, {}, "member of the team", True),
        (None, {}, "member of another team", False),
        (None, NEW_ROLE, "member of the team", False),
    ],
    ids=["gone", "gone, another role", "renamed", "gone, offered long ago", "another team", "renamed, not kept then"],
)
def test_a_team_that_the_pack_no_longer_names_accepts_or_returns_what_it_was_offered(
    role: str | None, team_roles: dict[str, str], who: str, allowed: bool
) -> None:
    offered = replace(OFFERED, role=role)

    refusal = entitlement.to_accept_or_return(PEOPLE[who], CASE, handover=offered, team_roles=team_roles)

    assert (refusal is None) == allowed


@pytest.mark.parametrize(
    ("changes", "may_read"),
    [({}, True), ({"accepted_at": NOW}, True), ({"returned_at": NOW}, False), ({"withdrawn_at": NOW}, False)],
    ids=["offered", "accepted", "returned", "withdrawn"],
)
def test_a_team_reads_the_case_while_it_has_children_of_it_or_may_accept_some_and_its_handover_always(
    changes: dict[str, Any], may_read: bool
) -> None:
    offered = handover(team="wandsworth-macpt", **changes)
    subject, member, purpose = case(handovers=(offered,)), PEOPLE["member of the team"], Purpose.CHILD_PROTECTION

    of_case = entitlement.to_read_case(member, subject, purpose=purpose, team_roles=TEAM_ROLES)
    of_handover = entitlement.to_read_handover(
        member, subject, handover=offered, purpose=purpose, team_roles=TEAM_ROLES
    )

    assert (of_case is None) == may_read
    assert of_handover is None


def test_a_child_protection_team_that_was_offered_nothing_opens_no_case() -> None:
    refusal = entitlement.to_read_case(
        PEOPLE["member of the team"], case(), purpose=Purpose.CHILD_PROTECTION, team_roles=TEAM_ROLES
    )

    assert refusal is not None
    assert (refusal.reason, refusal.problem.status) == (DenialReason.RELATIONSHIP, 404)

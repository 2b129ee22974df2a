"""Every address of the web client, and what the services are asked for it: where a page's refusals come from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fastapi.routing import APIRoute

from triage_ui.acts.act import Act
from triage_ui.pages.all_acts import ACTS
from triage_ui.pages.all_pages import ROUTERS
from triage_ui.pages.answer.on_request import OnRequest
from triage_ui.pages.case.acting import OnCase
from triage_ui.pages.handover_in.handover_in import OnHandover
from triage_ui.pages.operator.other_acts import Resume, SendTest
from triage_ui.pages.operator.parked_acts import OnMany, OnMessage
from triage_ui.pages.own_referrals.answer_question import AnswerQuestion
from triage_ui.pages.own_referrals.on_own import OnOwnReferral
from triage_ui.pages.records.acts import OnItem, OpenRun
from triage_ui.pages.records.hold_acts import LiftHold, LiftHoldHere, PlaceHold
from triage_ui.shell.menu import AGENCY, STAFF

Purpose = Callable[[frozenset[str]], str]


def _no_purpose(_: frozenset[str]) -> str:
    return ""


def _of_case(roles: frozenset[str]) -> str:
    return "triage" if roles & STAFF else "child-protection"


def _of_handover(roles: frozenset[str]) -> str:
    return "child-protection" if "macpt-member" in roles else "triage"


@dataclass(frozen=True)
class Asked:
    """One operation of a service that a page cannot do without. ``only_for``: asked for nobody else's page."""

    service: str
    path: str
    purpose: Purpose = _no_purpose
    only_for: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Address:
    """A page, or a form that is sent: what it asks in turn; nothing at all where anybody signed in may see it."""

    path: str
    asks: Sequence[Asked] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"


CASE: Final = Asked("triage", "/v1/cases/{case_id}", _of_case)
REQUEST: Final = Asked("triage", "/v1/information-requests/{request_id}")
OWN_REQUESTS: Final = Asked("triage", "/v1/information-requests", only_for=AGENCY)
HANDOVER: Final = Asked("triage", "/v1/handovers/{handover_id}", _of_handover)
NOTICES: Final = Asked("agency-notify", "/v1/notices")
RUNS: Final = Asked("referral-intake", "/v1/disposal-runs")
RUN: Final = Asked("referral-intake", "/v1/disposal-runs/{run_id}")
ITEM: Final = Asked("referral-intake", "/v1/disposal-runs/{run_id}/referrals/{referral_id}")
HOLDS: Final = Asked("referral-intake", "/v1/holds")
HOLDS_HERE: Final = Asked("referral-intake", "/v1/referrals/{referral_id}/holds")
REFERENCE: Final = Asked("referral-intake", "/v1/references/{reference}")
ACCESS_LOG: Final = Asked("audit", "/v1/access-log?referral_id={referral_id}", lambda _: "audit")
OWN: Final = Asked("referral-intake", "/v1/referrals")
OWN_ONE: Final = Asked("referral-intake", "/v1/referrals/{referral_id}")
QUESTION: Final = Asked("triage", "/v1/questions/{question_id}")
DELIVERY: Final = Asked("triage", "/operator/delivery")
MESSAGE: Final = Asked("triage", "/operator/parked/{parked_id}")
PARKED: Final = Asked("triage", "/operator/parked")
CONSUMER: Final = Asked("triage", "/operator/consumer")
ENDPOINTS: Final = Asked("agency-notify", "/v1/endpoint-health")

PAGES: Final = (
    Address("/"),
    Address("/drafts"),
    Address("/audit"),
    Address("/audit/proof"),
    Address("/queue", (Asked("triage", "/v1/cases"),)),
    Address("/queue/cases/{reference}", (Asked("triage", "/v1/cases?reference={reference}"),)),
    Address("/cases/{case_id}", (CASE,)),
    Address(
        "/cases/{case_id}/document",
        (CASE, Asked("referral-intake", "/v1/referrals/{referral_id}/document/editions", _of_case)),
    ),
    Address(
        "/cases/{case_id}/requests/{request_id}",
        (Asked("triage", "/v1/information-requests/{request_id}", lambda _: "triage"),),
    ),
    Address("/requests/{request_id}", (REQUEST,)),
    Address("/inbox", (NOTICES, OWN_REQUESTS)),
    Address("/inbox/{notice_id}", (Asked("agency-notify", "/v1/notices/{notice_id}"),)),
    Address("/handovers/{handover_id}", (HANDOVER,)),
    Address("/refer", (OWN,)),
    Address("/referrals", (OWN,)),
    Address("/referrals/{referral_id}", (OWN_ONE,)),
    Address("/referrals/{referral_id}/receipt", (Asked("referral-intake", "/v1/referrals/{referral_id}/receipt"),)),
    Address("/questions/{question_id}", (QUESTION,)),
    Address("/records", (RUNS,)),
    Address("/records/runs/{run_id}", (RUN,)),
    Address("/records/runs/{run_id}/referrals/{referral_id}", (ITEM,)),
    Address(
        "/records/runs/{run_id}/referrals/{referral_id}/document",
        (Asked("referral-intake", "/v1/referrals/{referral_id}/document", lambda _: "records"), ITEM),
    ),
    Address("/records/holds", (HOLDS,)),
    Address("/operator", (DELIVERY,)),
    Address("/operator/lag", (DELIVERY,)),
    Address("/operator/endpoints", (ENDPOINTS,)),
    Address("/operator/parked/{service}/{parked_id}", (MESSAGE,)),
    Address("/audit/looks", (REFERENCE, ACCESS_LOG), {"purpose": "audit", "reference": "{reference}"}, "POST"),
    Address(
        "/audit/reader",
        (Asked("audit", "/v1/access-log/readers/somebody", lambda _: "audit"),),
        {"purpose": "audit", "reader": "somebody"},
        "POST",
    ),
    Address("/operator/journey", (Asked("referral-intake", "/operator/references/{reference}"),),
            {"reference": "{reference}"}, "POST"),
)  # fmt: skip
_OF_ACTS: Final[Sequence[tuple[type, Sequence[Asked]]]] = (
    (OnCase, (CASE,)),
    (OnRequest, (REQUEST,)),
    (OnHandover, (HANDOVER,)),
    (AnswerQuestion, (QUESTION,)),
    (OnOwnReferral, (OWN_ONE,)),
    (OnItem, (ITEM,)),
    (OpenRun, (RUNS,)),
    (PlaceHold, (HOLDS,)),
    (LiftHold, (HOLDS,)),
    (LiftHoldHere, (ITEM, HOLDS_HERE)),
    (OnMessage, (MESSAGE,)),
    (OnMany, (PARKED,)),
    (Resume, (CONSUMER,)),
    (SendTest, (ENDPOINTS,)),
)
_OF_DRAFTS: Final = {
    "": ("GET",),
    "/check": ("GET", "POST"),
    "/sent": ("GET",),
    "/{slug}/add": ("POST",),
    "/{slug}/{question}": ("GET", "POST"),
    "/{slug}/{number}/{question}": ("GET", "POST"),
    "/{slug}/{number}/remove": ("GET", "POST"),
}
TRIED_ELSEWHERE: Final = frozenset(
    {
        ("GET", "/queue/changes"),  # goes on for as long as somebody listens; asks as the queue does
        ("POST", "/audit/proof"),  # for anybody: says nothing that is not public
        ("POST", "/queue/{act}-one"),  # these act: who may, each service's own tests say for every role
        ("POST", "/queue/assign"),
        ("POST", "/queue/search"),  # leads to the case of a reference, which is tried
        ("POST", "/inbox/{notice_id}"),
        ("POST", "/drafts/discard"),
        ("POST", "/refer"),  # begins a draft
        *(
            (method, f"/refer/{{form_key}}{end}")  # somebody's own draft; foreign ones the client's own tests try
            for end, methods in _OF_DRAFTS.items()
            for method in methods
        ),
    }
)
"""Addresses that this table leaves out, with the reason."""


def asks_of(act: Act) -> Sequence[Asked]:
    """What an act looks at before it shows its form."""
    return next(asks for kind, asks in _OF_ACTS if isinstance(act, kind))


def addresses() -> list[Address]:
    """Every page, and the form of every act."""
    return [*PAGES, *(Address(act.path, asks_of(act)) for act in ACTS)]


def routes() -> Iterator[tuple[str, str]]:
    """Method and path of everything that the client answers to somebody who is signed in."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield from ((method, route.path) for method in route.methods or ())

"""``GET /v1/referrals/{id}/receipt``: a receipt that can be printed and put into the sender's own file."""

import re
from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from chassis.web.service_router import ServiceRouter
from policy.contact import whom_to_phone
from policy.local_time import moment
from referral_intake import decide, handlers, telling
from referral_intake.api.dependencies import Injected
from referral_intake.api.standing import AsReader
from referral_intake.errors import NotOffered
from referral_intake.model import EMERGENCY_ADVICE, PHONE_ADVICE, STATUS_TEXTS, WITHDRAWN_TEXT, Followed, Status
from referral_intake.receipt_page import CONTENT_SECURITY_POLICY, ReceiptText, page_of
from referral_intake.supplement_receipt import EXAMPLE_ID
from referral_intake.telling import MissingInformation

router = ServiceRouter(tags=["referrals"])

JSON: Final = "application/json"
HTML: Final = "text/html"

_QUALITY: Final = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")

_NEXT: Final = (
    "The front door team reads every referral. If you hear nothing by the time above, or if things get worse before, "
    "{phone_advice}. In an emergency call 999."
)


class PrintableReceipt(BaseModel):
    """That the referral is kept, and how far it has come. It names nobody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "referral_id": str(EXAMPLE_ID),
                    "reference": "WAN-7K3M-Q9TR",
                    "status": "received",
                    "status_text": STATUS_TEXTS[Status.RECEIVED],
                    "received_at": "2026-11-23T09:30:00Z",
                    "decision_expected_by": "2026-11-24T17:00:00Z",
                    "late": False,
                    "number_of_children": 1,
                    "edition": 1,
                    "withdrawn_at": None,
                    "emergency_advice": None,
                    "what_happens_next": [_NEXT.format(phone_advice=PHONE_ADVICE)],
                    "missing_information": [
                        {"item": "nhs-number", "label": "NHS number", "pointers": ["/children/0/nhs_number"]}
                    ],
                    "printed_at": "2026-11-23T09:31:00Z",
                }
            ]
        }
    )

    referral_id: UUID
    reference: str
    status: Status
    status_text: str
    received_at: datetime
    decision_expected_by: datetime
    late: bool
    number_of_children: int
    edition: int = Field(description="1, and one more for each supplement or withdrawal.")
    withdrawn_at: datetime | None
    emergency_advice: str | None
    what_happens_next: tuple[str, ...]
    missing_information: tuple[MissingInformation, ...]
    not_taken: tuple[str, ...] = Field(
        (), description="Of a FHIR message: each place (FHIRPath) that the referral does not have."
    )
    printed_at: datetime

    @classmethod
    def of(cls, followed: Followed, *, now: datetime, phone_advice: str = PHONE_ADVICE) -> Self:
        """The receipt of a referral that the reader may follow."""
        referral, milestones = followed.referral, followed.referral.milestones
        status = decide.status(milestones, open_questions=referral.open_questions)
        expected_by = referral.decision_expected_by
        withdrawn = (WITHDRAWN_TEXT,) if referral.withdrawn_at is not None else ()
        return cls(
            referral_id=referral.referral_id,
            reference=referral.reference,
            status=status,
            status_text=STATUS_TEXTS[status],
            received_at=referral.received_at,
            decision_expected_by=expected_by,
            late=decide.is_late(expected_by, decide.settled_at(milestones), now=now),
            number_of_children=len(followed.children),
            edition=referral.edition,
            withdrawn_at=referral.withdrawn_at,
            emergency_advice=EMERGENCY_ADVICE if referral.immediate_danger else None,
            what_happens_next=(*withdrawn, _NEXT.format(phone_advice=phone_advice)),
            missing_information=MissingInformation.of_all(followed.missing),
            not_taken=followed.not_taken,
            printed_at=now,
        )


LeadsBack = Annotated[
    bool,
    Query(
        description="Of a page: give it links to the referral and to the list, at `../{referral_id}` and "
        "`../../referrals`. For a web client that shows it at this path below its own root."
    ),
]
_CONTENT: Final[dict[str, Any]] = {HTML: {"schema": {"type": "string"}, "example": "<!doctype html>…"}}


@router.get(
    telling.PATH + "/{referral_id}/receipt",
    summary="Get a receipt to print",
    response_model=PrintableReceipt,
    responses={200: {"content": _CONTENT}, **problem_responses(406, 429)},
)
async def read_receipt(
    referral_id: UUID, request: Request, dependencies: Injected, asker: AsReader, *, leads_back: LeadsBack = False
) -> Response:
    """Our reference, the times, what happens next and what is missing. It names nobody.

    JSON unless `Accept` prefers `text/html`: then a page to print. For your own agency's referral; any other is
    answered as if there were none.
    """
    kind = offered(request.headers.get("accept", ""))
    now = dependencies.clock.now()
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_receipt(tx, referral_id, asker, now=now)
    phone_advice = whom_to_phone(dependencies.packs, asker.partnership, at=now)
    printable = PrintableReceipt.of(unwrap(result), now=now, phone_advice=phone_advice)
    if kind == JSON:
        return Response(printable.model_dump_json(), media_type=JSON, headers={"Vary": "Accept"})
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Vary": "Accept"}
    return Response(page_of(_text(printable, leads_back=leads_back)), media_type=HTML, headers=headers)


def offered(accept: str) -> str:
    """The kind that is wanted most of those there are; JSON when it does not matter. Raises ``NotOffered``."""
    best = max((JSON, HTML), key=lambda kind: _weight(accept, kind))
    if accept.strip() and _weight(accept, best) <= 0:
        raise NotOffered
    return best


def _weight(accept: str, kind: str) -> float:
    """How much a kind is wanted, 0 to 1; the most exact range decides (RFC 9110, 12.5.1)."""
    ranges = {kind: 2, f"{kind.split('/')[0]}/*": 1, "*/*": 0}
    found = (0.0, -1)
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name in ranges and ranges[name] > found[1]:
            found = (_quality(parameters), ranges[name])
    return found[0]


def _quality(parameters: list[str]) -> float:
    given = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
    return float(given) if _QUALITY.fullmatch(given) else 0.0


def _text(printable: PrintableReceipt, *, leads_back: bool) -> ReceiptText:
    late = " This time has passed." if printable.late else ""
    facts = [
        ("Received", moment(printable.received_at)),
        ("Number of children", str(printable.number_of_children)),
        ("How far it has come", printable.status_text),
        ("A decision can be expected by", f"{moment(printable.decision_expected_by)}.{late}"),
        ("Changes you sent since", str(printable.edition - 1)),
        ("Printed", moment(printable.printed_at)),
    ]
    return ReceiptText(
        reference=printable.reference,
        facts=facts,
        what_happens_next=printable.what_happens_next,
        missing=[missing.label for missing in printable.missing_information],
        not_taken=printable.not_taken,
        advice=printable.emergency_advice,
        leads_back_to=printable.referral_id if leads_back else None,
    )

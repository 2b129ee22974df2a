"""Disclosure receipts: what a party may have proven of a referral, in one file that proves itself."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from fastapi import Depends, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from audit import looks
from audit.api.dependencies import Injected
from audit.disclosure import Party
from audit.looks import ProvenEntry, Receipt, Visit
from audit.receipt import FORMAT
from chassis.web.access import access_purpose, unwrap
from chassis.web.app import problem_responses
from chassis.web.auth import SignedIn
from chassis.web.service_router import ServiceRouter
from contracts.codes import Purpose

router = ServiceRouter(prefix="/v1", tags=["receipts"])

_AS_FILE: Final = {"Content-Disposition": 'attachment; filename="disclosure-receipt.json"'}


_REFERRAL: Final = "7d1c9a52-3b1e-4c55-9a54-000000000024"
_NOTICE: Final = "7d1c9a52-3b1e-4c55-9a54-000000000032"
EXAMPLE: Final[dict[str, Any]] = {
    "format": FORMAT,
    "referral_id": _REFERRAL,
    "made_for": "agency",
    "made_at": "2026-11-24T09:12:40Z",
    "checkpoint": (
        "frontdoor.example.org/audit\n3\nGuWU22iwe3KPD3NtApRbZyQOJ9KpN3s0lFTUjOfmOCA=\n\n"
        "— frontdoor.example.org/audit X3lQ18t+Z1gd6M/QLa3gmrK85CuBd16EZLujKokD12HSsGdlQ0GK+FAqTbJEF4/1rqByfB4z1DtqHJm3"
        "t4leXdT7iwI=\n"
    ),
    "entries": [
        {
            "leaf_index": 1,
            "salt": "EV4G8Kg1fkjVlX0LdJ7falxpHwkYByngJT3Sn2qNwWc=",
            "entry": (
                f'{{"correlationid":"{_REFERRAL}","data":{{"agency":"ashcroft-primary","attempts":1,"channel":"webhook",'
                f'"delivered_at":"2026-11-23T10:00:04Z","kind":"referral-received","notice_id":"{_NOTICE}",'
                f'"referral_id":"{_REFERRAL}"}},"datacontenttype":"application/json",'
                '"id":"7d1c9a52-3b1e-4c55-9a54-000000000031","partnership":"wandsworth","sequence":2,'
                f'"source":"agency-notify","specversion":"1.0","subject":"notice/{_NOTICE}",'
                '"time":"2026-11-23T10:00:04+00:00","type":"notice.delivered.v1"}'
            ),
            "proof": [
                "tpgytowkjD+XHiV0Htp1dpmW6T0+16/RB0VRzR93doA=",
                "ubL6d00MQgnNWXhPgLB7geGHzjKbSHXsLvtaEm8jN68=",
            ],
        }
    ],
    "destroyed": 0,
}
"""It verifies: its log is of three leaves, signed by a key for examples."""


class MadeFor(StrEnum):
    """For whom somebody else asks."""

    PERSON = "person"
    COURT = "court"


class ReceiptEntry(BaseModel):
    """One entry: its exact text, its salt, and the hashes from its leaf to the root. Base64 but for the text."""

    model_config = ConfigDict(frozen=True)

    leaf_index: int
    salt: str
    entry: str
    proof: list[str] = Field(description="From the leaf up, as RFC 9162 orders it.")

    @classmethod
    def of(cls, proven: ProvenEntry) -> Self:
        """An entry as it is written into the file."""
        return cls(
            leaf_index=proven.leaf_index,
            salt=_text(proven.opening.salt),
            entry=proven.opening.entry.decode(),
            proof=[_text(item) for item in proven.proof],
        )


class DisclosureReceipt(BaseModel):
    """All that is needed, beside the verifier key, to check the entries: ``python -m audit.verify receipt FILE``."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [EXAMPLE]})

    format: Literal["frontdoor-disclosure-receipt/1"]
    referral_id: UUID
    made_for: Party
    made_at: datetime
    checkpoint: str = Field(description="The signed note that all proofs lead to.")
    entries: list[ReceiptEntry] = Field(description="In the order of the log.")
    destroyed: int = Field(description="How many more the party could have had, whose text was destroyed.")

    @classmethod
    def of(cls, referral_id: UUID, receipt: Receipt, made_at: datetime) -> Self:
        """The file."""
        return cls(
            format=FORMAT,
            referral_id=referral_id,
            made_for=receipt.party,
            made_at=made_at,
            checkpoint=receipt.checkpoint,
            entries=[ReceiptEntry.of(entry) for entry in receipt.entries],
            destroyed=receipt.destroyed,
        )


PurposeHeader = Annotated[
    str | None,
    WithJsonSchema({"type": "string", "enum": [purpose.value for purpose in Purpose]}),  # a header is never null
    Header(alias="Access-Purpose", description="What you need this for. An agency need not say it."),
]
ForWhom = Annotated[MadeFor | None, Query(alias="for", description="The person or court that it is made for.")]


@dataclass(frozen=True)
class Wanted:
    """For whom a receipt is asked for, and what for."""

    made_for: Party | None
    purpose: Purpose | None


async def _wanted(made_for: ForWhom = None, purpose: PurposeHeader = None) -> Wanted:
    said = await access_purpose(purpose) if purpose is not None else None
    return Wanted(Party(made_for) if made_for else None, said)


@router.get(
    "/receipts/{referral_id}", summary="Have what happened to a referral proven", responses=problem_responses(409)
)
async def read_disclosure_receipt(
    referral_id: UUID,
    dependencies: Injected,
    principal: SignedIn,
    wanted: Annotated[Wanted, Depends(_wanted)],
    response: Response,
) -> DisclosureReceipt:
    """In one file that can be checked without this service. Each party has the entries that it may see, whole.

    - An agency or team: what it sent, was asked, answered, was notified of or offered, and its own looks.
    - An auditor or Caldicott guardian, with `Access-Purpose: audit`: everything.
    - A data protection officer or Caldicott guardian, with `Access-Purpose: disclosure`. `for=person`: what became of
      it and which staff looked, once the case is closed (409 before). `for=court`: every kind of entry that is known.

    404 for anyone who may see none of it. The look is recorded first.
    """
    visit = Visit(principal, wanted.purpose, dependencies.clock.now())
    async with dependencies.db.transaction() as tx:
        result = await looks.read_receipt(tx, referral_id, wanted.made_for, visit)
    receipt = unwrap(result)
    response.headers.update(_AS_FILE)
    return DisclosureReceipt.of(referral_id, receipt, visit.now)


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()

"""``GET /v1/referrals/{id}/document…``: staff read what was sent, and every look is written down first."""

import json
from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.web.access import access_purpose, unwrap
from chassis.web.app import problem_responses
from chassis.web.auth import SignedIn
from chassis.web.service_router import ServiceRouter
from contracts.codes import Purpose
from referral_intake import decide, handlers, telling
from referral_intake.api.dependencies import Injected
from referral_intake.model import Edition

router = ServiceRouter(tags=["documents"])

PATH: Final = telling.PATH + "/{referral_id}/document"
SALT_HEADER: Final = "Content-Salt"
COMMITMENT_HEADER: Final = "Content-Commitment"
EDITION_HEADER: Final = "Content-Edition"
STAFF_RISK_HEADER: Final = "Content-Staff-Risk"

_HEADERS: Final[dict[str, Any]] = {
    name: {"description": description, "schema": {"type": "string"}}
    for name, description in {
        SALT_HEADER: "The salt, in hexadecimal digits.",
        COMMITMENT_HEADER: "What was published of this edition: SHA-256 over salt and bytes, in hexadecimal digits.",
        EDITION_HEADER: "The number of this edition.",
    }.items()
} | {
    STAFF_RISK_HEADER: {
        "description": "Whether it states a risk to workers who visit, or says that none is known. A page that shows "
        "`risks_to_staff` warns of it when one is stated.",
        "schema": {"type": "string", "enum": [*decide.StaffRiskStatement]},
    }
}
_CONTENT: Final = {
    "application/json": {
        "schema": {"type": "object"},
        "example": {
            "referral_id": "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a77",
            "reference": "WAN-7K3M-Q9TR",
            "partnership": "wandsworth",
            "agency": "ashcroft-primary",
            "source": "2B",
            "received_at": "2026-11-23T09:30:00+00:00",
            "edition": 2,
            "history": [
                {
                    "edition": 1,
                    "kind": "received",
                    "at": "2026-11-23T09:30:00+00:00",
                    "agency": "ashcroft-primary",
                    "referrer": {"name": "Morgan Adeyemi-Clarke"},
                },
                {
                    "edition": 2,
                    "at": "2026-11-24T10:00:00+00:00",
                    "agency": "ashcroft-primary",
                    "kind": "correction",
                    "supplement_id": "5f0c6d0e-9d64-4f0e-8a55-1d1f3f0b7c11",
                    "put_right": [
                        {
                            "pointer": "/children/0/date_of_birth",
                            "was": "2017-05-04",
                            "value": "2017-05-14",
                            "reason": "Read from the birth certificate.",
                        }
                    ],
                    "referrer": {"name": "Morgan Adeyemi-Clarke"},
                },
            ],
            "children": [
                {
                    "child_id": "5f0c6d0e-9d64-4f0e-8a55-1d1f3f0b7c12",
                    "first_name": "Rowan",
                    "date_of_birth": "2017-05-14",
                }
            ],
        },
    }
}

EditionNumber = Annotated[
    int | None, Query(ge=1, le=32_767, description="Which edition; the latest when it is left out.")
]


class EditionView(BaseModel):
    """An edition, without a word of it."""

    edition: int
    made_by: str = Field(description="`received`, `withdrawal`, or the kind of the supplement.")
    made_at: datetime
    agency: str
    content_commitment: str

    @classmethod
    def of(cls, edition: Edition) -> Self:
        """The view of an edition."""
        return cls(**vars(edition))


class Editions(BaseModel):
    """Every edition of a referral's document, first to last."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "editions": [
                        {
                            "edition": 1,
                            "made_by": "received",
                            "made_at": "2026-11-23T09:30:00Z",
                            "agency": "ashcroft-primary",
                            "content_commitment": "aa" * 32,
                        },
                        {
                            "edition": 2,
                            "made_by": "correction",
                            "made_at": "2026-11-24T10:00:00Z",
                            "agency": "ashcroft-primary",
                            "content_commitment": "bb" * 32,
                        },
                    ]
                }
            ]
        }
    )

    editions: tuple[EditionView, ...]


@router.get(
    PATH,
    summary="Read what was sent",
    response_class=Response,
    responses={
        200: {"description": "The document", "headers": _HEADERS, "content": _CONTENT},
        **problem_responses(410),
    },
)
async def read_document(
    referral_id: UUID,
    dependencies: Injected,
    reader: SignedIn,
    purpose: Annotated[Purpose, Depends(access_purpose)],
    edition: EditionNumber = None,
) -> Response:
    """The exact bytes that were stored, each child with its id.

    The first edition is the referral as it was sent. Every supplement, and a withdrawal, made another: the whole
    referral as it then stood, and a `history` that says what each edition added or put right, who said so, and when.

    For staff of the partnership whose role reads documents for the purpose named in ``Access-Purpose``. The headers
    ``Content-Salt`` and ``Content-Commitment`` (hex) prove the bytes unaltered: SHA-256 over salt and bytes is the
    commitment that was published when the edition was made. ``Content-Staff-Risk`` says whether it states a risk to
    workers who visit.
    """
    look = handlers.look_at_document(referral_id, reader, purpose)
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_document(tx, look, edition=edition, now=dependencies.clock.now())
    document = unwrap(result)
    headers = {
        SALT_HEADER: document.salt.hex(),
        COMMITMENT_HEADER: document.content_commitment,
        EDITION_HEADER: str(document.edition),
        STAFF_RISK_HEADER: decide.staff_risk_stated(json.loads(document.content)),
    }
    return Response(document.content, media_type="application/json", headers=headers)


@router.get(PATH + "/editions", summary="See what made each edition", response_model=Editions)
async def list_editions(
    referral_id: UUID, dependencies: Injected, reader: SignedIn, purpose: Annotated[Purpose, Depends(access_purpose)]
) -> Editions:
    """When each edition of the document was made and by what, with its published commitment.

    For those who may read the document, and recorded like a look at it.
    """
    look = handlers.look_at_document(referral_id, reader, purpose)
    async with dependencies.db.transaction() as tx:
        result = await handlers.list_editions(tx, look, now=dependencies.clock.now())
    return Editions(editions=tuple(map(EditionView.of, unwrap(result))))

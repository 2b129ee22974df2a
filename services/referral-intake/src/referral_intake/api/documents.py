"""``GET /v1/referrals/{id}/document``: staff read what was sent, and every look is written down first."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from chassis.access import access_purpose, unwrap
from chassis.auth import SignedIn
from contracts.codes import Purpose
from referral_intake import handlers, receipt
from referral_intake.api.desk import AtDesk

router = APIRouter(tags=["documents"])

SALT_HEADER: Final = "Content-Salt"
COMMITMENT_HEADER: Final = "Content-Commitment"


@router.get(receipt.PATH + "/{referral_id}/document", summary="Read what was sent", response_class=Response)
async def read_document(
    referral_id: UUID, desk: AtDesk, reader: SignedIn, purpose: Annotated[Purpose, Depends(access_purpose)]
) -> Response:
    """The exact bytes that were stored, each child with its id.

    For staff of the partnership whose role reads documents for the purpose named in ``Access-Purpose``. The headers
    ``Content-Salt`` and ``Content-Commitment`` (hex) prove the bytes unaltered: SHA-256 over salt and bytes is the
    commitment that was published when the referral came in.
    """
    async with desk.db.transaction() as tx:
        result = await handlers.read_document(tx, referral_id, reader, purpose=purpose, now=desk.clock.now())
    document = unwrap(result)
    headers = {SALT_HEADER: document.salt.hex(), COMMITMENT_HEADER: document.content_commitment}
    return Response(document.content, media_type="application/json", headers=headers)

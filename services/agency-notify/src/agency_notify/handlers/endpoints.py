"""Setting where agencies are pushed to."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from agency_notify import policy
from agency_notify.errors import UnknownAgency
from agency_notify.handlers.secrets import seal_plain
from agency_notify.model import Endpoint, Secret, WantedEndpoint
from agency_notify.sealing import Place, SealBroken, Sealer
from agency_notify.store import endpoints
from agency_notify.store.endpoints import Change
from chassis.db import Transaction
from chassis.ids import Ids
from contracts.problems import FieldError
from policy.packs import Packs

SECRET_OVERLAP: Final = timedelta(hours=24)
"""How long a replaced secret still signs beside the new one."""


@dataclass(frozen=True)
class EndpointDeps:
    """What setting endpoints needs beside the transaction and the form."""

    packs: Packs
    ids: Ids
    sealer: Sealer


async def set_endpoints(
    tx: Transaction, whose: tuple[str, str], wanted: Sequence[WantedEndpoint], *, deps: EndpointDeps, change: Change
) -> Sequence[Endpoint]:
    """Make these, and no others, the endpoints of an agency: ``whose`` is (partnership, agency).

    Any version of the pack may name the agency: endpoints are set before a version begins, and changed after it ended.
    Raises ``NotServed`` and ``UnknownAgency``. What is already queued for a removed endpoint fails as gone.
    """
    partnership, agency = whose
    if not any(policy.is_entitled(agency, version) for version in deps.packs.versions(partnership)):
        raise UnknownAgency(errors=(FieldError("", "Use a code of the partnership's pack"),))
    while await seal_plain(tx, deps.sealer):
        pass  # a secret that is replaced now has to be open to us, so that it can sign for a while yet
    known = {each.channel: each for each in await endpoints.lock_endpoints(tx, partnership=partnership, agency=agency)}
    for each in wanted:
        endpoint = _endpoint(each, whose, known.get(each.channel), deps=deps, now=change.at)
        await endpoints.record_endpoint(tx, endpoint, change=change)
    kept = {each.channel for each in wanted}
    await endpoints.disable_others(tx, partnership=partnership, agency=agency, keep=kept, change=change)
    return await endpoints.find_endpoints(tx, partnership=partnership, agency=agency)


def _endpoint(
    wanted: WantedEndpoint, whose: tuple[str, str], known: Endpoint | None, *, deps: EndpointDeps, now: datetime
) -> Endpoint:
    """The endpoint to be stored, under the id it has or a new one; its secret is sealed for that id."""
    partnership, agency = whose
    endpoint_id = known.endpoint_id if known is not None else deps.ids.new()
    before = known.secret if known is not None else None
    secret = None
    if wanted.secret is not None:
        secret = _secret(wanted.secret, before, endpoint_id, sealer=deps.sealer, now=now)
    return Endpoint(endpoint_id, partnership, agency, wanted.channel, wanted.address, wanted.signing, secret)


def _secret(text: str, before: Secret | None, endpoint_id: UUID, *, sealer: Sealer, now: datetime) -> Secret:
    """The secret, sealed; the one that it replaces signs beside it for ``SECRET_OVERLAP``."""
    current = sealer.seal(text, place=Place.current(endpoint_id))
    replaced = _open(before, endpoint_id, sealer)
    if before is None or replaced is None:
        return Secret(current)
    if hmac.compare_digest(replaced.encode(), text.encode()):
        return Secret(current, before.previous, before.previous_until)
    return Secret(current, sealer.seal(replaced, place=Place.previous(endpoint_id)), now + SECRET_OVERLAP)


def _open(secret: Secret | None, endpoint_id: UUID, sealer: Sealer) -> str | None:
    """A secret that does not open is replaced without an overlap: there is nothing to sign with meanwhile."""
    if secret is None:
        return None
    try:
        return sealer.open(secret.current, place=Place.current(endpoint_id))
    except SealBroken:
        return None

"""Setting where agencies and their roles are pushed to."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from agency_notify import policy
from agency_notify.errors import UnknownAgency, UnknownRole
from agency_notify.handlers.secrets import seal_plain
from agency_notify.model import Endpoint, Secret, WantedEndpoint
from agency_notify.sealing import Place, SealBroken, Sealer
from agency_notify.store import endpoints
from agency_notify.store.endpoints import Change, Whose
from chassis.db import Transaction
from chassis.ids import Ids
from contracts.problems import FieldError
from policy.pack import Pack
from policy.packs import Packs

SECRET_OVERLAP: Final = timedelta(hours=24)
"""How long a replaced secret still signs beside the new one."""


@dataclass(frozen=True)
class EndpointDependencies:
    """What setting endpoints needs beside the transaction and the form."""

    packs: Packs
    ids: Ids
    sealer: Sealer


async def set_endpoints(
    tx: Transaction,
    whose: Whose,
    wanted: Sequence[WantedEndpoint],
    *,
    dependencies: EndpointDependencies,
    change: Change,
) -> Sequence[Endpoint]:
    """Make these, and no others, the endpoints of an agency, or of one role of it.

    Any version of the pack may name them: endpoints are set before a version begins, and changed after it ended. Raises
    ``NotServed``, ``UnknownAgency`` and ``UnknownRole``. What is already queued for a removed endpoint fails as gone.
    """
    _check(whose, dependencies.packs.versions(whose.partnership))
    while await seal_plain(tx, dependencies.sealer):
        pass  # a secret that is replaced now has to be open to us, so that it can sign for a while yet
    known = {each.channel: each for each in await endpoints.lock_endpoints(tx, whose)}
    for each in wanted:
        endpoint = _endpoint(each, whose, known.get(each.channel), dependencies=dependencies, now=change.at)
        await endpoints.record_endpoint(tx, endpoint, change=change)
    await endpoints.disable_others(tx, whose, keep={each.channel for each in wanted}, change=change)
    return await endpoints.find_endpoints(tx, whose)


def _check(whose: Whose, versions: Sequence[Pack]) -> None:
    naming = [pack for pack in versions if policy.is_entitled(whose.agency, pack)]
    if not naming:
        raise UnknownAgency(errors=(FieldError("", "Use a code of the partnership's pack"),))
    if whose.role is not None and not any(_is_held_there(whose.role, whose.agency, pack) for pack in naming):
        raise UnknownRole(errors=(FieldError("", "Use a role of the pack, at its team or else at the hub"),))


def _is_held_there(role: str, agency: str, pack: Pack) -> bool:
    return role in pack.roles and policy.recipient_of_role(role, pack) == agency


def _endpoint(
    wanted: WantedEndpoint, whose: Whose, known: Endpoint | None, *, dependencies: EndpointDependencies, now: datetime
) -> Endpoint:
    """The endpoint to be stored, under the id it has or a new one; its secret is sealed for that id."""
    endpoint_id = known.endpoint_id if known is not None else dependencies.ids.new()
    before = known.secret if known is not None else None
    secret = None
    if wanted.secret is not None:
        secret = _secret(wanted.secret, before, endpoint_id, sealer=dependencies.sealer, now=now)
    return Endpoint(
        endpoint_id=endpoint_id,
        partnership=whose.partnership,
        agency=whose.agency,
        role=whose.role,
        channel=wanted.channel,
        address=wanted.address,
        signing=wanted.signing,
        secret=secret,
    )


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

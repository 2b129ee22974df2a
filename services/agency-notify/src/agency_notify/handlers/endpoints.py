"""Setting where agencies and their roles are pushed to."""

from collections.abc import Sequence

from agency_notify import policy
from agency_notify.errors import UnknownAgency, UnknownRole
from agency_notify.model import Endpoint
from agency_notify.packs import Packs
from agency_notify.store import endpoints
from agency_notify.store.endpoints import Change, Whose
from chassis.db import Transaction
from contracts.problems import FieldError
from policy.pack import Pack


async def set_endpoints(
    tx: Transaction, whose: Whose, wanted: Sequence[Endpoint], *, packs: Packs, change: Change
) -> Sequence[Endpoint]:
    """Make these, and no others, the endpoints of an agency, or of one role of it.

    Raises ``UnknownPartnership``, ``UnknownAgency`` and ``UnknownRole``. What is already queued for a removed endpoint
    fails as gone.
    """
    _check(whose, packs.get(whose.partnership, at=change.at))
    for endpoint in wanted:
        await endpoints.record_endpoint(tx, endpoint, change=change)
    kept = {endpoint.channel for endpoint in wanted}
    await endpoints.disable_others(tx, whose, keep=kept, change=change)
    return await endpoints.find_endpoints(tx, whose)


def _check(whose: Whose, pack: Pack) -> None:
    if not policy.is_entitled(whose.agency, pack):
        raise UnknownAgency(errors=(FieldError("", "Use a code of the partnership's pack"),))
    if whose.role is None:
        return
    where = policy.recipient_of_role(whose.role, pack)
    if whose.role not in pack.roles or whose.agency != where:
        raise UnknownRole(errors=(FieldError("", "Use a role of the pack, at its team or else at the hub"),))

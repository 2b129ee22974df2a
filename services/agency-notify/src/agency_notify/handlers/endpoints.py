"""Setting where agencies are pushed to."""

from collections.abc import Sequence

from agency_notify import policy
from agency_notify.errors import UnknownAgency
from agency_notify.model import Endpoint
from agency_notify.store import endpoints
from agency_notify.store.endpoints import Change
from chassis.db import Transaction
from contracts.problems import FieldError
from policy.packs import Packs


async def set_endpoints(
    tx: Transaction, whose: tuple[str, str], wanted: Sequence[Endpoint], *, packs: Packs, change: Change
) -> Sequence[Endpoint]:
    """Make these, and no others, the endpoints of an agency: ``whose`` is (partnership, agency).

    Any version of the pack may name the agency: endpoints are set before a version begins, and changed after it ended.
    Raises ``NotServed`` and ``UnknownAgency``. What is already queued for a removed endpoint fails as gone.
    """
    partnership, agency = whose
    if not any(policy.is_entitled(agency, version) for version in packs.versions(partnership)):
        raise UnknownAgency(errors=(FieldError("", "Use a code of the partnership's pack"),))
    for endpoint in wanted:
        await endpoints.record_endpoint(tx, endpoint, change=change)
    kept = {endpoint.channel for endpoint in wanted}
    await endpoints.disable_others(tx, partnership=partnership, agency=agency, keep=kept, change=change)
    return await endpoints.find_endpoints(tx, partnership=partnership, agency=agency)

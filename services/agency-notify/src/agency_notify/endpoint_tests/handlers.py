"""Asking for a test of an endpoint. The caller opens the transaction."""

from datetime import datetime
from uuid import UUID

from agency_notify.endpoint_tests import store
from agency_notify.endpoint_tests.model import EndpointTest, NoSuchEndpoint, refuse
from agency_notify.model import SOURCE
from chassis.db import Transaction
from chassis.delivery.events import Context, record
from contracts.events import EndpointTested


async def ask(tx: Transaction, endpoint_id: UUID, *, test_id: UUID, by: str, now: datetime) -> EndpointTest:
    """Have the worker send a test notice; that it was asked for is recorded before anything leaves.

    Raises ``NoSuchEndpoint``, ``EndpointOff`` and ``TooManyTests``.
    """
    endpoint = await store.lock_endpoint(tx, endpoint_id)
    if endpoint is None:
        raise NoSuchEndpoint
    last, in_an_hour = await store.count_asked(tx, endpoint_id, now=now)
    refuse(endpoint, last=last, in_an_hour=in_an_hour, now=now)
    test = EndpointTest(test_id, endpoint_id, asked_by=by, asked_at=now)
    await store.record_asked(tx, test)
    tested = EndpointTested(
        test_id=test_id,
        endpoint_id=endpoint_id,
        agency=endpoint.agency,
        channel=endpoint.channel,
        tested_by=by,
        tested_at=now,
    )
    await record(tx, [tested], context=Context(source=SOURCE, partnership=endpoint.partnership, now=now))
    return test

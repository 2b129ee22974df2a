"""What a stolen database gives of the shared secrets: nothing. Each way by which one could be read or used is tried."""

import asyncio
from uuid import uuid4

import httpx2
import pytest
from notify_examples import NOW, OTHER_SECRET, SECRET, handover_offered, information_requested
from notify_receivers import receiver
from notify_service import OPERATOR, WEBHOOK, form
from notify_world import SEALER, SIGNER, deliverer, deliveries, queue, read, set_endpoint, shared
from sqlalchemy import text
from standardwebhooks.webhooks import Webhook

from agency_notify.addresses import SystemResolver
from agency_notify.channels import WebhookSender
from agency_notify.model import Endpoint, Signing
from agency_notify.reseal import PlainSecrets
from agency_notify.sealing import Place
from agency_notify.store import endpoints
from chassis.db import Database
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from contracts.codes import DeliveryFailure

POLICE = "/v1/endpoints/metropolitan-police"
LOCAL = ("127.0.0.1/32",)


async def everything(db: Database) -> str:
    """Every row of every table that the service keeps, as text."""
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    async with db.transaction() as tx:
        names = [name for name in await tx.scalars(text(tables)) if name != "alembic_version"]
        rows = [row for name in names for row in await tx.scalars(text(f'SELECT t::text FROM "{name}" t'))]
    return "\n".join(rows)


async def change(db: Database, statement: str, **values: object) -> None:
    async with db.transaction() as tx:
        await tx.execute(text(statement), values)


async def stored(db: Database) -> list[Endpoint]:
    async with db.transaction() as tx:
        return list(await endpoints.list_endpoints(tx))


async def put(http: httpx2.AsyncClient, signer: Signer, secret: str) -> httpx2.Response:
    body = form(WEBHOOK | {"signing": "v1", "secret": secret})
    return await http.put(POLICE, json=body, headers=signer.bearer(**OPERATOR))


# -- what is kept -----------------------------------------------------------------------------------------------------


async def test_no_secret_that_an_operator_sets_is_in_the_database(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    answers = [await put(http, signer, secret) for secret in (SECRET, OTHER_SECRET)]

    kept = await everything(db)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "metropolitan-police" in kept
    for secret in (SECRET, OTHER_SECRET):
        assert secret.removeprefix("whsec_") not in kept
        assert secret.encode().hex() not in kept
    assert "whsec_" not in kept


async def test_two_operators_who_set_a_first_endpoint_at_once_leave_one_whose_secret_opens(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await asyncio.gather(*(put(http, signer, secret) for secret in (SECRET, OTHER_SECRET) * 4))

    [endpoint] = await stored(db)
    assert endpoint.secret is not None
    assert SEALER.open(endpoint.secret.current, place=Place.current(endpoint.endpoint_id)) in (SECRET, OTHER_SECRET)


async def test_the_same_secret_again_changes_nothing_of_the_one_before(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    for secret in (SECRET, OTHER_SECRET, OTHER_SECRET):
        await put(http, signer, secret)

    [endpoint] = await stored(db)
    assert endpoint.secret is not None
    assert endpoint.secret.previous is not None
    assert SEALER.open(endpoint.secret.previous, place=Place.previous(endpoint.endpoint_id)) == SECRET


async def test_an_endpoint_that_needs_no_secret_any_more_keeps_none(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    for secret in (SECRET, OTHER_SECRET):
        await put(http, signer, secret)

    await http.put(POLICE, json=form(WEBHOOK), headers=signer.bearer(**OPERATOR))

    async with db.transaction() as tx:
        [row] = await tx.execute(
            text("SELECT sealed_secret, secret_key_id, sealed_previous, previous_until FROM endpoint")
        )
    assert set(row) == {None}


async def test_a_secret_that_no_longer_opens_can_be_replaced(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await put(http, signer, SECRET)
    await change(db, "UPDATE endpoint SET sealed_secret = '\\xdead'")

    answer = await put(http, signer, OTHER_SECRET)

    [endpoint] = await stored(db)
    assert answer.status_code == 200
    assert endpoint.secret is not None
    assert endpoint.secret.previous is None
    assert SEALER.open(endpoint.secret.current, place=Place.current(endpoint.endpoint_id)) == OTHER_SECRET


# -- what was altered -------------------------------------------------------------------------------------------------


async def moved(db: Database) -> None:
    """The police's secret is put where the team's was."""
    await change(
        db,
        """UPDATE endpoint SET sealed_secret = s.sealed_secret FROM endpoint s
           WHERE s.agency = 'wandsworth-macpt' AND endpoint.agency = 'metropolitan-police'""",
    )


async def flipped(db: Database) -> None:
    """One bit of it is another."""
    await change(
        db, "UPDATE endpoint SET sealed_secret = set_bit(sealed_secret, 200, 1 - get_bit(sealed_secret, 200)) "
        "WHERE agency = 'metropolitan-police'"
    )  # fmt: skip


async def swapped(db: Database) -> None:
    """The one before is put in its place."""
    await change(
        db,
        """UPDATE endpoint SET sealed_secret = sealed_previous, secret_key_id = previous_key_id
           WHERE agency = 'metropolitan-police'""",
    )


async def emptied(db: Database) -> None:
    """It is taken away, which would let our other keys sign."""
    await change(
        db, "UPDATE endpoint SET sealed_secret = NULL, secret_key_id = NULL WHERE agency = 'metropolitan-police'"
    )


async def renamed(db: Database) -> None:
    """It says another key."""
    await change(db, "UPDATE endpoint SET secret_key_id = 'f00d' WHERE agency = 'metropolitan-police'")


@pytest.mark.parametrize("alter", [moved, flipped, swapped, emptied, renamed])
async def test_an_altered_secret_fails_its_own_endpoint_visibly_and_no_other(
    db: Database, clock: SettableClock, capsys: pytest.CaptureFixture[str], alter: object
) -> None:
    async with receiver() as police, receiver() as team:
        for agency, at in (("metropolitan-police", police), ("wandsworth-macpt", team)):
            new = uuid4()
            secret = shared(SECRET, OTHER_SECRET, NOW, by=new)
            await set_endpoint(db, endpoint_id=new, agency=agency, address=at.url, signing=Signing.HMAC, secret=secret)
        await alter(db)  # type: ignore[operator]
        await queue(db, information_requested())
        await read(db, handover_offered())
        resolver = SystemResolver(2)
        sender = WebhookSender(SIGNER, resolver, allowed=LOCAL, public_url="https://notify.example.org")
        await deliverer(db, clock, sender).deliver_due()
        await sender.close()
        resolver.close()

    async with db.transaction() as tx:
        failures = await tx.scalars(text("SELECT failure FROM attempt WHERE failure IS NOT NULL"))
    said = capsys.readouterr().out
    assert police.posts == []
    assert len(team.posts) == 1
    assert list(failures) == [DeliveryFailure.SECRET_NOT_OPENED]
    assert sorted(row.state for row in await deliveries(db)) == ["delivered", "pending"]
    assert "a shared secret cannot be opened" in said
    assert "whsec_" not in said


async def test_a_previous_secret_that_does_not_open_is_left_out_and_the_current_one_signs(
    db: Database, clock: SettableClock
) -> None:
    new = uuid4()
    async with receiver() as agency:
        kept = shared(SECRET, OTHER_SECRET, NOW.replace(hour=23), by=new)
        await queue(db, information_requested(), endpoint_id=new, address=agency.url, signing=Signing.HMAC, secret=kept)
        await change(db, "UPDATE endpoint SET sealed_previous = '\\xdead'")
        resolver = SystemResolver(2)
        sender = WebhookSender(SIGNER, resolver, allowed=LOCAL, public_url="https://notify.example.org")
        await deliverer(db, clock, sender).deliver_due()
        await sender.close()
        resolver.close()

    [arrived] = agency.posts
    assert len(arrived.headers["webhook-signature"].split(" ")) == 1


# -- what is plain ----------------------------------------------------------------------------------------------------


async def plain_endpoint(db: Database, address: str) -> None:
    """As a process of an earlier version writes it."""
    await set_endpoint(db, address=address, signing=Signing.HMAC)
    await change(
        db, "UPDATE endpoint SET secret = :secret, previous_secret = :before", secret=SECRET, before=OTHER_SECRET
    )


async def test_nothing_is_pushed_with_a_plain_secret_and_once_it_is_sealed_everything_is(
    db: Database, clock: SettableClock
) -> None:
    async with receiver() as agency:
        await plain_endpoint(db, agency.url)
        await queue(db, information_requested())
        resolver = SystemResolver(2)
        sender = WebhookSender(SIGNER, resolver, allowed=LOCAL, public_url="https://notify.example.org")
        before = await deliverer(db, clock, sender).deliver_due()
        await PlainSecrets(db, SEALER).seal()
        after = await deliverer(db, clock, sender).deliver_due()
        await sender.close()
        resolver.close()

    [arrived] = agency.posts
    clear = Webhook(SECRET).sign(arrived.headers["webhook-id"], clock.now(), arrived.body.decode())
    assert (before, after) == (0, 1)
    assert arrived.headers["webhook-signature"] == clear
    assert "whsec_" not in await everything(db)


async def test_the_worker_seals_what_it_finds_while_it_runs(db: Database) -> None:
    await plain_endpoint(db, "https://hooks.example.org/in")
    stop = Stop()
    running = asyncio.create_task(PlainSecrets(db, SEALER).run(stop))

    async with asyncio.timeout(20):
        while "whsec_" in await everything(db):
            await asyncio.wait({running}, timeout=0.01)
    stop.set()

    await asyncio.wait_for(running, 10)


async def test_a_plain_secret_that_is_replaced_before_it_was_sealed_still_signs_for_a_day(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await plain_endpoint(db, "https://hooks.example.org/in")

    await put(http, signer, OTHER_SECRET)

    [endpoint] = await stored(db)
    assert endpoint.secret is not None
    assert endpoint.secret.previous is not None
    assert SEALER.open(endpoint.secret.previous, place=Place.previous(endpoint.endpoint_id)) == SECRET
    assert "whsec_" not in await everything(db)


async def test_many_who_seal_at_once_seal_each_secret_once(db: Database) -> None:
    for number in range(30):
        await set_endpoint(db, agency=f"agency-{number}", signing=Signing.HMAC)
    await change(db, "UPDATE endpoint SET secret = :secret", secret=SECRET)

    counts = await asyncio.gather(*(PlainSecrets(db, SEALER).seal() for _ in range(4)))

    assert sum(counts) == 30
    assert "whsec_" not in await everything(db)

"""Every operation of intake, every role: no fault of ours, no answer that the API document does not describe."""

import pytest

from chassis.testing import postgres as postgres_server
from chassis.testing.signer import Signer
from tests.fuzz.campaign import Outcome, run
from tests.fuzz.cases import KINDS, plan, schema_of
from tests.fuzz.echo import listening
from tests.fuzz.intake import intake
from tests.fuzz.others import OTHERS, other
from tests.fuzz.people import CLAIMS
from tests.fuzz.report import table

pytestmark = pytest.mark.timeout(1200)  # what is to be sent is thought out first, which takes a slow machine minutes

REQUESTS = 2_000
REQUESTS_OF_OTHERS = 400
SEED = 20261123


@pytest.fixture(scope="module")
async def outcome(postgres: str, signer: Signer) -> Outcome:
    urls = await postgres_server.migrated(postgres, "referral_intake")
    async with intake(urls, signer) as target:
        planned = plan(schema_of(target.app.openapi()), requests=REQUESTS, run_seed=SEED, examples=target.examples)
        with listening() as said:
            return await run(target, planned, said=said, run_seed=SEED)


@pytest.mark.parametrize("package", OTHERS)
async def test_nothing_is_found_at_the_doors_of_the_other_services(postgres: str, package: str) -> None:
    async with other(package, postgres) as target:
        planned = plan(schema_of(target.app.openapi()), requests=REQUESTS_OF_OTHERS, run_seed=SEED, examples={})
        with listening() as said:
            outcome = await run(target, planned, said=said, run_seed=SEED)

    assert outcome.requests >= REQUESTS_OF_OTHERS
    assert not outcome.findings, "\n".join(table(outcome))


async def test_nothing_is_found(outcome: Outcome) -> None:
    assert not outcome.findings, "\n".join(table(outcome))


async def test_everybody_asked_for_everything_in_every_way(outcome: Outcome) -> None:
    operations = {operation for operation, _, _ in outcome.statuses}

    assert outcome.requests >= REQUESTS
    assert outcome.kinds.keys() == set(KINDS)
    assert len(operations) >= 45
    assert {(operation, role) for operation, role, _ in outcome.statuses} >= {
        (operation, role) for operation in operations for role in CLAIMS
    }
    assert outcome.words_looked_for > REQUESTS


async def test_it_was_not_stopped_at_the_door(outcome: Outcome) -> None:
    let_in = {operation for operation, _, status in outcome.statuses if status < 300}
    refused = {status for _, _, status in outcome.statuses}

    assert len(let_in) >= 35
    assert refused > {400, 401, 403, 404, 405, 409, 410, 422}

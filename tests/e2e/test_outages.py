"""What a sender is told while something is away, and that nothing accepted is lost by it."""

from uuid import uuid4

from local_stack.stack import Stack
from tests.chaos.checker import Checker
from tests.e2e.conftest import settled
from tests.e2e.outages import away, doomed
from tests.e2e.people import People
from tests.e2e.sender import Sender
from tests.e2e.steps import CaseWork, done, post

WORKER = "referral-intake-worker"


async def test_without_its_database_intake_accepts_nothing_and_says_when_to_try_again(
    stack: Stack, people: People
) -> None:
    school, key = people.client("wandsworth-school"), str(uuid4())
    done(await post(school), 202)

    async with away(stack, "postgres"):
        refused = await post(school, key=key)

    assert done(refused, 503)["status"] == 503
    assert int(refused.headers["Retry-After"]) > 0
    accepted = done(await post(school, key=key), 202)
    assert (await CaseWork(people, accepted["reference"]).opened()).case_id


async def test_without_kafka_a_referral_is_accepted_and_arrives_when_kafka_is_back(
    stack: Stack, people: People
) -> None:
    async with away(stack, "kafka"):
        accepted = done(await post(people.client("wandsworth-school")), 202)

    assert (await CaseWork(people, accepted["reference"]).opened()).case_id


async def test_what_a_sender_added_outlives_the_worker_that_was_to_tell_of_it(
    stack: Stack, people: People, checker: Checker
) -> None:
    sender = Sender(people, done(await post(people.client("wandsworth-school")), 202))
    casework = await CaseWork(people, sender.reference).opened()
    added = {"kind": "new-information", "referrer": {"name": "Morgan Adeyemi-Clarke"}, "words": "He came late again."}

    async with doomed(stack, WORKER):
        editions = [(await sender.supplement(added))["edition"] for _ in range(3)]
        unsent = [each for each in await checker.histories() if each.startswith("referral_intake: never sent")]

    case = await casework.told(len(editions))
    await settled(checker)
    assert len(unsent) == 1
    assert [news["edition"] for news in case["news"]] == editions == [2, 3, 4]
    assert await checker.delivery() == []

"""The log asks its witnesses: what it keeps of their answers, and when a checkpoint is witnessed."""

from collections.abc import Callable
from datetime import timedelta

import httpx2
import pytest
from witness_world import Answering, Witnessed, answering, sizes_of

from audit.cosignature import read_cosignatures
from audit.witnesses import collect
from audit.witnesses.collect import CLOCKS_DIFFER
from audit.witnesses.model import Known, Outcome, Standing
from audit.witnesses.protocol import SIZE_TYPE

# -- one question, one answer ---------------------------------------------------------------------------------------


async def test_a_cosignature_is_published_with_the_checkpoint(witnessed: Witnessed) -> None:
    await witnessed.grow(5)
    before = await witnessed.published()

    outcome = await witnessed.ask()

    assert outcome is Outcome.COSIGNED
    assert await witnessed.cosigners() == ["witness.example.org/1"]
    assert (await witnessed.published()).startswith(before)
    assert await witnessed.known() == Known(5, Outcome.COSIGNED, witnessed.log.clock.now(), None)


async def test_a_witness_that_signed_is_asked_next_from_where_it_is(witnessed: Witnessed) -> None:
    for count in (5, 300, 1):
        await witnessed.grow(count)
        assert await witnessed.ask() is Outcome.COSIGNED

    assert [sizes_of(body) for body in witnessed.witnesses[0].bodies] == [(0, 5), (5, 305), (305, 306)]


async def test_a_witness_is_not_asked_again_until_the_log_grows_or_an_hour_has_passed(witnessed: Witnessed) -> None:
    await witnessed.grow(5)
    await witnessed.ask()

    at_once = await witnessed.ask()
    witnessed.log.clock.advance(collect.ASKED_AGAIN_AFTER + timedelta(seconds=1))
    later = await witnessed.ask()

    (found,) = read_cosignatures(await witnessed.published(), [witnessed.witnesses[0].key])
    assert (at_once, later) == (None, Outcome.COSIGNED)
    assert found.time == int(witnessed.log.clock.now().timestamp())
    assert (await witnessed.published()).count(b"witness.example.org/1") == 1  # only the newer one is shown


@pytest.mark.parametrize("knows", [0, 3, 5])
async def test_a_witness_that_knows_another_size_is_asked_again_from_there(witnessed: Witnessed, knows: int) -> None:
    await witnessed.grow(3)
    await witnessed.grow(2)
    await witnessed.ask()
    witnessed.witnesses[0].size = knows  # its state was lost, or put back
    await witnessed.grow(4)

    outcomes = [await witnessed.ask(), await witnessed.ask()]

    expected = [Outcome.COSIGNED, None] if knows == 5 else [Outcome.BEHIND, Outcome.COSIGNED]
    assert outcomes == expected
    assert witnessed.witnesses[0].size == 9


async def test_a_log_without_any_checkpoint_asks_nobody(witnessed: Witnessed) -> None:
    assert await witnessed.ask() is None
    assert witnessed.witnesses[0].bodies == []


async def test_the_empty_log_can_be_witnessed(witnessed: Witnessed) -> None:
    await witnessed.grow(0)

    assert await witnessed.ask() is Outcome.COSIGNED
    assert (await witnessed.standing()).witnessed_size == 0


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (answering(400), Outcome.MALFORMED),
        (answering(403), Outcome.UNKNOWN_KEY),
        (answering(404), Outcome.UNKNOWN_LOG),
        (answering(409), Outcome.REFUSED),
        (answering(422), Outcome.REFUSED),
        (answering(500), Outcome.AWAY),
        (answering(200, "ok\n"), Outcome.UNVERIFIABLE),
        (answering(409, "7\n", SIZE_TYPE), Outcome.AHEAD),  # more than this log has
        (answering(409, f"{2**63 - 1}\n", SIZE_TYPE), Outcome.AHEAD),
        (answering(409, f"{10**18 * 9999}\n", SIZE_TYPE), Outcome.UNVERIFIABLE),
    ],
)
async def test_what_a_witness_answers_wrongly_is_kept_as_its_state_and_nothing_is_published(
    witnessed: Witnessed, answer: Answering, outcome: Outcome
) -> None:
    await witnessed.grow(5)
    witnessed.witnesses[0].answering = answer
    first, again = await witnessed.ask(), await witnessed.ask()
    began = witnessed.log.clock.now()
    failing = await witnessed.known()
    witnessed.log.clock.advance(timedelta(minutes=1))

    third = await witnessed.ask()
    still = await witnessed.known()
    witnessed.witnesses[0].answering = None
    good = [await witnessed.ask() for _ in range(3)]

    assert [first, again, third] == [outcome] * 3
    assert (failing.failing_since, still.failing_since, still.outcome) == (began, began, outcome)
    assert Outcome.COSIGNED in good  # at once, or once it is known where the witness really is
    assert good[-1] is None
    assert (await witnessed.known()).failing_since is None


async def test_a_cosignature_of_another_checkpoint_key_or_time_to_come_is_not_kept(witnessed: Witnessed) -> None:
    await witnessed.grow(5)
    first, second = witnessed.witnesses[:2]

    def lying(change: Callable[[str], str]) -> Answering:
        async def answer(request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(200, text=change(request.content.decode()))

        return answer

    for change in (
        lambda body: first.line(body.replace("\n5\n", "\n6\n")),
        lambda body: second.line(body),
        lambda body: first.line(body, later=CLOCKS_DIFFER + timedelta(seconds=2)),
        lambda body: first.line(body) + first.line(body.replace("\n5\n", "\n6\n")),
    ):
        first.answering = lying(change)
        assert await witnessed.ask() is Outcome.UNVERIFIABLE
        assert await witnessed.cosigners() == []


@pytest.mark.parametrize("error", [httpx2.ConnectError("refused"), httpx2.ReadTimeout("slow"), httpx2.InvalidURL("x")])
async def test_a_witness_that_cannot_be_reached_is_away(witnessed: Witnessed, error: Exception) -> None:
    async def fail(_: httpx2.Request) -> httpx2.Response:
        raise error

    await witnessed.grow(5)
    witnessed.witnesses[0].answering = fail

    assert await witnessed.ask() is Outcome.AWAY


async def test_no_call_is_made_inside_a_transaction(witnessed: Witnessed) -> None:
    inside: list[bool] = []

    async def look(request: httpx2.Request) -> httpx2.Response:
        inside.append(witnessed.connection.in_transaction())
        return witnessed.witnesses[0].honest(request.content.decode())

    await witnessed.grow(5)
    witnessed.witnesses[0].answering = look
    await witnessed.ask()

    assert inside == [False]


async def test_a_log_that_lost_a_tile_asks_nobody_and_says_so(witnessed: Witnessed) -> None:
    await witnessed.grow(300)
    await witnessed.log.as_owner("DELETE FROM tile WHERE level = 0 AND tile_index = 1")

    assert await witnessed.ask() is Outcome.UNPROVABLE
    assert witnessed.witnesses[0].bodies == []


# -- what is witnessed ----------------------------------------------------------------------------------------------


async def test_a_checkpoint_is_witnessed_once_enough_witnesses_signed_that_very_size(witnessed: Witnessed) -> None:
    witnessed.needed = 2
    await witnessed.grow(5)
    signed_at = witnessed.log.clock.now()
    await witnessed.ask(1)
    one = await witnessed.standing()
    await witnessed.ask(3)
    two = await witnessed.standing()
    witnessed.log.clock.advance(timedelta(minutes=1))
    await witnessed.grow(5)
    later = await witnessed.standing()
    await witnessed.ask(1)
    split = await witnessed.standing()  # 10 by one, 5 by another: no note carries both

    assert one == Standing(5, None, signed_at)
    assert two == Standing(5, 5, None)
    assert later == split == Standing(10, 5, signed_at + timedelta(minutes=1))


async def test_one_witness_that_signs_a_size_twice_counts_once(witnessed: Witnessed) -> None:
    witnessed.needed = 2
    await witnessed.grow(5)
    await witnessed.ask(1)
    witnessed.log.clock.advance(collect.ASKED_AGAIN_AFTER + timedelta(seconds=1))
    again = await witnessed.ask(1)

    assert again is Outcome.COSIGNED
    assert (await witnessed.standing()).witnessed_size is None


async def test_a_witness_that_is_no_longer_named_does_not_count(witnessed: Witnessed) -> None:
    await witnessed.grow(5)
    await witnessed.ask(1)
    witnessed.witnesses.pop(0)

    assert await witnessed.standing() == Standing(5, None, witnessed.log.clock.now())
    assert b"witness.example.org/1" in await witnessed.published()  # what it signed stays true


async def test_how_far_it_is_witnessed_is_found_among_many_sizes_that_one_witness_missed(witnessed: Witnessed) -> None:
    witnessed.needed = 2
    for number in range(1, 31):
        await witnessed.grow(1)
        await witnessed.ask(1)
        if number in (4, 7):
            await witnessed.ask(2)

    assert (await witnessed.standing()).witnessed_size == 7

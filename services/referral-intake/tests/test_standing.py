"""Admitting partners: by what was last known of them, without asking anybody."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

import pytest
from intake_caller import PACKS
from intake_examples import NOW

from chassis.testing.clock import SettableClock
from chassis.web.auth import Principal
from contracts.codes import ActorKind, ContactSource
from contracts.problems import Suspended, Unavailable
from policy.load import load_packs
from referral_intake import standing as standing_module
from referral_intake.errors import ScopeMissing, TooManyRequests
from referral_intake.model import Limited, OwnRates, Rates, Scope, Sender
from referral_intake.standing import UNREGISTERED, Known, Standing

CLUB = Known(ContactSource.OTHER, frozenset(Scope), OwnRates(), suspended=False)
SYSTEM = Sender("wandsworth", "lantern-youth-club", "club")
SUSPENDED = Known(ContactSource.OTHER, frozenset(Scope), OwnRates(), suspended=True)


class Registry:
    """What a database would say, and what it was told."""

    def __init__(self, **known: Known) -> None:
        self.known = known
        self.told: list[Limited] = []
        self.away = False
        self.readings = 0
        self.read = asyncio.Event()

    async def exchange(self, limited: Sequence[Limited]) -> Mapping[str, Known]:
        self.readings += 1
        self.read.set()
        if self.away:
            raise Unavailable
        self.told.extend(limited)
        return dict(self.known)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


def standing_of(registry: Registry, clock: SettableClock, *, referrals: int = 3, reads: int = 5) -> Standing:
    packs = load_packs(PACKS)
    return Standing(registry.exchange, packs=packs, clock=clock, everybody=Rates(referrals, reads))


def client(name: str = "club", *, partnership: str = "wandsworth") -> Principal:
    return Principal("sub-1", ActorKind.PARTNER, "lantern-youth-club", partnership, frozenset({"partner"}), name)


# -- who may ---------------------------------------------------------------------------------------------------------


async def test_a_client_that_nobody_registered_has_the_defaults(clock: SettableClock) -> None:
    standing = standing_of(Registry(), clock)
    await standing.refresh()

    allowance = standing.admit(client(), scope=Scope.SEND)

    assert (allowance.limit, allowance.remaining) == (3, 2)
    assert standing.source_of(SYSTEM) is None


async def test_what_was_agreed_with_a_partner_counts_before_the_defaults(clock: SettableClock) -> None:
    own = Known(ContactSource.OTHER, frozenset(Scope), OwnRates(referrals_per_minute=40), suspended=False)
    standing = standing_of(Registry(club=own), clock)
    await standing.refresh()

    assert standing.admit(client(), scope=Scope.SEND).limit == 40
    assert standing.admit(client(), scope=Scope.READ).limit == 5
    assert standing.source_of(SYSTEM) is ContactSource.OTHER


async def test_a_scope_that_was_not_agreed_is_named(clock: SettableClock) -> None:
    reads_only = Known(ContactSource.OTHER, frozenset({Scope.READ}), OwnRates(), suspended=False)
    standing = standing_of(Registry(club=reads_only), clock)
    await standing.refresh()

    with pytest.raises(ScopeMissing, match="referrals:send"):
        standing.admit(client(), scope=Scope.SEND)


@pytest.mark.parametrize(
    ("partnership", "advice"),
    [
        ("warwickshire", "phone the front door team on 01926 414144, or 01926 886922 outside its hours"),
        ("wandsworth", "phone the front door team of your partnership"),
        ("elsewhere", "phone the front door team of your partnership"),
    ],
)
async def test_a_suspended_partner_is_told_whom_to_call(clock: SettableClock, partnership: str, advice: str) -> None:
    standing = standing_of(Registry(club=SUSPENDED), clock)
    await standing.refresh()

    with pytest.raises(Suspended) as refused:
        await standing.check(client(partnership=partnership))

    assert advice in refused.value.detail
    assert "call 999" in refused.value.detail


# -- how often -------------------------------------------------------------------------------------------------------


async def test_one_request_too_many_is_told_when_to_come_back(clock: SettableClock) -> None:
    standing = standing_of(Registry(), clock)
    for _ in range(3):
        standing.admit(client(), scope=Scope.SEND)
    clock.advance(timedelta(seconds=45))

    with pytest.raises(TooManyRequests) as refused:
        standing.admit(client(), scope=Scope.SEND)

    assert refused.value.status == 429
    assert refused.value.headers == {
        "RateLimit-Limit": "3",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "15",
        "Retry-After": "15",
    }
    assert "same Idempotency-Key" in refused.value.detail


async def test_an_emergency_is_never_limited_and_takes_nothing(clock: SettableClock) -> None:
    standing = standing_of(Registry(), clock)
    for _ in range(10):
        standing.admit(client(), scope=Scope.SEND, emergency=True)

    before = standing.admit(client(), scope=Scope.SEND)
    for _ in range(2):
        standing.admit(client(), scope=Scope.SEND)
    at_the_limit = standing.admit(client(), scope=Scope.SEND, emergency=True)

    assert before.remaining == 2
    assert at_the_limit.remaining == 0


async def test_operators_learn_who_was_limited_how_often(clock: SettableClock) -> None:
    registry = Registry()
    standing = standing_of(registry, clock, referrals=1)
    for _ in range(4):
        try_to_send(standing)

    await standing.refresh()
    await standing.refresh()

    assert registry.told == [Limited("club", "wandsworth", "lantern-youth-club", Scope.SEND, 3, NOW)]


async def test_what_could_not_be_told_is_told_later(clock: SettableClock) -> None:
    registry = Registry()
    standing = standing_of(registry, clock, referrals=1)
    try_to_send(standing)
    try_to_send(standing)
    registry.away = True
    with pytest.raises(Unavailable):
        await standing.refresh()
    try_to_send(standing)

    registry.away = False
    await standing.refresh()

    assert [each.times for each in registry.told] == [2]


async def test_the_log_names_codes_and_only_once_a_minute(
    clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    standing = standing_of(Registry(), clock, referrals=1)
    for _ in range(5):
        try_to_send(standing)
    clock.advance(timedelta(minutes=1))
    for _ in range(5):
        try_to_send(standing)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [("partner limited", "warning")] * 2
    assert {(line["client_id"], line["agency"], line["reason"]) for line in lines} == {
        ("club", "lantern-youth-club", "referrals:send")
    }


# -- what is known ---------------------------------------------------------------------------------------------------


async def test_while_the_registry_is_away_the_last_known_standing_holds(clock: SettableClock) -> None:
    registry = Registry(club=SUSPENDED)
    standing = standing_of(registry, clock)
    await standing.refresh()
    registry.away, registry.known = True, {"club": CLUB}

    with pytest.raises(Unavailable):
        await standing.refresh()

    with pytest.raises(Suspended):
        await standing.check(client())
    await standing.check(client("school"))
    assert standing.admit(client("school"), scope=Scope.SEND).granted


async def test_a_process_that_never_reached_the_registry_takes_referrals(clock: SettableClock) -> None:
    registry = Registry(club=CLUB)
    registry.away = True
    standing = standing_of(registry, clock)

    async with standing.kept_fresh():
        assert standing.admit(client(), scope=Scope.SEND).granted

    assert registry.readings == 1


async def test_a_suspension_by_another_process_is_known_soon(
    clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing_module, "REFRESH_SECONDS", 0.0)
    registry = Registry(club=CLUB)
    standing = standing_of(registry, clock, referrals=100_000)

    async with standing.kept_fresh(), asyncio.timeout(10):
        await standing.check(client())
        registry.away = True
        await read_again(registry)
        registry.away, registry.known = False, {"club": SUSPENDED}
        await read_again(registry)

        with pytest.raises(Suspended):
            await standing.check(client())


def test_the_defaults_leave_nobody_out() -> None:
    assert (UNREGISTERED.scopes, UNREGISTERED.suspended) == (frozenset(Scope), False)


async def read_again(registry: Registry) -> None:
    """Wait until two more readings have begun: by then one has ended that began after this."""
    for _ in range(2):
        registry.read.clear()
        await registry.read.wait()


def try_to_send(standing: Standing) -> None:
    with suppress(TooManyRequests):
        standing.admit(client(), scope=Scope.SEND)

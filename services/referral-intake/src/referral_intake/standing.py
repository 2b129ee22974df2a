"""Whether a partner's system may act now: suspended or not, for which scopes, and how often in a minute.

What the registry says is kept in this process and read again every second, so that no request waits for it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Counter

from chassis import telemetry
from chassis.clock import Clock
from chassis.tasks import repeating
from chassis.web.auth import Principal, client_of
from contracts.codes import ContactSource, SuspensionReason
from contracts.problems import Suspended
from policy.contact import whom_to_phone
from policy.packs import Packs
from referral_intake.errors import AgencyNotRegistered, AgreementEnded, ScopeMissing, TooManyRequests
from referral_intake.model import PARTNER, Agreement, Limited, OwnRates, Rates, Scope, Sender
from referral_intake.rates import Allowance, Limiter
from referral_intake.served import find_newest_pack

REFRESH_SECONDS: Final = 1.0
"""How long a suspension may take to reach a process that did not carry it out itself, beside the time of a query."""
SAY_EVERY: Final = timedelta(minutes=1)
"""A client that is limited again and again is one line in the log in this time."""

limited_total = Counter("frontdoor_partner_limited", "Requests over a partner's limit", ["client", "scope"])
log = telemetry.logger(__name__)


Whose = tuple[str, str]
"""A partnership and an agency of it."""


@dataclass(frozen=True)
class Known:
    """What the registry says of one client, as it is needed to admit it, and the people of its agency."""

    source: ContactSource | None
    scopes: frozenset[Scope]
    rates: OwnRates
    suspended: bool
    whose: Whose = ("", "")
    agreement_ended: bool = False

    @classmethod
    def of(cls, agreement: Agreement, *, suspended_for: SuspensionReason | None) -> "Known":
        """What was agreed with a registered partner."""
        return cls(
            agreement.source,
            frozenset(agreement.scopes),
            agreement.rates,
            suspended=suspended_for is not None,
            whose=(agreement.partnership, agreement.agency),
            agreement_ended=suspended_for is SuspensionReason.AGREEMENT_ENDED,
        )


UNREGISTERED: Final = Known(source=None, scopes=frozenset(Scope), rates=OwnRates(), suspended=False)
"""A client that the issuer vouches for and the registry does not know: it may do what partners may."""

Exchange = Callable[[Sequence[Limited]], Awaitable[Mapping[str, Known]]]
"""Writes who was limited and reads the registry, in a transaction of its own."""


class Standing:
    """Contract.

    - ``admit`` waits for nothing and asks nobody: it goes by what was last read.
    - What is known stays in force while the registry cannot be read: a suspended partner stays suspended, and
      nobody else is kept from referring.
    - People refer for an agency that the pack names or that has a registered system. When its systems are suspended
      they are not; only when the agreement with all of them has ended, it is over for the people, too.
    - ``immediate_danger`` is neither counted nor limited. A suspended partner is refused that, too, as on every
      route: ``check`` is asked wherever somebody signs in.
    """

    def __init__(self, exchange: Exchange, *, packs: Packs, clock: Clock, everybody: Rates) -> None:
        self._exchange = exchange
        self._packs = packs
        self._clock = clock
        self.everybody = everybody
        self._limiter = Limiter(lambda: clock.now().timestamp())
        self._known: Mapping[str, Known] = {}
        self._systems: Mapping[Whose, Sequence[Known]] = {}
        self._limited: dict[tuple[str, Scope], Limited] = {}
        self._said_at: dict[tuple[str, Scope], datetime] = {}
        self._reading = asyncio.Lock()

    async def check(self, principal: Principal) -> None:
        """Raises ``Suspended`` for a suspended partner's system; people are not suspended with it."""
        if not principal.has_role(PARTNER):
            return
        if self._known.get(client_of(principal), UNREGISTERED).suspended:
            raise Suspended(whom_to_phone(self._packs, principal.partnership, at=self._clock.now()))

    def admit(self, principal: Principal, *, scope: Scope, emergency: bool = False) -> Allowance:
        """What is left of the partner's limit. Raises ``ScopeMissing`` and ``TooManyRequests``."""
        client = client_of(principal)
        known = self._known.get(client, UNREGISTERED)
        if scope not in known.scopes:
            raise ScopeMissing(scope)
        per_minute = known.rates.over(self.everybody).of(scope)
        if emergency:
            return self._limiter.look(client, scope, per_minute=per_minute)
        allowance = self._limiter.take(client, scope, per_minute=per_minute)
        if not allowance.granted:
            self._note(client, principal, scope)
            raise TooManyRequests(allowance.headers)
        return allowance

    def check_agency(self, principal: Principal) -> None:
        """Whether people may refer for their agency. Raises ``AgencyNotRegistered`` and ``AgreementEnded``."""
        now, systems = self._clock.now(), self._systems.get((principal.partnership, principal.agency), ())
        advice = whom_to_phone(self._packs, principal.partnership, at=now)
        if systems and all(each.agreement_ended for each in systems):
            raise AgreementEnded(advice)
        pack = find_newest_pack(self._packs, principal.partnership, at=now)
        if not systems and (pack is None or pack.find_agency(principal.agency) is None):
            raise AgencyNotRegistered(advice)

    def source_of(self, sender: Sender) -> ContactSource | None:
        """The source code that was agreed with a registered partner, also for its people; None for everybody else."""
        if not sender.is_person:
            return self._known.get(sender.client_id, UNREGISTERED).source
        systems = self._systems.get((sender.partnership, sender.agency), ())
        return systems[0].source if systems else None

    async def refresh(self) -> None:
        """Read the registry, and write who was limited since. Raises ``Unavailable``; what was known stays.

        Interleaving prevented: of two readings that overlap, the one that began before a suspension ends last, and
        what it read replaces the suspension.
        """
        async with self._reading:
            limited, self._limited = self._limited, {}
            try:
                self._know(await self._exchange(tuple(limited.values())))
            except Exception:
                for key, each in limited.items():  # written with the next one that succeeds
                    self._count(key, each)
                raise

    def _know(self, known: Mapping[str, Known]) -> None:
        systems: dict[Whose, list[Known]] = {}
        for each in known.values():
            systems.setdefault(each.whose, []).append(each)
        self._known, self._systems = known, systems

    @asynccontextmanager
    async def kept_fresh(self) -> AsyncIterator[None]:
        """Read the registry now, and every second while the block lasts."""
        async with repeating(self._try_to_refresh, every_seconds=REFRESH_SECONDS):
            yield

    async def _try_to_refresh(self) -> None:
        try:
            await self.refresh()
        except Exception as error:
            log.warning("registry of partners cannot be read", error=type(error).__name__)

    def _note(self, client: str, principal: Principal, scope: Scope) -> None:
        limited_total.labels(client, scope.value).inc()
        now, key = self._clock.now(), (client, scope)
        self._count(key, Limited(client, principal.partnership, principal.agency, scope, 1, now))
        said_at = self._said_at.get(key)
        if said_at is None or now - said_at >= SAY_EVERY:
            self._said_at[key] = now
            log.warning("partner limited", client_id=client, agency=principal.agency, reason=scope.value)

    def _count(self, key: tuple[str, Scope], limited: Limited) -> None:
        before = self._limited.get(key)
        if before is not None:
            limited = replace(limited, times=before.times + limited.times, last_at=max(before.last_at, limited.last_at))
        self._limited[key] = limited

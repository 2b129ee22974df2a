"""What must hold after any campaign, read from every database and the client's journal. Nothing else is believed."""

import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from tests.chaos.journal import Added, Journal

SERVICES = ("referral_intake", "triage", "agency_notify", "audit")
READS = {
    "referral_intake": ("triage.v1",),
    "triage": ("referral-intake.v1", "agency-notify.v1"),
    "agency_notify": ("referral-intake.v1", "triage.v1"),
    "audit": ("referral-intake.v1", "triage.v1", "agency-notify.v1", "access.v1"),
}
SHOWN = 3


class Checker:
    """Reads the databases as their administrator. Each method returns what it found wrong, in plain words.

    ``services`` are those that ran; only ``verifier`` needs ``audit_url``.
    """

    def __init__(self, admin_url: str, audit_url: str = "", *, services: Sequence[str] = SERVICES) -> None:
        self._admin_url = admin_url
        self._audit_url = audit_url
        self._services = services

    async def violations(self, journal: Journal) -> list[str]:
        """Everything that is wrong; empty after a good campaign."""
        return [
            *await self.lost_or_doubled(journal),
            *await self.followers(),
            *await self.additions(journal),
            *await self.delivery(),
            *self.verifier(),
        ]

    async def delivery(self) -> list[str]:
        """Every event was sent, applied by every reader and put into the log: once, and in order."""
        return [*await self.histories(), *await self.readers(), *await self.log()]

    async def lost_or_doubled(self, journal: Journal) -> list[str]:
        """Every acknowledged referral is kept with its document, and a key never made two."""
        kept = await self._set("referral_intake", "SELECT referral_id FROM referral JOIN document USING (referral_id)")
        by_key: dict[str, set[UUID]] = {}
        for answer in journal.answers:
            by_key.setdefault(answer.key, set()).add(answer.referral_id)
        no_key = await self._set(
            "referral_intake",
            """SELECT referral_id FROM referral LEFT JOIN idempotency USING (referral_id)
               WHERE key IS NULL AND disposed_at IS NULL""",
        )
        return [
            *_say("acknowledged but lost", {answer.referral_id for answer in journal.answers} - kept),
            *_say("one key was promised two referrals", [key for key, ids in by_key.items() if len(ids) > 1]),
            *_say("kept, but promised to no key", no_key),
            *_say("refused or never answered", journal.refused),
        ]

    async def followers(self) -> list[str]:
        """Every referral has one case and one acknowledgement to its referrer: neither none nor two."""
        kept = await self._set("referral_intake", "SELECT referral_id FROM referral")
        cases = await self._counts("triage", 'SELECT referral_id FROM "case"')
        told = await self._counts("agency_notify", "SELECT referral_id FROM notice WHERE kind = 'referral-received'")
        return [
            *_say("no case was opened for", kept - set(cases)),
            *_say("the referrer was not told of", kept - set(told)),
            *_say("two cases for", [key for key, n in cases.items() if n > 1]),
            *_say("the referrer was told twice of", [key for key, n in told.items() if n > 1]),
        ]

    async def additions(self, journal: Journal) -> list[str]:
        """Every acknowledged supplement made one edition, in its sender's order, and one piece of news for its case."""
        promised = Counter(map(_edition_of, journal.added))
        kept = await self._pairs(
            "referral_intake", "SELECT referral_id, edition FROM supplement JOIN document USING (referral_id, edition)"
        )
        gaps = await self._set(
            "referral_intake",
            "SELECT referral_id FROM document GROUP BY 1 HAVING max(edition) <> count(*) OR min(edition) <> 1",
        )
        return [
            *_say("added and acknowledged, but lost", set(promised) - set(kept)),
            *_say("promised to two supplements", [key for key, n in promised.items() if n > 1]),
            *_say("added out of the sender's order", _disordered(journal.added)),
            *_say("editions with a gap", gaps),
            *await self.news(),
        ]

    async def news(self) -> list[str]:
        """Each change of a referral reached its case once, each child too; the hub was told of each supplement once."""
        told = await self._pairs(
            "referral_intake",
            "SELECT referral_id, edition FROM supplement UNION ALL SELECT referral_id, edition FROM withdrawal",
        )
        news = await self._pairs("triage", 'SELECT referral_id, edition FROM news JOIN "case" USING (case_id)')
        children = await self._pairs("referral_intake", "SELECT referral_id, child_id FROM child")
        followed = await self._pairs("triage", 'SELECT referral_id, child_id FROM child JOIN "case" USING (case_id)')
        supplements = await self._set("referral_intake", "SELECT supplement_id FROM supplement")
        notices = await self._counts(
            "agency_notify", "SELECT about_id FROM notice WHERE kind = 'referral-supplemented'"
        )
        return [
            *_say("no news in the case of", (Counter(told) - Counter(news)).keys()),
            *_say("news of nothing, or twice, in the case of", (Counter(news) - Counter(told)).keys()),
            *_say("no child of the case", set(children) - set(followed)),
            *_say("a child of the case that no referral names", set(followed) - set(children)),
            *_say("the hub was not told of", supplements - set(notices)),
            *_say("the hub was told twice of", [key for key, n in notices.items() if n > 1]),
        ]

    async def histories(self) -> list[str]:
        """In every service each aggregate's versions run from 1 without gap, in the order of the rows, all sent."""
        found: list[str] = []
        for service in self._services:
            gaps = await self._set(
                service, "SELECT aggregate FROM event GROUP BY 1 HAVING max(version) <> count(*) OR min(version) <> 1"
            )
            disorder = await self._set(
                service,
                """SELECT aggregate FROM (SELECT aggregate, version,
                   row_number() OVER (PARTITION BY aggregate ORDER BY id) AS nth FROM event) e WHERE nth <> version""",
            )
            unsent = await self._set(service, "SELECT aggregate FROM event WHERE published_at IS NULL")
            parked = await self._set(service, "SELECT aggregate FROM parked WHERE settled_at IS NULL")
            found += [
                *_say(f"{service}: versions with a gap", gaps),
                *_say(f"{service}: out of order", disorder),
                *_say(f"{service}: never sent", unsent),
                *_say(f"{service}: parked", parked),
            ]
        return found

    async def readers(self) -> list[str]:
        """Every reader has applied every event of its topics, up to the newest version."""
        found: list[str] = []
        for reader in self._services:
            topics = READS[reader]
            applied = dict(await self._pairs(reader, "SELECT aggregate, version FROM applied"))
            for owner in self._services:
                heads = await self._pairs(
                    owner, "SELECT aggregate, max(version) FROM event WHERE topic = ANY($1) GROUP BY 1", list(topics)
                )
                behind = [aggregate for aggregate, version in heads if applied.get(aggregate, 0) != version]
                found += _say(f"{reader} has not applied what {owner} recorded", behind)
        return found

    async def log(self) -> list[str]:
        """Every event of every service is one entry of the log, once, and aggregates are in order there."""
        events: Counter[Any] = Counter()
        for service in self._services:
            events.update(await self._pairs(service, "SELECT event_id, version FROM event"))
        rows = await self._pairs("audit", "SELECT event_id, version FROM entry")
        entries = Counter(rows)
        disorder = await self._set(
            "audit",
            """SELECT subject FROM (SELECT subject, version,
               row_number() OVER (PARTITION BY subject ORDER BY leaf_index) AS nth
               FROM entry) e WHERE nth <> version""",
        )
        return [
            *_say("missing from the log", (events - entries).keys()),
            *_say("in the log but recorded nowhere, or twice", (entries - events).keys()),
            *_say("out of order in the log", disorder),
        ]

    def verifier(self) -> list[str]:
        """The stand-alone verifier accepts the whole log."""
        done = subprocess.run(
            [sys.executable, "-m", "audit.verify", self._audit_url], capture_output=True, text=True, timeout=120
        )
        return [] if done.returncode == 0 else [f"the verifier refuses the log: {(done.stdout + done.stderr).strip()}"]

    async def settled(self) -> bool:
        """True when nothing is on its way any more, neither events nor notices, whose delivery makes new events."""
        if not await self._all_delivered():
            return False
        for service in self._services:
            if await self._rows(service, "SELECT FROM event WHERE published_at IS NULL LIMIT 1"):
                return False
        if await self.readers() or await self._rows("audit", "SELECT FROM pending LIMIT 1"):
            return False
        return await self._all_delivered()

    async def _all_delivered(self) -> bool:
        """True when every notice was taken or given up on every channel."""
        if "agency_notify" not in self._services:
            return True
        return not await self._rows("agency_notify", "SELECT FROM delivery WHERE state = 'pending' LIMIT 1")

    async def _rows(self, service: str, sql: str, *values: object) -> list[Any]:
        async with self._connection(service) as connection:
            return list(await connection.fetch(sql, *values))

    async def _set(self, service: str, sql: str) -> set[Any]:
        return {row[0] for row in await self._rows(service, sql)}

    async def _counts(self, service: str, sql: str) -> Counter[Any]:
        return Counter(row[0] for row in await self._rows(service, sql))

    async def _pairs(self, service: str, sql: str, *values: object) -> list[tuple[Any, Any]]:
        return [(row[0], row[1]) for row in await self._rows(service, sql, *values)]

    @asynccontextmanager
    async def _connection(self, service: str) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(self._admin_url.rsplit("/", 1)[0] + f"/{service}")
        try:
            yield connection
        finally:
            await connection.close()


def _edition_of(added: Added) -> tuple[UUID, int]:
    return added.referral_id, added.edition


def _disordered(added: Sequence[Added]) -> list[UUID]:
    """Referrals whose additions, in the order in which they were sent, did not make one edition after the other."""
    editions: dict[UUID, list[int]] = {}
    for each in added:
        editions.setdefault(each.referral_id, []).append(each.edition)
    return [referral_id for referral_id, made in editions.items() if made != list(range(2, len(made) + 2))]


def _say(what: str, found: Iterable[object]) -> list[str]:
    """One line for a kind of violation: how many, and the first few."""
    shown = list(found)
    if not shown:
        return []
    return [f"{what}: {len(shown)}, such as {', '.join(str(each) for each in shown[:SHOWN])}"]

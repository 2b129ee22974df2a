"""What must hold after any campaign, read from every database and the client's journal. Nothing else is believed."""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from tests.chaos.databases import Databases, say
from tests.chaos.delivered import Delivered, Foreign
from tests.chaos.journal import Added, Answered

VERIFIER_SECONDS: Final = 600

_NO_KEY: Final = """
    SELECT referral_id FROM referral LEFT JOIN idempotency USING (referral_id)
    WHERE key IS NULL AND disposed_at IS NULL"""
_EDITIONS_WITH_GAPS: Final = """
    SELECT referral_id FROM document GROUP BY 1 HAVING max(edition) <> count(*) OR min(edition) <> 1"""
_SUPPLEMENTS: Final = "SELECT referral_id, edition FROM supplement JOIN document USING (referral_id, edition)"
_CHANGES: Final = """
    SELECT referral_id, edition FROM supplement UNION ALL SELECT referral_id, edition FROM withdrawal"""
_NEWS: Final = 'SELECT referral_id, edition FROM news JOIN "case" USING (case_id)'
_FOLLOWED: Final = 'SELECT referral_id, child_id FROM child JOIN "case" USING (case_id)'
_ABOUT_SUPPLEMENTS: Final = "SELECT about_id FROM notice WHERE kind = 'referral-supplemented'"
_ACKNOWLEDGED: Final = "SELECT referral_id FROM notice WHERE kind = 'referral-received'"


class Promised(Protocol):
    """What senders were answered, as a journal keeps it."""

    answers: list[Answered]
    added: list[Added]
    refused: list[str]


class Checker(Delivered):
    """What must hold of delivery, and of referrals and what follows them. Only ``verifier`` needs ``audit_url``."""

    verifier_seconds = VERIFIER_SECONDS

    def __init__(self, databases: Databases, audit_url: str = "", *, foreign: Foreign | None = None) -> None:
        super().__init__(databases, foreign=foreign)
        self._audit_url = audit_url

    async def violations(self, journal: Promised) -> list[str]:
        """Everything that is wrong; empty after a good campaign."""
        return [
            *await self.lost_or_doubled(journal),
            *await self.followers(),
            *await self.additions(journal),
            *await self.delivery(),
            *self.verifier(),
        ]

    async def lost_or_doubled(self, journal: Promised) -> list[str]:
        """Every acknowledged referral is kept with its document, and a key never made two."""
        kept = await self._databases.set_of(
            "referral_intake", "SELECT referral_id FROM referral JOIN document USING (referral_id)"
        )
        by_key: dict[str, set[UUID]] = {}
        for answer in journal.answers:
            by_key.setdefault(answer.key, set()).add(answer.referral_id)
        no_key = await self._databases.set_of("referral_intake", _NO_KEY)
        return [
            *say("acknowledged but lost", {answer.referral_id for answer in journal.answers} - kept),
            *say("one key was promised two referrals", [key for key, ids in by_key.items() if len(ids) > 1]),
            *say("kept, but promised to no key", no_key),
            *say("refused or never answered", journal.refused),
        ]

    async def followers(self) -> list[str]:
        """Every referral has one case and one acknowledgement to its referrer: neither none nor two."""
        kept = await self._databases.set_of("referral_intake", "SELECT referral_id FROM referral")
        cases = await self._databases.counts("triage", 'SELECT referral_id FROM "case"')
        notified = await self._databases.counts("agency_notify", _ACKNOWLEDGED)
        return [
            *say("no case was opened for", kept - set(cases)),
            *say("the referrer was not notified of", kept - set(notified)),
            *say("two cases for", [key for key, n in cases.items() if n > 1]),
            *say("the referrer was notified twice of", [key for key, n in notified.items() if n > 1]),
        ]

    async def additions(self, journal: Promised) -> list[str]:
        """Every acknowledged supplement made one edition, in its sender's order, and one piece of news for its case."""
        promised = Counter(map(_edition_of, journal.added))
        kept = await self._databases.pairs("referral_intake", _SUPPLEMENTS)
        gaps = await self._databases.set_of("referral_intake", _EDITIONS_WITH_GAPS)
        return [
            *say("added and acknowledged, but lost", set(promised) - set(kept)),
            *say("promised to two supplements", [key for key, n in promised.items() if n > 1]),
            *say("added out of the sender's order", _disordered(journal.added)),
            *say("editions with a gap", gaps),
            *await self.news(),
        ]

    async def news(self) -> list[str]:
        """Each change of a referral reached its case once, each child too; the hub heard of each supplement once."""
        changes = await self._databases.pairs("referral_intake", _CHANGES)
        news = await self._ours("triage", _NEWS)
        children = await self._databases.pairs("referral_intake", "SELECT referral_id, child_id FROM child")
        followed = await self._ours("triage", _FOLLOWED)
        supplements = await self._databases.set_of("referral_intake", "SELECT supplement_id FROM supplement")
        notices = await self._databases.counts("agency_notify", _ABOUT_SUPPLEMENTS)
        return [
            *say("no news in the case of", (Counter(changes) - Counter(news)).keys()),
            *say("news of nothing, or twice, in the case of", (Counter(news) - Counter(changes)).keys()),
            *say("no child of the case", set(children) - set(followed)),
            *say("a child of the case that no referral names", set(followed) - set(children)),
            *say("the hub was not notified of", supplements - set(notices)),
            *say("the hub was notified twice of", [key for key, n in notices.items() if n > 1]),
        ]

    def verifier(self) -> list[str]:
        """The stand-alone verifier accepts the whole log."""
        command = [sys.executable, "-m", "audit.verify", self._audit_url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=self.verifier_seconds)
        return [] if done.returncode == 0 else [f"the verifier refuses the log: {(done.stdout + done.stderr).strip()}"]

    async def _ours(self, service: str, sql: str) -> list[tuple[UUID, object]]:
        """Pairs that begin with a referral, without those of foreign ones."""
        found = await self._databases.pairs(service, sql)
        return [(referral_id, of_it) for referral_id, of_it in found if referral_id not in self._foreign.referrals]


def _edition_of(added: Added) -> tuple[UUID, int]:
    return added.referral_id, added.edition


def _disordered(added: Sequence[Added]) -> list[UUID]:
    """Referrals whose additions, in the order in which they were sent, did not make one edition after the other."""
    editions: dict[UUID, list[int]] = {}
    for each in added:
        editions.setdefault(each.referral_id, []).append(each.edition)
    return [referral_id for referral_id, made in editions.items() if made != list(range(2, len(made) + 2))]

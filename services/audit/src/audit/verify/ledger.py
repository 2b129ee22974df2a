"""Which versions of what the opened entries are: none missing in between, none missing at the end, none invented."""

from collections.abc import Mapping
from typing import Final

from audit.merkle import VerificationError

SHARED_KINDS: Final = frozenset({"access", "parked"})
"""Aggregates that count what happens around one referral, by anybody: strangers' refused looks are among them."""
ITS_OWN: Final = "log/audit"
"""What a log says of itself: that another went before it. No service records it."""
REFUSED: Final = "access.denied.v1"
NOBODYS: Final = "unknown"
"""The partnership of events that belong to none; every auditor reads them."""
LOOKS: Final = frozenset({"record.accessed.v1", REFUSED})

Heads = Mapping[str, int]
"""Aggregate to newest version, as the service that owns them has recorded it."""


class Behind(VerificationError):
    """The log lacks what an owner has recorded. It may only be on its way: look again in a moment."""


class Ledger:
    """The last version seen of each aggregate.

    An aggregate is *whole* when all of it belongs to the partnership that is verified. One around a referral of another
    partnership (a stranger's refused looks at it) is *shared*: its versions are in order, but others are between them.
    """

    def __init__(self) -> None:
        self.looks = 0
        self._last: dict[str, int] = {}
        self._owner: dict[str, str] = {}
        self._gaps: dict[str, tuple[int, int, int]] = {}
        self._partnerships: dict[str, str] = {}
        self._refused: dict[tuple[str, int], str] = {}

    def add(self, index: int, subject: str, version: int) -> None:
        """Note the entry at ``index``. Raises ``VerificationError`` for a version that does not come after the last."""
        last = self._last.get(subject, 0)
        if version <= last:
            raise VerificationError(f"Entry {index} is version {version} of {subject}, after version {last}")
        if version != last + 1:
            self._gaps.setdefault(subject, (index, version, last + 1))
        self._last[subject] = version

    def recorded_by(self, subject: str, source: str, event_type: str, partnership: str) -> None:
        """Note who recorded the event that was added last, and whose it is."""
        self._owner[subject] = source
        self._partnerships.setdefault(subject, partnership)
        self.looks += event_type in LOOKS
        if event_type == REFUSED:
            self._refused[subject, self._last[subject]] = partnership

    @property
    def whole(self) -> int:
        """How many aggregates are complete from their first version."""
        return len(self._last) - self.shared

    @property
    def shared(self) -> int:
        """How many aggregates are partly others'."""
        return sum(not self._is_whole(subject) for subject in self._last)

    def check_gaps(self) -> None:
        """No whole aggregate lacks a version. Raises ``VerificationError`` for the first in the log that does."""
        for subject, (index, version, expected) in sorted(self._gaps.items(), key=lambda gap: gap[1]):
            if self._is_whole(subject):
                raise VerificationError(
                    f"Entry {index} is version {version} of {subject}, where version {expected} belongs"
                )

    def check_complete(self, owner: str, heads: Heads) -> None:
        """The log has every version that an owner had recorded before the log was read. Raises ``Behind``."""
        for subject, newest in heads.items():
            has = self._last.get(subject, 0)
            if has < newest and self._is_whole(subject):
                raise Behind(f"The log ends at version {has} of {subject}, of which {owner} has recorded {newest}")

    def check_recorded(self, owner: str, heads: Heads) -> None:
        """The log has no version that its owner did not record, as the owner says after the log was read."""
        for subject, source in self._owner.items():
            if source != owner or subject == ITS_OWN or not self._is_whole(subject):
                continue
            last = self._last_own(subject)
            if last > heads.get(subject, 0):
                raise VerificationError(f"The log has version {last} of {subject}, which {owner} has not recorded")

    def _last_own(self, subject: str) -> int:
        """The last version that owners count for this partnership: strangers' refused looks are strangers' there."""
        own = (self._partnerships.get(_referral_of(subject)), NOBODYS)
        last = self._last[subject]
        while self._refused.get((subject, last), NOBODYS) not in own:
            last -= 1
        return last

    def _is_whole(self, subject: str) -> bool:
        return subject.partition("/")[0] not in SHARED_KINDS or _referral_of(subject) in self._last


def _referral_of(subject: str) -> str:
    """The referral around which a shared aggregate counts what happens."""
    return f"referral/{subject.rpartition('/')[2]}"

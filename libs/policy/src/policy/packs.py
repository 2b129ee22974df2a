"""Every partnership's packs, and which version applies: to what begins now, and to what has begun before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from contracts.problems import Invalid, Unavailable
from policy.completing import completed
from policy.endings import Ending, ending_of
from policy.pack import NoSuchRule, Pack
from policy.timeline import Term, in_order, last_begun, terms_of
from policy.working_time import local_date

VIEWS = 512
"""How many views of packs are kept: each is worked out once a day, which costs more than accepting a referral."""


class NotServed(Invalid):
    """There is no pack for the partnership, in any version."""

    slug, title = "unknown-partnership", "There is no policy pack for this partnership"


class NoneInForce(Unavailable):
    """The partnership has packs, and none that is in force: nothing new can begin under its rules."""

    slug, title = "no-pack-in-force", "No policy pack is in force for this partnership"


@dataclass(frozen=True)
class Began:
    """When something began, and under which version if that is known."""

    at: datetime
    version_id: str | None = None


class Packs:
    """Contract.

    - ``in_force`` is for what begins now: the version of that day, and nothing but it.
    - ``governing`` is for what has begun: the version it began under, for as long as it takes, although that version
      has ended or was replaced. Its rules do not change; agencies and teams are as they are today, and those that no
      newer version names are still found.
    - ``newest`` is for what has no beginning of its own, such as whom to phone: it is there whenever a pack is.

    Each answer holds only rules in force on the local day, and keeps the version id of the pack that it is of.
    """

    def __init__(self, versions: Iterable[Pack] = (), *, written: Mapping[str, str] | None = None) -> None:
        """``written``: for each partnership, where the end of its last version stands. Raises ``ValueError``."""
        grouped: defaultdict[str, list[Pack]] = defaultdict(list)
        for pack in versions:
            grouped[pack.partnership].append(pack)
        self._terms = {partnership: terms_of(in_order(packs)) for partnership, packs in grouped.items()}
        self._written = dict(written or {})
        self._view = lru_cache(maxsize=VIEWS)(self._make_view)

    @property
    def partnerships(self) -> tuple[str, ...]:
        """Every partnership that has a pack."""
        return tuple(self._terms)

    @property
    def unfollowed(self) -> Mapping[str, tuple[date, str]]:
        """The partnerships whose last version ends: on which local day, and in which file and line that is written."""
        ends = {partnership: terms[-1].ends for partnership, terms in self._terms.items()}
        return {code: (day, self._written.get(code, "")) for code, day in ends.items() if day is not None}

    def versions(self, partnership: str) -> tuple[Pack, ...]:
        """Every version as written, the earliest first. Raises ``NotServed``."""
        return tuple(term.pack for term in self._of(partnership))

    def in_force(self, partnership: str, *, at: datetime) -> Pack:
        """The version in force at an instant. Raises ``NotServed`` and ``NoneInForce``."""
        terms, day = self._of(partnership), local_date(at)
        place = last_begun(terms, day)
        if place < 0 or not terms[place].covers(day):
            raise NoneInForce
        return self._view(partnership, place, place, day)

    def governing(self, partnership: str, *, began: Began, at: datetime) -> Pack:
        """What something goes on under. Raises ``NotServed``.

        A version id that is not known any more (a file was edited) falls back to the version of the day it began.
        """
        place = self._place(self._of(partnership), began)
        return self._view(partnership, place, place, local_date(at))

    def newest(self, partnership: str, *, at: datetime) -> Pack:
        """The newest version that has begun, though it may have ended, with every agency, team and role that an earlier
        version named; before the first begins, the first. Raises ``NotServed``.
        """
        terms, day = self._of(partnership), local_date(at)
        return self._view(partnership, max(last_begun(terms, day), 0), 0, day)

    def find_feedback(self, partnership: str, key: str, *, at: datetime) -> str | None:
        """What a referrer is shown under a feedback key, in the words of the newest version that has it."""
        terms, day = self._terms.get(partnership, ()), local_date(at)
        for term in reversed(terms[: last_begun(terms, day) + 1]):
            try:
                return term.rules_on(day).feedback_text(key)
            except NoSuchRule:
                continue
        return None

    def endings(self, *, at: datetime) -> tuple[Ending, ...]:
        """For each partnership, how long a pack is in force yet, and what to do when that is not for ever."""
        day = local_date(at)
        return tuple(ending_of(terms, day, self._written.get(code, "")) for code, terms in self._terms.items())

    def none_in_force(self, *, at: datetime) -> bool:
        """Whether no partnership has a pack in force."""
        day = local_date(at)
        return not any(term.covers(day) for terms in self._terms.values() for term in terms)

    def _of(self, partnership: str) -> tuple[Term, ...]:
        terms = self._terms.get(partnership)
        if terms is None:
            raise NotServed
        return terms

    def _place(self, terms: tuple[Term, ...], began: Began) -> int:
        if began.version_id is not None:
            for place, term in enumerate(terms):
                if term.pack.version_id == began.version_id:
                    return place
        return max(last_begun(terms, _day_of_beginning(began.at)), 0)

    def _make_view(self, partnership: str, base: int, oldest: int, day: date) -> Pack:
        """The version at ``base``, completed by all from the newest that has begun down to ``oldest``."""
        terms = self._terms[partnership]
        newest = max(last_begun(terms, day), base)
        by = [terms[place].rules_on(day) for place in range(newest, oldest - 1, -1)]
        return completed(by[newest - base], by)


def _day_of_beginning(at: datetime) -> date:
    """The local day; at the very ends of time, where London's day has no name, the first or the last there is."""
    try:
        return local_date(at)
    except OverflowError:
        return date.min if at.year == date.min.year else date.max

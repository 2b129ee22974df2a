"""The look-up on random timelines of versions, compared with a walk through the days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pack_versions import version, wandsworth

from policy.pack import Pack
from policy.packs import Began, NoneInForce, Packs
from policy.timeline import in_order, misfit
from policy.working_time import LONDON

START: Final = date(2026, 3, 20)
DAY: Final = timedelta(days=1)
HORIZON: Final = 80
AGENCIES: Final = wandsworth().agencies


@dataclass(frozen=True)
class Written:
    """A version as an operator wrote it, in days from ``START``."""

    begins: int
    ends: int | None

    @property
    def pack(self) -> Pack:
        ends = None if self.ends is None else START + self.ends * DAY
        return version(START + self.begins * DAY, ends)


def claimants(written: Sequence[Written], day: int) -> list[int]:
    """Who claims a day, by walking back: a version without an end holds until another begins."""
    found = []
    for place, one in enumerate(written):
        begun = one.begins <= day
        over = one.ends is not None and day > one.ends
        followed = one.ends is None and any(one.begins < other.begins <= day for other in written)
        if begun and not over and not followed:
            found.append(place)
    return found


anything = st.lists(
    st.builds(
        lambda begins, length: Written(begins, None if length is None else begins + length),
        st.integers(0, 30),
        st.none() | st.integers(0, 12),
    ),
    min_size=1,
    max_size=5,
)


@st.composite
def timelines(draw: st.DrawFn) -> list[Written]:
    """Versions that follow one another day by day; each but the last may leave its end out."""
    begins, written = draw(st.integers(0, 10)), []
    for length in draw(st.lists(st.integers(0, 15), min_size=1, max_size=5)):
        written.append(Written(begins, draw(st.sampled_from([None, begins + length]))))
        begins += length + 1
    return written


moments = st.builds(
    lambda day, minute: datetime(START.year, START.month, START.day, tzinfo=LONDON) + day * DAY + minute,
    st.integers(-5, HORIZON),
    st.sampled_from(
        [timedelta(), timedelta(hours=1, minutes=30), timedelta(hours=12), timedelta(hours=23, minutes=59)]
    ),
)


def day_of(at: datetime) -> int:
    return (at.astimezone(LONDON).date() - START).days


@given(anything)
def test_a_misfit_is_found_exactly_where_a_day_is_doubled_or_left_out(written: list[Written]) -> None:
    claims = [len(claimants(written, day)) for day in range(HORIZON)]
    while claims and not claims[-1]:
        claims.pop()
    first = min(one.begins for one in written)

    ordered = in_order(one.pack for one in written)
    found = [misfit(earlier, later, "it") for earlier, later in pairwise(ordered)]

    assert any(found) == any(count != 1 for count in claims[first:])


@given(timelines(), moments)
def test_what_begins_is_under_the_one_version_that_claims_the_day(written: list[Written], at: datetime) -> None:
    packs = Packs(one.pack for one in written)
    claiming = claimants(written, day_of(at))

    if not claiming:
        with pytest.raises(NoneInForce):
            packs.in_force("wandsworth", at=at)
        return
    [place] = claiming
    assert packs.in_force("wandsworth", at=at).version_id == written[place].pack.version_id


@given(timelines(), moments, moments)
def test_what_has_begun_keeps_its_version_whenever_it_is_asked(
    written: list[Written], began: datetime, at: datetime
) -> None:
    packs = Packs(one.pack for one in written)
    claiming = claimants(written, day_of(began))
    assume(claiming)

    for asked in (began, at):
        governing = packs.governing("wandsworth", began=Began(began), at=asked)
        assert governing.version_id == written[claiming[0]].pack.version_id


@given(timelines(), moments, moments, st.data())
def test_a_named_version_is_always_found(
    written: list[Written], began: datetime, at: datetime, data: st.DataObject
) -> None:
    packs = Packs(one.pack for one in written)
    wanted = data.draw(st.sampled_from(written)).pack.version_id

    assert packs.governing("wandsworth", began=Began(began, wanted), at=at).version_id == wanted


@given(timelines(), moments)
def test_the_newest_is_the_last_that_has_begun(written: list[Written], at: datetime) -> None:
    begun = [one for one in written if one.begins <= day_of(at)]
    expected = begun[-1] if begun else written[0]

    assert Packs(one.pack for one in written).newest("wandsworth", at=at).version_id == expected.pack.version_id


@given(st.lists(st.sets(st.sampled_from(range(len(AGENCIES)))), min_size=1, max_size=4), moments, moments)
def test_whom_a_case_knows_is_its_own_version_and_all_that_have_begun_since(
    named: list[set[int]], began: datetime, at: datetime
) -> None:
    versions = [
        version(START + 10 * place * DAY, agencies=tuple(AGENCIES[one] for one in sorted(some)))
        for place, some in enumerate(named)
    ]
    own = max(min(day_of(began) // 10, len(named) - 1), 0)
    newest = max(min(day_of(at) // 10, len(named) - 1), own)

    governing = Packs(versions).governing("wandsworth", began=Began(began), at=at)

    expected = set[int]().union(*named[own : newest + 1])
    assert {agency.code for agency in governing.agencies} == {AGENCIES[one].code for one in expected}


@given(timelines(), moments)
def test_the_days_left_count_down_to_the_last_claimed_day(written: list[Written], at: datetime) -> None:
    packs, today = Packs(one.pack for one in written), day_of(at)
    first, last = written[0].begins, written[-1].ends

    [ending] = packs.endings(at=at)

    if today < first:
        assert ending.days_left == today - first
    elif last is None:
        assert (ending.days_left, ending.advice) == (float("inf"), "")
    else:
        assert ending.days_left == last - today
    assert packs.none_in_force(at=at) == (ending.days_left < 0)
    assert bool(ending.advice) == (ending.days_left != float("inf"))

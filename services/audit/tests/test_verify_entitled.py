"""The entitled strength: entries open their leaves, none is missing or invented, none lost its text for no reason."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from audit_entries import LOOKS, OURS, STRANGERS, Resign, check, entry, look, page_of, put_page, received
from audit_logs import MemoryLog as Log

from audit.merkle import VerificationError
from audit.verify.ledger import Behind
from audit.verify.owners import Owner
from contracts.envelope import NO_PARTNERSHIP


@pytest.mark.parametrize("size", [0, 1, 199, 200, 201, 700])
def test_a_good_log_is_verified(log_of: Callable[[int], Log], size: int) -> None:
    report = check(log_of(size))

    assert (report.public.size, report.opened, report.destroyed, report.closed) == (size, size, 0, 0)
    assert report.aggregates == -(-size // 3)


def test_looks_are_counted(resign: Resign) -> None:
    report = check(resign([received(), look(1), entry("case/1", 1), look(2)]))

    assert (report.looks, report.aggregates) == (2, 3)


@pytest.mark.parametrize("part", ["salt", "entry", "leaf_index"])
def test_what_does_not_open_its_leaf_is_found(log_of: Callable[[int], Log], part: str) -> None:
    log, page = log_of(5), page_of(log_of(5))
    if part == "leaf_index":
        page["entries"][1]["leaf_index"], page["entries"][2]["leaf_index"] = 2, 1
    else:
        page["entries"][1][part] = page["entries"][2][part]
    put_page(log, page)

    with pytest.raises(VerificationError, match="with its salt is not what leaf"):
        check(log)


@pytest.mark.parametrize(
    ("bodies", "wrong"),
    [
        ([entry("case/1", 2)], "Entry 0 is version 2 of case/1, where version 1 belongs"),
        ([entry("case/1", 1), entry("case/1", 3)], "Entry 1 is version 3 of case/1, where version 2 belongs"),
        ([entry("case/1", 1), entry("case/1", 1)], "Entry 1 is version 1 of case/1, after version 1"),
        ([entry("case/1", 2), entry("case/1", 1)], "Entry 1 is version 1 of case/1, after version 2"),
        ([received(), look(2)], f"Entry 1 is version 2 of {LOOKS}, where version 1 belongs"),
        ([look(2), received()], f"Entry 0 is version 2 of {LOOKS}, where version 1 belongs"),
    ],
)
def test_a_version_left_out_repeated_or_moved_is_found_in_a_properly_signed_log(
    resign: Resign, bodies: Sequence[bytes], wrong: str
) -> None:
    with pytest.raises(VerificationError, match=wrong):
        check(resign(bodies))


def test_looks_at_a_strangers_referral_are_partly_the_strangers(resign: Resign) -> None:
    subject = f"access/triage/{STRANGERS}"

    report = check(resign([look(2, subject), look(5, subject)]))

    assert (report.aggregates, report.shared) == (0, 1)
    with pytest.raises(VerificationError, match="after version 5"):
        check(resign([look(5, subject), look(2, subject)]))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"subject":1,"sequence":1,"type":"x"}',
        b'{"subject":"a","sequence":true,"type":"x"}',
        b'{"subject":"a","sequence":1}',
    ],
)
def test_an_entry_that_is_no_event_is_found(resign: Resign, body: bytes) -> None:
    with pytest.raises(VerificationError, match="Entry 0"):
        check(resign([body]))


# -- what an auditor is not shown ----------------------------------------------------------------------------------


def test_entries_of_others_stay_closed_and_are_counted(log_of: Callable[[int], Log]) -> None:
    log = log_of(6)
    page = page_of(log)
    page["entries"] = page["entries"][3:]
    put_page(log, page)

    report = check(log)

    assert (report.opened, report.closed) == (3, 3)


def test_an_aggregate_that_is_not_shown_is_missed_by_its_owner(log_of: Callable[[int], Log]) -> None:
    log = log_of(6)
    page = page_of(log)
    page["entries"] = page["entries"][3:]
    put_page(log, page)
    heads = {f"referral/00000000-0000-0000-0000-{n:012x}": 3 for n in range(2)}

    with pytest.raises(Behind, match="The log ends at version 0 of referral/00000000-0000-0000-0000-000000000000"):
        check(log, Owner("referral-intake", lambda: heads))


def test_a_version_that_is_not_at_the_end_of_the_log_is_missed_by_its_owner(resign: Resign) -> None:
    log = resign([received(), entry("case/1", 1), look(1)])
    everything = {f"referral/{OURS}": 1, "case/1": 1, LOOKS: 1}

    assert check(log, Owner("triage", lambda: everything)).compared == ("triage",)
    for subject in everything:
        with pytest.raises(Behind, match=f"version 1 of {subject}, of which triage has recorded 2"):
            check(log, Owner("triage", lambda subject=subject: {**everything, subject: 2}))  # type: ignore[misc]


def test_what_an_owner_records_while_the_log_is_read_is_not_missed(resign: Resign) -> None:
    answers = iter([{"case/1": 1}, {"case/1": 9}])

    assert check(resign([entry("case/1", 1)]), Owner("triage", lambda: next(answers))).compared == ("triage",)


def test_an_entry_that_its_owner_never_recorded_is_found(resign: Resign) -> None:
    log = resign([entry("case/1", 1), entry("case/1", 2), entry("case/2", 1)])

    for heads in ({"case/1": 1, "case/2": 1}, {"case/1": 2}):
        with pytest.raises(VerificationError, match="which triage has not recorded"):
            check(log, Owner("triage", lambda heads=heads: heads))  # type: ignore[misc]
    assert check(log, Owner("agency-notify", dict)).compared == ("agency-notify",)


def test_a_strangers_refused_look_at_the_end_is_no_invention_and_ones_own_is(resign: Resign) -> None:
    ours, theirs = {"partnership": "wandsworth"}, {"partnership": "warwickshire"}
    referral = entry(f"referral/{OURS}", 1, event_type="referral.received.v1", source="referral-intake", **ours)
    seen = entry(LOOKS, 1, event_type="record.accessed.v1", **ours)
    triage = Owner("triage", lambda: {LOOKS: 1})

    def refused(version: int, whose: dict[str, str]) -> bytes:
        return entry(LOOKS, version, event_type="access.denied.v1", **whose)

    assert check(resign([referral, seen, refused(2, theirs), refused(3, theirs)]), triage).compared == ("triage",)
    for whose in (ours, {"partnership": NO_PARTNERSHIP}):
        with pytest.raises(VerificationError, match=r"has version 2 of access/triage/.*has not recorded"):
            check(resign([referral, seen, refused(2, whose), refused(3, theirs)]), triage)


def test_looks_at_a_strangers_referral_are_not_missed(resign: Resign) -> None:
    subject = f"access/triage/{STRANGERS}"

    assert check(resign([look(2, subject)]), Owner("triage", lambda: {subject: 7})).shared == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.update(next=0),
        lambda page: page.pop("entries"),
        lambda page: page["entries"][0].pop("salt"),
        lambda page: page["entries"][0].update(salt="*"),
        lambda page: page["entries"][0].update(salt=b64encode(b"short").decode()),
        lambda page: page["entries"].append(page["entries"][0]),
        lambda page: page.update(entries=7),
    ],
)
def test_a_page_that_is_not_one_is_found(log_of: Callable[[int], Log], change: Callable[[dict[str, Any]], Any]) -> None:
    log, page = log_of(5), page_of(log_of(5))
    change(page)
    put_page(log, page)

    with pytest.raises(VerificationError):
        check(log)


def test_entries_placed_since_the_checkpoint_are_left_for_the_next_time(log_of: Callable[[int], Log]) -> None:
    older, newer = log_of(5), log_of(8)
    older.files["v1/entries/0"] = newer.files["v1/entries/0"]

    assert check(older).opened == 5

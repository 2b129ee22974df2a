"""The entitled strength: entries open their leaves, none is missing or invented, none lost its text for no reason."""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import CheckpointSigner
from audit.entry import canonical_entry
from audit.merkle import VerificationError, leaf_hash
from audit.tree import Edge, grow
from audit.verify.entitled import EntitledReport, verify_entitled
from audit.verify.ledger import Behind
from audit.verify.owners import Owner
from audit.verify.public import Trusted

Log = Any  # the copy that the fixtures make
Resign = Callable[[Sequence[bytes]], Log]
OURS, STRANGERS = "7d1c9a52-0000-4000-8000-000000000001", "7d1c9a52-0000-4000-8000-000000000002"
LOOKS = f"access/triage/{OURS}"


def entry(subject: str, version: int, *, event_type: str = "case.rated.v1", **said: Any) -> bytes:
    attributes = {"type": event_type, "source": "triage", "subject": subject, "sequence": version, **said}
    return canonical_entry({"correlationid": OURS, **attributes}, b'{"rating":"amber"}')


def received(referral_id: str = OURS) -> bytes:
    return entry(f"referral/{referral_id}", 1, event_type="referral.received.v1", source="referral-intake")


def look(version: int, subject: str = LOOKS) -> bytes:
    return entry(subject, version, event_type="record.accessed.v1")


def check(log: Log, *owners: Owner) -> EntitledReport:
    return verify_entitled(log, Trusted(log.key), owners)


def page_of(log: Log) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(log.files["v1/entries/0"])
    return page


def put_page(log: Log, page: dict[str, Any]) -> None:
    log.files["v1/entries/0"] = json.dumps(page).encode()


def without_text(log: Log, index: int) -> None:
    """What the service shows of an entry whose text was destroyed."""
    page = page_of(log)
    (gone,) = [each for each in page["entries"] if each["leaf_index"] == index]
    page["entries"].remove(gone)
    event = json.loads(gone["entry"])
    page["destroyed"].append(
        {
            "leaf_index": index,
            "referral_id": event["correlationid"],
            "subject": event["subject"],
            "version": event["sequence"],
        }
    )
    put_page(log, page)


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


# -- what was destroyed --------------------------------------------------------------------------------------------

CERTIFICATE = entry(f"referral/{OURS}", 2, event_type="referral.disposed.v1", source="referral-intake")


def test_a_log_whose_entries_were_destroyed_under_a_certificate_still_verifies(resign: Resign) -> None:
    log = resign([received(), entry("case/1", 1), CERTIFICATE])
    for index in (0, 1):
        without_text(log, index)

    report = check(log)

    assert (report.opened, report.destroyed, report.aggregates) == (1, 2, 2)


def test_an_entry_that_lost_its_text_without_a_certificate_is_found(resign: Resign) -> None:
    log = resign([received(), entry("case/1", 1)])
    without_text(log, 1)

    with pytest.raises(VerificationError, match="Entry 1 lost its text, and no certificate of destruction covers it"):
        check(log)


def test_a_certificate_covers_its_own_referral_only(resign: Resign) -> None:
    other = canonical_entry(
        {"type": "case.rated.v1", "subject": "case/9", "sequence": 1, "correlationid": STRANGERS}, b"1"
    )
    log = resign([received(), other, CERTIFICATE])
    without_text(log, 1)

    with pytest.raises(VerificationError, match="Entry 1 lost its text"):
        check(log)


def test_a_destroyed_entry_still_counts_as_its_version(resign: Resign) -> None:
    log = resign([received(), entry("case/1", 1), entry("case/1", 2), CERTIFICATE])
    without_text(log, 1)
    page = page_of(log)
    page["destroyed"] = []
    put_page(log, page)

    with pytest.raises(VerificationError, match="Entry 2 is version 2 of case/1, where version 1 belongs"):
        check(log)


# -- the log before this one ---------------------------------------------------------------------------------------

FORMER = CheckpointSigner("frontdoor.example.org/former", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))


def continued(resign: Resign, bodies: Sequence[bytes], *, former: Sequence[bytes] | None = None) -> Log:
    """A log that goes on from one whose leaves were the entries themselves."""
    edge, grown = grow(Edge(), [leaf_hash(each) for each in (bodies if former is None else former)])
    note = FORMER.sign(edge.size, edge.root)
    first = canonical_entry(
        {"type": "log.continued.v1", "source": "audit", "subject": "log/audit", "sequence": 1},
        json.dumps({"checkpoint": note}).encode(),
    )
    log = resign([first, *bodies])
    shown = page_of(log)["entries"][0]
    log.files["predecessor"] = json.dumps({"salt": shown["salt"], "entry": shown["entry"]}).encode()
    for tile in grown:
        partial = "" if len(tile.hashes) == 8192 else f".p/{len(tile.hashes) // 32}"
        log.files[f"v1/former-log/tile/{tile.level}/{tile.index:03}{partial}"] = tile.hashes
    return log


def test_each_entry_stands_where_it_stood_in_the_former_log(resign: Resign) -> None:
    log = continued(resign, [entry("case/1", n) for n in range(1, 191)])

    report = check(log)

    assert str(report.public.former) == "frontdoor.example.org/former at 190"


def test_an_entry_that_was_changed_when_the_log_was_continued_is_found(resign: Resign) -> None:
    bodies = [entry("case/1", n) for n in range(1, 10)]
    changed = [*bodies[:4], bodies[4].replace(b"amber", b"green"), *bodies[5:]]

    with pytest.raises(VerificationError, match="Entry 5 is not what stood at place 4 of the former log"):
        check(continued(resign, changed, former=bodies))


def test_tiles_that_are_not_the_former_logs_are_found(resign: Resign) -> None:
    bodies = [entry("case/1", n) for n in range(1, 10)]
    log = continued(resign, bodies)
    page = page_of(log)
    page["entries"] = page["entries"][:4]  # the rest is another partnership's
    put_page(log, page)
    check(log)

    tile = log.files["v1/former-log/tile/0/000.p/9"]
    log.files["v1/former-log/tile/0/000.p/9"] = tile[:-1] + bytes([tile[-1] ^ 1])

    with pytest.raises(VerificationError, match="do not lead to the root"):
        check(log)


def test_a_service_cannot_hide_from_an_auditor_that_there_was_a_former_log(resign: Resign) -> None:
    bodies = [entry("case/1", n) for n in range(1, 10)]
    changed = [bodies[0].replace(b"amber", b"green"), *bodies[1:]]
    log = continued(resign, changed, former=bodies)
    del log.files["predecessor"]

    with pytest.raises(VerificationError, match="former log"):
        check(log)

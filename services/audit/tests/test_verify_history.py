"""What the entitled strength makes of the past: entries that were destroyed, and the log before this one."""

import json
from collections.abc import Sequence

import pytest
from audit_entries import OURS, STRANGERS, Resign, check, entry, page_of, put_page, received, without_text
from audit_logs import MemoryLog as Log
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import CheckpointSigner
from audit.entry import canonical_entry
from audit.merkle import VerificationError, leaf_hash
from audit.tree import Edge, grow
from audit.verify.owners import Owner

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


def test_what_the_log_says_of_itself_is_missed_by_no_service(resign: Resign) -> None:
    log = continued(resign, [entry("case/1", n) for n in range(1, 4)])

    assert check(log, Owner("audit", dict), Owner("triage", lambda: {"case/1": 3})).compared == ("audit", "triage")


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

"""A disclosure receipt proves itself, and any change to it is found: without the service, by the key alone."""

import copy
import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import CheckpointSigner
from audit.commitment import Opening, commit
from audit.merkle import Span, VerificationError, inclusion_spans, leaf_hash, root_of
from audit.receipt import FORMAT, verify_receipt

SIGNER = CheckpointSigner("frontdoor.example.org/audit", Ed25519PrivateKey.from_private_bytes(b"\x05" * 32))
REFERRAL, OTHER = "7d1c9a52-0000-4000-8000-000000000001", "7d1c9a52-0000-4000-8000-000000000002"
Said = dict[str, Any]


def event(subject: str, version: int, referral_id: str = REFERRAL) -> bytes:
    return json.dumps({"correlationid": referral_id, "subject": subject, "sequence": version}).encode()


ENTRIES = [
    event(f"referral/{REFERRAL}", 1),
    event(f"referral/{OTHER}", 1, OTHER),
    event("case/1", 1),
    event("case/1", 2),
    event("case/1", 3),
]
OPENINGS = [Opening(bytes([n]) * 32, entry) for n, entry in enumerate(ENTRIES)]
HASHES = [leaf_hash(commit(opening)) for opening in OPENINGS]


def receipt(*indexes: int) -> Said:
    """A receipt of these entries, as the service writes it."""

    def proven(index: int) -> Said:
        spans = [*inclusion_spans(index, len(HASHES))]
        return {
            "leaf_index": index,
            "salt": b64encode(OPENINGS[index].salt).decode(),
            "entry": OPENINGS[index].entry.decode(),
            "proof": [b64encode(hash_of(span)).decode() for span in spans],
        }

    return {
        "format": FORMAT,
        "referral_id": REFERRAL,
        "made_for": "agency",
        "made_at": "2026-03-02T09:00:00Z",
        "checkpoint": SIGNER.sign(len(HASHES), root_of(HASHES)),
        "entries": [proven(index) for index in indexes],
        "destroyed": 0,
    }


def hash_of(span: Span) -> bytes:
    return root_of(HASHES[span.start : span.end])


def check(said: object, signer: CheckpointSigner = SIGNER) -> Any:
    return verify_receipt(json.dumps(said).encode(), signer.verifier_key)


def test_a_receipt_proves_its_entries() -> None:
    report = check(receipt(0, 2, 3))

    assert (report.referral_id, report.origin, report.size) == (REFERRAL, "frontdoor.example.org/audit", 5)
    assert (report.entries, report.aggregates, report.partial_aggregates) == (3, 2, 0)


def test_versions_that_are_not_in_the_file_are_counted() -> None:
    assert check(receipt(0, 3, 4)).partial_aggregates == 1
    assert check(receipt(2, 4)).partial_aggregates == 1


def test_a_receipt_without_entries_proves_nothing_and_is_no_lie() -> None:
    assert check(receipt()).entries == 0


def change(*path: Any, to: Any) -> Callable[[Said], None]:
    def apply(said: Said) -> None:
        at: Any = said
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = to(at[path[-1]]) if callable(to) else to

    apply.__name__ = "/".join(map(str, path))
    return apply


FORGED = SIGNER.sign(4, root_of(HASHES[:4]))
CHANGES = (
    change("format", to="frontdoor-disclosure-receipt/2"),
    change("referral_id", to=OTHER),
    change("referral_id", to="x"),
    change("referral_id", to=None),
    change("made_for", to=7),
    change("destroyed", to="none"),
    change("destroyed", to=True),
    change("checkpoint", to=FORGED),
    change("checkpoint", to=lambda note: note.replace("\n5\n", "\n6\n")),
    change("checkpoint", to=""),
    change("checkpoint", to=None),
    change("entries", to=None),
    change("entries", to=[7]),
    change("entries", to=lambda entries: entries[::-1]),
    change("entries", to=lambda entries: [*entries, entries[-1]]),
    change("entries", 1, "leaf_index", to=3),
    change("entries", 1, "leaf_index", to=-1),
    change("entries", 1, "leaf_index", to=5),
    change("entries", 1, "leaf_index", to=True),
    change("entries", 1, "salt", to=b64encode(bytes(32)).decode()),
    change("entries", 1, "salt", to=b64encode(bytes(31)).decode()),
    change("entries", 1, "salt", to="*"),
    change("entries", 1, "salt", to=None),
    change("entries", 1, "entry", to=lambda entry: entry + " "),
    change("entries", 1, "entry", to=7),
    change("entries", 1, "proof", to=lambda proof: proof[:-1]),
    change("entries", 1, "proof", to=lambda proof: [*proof, proof[0]]),
    change("entries", 1, "proof", to=lambda proof: proof[::-1]),
    change("entries", 1, "proof", to=None),
    change("entries", 1, "proof", to=[7]),
)


@pytest.mark.parametrize("changed", CHANGES, ids=lambda changed: changed.__name__)
def test_whatever_is_changed_is_found(changed: Callable[[Said], None]) -> None:
    said = copy.deepcopy(receipt(0, 2))
    changed(said)

    with pytest.raises(VerificationError):
        check(said)


def test_an_entry_of_another_referral_does_not_slip_in() -> None:
    with pytest.raises(VerificationError, match="Entry 1 is not of the referral"):
        check(receipt(0, 1))


@pytest.mark.parametrize("file", [b"", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_a_file_that_is_no_receipt_is_refused(file: bytes) -> None:
    with pytest.raises(VerificationError):
        verify_receipt(file, SIGNER.verifier_key)


def test_a_receipt_of_a_forger_is_found_by_the_key() -> None:
    forger = CheckpointSigner(SIGNER.origin, Ed25519PrivateKey.generate())

    with pytest.raises(VerificationError, match="not signed by the key"):
        check(receipt(0), forger)

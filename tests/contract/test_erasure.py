"""Destroying a document, or what the log says of it, takes nothing from the log: it still verifies."""

import json
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import CheckpointSigner, VerifierKey
from audit.commitment import Opening, commit
from audit.entry import canonical_entry
from audit.merkle import leaf_hash
from audit.sources import Missing
from audit.tiles import encode_bundle, level_count, names_at
from audit.tree import Edge, grow
from audit.verify.entitled import verify_entitled
from audit.verify.public import Trusted
from contracts.events import EVENTS

EXAMPLES = Path(__file__).parent / "examples"
REFERRAL_ID = "7d1c9a52-3b1e-4c55-9a54-000000000024"
SALT, DOCUMENT = bytes(32), b'{"children":[{"last_name":"Testerley"}]}'
COMMITMENT = sha256(SALT + DOCUMENT).hexdigest()
LIFE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("referral.received.v1", {"content_commitment": COMMITMENT}),
    ("referral.held.v1", {}),
    ("referral.released.v1", {}),
    ("referral.reviewed.v1", {"decision": "destroy", "keep_until": None}),
    ("referral.disposed.v1", {"commitments": [COMMITMENT]}),
)


@dataclass
class Copy:
    """A public copy of a small log."""

    files: dict[str, bytes]

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise Missing(path)
        return self.files[path]

    def close(self) -> None:
        """Nothing is open."""


def entry(event_type: str, changes: dict[str, Any], version: int) -> bytes:
    said = {**json.loads((EXAMPLES / f"{event_type}.json").read_text("utf-8")), "referral_id": REFERRAL_ID, **changes}
    event = EVENTS[event_type].read(json.dumps(said).encode())
    attributes: dict[str, str | int] = {
        "id": f"7d1c9a52-3b1e-4c55-9a54-{version:012}",
        "type": event_type,
        "subject": event.subject,
        "sequence": version,
        "correlationid": REFERRAL_ID,
    }
    return canonical_entry(attributes, event.to_json())


def log_of(entries: list[bytes]) -> tuple[Copy, VerifierKey]:
    """A log of entries, each with the salt that its place gives it."""
    signer = CheckpointSigner("frontdoor.example.org/audit", Ed25519PrivateKey.generate())
    leaves = [commit(Opening(bytes([nth]) * 32, body)) for nth, body in enumerate(entries)]
    edge, _ = grow(Edge(), [leaf_hash(leaf) for leaf in leaves])
    [bundle] = names_at(None, len(entries))
    files = {bundle.path: encode_bundle(leaves), "checkpoint": signer.sign(edge.size, edge.root).encode()}
    for level in range(level_count(edge.size)):
        files |= {name.path: b"".join(edge.rows[level]) for name in names_at(level, edge.size)}
    return Copy(files), VerifierKey.parse(str(signer.verifier_key))


def put_page(copy: Copy, entries: list[bytes], *, destroyed: tuple[int, ...] = ()) -> None:
    """What an auditor is shown: entries with their salts, and the places of those that were destroyed."""
    shown = [
        {"leaf_index": nth, "salt": b64encode(bytes([nth]) * 32).decode(), "entry": body.decode()}
        for nth, body in enumerate(entries)
        if nth not in destroyed
    ]
    gone = [
        {"leaf_index": nth, "referral_id": REFERRAL_ID, "subject": f"referral/{REFERRAL_ID}", "version": nth + 1}
        for nth in destroyed
    ]
    page = {"first": 0, "next": None, "entries": shown, "destroyed": gone}
    copy.files |= {"v1/entries/0": json.dumps(page).encode()}


def life() -> list[bytes]:
    return [entry(event_type, changes, nth) for nth, (event_type, changes) in enumerate(LIFE, 1)]


def test_a_referrals_life_to_its_certificate_verifies_as_any_other() -> None:
    copy, key = log_of(life())
    put_page(copy, life())

    report = verify_entitled(copy, Trusted(key))

    assert (report.public.size, report.opened, report.aggregates) == (5, 5, 1)


def test_once_its_entries_are_destroyed_too_the_certificate_stands_and_the_log_still_verifies() -> None:
    copy, key = log_of(life())
    put_page(copy, life(), destroyed=(0, 1, 2, 3))

    report = verify_entitled(copy, Trusted(key))

    assert (report.opened, report.destroyed, report.aggregates) == (1, 4, 1)


def test_the_log_never_held_what_was_destroyed_and_names_it_to_anyone_who_kept_a_copy() -> None:
    entries = life()

    received, *_, disposed = (json.loads(body)["data"] for body in entries)

    assert not any(b"Testerley" in body or SALT.hex().encode() in body for body in entries)
    assert disposed["commitments"] == [received["content_commitment"]] == [sha256(SALT + DOCUMENT).hexdigest()]

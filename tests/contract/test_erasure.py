"""Destroying a document takes nothing from the log: it still verifies, and still names the commitment."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import CheckpointSigner, VerifierKey
from audit.entry import canonical_entry
from audit.merkle import leaf_hash
from audit.tiles import encode_bundle, level_count, names_at
from audit.tree import Edge, grow
from audit.verify import verify_log
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
    }
    return canonical_entry(attributes, event.to_json())


def log_of(entries: list[bytes]) -> tuple[Copy, VerifierKey]:
    signer = CheckpointSigner("frontdoor.example.org/audit", Ed25519PrivateKey.generate())
    edge, _ = grow(Edge(), [leaf_hash(body) for body in entries])
    [bundle] = names_at(None, len(entries))
    files = {bundle.path: encode_bundle(entries), "checkpoint": signer.sign(edge.size, edge.root).encode()}
    for level in range(level_count(edge.size)):
        files |= {name.path: b"".join(edge.rows[level]) for name in names_at(level, edge.size)}
    return Copy(files), VerifierKey.parse(str(signer.verifier_key))


def test_a_referrals_life_to_its_certificate_verifies_as_any_other() -> None:
    copy, key = log_of([entry(event_type, changes, nth) for nth, (event_type, changes) in enumerate(LIFE, 1)])

    report = verify_log(copy, key)

    assert (report.size, report.aggregates) == (5, 1)


def test_the_log_never_held_what_was_destroyed_and_names_it_to_whoever_kept_a_copy() -> None:
    entries = [entry(event_type, changes, nth) for nth, (event_type, changes) in enumerate(LIFE, 1)]

    received, *_, disposed = (json.loads(body)["data"] for body in entries)

    assert not any(b"Testerley" in body or SALT.hex().encode() in body for body in entries)
    assert disposed["commitments"] == [received["content_commitment"]] == [sha256(SALT + DOCUMENT).hexdigest()]

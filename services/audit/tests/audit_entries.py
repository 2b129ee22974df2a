"""Entries for tests of the entitled strength, and what a service shows of them."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from audit_logs import MemoryLog

from audit.entry import canonical_entry
from audit.verify.entitled import EntitledReport, verify_entitled
from audit.verify.owners import Owner
from audit.verify.public import Trusted

Resign = Callable[[Sequence[bytes]], MemoryLog]
OURS, STRANGERS = "7d1c9a52-0000-4000-8000-000000000001", "7d1c9a52-0000-4000-8000-000000000002"
LOOKS = f"access/triage/{OURS}"


def entry(subject: str, version: int, *, event_type: str = "case.rated.v1", **said: Any) -> bytes:
    attributes = {"type": event_type, "source": "triage", "subject": subject, "sequence": version, **said}
    return canonical_entry({"correlationid": OURS, **attributes}, b'{"rating":"amber"}')


def received(referral_id: str = OURS) -> bytes:
    return entry(f"referral/{referral_id}", 1, event_type="referral.received.v1", source="referral-intake")


def look(version: int, subject: str = LOOKS) -> bytes:
    return entry(subject, version, event_type="record.accessed.v1")


def check(log: MemoryLog, *owners: Owner) -> EntitledReport:
    return verify_entitled(log, Trusted(log.key), owners)


def page_of(log: MemoryLog) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(log.files["v1/entries/0"])
    return page


def put_page(log: MemoryLog, page: dict[str, Any]) -> None:
    log.files["v1/entries/0"] = json.dumps(page).encode()


def without_text(log: MemoryLog, index: int) -> None:
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

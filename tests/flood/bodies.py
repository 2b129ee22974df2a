"""Bodies of about a mebibyte, each as costly as a body can be: to keep, to read, to judge."""

import json
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final

from referral_intake.fhir.example import EXAMPLE as MESSAGE

MEBIBYTE: Final = 2**20
NARRATIVE: Final = 19_900
"""Characters; as long as one text of the form may be."""
MOST_ENTRIES: Final = 490
_NUMBERS: Final = count()


def referral(*, size: int = 0, text: str = "a") -> bytes:
    """An emergency of at least ``size`` bytes that is accepted. Each is about another child."""
    document: dict[str, Any] = {
        "immediate_danger": True,
        "referrer": {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"},
        "children": [
            {"first_name": "Rowan", "last_name": f"Testerley-{next(_NUMBERS)}", "date_of_birth": "2017-05-04"}
        ],
        "concern": {"types": ["neglect"], "facts": "Rowan is alone and the door is locked."},
    }
    each = (text * NARRATIVE)[:NARRATIVE]
    incidents = size // (len(each.encode()) + 12)
    document["concern"]["incidents"] = [{"what": each}] * incidents
    return json.dumps(document, ensure_ascii=False).encode()


def message(*, size: int = 0) -> bytes:
    """The same through the FHIR door, where a message of many entries is long in being read."""
    number = next(_NUMBERS)
    bundle = json.loads(json.dumps(MESSAGE).replace("6b8e4a52", f"{number:08x}"))
    bundle["entry"][1]["resource"]["priority"] = "stat"
    seen = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://example.org/seen", "code": "seen"}], "text": "b" * 2_000},
        "note": [{"text": f"{place} {'c' * 50}"} for place in range(20)],
    }
    each = len(json.dumps(seen)) + 80
    for place in range(min(size // each, MOST_ENTRIES)):
        bundle["entry"].append({"fullUrl": f"urn:uuid:00000000-0000-4000-8000-{place:012}", "resource": seen})
    return json.dumps(bundle).encode()


def supplement() -> bytes:
    """News of immediate danger, as long as news may be."""
    document = {
        "kind": "new-information",
        "immediate_danger": True,
        "words": "c" * NARRATIVE,
        "referrer": {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"},
    }
    return json.dumps(document).encode()


def _dense(item: bytes) -> bytes:
    filling = (MEBIBYTE - 100) // len(item)
    return b'{"immediate_danger":true,"children":[' + item * filling + b"1]}"


def _many_keys() -> bytes:
    keys = b",".join(b'"%x":1' % number for number in range(100_000))
    return b'{"immediate_danger":true,' + keys + b"}"


COSTLY: Final[Mapping[str, Callable[[], bytes]]] = {
    "long": lambda: referral(size=MEBIBYTE - 30_000),
    "wide": lambda: referral(size=MEBIBYTE - 60_000, text="a😀"),
    "objects": lambda: _dense(b"{},"),
    "lists": lambda: _dense(b"[],"),
    "keys": _many_keys,
}
"""What a system in a loop may send to ``POST /v1/referrals``; the last three are no referrals."""

"""The examples that the API document shows to partners' developers. All of it is invented."""

from typing import Any, Final

_URL: Final = "https://notify.example.org/v1/notices/f1e66060-92d7-4073-9e01-50a00d8cc015"

Shown = dict[str, Any]

ITEM: Final[Shown] = {
    "notice_id": "f1e66060-92d7-4073-9e01-50a00d8cc015",
    "kind": "question-asked",
    "title": "The front door team asks about your referral",
    "agency": "ashcroft-primary",
    "reference": "WAN-7K3M-Q9TR",
    "urgent": True,
    "roles": [],
    "queued_at": "2026-11-23T10:15:00Z",
    "open_by": "2026-11-23T14:15:00Z",
    "opened_at": None,
    "acknowledged_at": None,
    "escalated_at": None,
    "escalated_to": None,
    "due_at": "2026-11-23T16:15:00Z",
    "step": None,
    "escalates": None,
    "done_at": None,
    "superseded_by": None,
    "links": {"self": _URL, "acknowledgement": f"{_URL}/acknowledgement"},
}
INBOX: Final[Shown] = {"notices": [ITEM], "next": None}
NOTICE: Final[Shown] = {
    **ITEM,
    "opened_at": "2026-11-23T10:20:00Z",
    "referral_id": "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a77",
    "about_id": "7d1c9a52-3b1e-4c55-9a54-000000000041",
    "about_url": "https://triage.example.org/v1/questions/7d1c9a52-3b1e-4c55-9a54-000000000041",
    "text": "Read the question, and answer it by adding to your referral.",
    "late": None,
}
KEYS: Final[Shown] = {"keys": ["whpk_MCowBQYDK2VwAyEAinventedinventedinventedinven="]}

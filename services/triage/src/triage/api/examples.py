"""The examples that the API document shows to partners' developers. All of it is invented."""

from typing import Any, Final

_REQUEST_ID: Final = "3c7a5d10-0000-4000-8000-000000000051"
_QUESTION_ID: Final = "7d1c9a52-3b1e-4c55-9a54-000000000041"
_REFERRAL_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a77"
_REFERENCE: Final = "WAN-7K3M-Q9TR"
_ASKED: Final = {"requested_at": "2026-11-23T10:05:00Z", "due_at": "2026-11-23T14:05:00Z"}
_ASKED_SENDER: Final = {"asked_at": "2026-11-23T10:15:00Z", "due_at": "2026-11-24T10:15:00Z"}

Shown = dict[str, Any]

LISTED_REQUESTS: Final[Shown] = {
    "requests": [
        {"request_id": _REQUEST_ID, "reference": _REFERENCE, **_ASKED, "answered_at": None}
        | {"withdrawn_at": None, "overdue": False},
    ],
    "next": None,
}
REQUEST: Final[Shown] = {
    "request_id": _REQUEST_ID,
    "reference": _REFERENCE,
    "agency": "wandsworth-health-visiting",
    "state": "opened",
    "overdue": False,
    "lawful_basis": "children-act-2004-s11",
    "lawful_basis_label": "Children Act 2004 section 11",
    "question": "What do you know of this child and family in the last twelve months?",
    "child_ids": ["5f0c6d0e-9d64-4f0e-8a55-1d1f3f0b7c12"],
    **_ASKED,
    "answered_at": None,
    "answered_by": None,
    "answer": None,
    "content": None,
    "refusal_ground": None,
    "refusal_reason": None,
    "revision": None,
    "statements": [],
}
ANSWERS: Final[list[Shown]] = [
    {"answer": "supplied", "content": "Two appointments were missed in October."},
    {"answer": "nothing-held"},
    {
        "answer": "refused",
        "refusal_ground": "live-investigation",
        "refusal_reason": "An officer is speaking to a witness this week.",
    },
]
ANSWERED: Final[Shown] = {
    "request_id": _REQUEST_ID,
    "revision": 1,
    "answer": "supplied",
    "answered_at": "2026-11-23T11:40:00Z",
}
CORRECTION: Final[Shown] = {
    "revision": 1,
    "answer": "supplied",
    "content": "One appointment was missed in October; the other was moved by the clinic.",
    "reason": "We had counted a moved appointment as missed.",
}
CORRECTED: Final[Shown] = {
    "request_id": _REQUEST_ID,
    "revision": 2,
    "answer": "supplied",
    "corrected_at": "2026-11-24T09:10:00Z",
}
WITHDRAWAL: Final[Shown] = {
    "revision": 2,
    "reason": "The record belongs to another family with the same name.",
}
WITHDRAWN: Final[Shown] = {"request_id": _REQUEST_ID, "revision": 3, "withdrawn_at": "2026-11-24T15:30:00Z"}
RETURN: Final[Shown] = {
    "reason": "information-missing",
    "note": "Please say whether the younger child is at the same address, then offer it again.",
}
RETURNED: Final[Shown] = {
    "handover_id": "3c7a5d10-0000-4000-8000-000000000060",
    "returned_at": "2026-11-24T09:10:00Z",
}
OPEN_QUESTIONS: Final[Shown] = {
    "questions": [
        {
            "question_id": _QUESTION_ID,
            "referral_id": _REFERRAL_ID,
            "reference": _REFERENCE,
            **_ASKED_SENDER,
            "overdue": False,
        }
    ],
    "next": None,
}
QUESTION: Final[Shown] = {
    "question_id": _QUESTION_ID,
    "referral_id": _REFERRAL_ID,
    "reference": _REFERENCE,
    "agency": "ashcroft-primary",
    "state": "opened",
    "overdue": False,
    "question": "Who collects Rowan from school?",
    **_ASKED_SENDER,
    "answered_at": None,
    "supplement_id": None,
}

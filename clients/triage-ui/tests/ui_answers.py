"""What services answer in the tests: whole answers, which the contract test holds against the API documents."""

from typing import Any, Final

Json = dict[str, Any]

CASE_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a01"
REFERRAL_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a02"
CHILD_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a03"
REQUEST_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a04"
RECOMMENDATION_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a05"
HANDOVER_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a06"
QUESTION_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a08"
NOTICE_ID: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a07"
WORKER: Final = "7d1c9a52-0000-4000-8000-000000000001"
MANAGER: Final = "7d1c9a52-0000-4000-8000-000000000002"
REFERENCE: Final = "WAN-7K3M-Q9TR"
AT: Final = "2026-11-27T09:30:00Z"
DUE: Final = "2026-11-30T17:00:00Z"
FACTS: Final = "Rowan came to school with a bruise. <script>alert(1)</script>"


def recommendation(**changed: Any) -> Json:
    """What the worker recommended for the child."""
    return {
        "recommendation_id": RECOMMENDATION_ID,
        "child_id": CHILD_ID,
        "outcome": "strategy-discussion",
        "level": "4",
        "rationale": "The facts point to significant harm.",
        "recommended_by": WORKER,
        "recommended_at": AT,
        "supersedes": None,
        "supersedes_reason": None,
        "settled": None,
        "settled_by": None,
        "settled_at": None,
        "settled_rationale": None,
    } | changed


def asked(**changed: Any) -> Json:
    """An agency that was asked and has not answered."""
    return {
        "request_id": REQUEST_ID,
        "agency": "metropolitan-police",
        "state": "delivered",
        "overdue": True,
        "lawful_basis": "children-act-2004-s11",
        "child_ids": [CHILD_ID],
        "requested_by": WORKER,
        "requested_at": AT,
        "due_at": AT,
        "delivered_at": AT,
        "opened_at": None,
        "answered_at": None,
        "answer": None,
        "refusal_ground": None,
        "statements": [],
    } | changed


def case(**changed: Any) -> Json:
    """A case that is rated, with one child and one agency that was asked."""
    rated = {
        "rating": "amber",
        "previous_rating": None,
        "rationale": "A first look.",
        "rated_by": WORKER,
        "rated_at": AT,
        "decision_due_at": DUE,
    }
    clock = {
        "clock_id": CASE_ID,
        "name": "decision",
        "about_id": CASE_ID,
        "started_at": AT,
        "due_at": DUE,
        "stopped_at": None,
        "seconds_left": 7500,
        "late": False,
    }
    child = {
        "child_id": CHILD_ID,
        "unborn": False,
        "plans": None,
        "decided": False,
        "deciding_again": False,
        "decision_stale": False,
    }
    return {
        "case_id": CASE_ID,
        "referral_id": REFERRAL_ID,
        "version": 3,
        "reference": REFERENCE,
        "agency": "ashcroft-primary",
        "partnership": "wandsworth",
        "state": "rated",
        "document_url": f"http://intake.test/v1/referrals/{REFERRAL_ID}/document",
        "policy_version": "wandsworth-0123456789ab",
        "received_at": AT,
        "opened_at": AT,
        "closed_at": None,
        "closed_reason": None,
        "reopened_at": None,
        "rating": "amber",
        "suggested_rating": "red",
        "suggestion_reasons": [{"code": "concern-type", "label": "The kind of concern"}],
        "decision_due_at": DUE,
        "seconds_left": 7500,
        "overdue": False,
        "immediate_danger": False,
        "concern_types": ["physical-abuse"],
        "missing_information": [{"code": "safe-contact", "label": "How to reach the family unseen by the abuser"}],
        "previous_referral_id": None,
        "children": [child],
        "news": [],
        "questions": [],
        "ratings": [rated],
        "requests": [asked()],
        "recommendations": [],
        "decisions": [],
        "handovers": [],
        "clocks": [clock],
        "waits_for": {"code": "recommendation", "label": "A recommendation for a child"},
        "worker": None,
        "team": None,
        "assigned_at": None,
        "assigned_by": None,
        "last_looked_at": None,
        "last_looked_version": None,
        "acts": [
            act("rate"),
            act("close", offered=False, words="Every child needs a decision", roles=["mash-manager"]),
        ],
    } | changed


def act(name: str, **changed: Any) -> Json:
    """An act that is offered, unless it is changed."""
    offered: Json = {"offered": True, "reason": None, "words": None, "roles": [], "sign_in_again": False}
    return {"act": name, "about": None, **offered} | changed


def queue_page(*lines: Json, **changed: Any) -> Json:
    """A page of the queue, with a count for each filter."""
    counts = {
        "rating": [{"value": "red", "label": "Red", "count": 3}, {"value": "blue", "label": "Blue", "count": 0}],
        "waits_for": [{"value": "rating", "label": "A rating", "count": 1}],
        "assigned": [{"value": "me", "label": "Me", "count": 2}],
        "due": [{"value": "overdue", "label": "Late", "count": 1}],
        "news": [{"value": "unseen", "label": "News that nobody has seen", "count": 1}],
    }
    place = {"next": None, "previous": None}
    return {
        "cases": list(lines),
        "as_at": AT,
        "total": len(lines),
        "counts": counts,
        "counted": None,
        **place,
    } | changed


def worker(**changed: Any) -> Json:
    """A colleague."""
    return {
        "worker": MANAGER,
        "team": "wandsworth-mash",
        "roles": ["mash-manager"],
        "open_cases": 4,
        "is_me": False,
        "last_seen_at": AT,
    } | changed


def document(**changed: Any) -> Json:
    """The referral, with everything that must be said first."""
    return {
        "referral_id": REFERRAL_ID,
        "reference": REFERENCE,
        "partnership": "wandsworth",
        "agency": "ashcroft-primary",
        "received_at": AT,
        "edition": 1,
        "history": [{"edition": 1, "kind": "received", "at": AT, "agency": "ashcroft-primary"}],
        "immediate_danger": True,
        "immediate_safety": {"details": "He is at the door.", "called_999": True},
        "children": [
            {
                "child_id": CHILD_ID,
                "first_name": "Rowan",
                "last_name": "Testerley",
                "date_of_birth": "2017-05-04",
                "sex": "F",
                "phone": "020 7946 0142",
                "safe_to_contact": False,
                "contact_advice": "Only through the school.",
                "addresses": [
                    {
                        "lines": ["12 Made-up Street"],
                        "postcode": "ZZ99 1AA",
                        "kind": "home",
                        "do_not_contact": True,
                        "do_not_contact_reason": "He reads the post.",
                    }
                ],
            }
        ],
        "concern": {"types": ["physical-abuse"], "facts": FACTS, "domestic_abuse": {"safe_contact": "Text first."}},
        "risks_to_staff": [{"reason": "A dog", "advice": "Two people visit."}],
    } | changed


def queue_line(**changed: Any) -> Json:
    """One case in the queue."""
    return {
        "case_id": CASE_ID,
        "reference": REFERENCE,
        "agency": "ashcroft-primary",
        "state": "rated",
        "waits_for": {"code": "recommendation", "label": "A recommendation for a child"},
        "rating": "red",
        "suggested_rating": "red",
        "suggestion_reasons": [],
        "received_at": AT,
        "decision_due_at": DUE,
        "due_at": DUE,
        "seconds_left": -3700,
        "working_seconds_left": 0,
        "overdue": True,
        "closed_at": None,
        "children": 2,
        "children_undecided": 2,
        "children_deciding_again": 0,
        "children_stale": 0,
        "requests_made": 2,
        "requests_outstanding": 1,
        "agencies_unanswered": ["metropolitan-police"],
        "questions_outstanding": 0,
        "handovers_outstanding": 0,
        "immediate_danger": True,
        "unseen_news": [{"code": "new-information", "label": "The sender added information"}],
        "unseen_danger": False,
        "news_at": AT,
        "reopened_at": None,
        "worker": None,
        "team": None,
        "assigned_at": None,
        "is_mine": False,
        "last_looked_at": AT,
        "changed_since_look": True,
        "news_since_look": [{"code": "new-information", "label": "The sender added information"}],
        "version": 3,
    } | changed


def request_view(**changed: Any) -> Json:
    """What an agency was asked."""
    return {
        "request_id": REQUEST_ID,
        "reference": REFERENCE,
        "agency": "metropolitan-police",
        "state": "opened",
        "overdue": False,
        "lawful_basis": "children-act-2004-s11",
        "lawful_basis_label": "Children Act 2004 section 11",
        "question": "What do you know of Rowan Testerley?",
        "child_ids": [CHILD_ID],
        "requested_at": AT,
        "due_at": DUE,
        "answered_at": None,
        "answered_by": None,
        "answer": None,
        "content": None,
        "refusal_ground": None,
        "refusal_reason": None,
        "revision": None,
        "statements": [],
    } | changed

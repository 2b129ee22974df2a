"""What services answer to the agency that refers: its receipt, how far its referral has come, and what it is asked."""

from typing import Any

from ui_answers import AT, CHILD_ID, DUE, QUESTION_ID, REFERENCE, REFERRAL_ID, Json


def receipt(**changed: Any) -> Json:
    """What a sender is told at once."""
    return {
        "referral_id": REFERRAL_ID,
        "reference": REFERENCE,
        "status": "received",
        "received_at": AT,
        "decision_expected_by": DUE,
        "what_happens_next": "The front door team reads every referral.",
        "advice": [{"code": "report-missing", "text": "If a child is missing now, report it to the police first."}],
        "missing_information": [{"item": "nhs-number", "label": "NHS number", "pointers": ["/children/0/nhs_number"]}],
        "links": {"self": f"/v1/referrals/{REFERRAL_ID}"},
    } | changed


def own_referral(**changed: Any) -> Json:
    """How far one's own referral has come, with a question that waits."""
    path = f"/v1/referrals/{REFERRAL_ID}"
    links = {
        "self": path,
        "receipt": f"{path}/receipt",
        "supplements": f"{path}/supplements",
        "withdrawal": f"{path}/withdrawal",
    }
    question = {
        "question_id": QUESTION_ID,
        "asked_at": AT,
        "due_at": DUE,
        "answered_at": None,
        "late": False,
        "links": {"question": f"https://triage.example.org/v1/questions/{QUESTION_ID}", "answer": links["supplements"]},
    }
    return {
        "referral_id": REFERRAL_ID,
        "reference": REFERENCE,
        "status": "needs-answer",
        "status_text": "We need something from you.",
        "received_at": AT,
        "decision_expected_by": DUE,
        "late": False,
        "looked_at": AT,
        "decided_at": None,
        "closed_at": None,
        "edition": 1,
        "open_questions": 1,
        "withdrawn_at": None,
        "previous_referral_id": None,
        "content_destroyed_at": None,
        "links": links,
        "children": [{"child_id": CHILD_ID, "number": 1, "decided_at": None, "feedback": None}],
        "missing_information": [{"item": "nhs-number", "label": "NHS number", "pointers": ["/children/0/nhs_number"]}],
        "questions": [question],
        "supplements": [],
        "withdrawal": None,
        "clocks": [{"started_at": AT, "decision_expected_by": DUE, "settled_at": None, "late": False}],
        "steps": [{"step": "opened", "at": AT}],
    } | changed


def own_line(**changed: Any) -> Json:
    """The same in the list."""
    whole = own_referral()
    rest = ("children", "missing_information", "questions", "supplements", "withdrawal", "clocks", "steps")
    return {name: value for name, value in whole.items() if name not in rest} | changed


def question(**changed: Any) -> Json:
    """What the front door team asks, in words."""
    return {
        "question_id": QUESTION_ID,
        "referral_id": REFERRAL_ID,
        "reference": REFERENCE,
        "agency": "ashcroft-primary",
        "state": "opened",
        "overdue": False,
        "question": "Who collects Rowan? <i>Every</i> day?",
        "asked_at": AT,
        "due_at": DUE,
        "answered_at": None,
        "supplement_id": None,
    } | changed


def open_question(**changed: Any) -> Json:
    """The same in the list of those that wait."""
    names = ("question_id", "referral_id", "reference", "asked_at", "due_at", "overdue")
    return {name: question()[name] for name in names} | changed

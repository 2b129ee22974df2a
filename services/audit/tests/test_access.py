"""Who may see what of the log, role by role: a table, and nothing by default."""

import pytest

from audit.access import Asker, to_audit, to_follow, to_receive
from audit.disclosure import Party
from contracts.codes import DenialReason, Purpose

OURS, THEIRS = "wandsworth", "warwickshire"


def asker(*roles: str) -> Asker:
    return Asker(frozenset(roles), "ashcroft-primary", OURS)


@pytest.mark.parametrize(
    ("role", "purpose", "home", "reason"),
    [
        ("auditor", Purpose.AUDIT, OURS, None),
        ("caldicott-guardian", Purpose.AUDIT, OURS, None),
        ("auditor", Purpose.AUDIT, THEIRS, DenialReason.PARTNERSHIP),
        ("auditor", Purpose.AUDIT, None, DenialReason.NOT_FOUND),
        ("auditor", Purpose.TRIAGE, OURS, DenialReason.PURPOSE),
        ("auditor", None, OURS, DenialReason.PURPOSE),
        *(
            (role, Purpose.AUDIT, OURS, DenialReason.ROLE)
            for role in ("partner", "operator", "service", "mash-manager")
        ),
        ("data-protection-officer", Purpose.AUDIT, OURS, DenialReason.ROLE),
    ],
)
def test_entries_open_to_auditors_of_their_partnership(
    role: str, purpose: Purpose | None, home: str | None, reason: DenialReason | None
) -> None:
    assert to_audit(asker(role), purpose, home=home) == reason


@pytest.mark.parametrize(
    ("role", "home", "reason"),
    [
        ("operator", OURS, None),
        ("operator", THEIRS, None),
        ("auditor", OURS, None),
        ("caldicott-guardian", OURS, None),
        ("auditor", THEIRS, DenialReason.PARTNERSHIP),
        ("partner", OURS, DenialReason.ROLE),
        ("social-worker", OURS, DenialReason.ROLE),
        ("service", OURS, DenialReason.ROLE),
    ],
)
def test_a_journey_is_followed_by_operators_and_auditors(role: str, home: str, reason: DenialReason | None) -> None:
    assert to_follow(asker(role), home=home) == reason


@pytest.mark.parametrize(
    ("role", "made_for", "purpose", "answer"),
    [
        ("partner", None, None, Party.AGENCY),
        ("agency-representative", None, Purpose.OWN_REFERRAL, Party.AGENCY),
        ("macpt-member", None, None, Party.AGENCY),
        ("early-help-lead", None, None, Party.AGENCY),
        ("partner", Party.COURT, Purpose.DISCLOSURE, DenialReason.ROLE),
        ("auditor", None, Purpose.AUDIT, Party.AUDIT),
        ("auditor", None, None, DenialReason.PURPOSE),
        ("auditor", Party.COURT, Purpose.DISCLOSURE, DenialReason.ROLE),
        ("caldicott-guardian", None, Purpose.AUDIT, Party.AUDIT),
        ("caldicott-guardian", Party.PERSON, Purpose.DISCLOSURE, Party.PERSON),
        ("data-protection-officer", Party.PERSON, Purpose.DISCLOSURE, Party.PERSON),
        ("data-protection-officer", Party.COURT, Purpose.DISCLOSURE, Party.COURT),
        ("data-protection-officer", Party.COURT, Purpose.AUDIT, DenialReason.PURPOSE),
        ("data-protection-officer", None, Purpose.DISCLOSURE, DenialReason.ROLE),
        *((role, None, Purpose.AUDIT, DenialReason.ROLE) for role in ("operator", "service", "social-worker")),
        *((role, Party.COURT, Purpose.DISCLOSURE, DenialReason.ROLE) for role in ("operator", "mash-manager")),
    ],
)
def test_a_receipt_is_for_a_party_and_for_those_who_answer_persons_and_courts(
    role: str, made_for: Party | None, purpose: Purpose | None, answer: Party | DenialReason
) -> None:
    assert to_receive(asker(role), made_for, purpose=purpose, home=OURS) == answer


@pytest.mark.parametrize("role", ["partner", "auditor", "data-protection-officer"])
@pytest.mark.parametrize(("home", "reason"), [(THEIRS, DenialReason.PARTNERSHIP), (None, DenialReason.NOT_FOUND)])
def test_no_receipt_leaves_the_partnership(role: str, home: str | None, reason: DenialReason) -> None:
    made_for = Party.COURT if role == "data-protection-officer" else None
    purpose = Purpose.DISCLOSURE if made_for else Purpose.AUDIT

    assert to_receive(asker(role), made_for, purpose=purpose, home=home) == reason

"""The rules: who may follow a referral, who may read its document, and what the others are told."""

import pytest
from intake_examples import NOW, REFERRAL_ID, TERMS

from contracts.codes import DenialReason, Purpose
from referral_intake import decide
from referral_intake.errors import DocumentRefused, NoSuchReferral
from referral_intake.model import Asker, Milestones, Referral

REFERRAL = Referral(
    referral_id=REFERRAL_ID,
    reference="WAN-000000001",
    partnership="wandsworth",
    agency="ashcroft-primary",
    received_at=NOW,
    decision_expected_by=TERMS.decision_expected_by,
    immediate_danger=False,
    milestones=Milestones(None, None, None),
)


def asker(role: str, *, partnership: str = "wandsworth", agency: str = "ashcroft-primary") -> Asker:
    return Asker(partnership, agency, frozenset({role}))


@pytest.mark.parametrize("role", ["partner", "agency-representative"])
def test_an_agency_follows_its_own_referral(role: str) -> None:
    assert decide.read_status(REFERRAL, asker(role)) is REFERRAL


@pytest.mark.parametrize(
    ("referral", "who", "reason"),
    [
        (REFERRAL, asker("partner", agency="metropolitan-police"), DenialReason.RELATIONSHIP),
        (REFERRAL, asker("partner", partnership="warwickshire"), DenialReason.PARTNERSHIP),
        (REFERRAL, asker("social-worker"), DenialReason.ROLE),
        (REFERRAL, asker("service"), DenialReason.ROLE),
        (None, asker("partner"), DenialReason.NOT_FOUND),
    ],
)
def test_nobody_else_follows_it(referral: Referral | None, who: Asker, reason: DenialReason) -> None:
    assert decide.read_status(referral, who) is reason


MAY_READ = {
    ("contact-officer", Purpose.TRIAGE),
    ("social-worker", Purpose.TRIAGE),
    ("social-worker", Purpose.CHILD_PROTECTION),
    ("mash-manager", Purpose.TRIAGE),
    ("mash-manager", Purpose.CHILD_PROTECTION),
    ("mash-manager", Purpose.RECORDS),
    ("macpt-member", Purpose.CHILD_PROTECTION),
    ("records-officer", Purpose.RECORDS),
}
ROLES = [
    "partner", "agency-representative", "contact-officer", "social-worker", "mash-manager", "macpt-member",
    "records-officer", "early-help-lead", "auditor", "caldicott-guardian", "operator", "service",
]  # fmt: skip


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("role", ROLES)
def test_only_the_named_roles_read_documents_and_only_for_their_purposes(role: str, purpose: Purpose) -> None:
    seen = decide.read_document(REFERRAL, asker(role, agency="wandsworth-mash"), purpose)

    assert (seen is REFERRAL) == ((role, purpose) in MAY_READ)


def test_staff_of_another_partnership_read_no_document() -> None:
    seen = decide.read_document(REFERRAL, asker("mash-manager", partnership="warwickshire"), Purpose.TRIAGE)

    assert seen is DenialReason.PARTNERSHIP


@pytest.mark.parametrize("referral", [REFERRAL, None])
def test_a_wrong_role_learns_nothing_about_what_exists(referral: Referral | None) -> None:
    assert decide.read_document(referral, asker("partner"), Purpose.TRIAGE) is DenialReason.ROLE


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        (DenialReason.ROLE, DocumentRefused),
        (DenialReason.PURPOSE, DocumentRefused),
        (DenialReason.NOT_FOUND, NoSuchReferral),
        (DenialReason.PARTNERSHIP, NoSuchReferral),
    ],
)
def test_existence_is_told_to_nobody_who_may_not_see_it(reason: DenialReason, problem: type[Exception]) -> None:
    assert type(decide.denied(reason)) is problem

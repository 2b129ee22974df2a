"""The rules of legal holds, and who may see how a referral was kept."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.codes import DenialReason, Outcome, Purpose
from referral_intake import decide
from referral_intake.errors import NothingToHold
from referral_intake.model import Asker, Kept, Milestones, Referral

CLOSED = datetime(2026, 11, 24, 15, tzinfo=UTC)
OVER = datetime(2033, 1, 1, tzinfo=UTC)
KEPT = Kept(
    referral_id=UUID(int=1),
    reference="WAN-000000001",
    partnership="wandsworth",
    edition=1,
    last_activity=CLOSED,
    closed_at=CLOSED,
    keep_until=None,
    disposed_at=None,
    outcomes=(Outcome.NO_FURTHER_ACTION,),
    held=False,
)


def test_a_hold_stands_on_what_is_there_and_names_the_rest_by_place() -> None:
    gone = replace(KEPT, referral_id=UUID(int=2), reference="WAN-000000002", disposed_at=OVER)

    placed = decide.place_hold([KEPT, gone], ["WAN-000000002", None, "WAN-000000001", "WAN-000000009"])

    assert (placed.referral_ids, placed.absent, placed.destroyed) == ((UUID(int=1),), (1, 3), (0,))


def test_a_hold_has_to_stand_on_something() -> None:
    with pytest.raises(NothingToHold):
        decide.place_hold([], ["WAN-000000001"])


@pytest.mark.parametrize(
    ("role", "agency", "partnership", "expected"),
    [
        ("records-officer", "wandsworth-records", "wandsworth", Purpose.RECORDS),
        ("auditor", "wandsworth-mash", "wandsworth", Purpose.AUDIT),
        ("caldicott-guardian", "wandsworth-mash", "wandsworth", Purpose.AUDIT),
        ("partner", "ashcroft-primary", "wandsworth", Purpose.OWN_REFERRAL),
        ("partner", "metropolitan-police", "wandsworth", DenialReason.RELATIONSHIP),
        ("social-worker", "wandsworth-mash", "wandsworth", DenialReason.ROLE),
        ("records-officer", "warwickshire-records", "warwickshire", DenialReason.PARTNERSHIP),
    ],
)
def test_who_reads_a_certificate_and_what_for(
    role: str, agency: str, partnership: str, expected: Purpose | DenialReason
) -> None:
    referral = Referral(
        referral_id=UUID(int=1),
        reference="WAN-000000001",
        partnership="wandsworth",
        agency="ashcroft-primary",
        received_at=CLOSED,
        decision_expected_by=CLOSED,
        immediate_danger=False,
        milestones=Milestones(None, None, CLOSED),
    )

    assert decide.read_certificate(referral, Asker(partnership, agency, frozenset({role}))) is expected

"""Preparing an acceptance: the pack of the day, the promise to the sender, and what is unique to one referral."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from intake_examples import FACTS, NOW, SENDER, TERMS, form

from chassis.testing.ids import SequentialIds
from contracts.codes import ContactSource
from policy.load import load_packs
from referral_intake.acceptance import Press, terms
from referral_intake.errors import NotEnough, PartnershipNotServed
from referral_intake.model import Submission
from referral_intake.packs import Packs

PACKS = Packs(load_packs(Path(__file__).parents[3] / "partnerships"))
SUBMISSION = Submission(SENDER, "key-1", FACTS, form())


@pytest.fixture
def press() -> Press:
    return Press(SequentialIds(), "https://intake.example.org", None)


@pytest.mark.parametrize(
    ("partnership", "received_at", "due_at"),
    [
        ("wandsworth", datetime(2026, 11, 23, 9, 30, tzinfo=UTC), datetime(2026, 11, 24, 17, tzinfo=UTC)),
        ("wandsworth", datetime(2026, 11, 27, 16, tzinfo=UTC), datetime(2026, 11, 30, 17, tzinfo=UTC)),
        ("warwickshire", datetime(2026, 12, 24, 10, tzinfo=UTC), datetime(2026, 12, 29, 17, 30, tzinfo=UTC)),
    ],
)
def test_a_decision_is_promised_by_the_packs_own_working_time(
    partnership: str, received_at: datetime, due_at: datetime
) -> None:
    promised = terms(PACKS.get(partnership, at=received_at), SENDER, now=received_at)

    assert promised.decision_expected_by == due_at
    assert promised.policy_version.startswith(f"{partnership}-")


@pytest.mark.parametrize(
    ("agency", "source"),
    [("ashcroft-primary", ContactSource.SCHOOLS), ("riverside-youth-club", ContactSource.UNKNOWN)],
)
def test_the_source_is_what_the_pack_says_of_the_agency(agency: str, source: ContactSource) -> None:
    promised = terms(PACKS.get("wandsworth", at=NOW), replace(SENDER, agency=agency), now=NOW)

    assert promised.source is source


def test_a_pack_is_worked_out_again_on_another_day() -> None:
    today, same_day = PACKS.get("wandsworth", at=NOW), PACKS.get("wandsworth", at=NOW.replace(hour=23))
    tomorrow = PACKS.get("wandsworth", at=NOW.replace(day=24))

    assert today is same_day
    assert tomorrow is not today
    assert tomorrow.version_id == today.version_id


def test_a_partnership_without_a_pack_is_not_served() -> None:
    with pytest.raises(PartnershipNotServed):
        PACKS.get("nowhere", at=NOW)


def test_what_is_kept_told_and_published_belongs_together(press: Press) -> None:
    prepared = press.prepare(SUBMISSION, TERMS, now=NOW)

    kept, told, published = json.loads(prepared.document), json.loads(prepared.answer), prepared.received
    assert kept["referral_id"] == told["referral_id"] == str(published.referral_id)
    assert kept["reference"] == told["reference"] == published.reference
    assert [child["child_id"] for child in kept["children"]] == [str(c.child_id) for c in published.children]
    assert published.content_commitment == sha256(prepared.salt + prepared.document).hexdigest()


def test_the_same_request_prepared_twice_shares_its_fingerprint_and_nothing_else(press: Press) -> None:
    first, second = (press.prepare(SUBMISSION, TERMS, now=NOW) for _ in range(2))

    assert first.fingerprint == second.fingerprint
    assert first.salt != second.salt
    assert first.received.referral_id != second.received.referral_id
    assert first.received.reference != second.received.reference


def test_nothing_is_prepared_for_a_referral_nobody_could_act_on(press: Press) -> None:
    with pytest.raises(NotEnough):
        press.prepare(replace(SUBMISSION, facts=replace(FACTS, has_concern=False)), TERMS, now=NOW)

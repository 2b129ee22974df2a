"""Preparing an acceptance: the pack of the day, the promise to the sender, and what is unique to one referral."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from intake_examples import FACTS, NOW, SENDER, TERMS, form

from chassis.ids import find_reference, new_reference
from chassis.testing.clock import SettableClock
from chassis.testing.ids import SequentialIds
from chassis.web.problems import Malformed
from contracts.codes import CODE_LISTS, Advice, ContactSource, MissingItem, Rating
from policy.load import load_packs
from policy.pack import Pack
from referral_intake import document
from referral_intake.accepting.model import Acceptance, Earlier, Submission
from referral_intake.accepting.prepare import (
    Arrival,
    Preparation,
    Promises,
    ReferralMaker,
    prefix_of,
    repeating,
    submission_of,
    terms,
)
from referral_intake.accepting.receipt import Receipt
from referral_intake.errors import NotEnough, PartnershipNotServed
from referral_intake.form import ReferralForm
from referral_intake.form.written import written
from referral_intake.model import Handling, Limited, Rates
from referral_intake.served import decision_due, pack_in_force
from referral_intake.standing import Known, Standing

PACKS = load_packs(Path(__file__).parents[4] / "partnerships")
SUBMISSION = Submission(SENDER, "key-1", FACTS, written(ReferralForm.model_validate(form())))


def counting_red(partnership: str) -> Pack:
    """A pack whose decision clock counts elapsed hours, which depend on the very second."""
    [pack] = PACKS.versions(partnership)
    red = pack.get_clock("decision", rating=Rating.RED)
    return pack.model_copy(update={"clocks": (red.model_copy(update={"rating": None}),)})


async def nobody_is_registered(_: Sequence[Limited]) -> Mapping[str, Known]:
    return {}


@pytest.fixture
def maker() -> ReferralMaker:
    return ReferralMaker(SequentialIds(), "https://intake.example.org")


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
    promised = decision_due(pack_in_force(PACKS, partnership, at=received_at), at=received_at)

    assert promised == due_at


def test_what_is_promised_within_a_second_is_promised_alike_and_never_late() -> None:
    promises, pack = Promises(), counting_red("wandsworth")
    first, later = NOW, NOW.replace(microsecond=999_999)

    assert promises.decision_due(pack, at=first) == promises.decision_due(pack, at=later)
    assert promises.decision_due(pack, at=later) <= later + timedelta(hours=4)
    assert promises.decision_due(pack, at=NOW + timedelta(seconds=1)) == NOW + timedelta(hours=4, seconds=1)


def test_a_promise_follows_the_pack_within_the_same_second() -> None:
    promises, red = Promises(), counting_red("wandsworth")
    slower = red.model_copy(update={"clocks": (red.clocks[0].model_copy(update={"duration": 9}),)})

    due = [promises.decision_due(pack, at=NOW) for pack in (red, slower, red)]

    assert due == [NOW + timedelta(hours=hours) for hours in (4, 9, 4)]


@pytest.mark.parametrize(
    ("agency", "source"),
    [("ashcroft-primary", ContactSource.SCHOOLS), ("riverside-youth-club", ContactSource.UNKNOWN)],
)
def test_the_source_is_what_the_pack_says_of_the_agency(agency: str, source: ContactSource) -> None:
    promised = terms(PACKS.in_force("wandsworth", at=NOW), replace(SENDER, agency=agency), due=NOW)

    assert promised.source is source


def test_a_pack_is_worked_out_again_on_another_day() -> None:
    today, same_day = (PACKS.in_force("wandsworth", at=at) for at in (NOW, NOW.replace(hour=23)))
    tomorrow = PACKS.in_force("wandsworth", at=NOW.replace(day=24))

    assert today is same_day
    assert tomorrow is not today
    assert tomorrow.version_id == today.version_id


def test_a_partnership_without_a_pack_is_not_served() -> None:
    with pytest.raises(PartnershipNotServed):
        pack_in_force(PACKS, "nowhere", at=NOW)


def test_what_a_sender_is_told_is_a_receipt_as_described(maker: ReferralMaker) -> None:
    earlier = Earlier(UUID(int=9), "WAN-0000-0000", NOW)
    prepared = maker.prepare(replace(SUBMISSION, facts=replace(FACTS, immediate_danger=True)), TERMS, now=NOW)

    for answer in (prepared.answer, repeating(prepared, earlier).answer):
        told = Receipt.model_validate_json(answer)
        assert json.loads(told.model_dump_json(exclude_none=True)) == json.loads(answer)


def test_a_sender_is_told_what_is_missing_where_and_what_only_they_can_do(maker: ReferralMaker) -> None:
    girl = {"first_name": "Wren", "school": "Ashcroft", "sex": "F", "date_of_birth": "2015-01-02"}
    known = form(
        children=[girl, girl], concern={"types": ["fgm"], "fgm": {"knowledge": "told-by-girl"}, "facts": "She told."}
    )
    submission = submission_of(Arrival(lambda: ReferralForm.model_validate(known), SENDER, "key-1"))

    prepared = maker.prepare(submission, TERMS, now=NOW)

    told = Receipt.model_validate_json(prepared.answer)
    missing = {each.item: each.pointers for each in told.missing_information}
    assert missing[MissingItem.NHS_NUMBER] == ("/children/0/nhs_number", "/children/1/nhs_number")
    assert [item.item for item in told.missing_information] == list(prepared.received.missing_information)
    assert [advice.code for advice in told.advice] == [Advice.REPORT_KNOWN_FGM]
    assert "101" in told.advice[0].text


def test_what_is_kept_told_and_published_belongs_together(maker: ReferralMaker) -> None:
    prepared = maker.prepare(SUBMISSION, TERMS, now=NOW)

    kept, told, published = json.loads(prepared.document), json.loads(prepared.answer), prepared.received
    assert kept["referral_id"] == told["referral_id"] == str(published.referral_id)
    assert kept["reference"] == told["reference"] == published.reference
    assert kept["code_lists"]["ethnicity"] == CODE_LISTS["ethnicity"].edition
    assert [child["child_id"] for child in kept["children"]] == [str(c.child_id) for c in published.children]
    assert published.content_commitment == sha256(prepared.salt + prepared.document).hexdigest()


def test_the_same_request_prepared_twice_shares_its_fingerprint_and_nothing_else(maker: ReferralMaker) -> None:
    first, second = (maker.prepare(SUBMISSION, TERMS, now=NOW) for _ in range(2))

    assert first.fingerprint == second.fingerprint
    assert first.salt != second.salt
    assert first.received.referral_id != second.received.referral_id
    assert first.received.reference != second.received.reference


@pytest.mark.parametrize(
    ("partnership", "prefix"), [("wandsworth", "WAN"), ("st-helens", "STH"), ("b-n-e-s", "BNE"), ("bd", "BD")]
)
def test_every_partnerships_references_can_be_read_again(partnership: str, prefix: str) -> None:
    minted = new_reference(prefix_of(partnership))

    assert minted.startswith(f"{prefix}-")
    assert find_reference(minted) == minted


def test_nothing_is_prepared_for_a_referral_nobody_could_act_on(maker: ReferralMaker) -> None:
    with pytest.raises(NotEnough):
        maker.prepare(
            replace(SUBMISSION, facts=replace(FACTS, concern=replace(FACTS.concern, is_said=False))), TERMS, now=NOW
        )


def test_of_those_that_come_together_each_is_stopped_alone_and_all_keep_their_order(maker: ReferralMaker) -> None:
    def unread() -> ReferralForm:
        raise Malformed("Send valid JSON")

    whole, empty = ReferralForm.model_validate(form()), ReferralForm.model_validate({"referrer": {}, "concern": {}})
    forms = [lambda: whole, unread, lambda: empty, lambda: whole]
    clock = SettableClock(NOW)
    standing = Standing(nobody_is_registered, packs=PACKS, clock=clock, everybody=Rates(1, 1))
    prepare = Preparation(PACKS, standing, clock, maker)

    first, second, third, fourth = prepare([Arrival(read, SENDER, f"key-{n}") for n, read in enumerate(forms)])

    assert isinstance(second, Malformed)
    assert isinstance(third, NotEnough)
    assert [each.key for each in (first, fourth) if isinstance(each, Acceptance)] == ["key-0", "key-3"]


def test_no_name_stands_twice_in_a_document_and_what_was_not_taken_stands_in_it(maker: ReferralMaker) -> None:
    handling = Handling(not_taken=("Bundle.entry[3]",), restricted=True)

    prepared = maker.prepare(replace(SUBMISSION, handling=handling), TERMS, now=NOW)

    names = [name for name, _ in json.loads(prepared.document, object_pairs_hook=list)]
    assert len(names) == len(set(names))
    assert {"restricted", "not_taken", "children"} < set(names)
    assert prepared.fingerprint == document.fingerprint({**form(), "restricted": True})

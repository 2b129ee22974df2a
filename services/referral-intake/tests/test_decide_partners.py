"""The rules of the registry: who is registered, whose key is replaced, who may act for now."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from intake_examples import NOW
from partner_examples import CLIENT, key, partner, registration

from contracts.codes import ContactSource, SuspensionReason
from referral_intake.decide import partners as rules
from referral_intake.errors import KeyRefused, KeysElsewhere, KeyUsedBefore, NoSuchPartner, PartnerDiffers
from referral_intake.model import OwnRates, PartnerKey, Rotation, Scope

BY = "operator-1"
WEEK = timedelta(days=7)
SUSPENDED = replace(partner(), suspended_at=NOW, suspended_for=SuspensionReason.FAULTY)

# -- registering ----------------------------------------------------------------------------------------------------


def test_a_new_partner_is_registered_with_what_it_may_do() -> None:
    event = rules.register(None, registration(scopes=(Scope.SEND,)), change=False, by=BY, now=NOW)

    assert event is not None
    assert (event.client_id, event.source, event.scopes) == (CLIENT, ContactSource.OTHER, ("referrals:send",))
    assert (event.registered_by, event.registered_at) == (BY, NOW)


def test_registering_the_same_again_changes_nothing() -> None:
    assert rules.register(partner(), registration(), change=False, by=BY, now=NOW) is None


def test_a_key_that_was_replaced_since_is_no_difference() -> None:
    rotated = partner(PartnerKey(key("first"), NOW, until=NOW), PartnerKey(key("second"), NOW))

    assert rules.register(rotated, registration("first"), change=False, by=BY, now=NOW) is None


@pytest.mark.parametrize(
    ("agreed", "fields"),
    [
        ({"agency": "metropolitan-police"}, ["/agency"]),
        ({"source": ContactSource.POLICE, "name": None}, ["/name", "/source"]),
        ({"scopes": (Scope.READ,)}, ["/scopes"]),
        ({"rates": OwnRates(referrals_per_minute=5)}, ["/rates"]),
        ({"jwks_url": "https://lantern.example.org/jwks.json"}, ["/jwks_url"]),
    ],
)
def test_what_differs_from_what_is_registered_is_named(agreed: Any, fields: list[str]) -> None:
    with pytest.raises(PartnerDiffers) as refused:
        rules.register(partner(), registration(**agreed), change=False, by=BY, now=NOW)

    assert [error.pointer for error in refused.value.errors] == fields


def test_another_key_is_a_difference_too() -> None:
    with pytest.raises(PartnerDiffers) as refused:
        rules.register(partner(), registration("second"), change=True, by=BY, now=NOW)

    assert [error.pointer for error in refused.value.errors] == ["/jwks"]


def test_what_was_agreed_may_be_agreed_again() -> None:
    event = rules.register(partner(), registration(scopes=(Scope.READ,)), change=True, by=BY, now=NOW)

    assert event is not None
    assert event.scopes == ("referrals:read",)


def test_who_a_partner_is_may_not_be_agreed_again() -> None:
    with pytest.raises(PartnerDiffers):
        rules.register(partner(), registration(partnership="warwickshire"), change=True, by=BY, now=NOW)


# -- rotating -------------------------------------------------------------------------------------------------------


def test_a_new_key_stands_beside_the_old_one_until_the_overlap_ends() -> None:
    event = rules.rotate(partner(), Rotation(key("second"), WEEK), by=BY, now=NOW)

    assert event is not None
    assert (event.new_key, event.old_keys, event.old_until) == ("second", ("first",), NOW + WEEK)


def test_a_rotation_asked_for_twice_happens_once() -> None:
    rotated = partner(PartnerKey(key("first"), NOW, until=NOW + WEEK), PartnerKey(key("second"), NOW))

    assert rules.rotate(rotated, Rotation(key("second"), WEEK), by=BY, now=NOW) is None


def test_keys_that_are_no_longer_believed_are_left_as_they_are() -> None:
    rotated = partner(PartnerKey(key("first"), NOW - WEEK, until=NOW), PartnerKey(key("second"), NOW))

    event = rules.rotate(rotated, Rotation(key("third"), WEEK), by=BY, now=NOW)

    assert event is not None
    assert event.old_keys == ("second",)


@pytest.mark.parametrize("until", [NOW, NOW + WEEK])
def test_a_key_that_was_replaced_is_not_taken_back(until: Any) -> None:
    rotated = partner(PartnerKey(key("first"), NOW, until=until), PartnerKey(key("second"), NOW))

    with pytest.raises(KeyUsedBefore):
        rules.rotate(rotated, Rotation(key("first"), WEEK), by=BY, now=NOW)


def test_a_new_key_needs_a_kid_of_its_own() -> None:
    same_kid = replace(key("second"), jwk=key("first").jwk)

    with pytest.raises(KeyRefused):
        rules.rotate(partner(), Rotation(same_kid, WEEK), by=BY, now=NOW)


def test_a_partner_that_publishes_its_own_keys_rotates_them_itself() -> None:
    elsewhere = partner(jwks_url="https://lantern.example.org/jwks.json")

    with pytest.raises(KeysElsewhere):
        rules.rotate(elsewhere, Rotation(key("second"), WEEK), by=BY, now=NOW)


# -- suspending and restoring ---------------------------------------------------------------------------------------


def test_a_partner_is_suspended_for_a_reason() -> None:
    event = rules.suspend(partner(), SuspensionReason.KEY_COMPROMISED, by=BY, now=NOW)

    assert event is not None
    assert (event.reason, event.suspended_by) == (SuspensionReason.KEY_COMPROMISED, BY)


def test_suspending_twice_for_the_same_reason_happens_once() -> None:
    assert rules.suspend(SUSPENDED, SuspensionReason.FAULTY, by=BY, now=NOW) is None


def test_another_reason_is_on_record_too() -> None:
    assert rules.suspend(SUSPENDED, SuspensionReason.MISUSE, by=BY, now=NOW) is not None


def test_a_suspended_partner_is_restored_once() -> None:
    assert rules.restore(SUSPENDED, by=BY, now=NOW) is not None
    assert rules.restore(partner(), by=BY, now=NOW) is None


def test_what_is_not_registered_can_be_neither_rotated_nor_suspended_nor_restored() -> None:
    with pytest.raises(NoSuchPartner):
        rules.rotate(None, Rotation(key("second"), WEEK), by=BY, now=NOW)
    with pytest.raises(NoSuchPartner):
        rules.suspend(None, SuspensionReason.FAULTY, by=BY, now=NOW)
    with pytest.raises(NoSuchPartner):
        rules.restore(None, by=BY, now=NOW)


# -- keys -----------------------------------------------------------------------------------------------------------


def test_keys_are_believed_until_their_time_is_over_and_not_at_that_moment() -> None:
    rotated = partner(PartnerKey(key("first"), NOW, until=NOW + WEEK), PartnerKey(key("second"), NOW))

    within = rotated.believed_keys(NOW + WEEK - timedelta(microseconds=1))
    after = rotated.believed_keys(NOW + WEEK)

    assert [each.thumbprint for each in within] == ["first", "second"]
    assert [each.thumbprint for each in after] == ["second"]


def test_no_key_of_a_suspended_partner_is_believed() -> None:
    assert SUSPENDED.believed_keys(NOW) == ()

"""The rules of a notice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_examples import ABOUT, NOW, delivery, notice

from agency_notify import decide
from agency_notify.errors import NotOpened
from agency_notify.model import ACCEPTED, DeliveryState, Late, Notice, Reader, Receipt, Step
from contracts.codes import Channel, DeliveryFailure, EscalationReason, NoticeKind, WithheldReason
from contracts.events import (
    Event,
    NoticeAcknowledged,
    NoticeDelivered,
    NoticeFailed,
    NoticeOpened,
    NoticeQueued,
    NoticeWithheld,
)

RETRYABLE = (
    DeliveryFailure.UNREACHABLE,
    DeliveryFailure.TIMED_OUT,
    DeliveryFailure.REFUSED,
    DeliveryFailure.SERVER_ERROR,
    DeliveryFailure.TOO_MANY_REQUESTS,
    DeliveryFailure.REDIRECTED,
)


def after(attempts: int, receipt: Receipt, *, urgent: bool = True, jitter: float = 0.0) -> Step:
    return decide.after_attempt(delivery(attempts=attempts, of=notice(urgent=urgent)), receipt, now=NOW, jitter=jitter)


def recorded(step: Step, *, of: Notice | None = None) -> Sequence[Event]:
    return decide.attempt_events(delivery(attempts=3, of=of), step, now=NOW)


def test_a_notice_is_queued_for_each_channel_with_an_endpoint_and_always_for_the_inbox() -> None:
    (queued,) = decide.queue(notice(), reachable={Channel.EMAIL, Channel.WEBHOOK}, promised=[Channel.WEBHOOK])

    assert isinstance(queued, NoticeQueued)
    assert queued.channels == (Channel.WEBHOOK, Channel.EMAIL, Channel.INBOX)


def test_a_channel_the_pack_promises_without_an_endpoint_fails_at_once_and_the_inbox_holds_the_notice() -> None:
    queued, failed = decide.queue(notice(), reachable=(), promised=[Channel.WEBHOOK])

    assert isinstance(queued, NoticeQueued)
    assert queued.channels == (Channel.INBOX,)
    assert isinstance(failed, NoticeFailed)
    assert (failed.channel, failed.failure) == (Channel.WEBHOOK, DeliveryFailure.NO_ENDPOINT)


def test_a_withheld_notice_is_recorded_with_its_reason_and_not_queued() -> None:
    (event,) = decide.queue(notice(withheld=WithheldReason.NOT_SAFE_TO_SAY), reachable={Channel.WEBHOOK}, promised=())

    assert isinstance(event, NoticeWithheld)
    assert event.reason is WithheldReason.NOT_SAFE_TO_SAY


@pytest.mark.parametrize(("urgent", "longest"), [(True, timedelta(hours=2)), (False, timedelta(hours=92))])
def test_the_schedule_ends_within_its_time_even_with_the_longest_jitter(urgent: bool, longest: timedelta) -> None:
    now, attempts = NOW, 0
    step = Step(DeliveryState.PENDING, next_attempt_at=NOW)
    while step.next_attempt_at is not None:
        now, attempts = step.next_attempt_at, attempts + 1
        step = decide.after_attempt(
            delivery(attempts=attempts, of=notice(urgent=urgent)),
            Receipt(DeliveryFailure.SERVER_ERROR, 500),
            now=now,
            jitter=0.999,
        )

    assert (step.state, step.failure) == (DeliveryState.FAILED, DeliveryFailure.ATTEMPTS_EXHAUSTED)
    assert attempts == len(decide.URGENT_DELAYS if urgent else decide.ROUTINE_DELAYS) + 1
    assert now - NOW < longest


def test_a_routine_notice_follows_the_schedule_of_the_standard() -> None:
    steps = [after(attempts, Receipt(DeliveryFailure.TIMED_OUT), urgent=False) for attempts in range(1, 10)]

    waits = [step.next_attempt_at - NOW for step in steps if step.next_attempt_at is not None]
    assert [wait.total_seconds() for wait in waits] == list(decide.ROUTINE_DELAYS)


@given(st.sampled_from(RETRYABLE), st.integers(1, 8), st.floats(0, 1, exclude_max=True), st.booleans())
def test_any_passing_failure_is_tried_again_later_than_now_and_within_the_jitter(
    failure: DeliveryFailure, attempts: int, jitter: float, urgent: bool
) -> None:
    step = after(attempts, Receipt(failure), urgent=urgent, jitter=jitter)

    delays = decide.URGENT_DELAYS if urgent else decide.ROUTINE_DELAYS
    assert step.state is DeliveryState.PENDING
    assert step.next_attempt_at is not None
    wait = (step.next_attempt_at - NOW).total_seconds()
    assert delays[attempts - 1] <= wait <= delays[attempts - 1] * 1.2 + 0.001


@pytest.mark.parametrize(
    ("asked_seconds", "expected_seconds"),
    [(120, 120), (1, 5), (0, 5), (None, 5), (10 * 86_400, 86_400), (-5, 5)],
)
def test_retry_after_is_honoured_when_it_is_longer_than_the_schedule_up_to_a_day(
    asked_seconds: float | None, expected_seconds: float
) -> None:
    step = after(1, Receipt(DeliveryFailure.TOO_MANY_REQUESTS, 429, asked_seconds))

    assert step.next_attempt_at == NOW + timedelta(seconds=expected_seconds)


@pytest.mark.parametrize("failure", [DeliveryFailure.GONE, DeliveryFailure.ADDRESS_NOT_ALLOWED])
def test_an_address_that_is_gone_or_not_allowed_is_not_tried_again(failure: DeliveryFailure) -> None:
    assert after(1, Receipt(failure)) == Step(DeliveryState.FAILED, failure)


def test_a_refusal_the_receiver_calls_final_is_not_tried_again() -> None:
    step = after(1, Receipt(DeliveryFailure.REFUSED, 550, final=True))

    assert step == Step(DeliveryState.FAILED, DeliveryFailure.REFUSED)


def test_what_was_accepted_is_delivered_with_the_number_of_attempts() -> None:
    (event,) = recorded(after(3, ACCEPTED))

    assert isinstance(event, NoticeDelivered)
    assert (event.channel, event.attempts, event.delivered_at) == (Channel.WEBHOOK, 3, NOW)


def test_a_retry_is_nobodys_news() -> None:
    assert recorded(Step(DeliveryState.PENDING, DeliveryFailure.TIMED_OUT, next_attempt_at=NOW)) == ()


FAILED = Step(DeliveryState.FAILED, DeliveryFailure.ATTEMPTS_EXHAUSTED)


@pytest.mark.parametrize(
    ("others", "undelivered"),
    [
        ((), True),
        ((DeliveryState.FAILED,), True),
        ((DeliveryState.WITHHELD,), True),
        ((DeliveryState.FAILED, DeliveryState.PENDING), False),
        ((DeliveryState.DELIVERED,), False),
    ],
)
def test_a_notice_is_undelivered_once_its_last_channel_has_failed_and_none_delivered_it(
    others: tuple[DeliveryState, ...], undelivered: bool
) -> None:
    assert decide.is_undelivered(FAILED, others) is undelivered
    assert not decide.is_undelivered(Step(DeliveryState.PENDING), others)
    assert not decide.is_undelivered(Step(DeliveryState.DELIVERED), others)


def test_a_failed_channel_is_said_whatever_the_others_do() -> None:
    (failed,) = recorded(FAILED)

    assert isinstance(failed, NoticeFailed)
    assert (failed.channel, failed.failure) == (Channel.WEBHOOK, DeliveryFailure.ATTEMPTS_EXHAUSTED)


def test_losing_entitlement_before_sending_is_recorded_as_withheld() -> None:
    not_entitled = Receipt(withheld=WithheldReason.NOT_ENTITLED)

    (event,) = recorded(after(1, not_entitled))

    assert isinstance(event, NoticeWithheld)
    assert event.reason is WithheldReason.NOT_ENTITLED


def test_what_is_superseded_stops_leaving_by_this_channel_only() -> None:
    (event,) = recorded(after(1, Receipt(withheld=WithheldReason.SUPERSEDED)))

    assert isinstance(event, NoticeWithheld)
    assert (event.reason, event.channel) == (WithheldReason.SUPERSEDED, Channel.WEBHOOK)


READER = Reader("reader", frozenset({"social-worker"}))


def test_the_first_look_opens_a_notice_and_the_second_changes_nothing() -> None:
    (opened,) = decide.open_notice(notice(), by=READER, now=NOW)

    assert isinstance(opened, NoticeOpened)
    assert (opened.opened_by, opened.opened_at, opened.roles) == ("reader", NOW, ("social-worker",))
    assert decide.open_notice(notice(opened_at=NOW), by=READER, now=NOW) == ()


@pytest.mark.parametrize(
    ("meant", "roles", "opens"),
    [
        ((), (), True),
        (("mash-manager",), ("mash-manager", "social-worker"), True),
        (("mash-manager", "head-of-service"), ("head-of-service",), True),
        (("mash-manager",), ("social-worker",), False),
        (("mash-manager",), (), False),
    ],
)
def test_a_notice_for_a_role_is_opened_by_nobody_else(
    meant: tuple[str, ...], roles: tuple[str, ...], opens: bool
) -> None:
    reader = Reader("reader", frozenset(roles))

    assert decide.is_meant(notice(roles=meant), reader) is opens
    assert bool(decide.open_notice(notice(roles=meant), by=reader, now=NOW)) is opens


def test_only_an_opened_notice_can_be_acknowledged_and_only_once() -> None:
    (acknowledged,) = decide.acknowledge(notice(opened_at=NOW), by=READER, now=NOW)

    assert isinstance(acknowledged, NoticeAcknowledged)
    assert acknowledged.roles == ("social-worker",)
    assert decide.acknowledge(notice(opened_at=NOW, acknowledged_at=NOW), by=READER, now=NOW) == ()
    with pytest.raises(NotOpened):
        decide.acknowledge(notice(), by=READER, now=NOW)


@pytest.mark.parametrize(
    ("known", "left", "withheld"),
    [
        ({}, False, True),
        ({}, True, False),
        ({"opened_at": NOW}, False, False),
        ({"withheld": WithheldReason.NOT_SAFE_TO_SAY}, False, False),
    ],
)
def test_what_no_longer_holds_is_withheld_while_nobody_has_it(
    known: dict[str, Any], left: bool, withheld: bool
) -> None:
    events = decide.supersede(notice(**known), left=left, now=NOW)

    assert [type(event) for event in events] == ([NoticeWithheld] if withheld else [])


def test_nothing_leaves_any_more_that_was_replaced_or_whose_climb_has_ended() -> None:
    late = Late(ABOUT, NoticeKind.INFORMATION_REQUESTED, "metropolitan-police", NOW, EscalationReason.UNOPENED)

    assert not decide.is_superseded(delivery())
    assert not decide.is_superseded(replace(delivery(), late=late))
    assert decide.is_superseded(delivery(of=notice(superseded_by=ABOUT)))
    assert decide.is_superseded(replace(delivery(), late=replace(late, ended_at=NOW)))

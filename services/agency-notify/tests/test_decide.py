"""The rules of a notice."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_examples import NOW, delivery, notice

from agency_notify import decide
from agency_notify.errors import NotOpened
from agency_notify.model import ACCEPTED, DeliveryState, Notice, Receipt, Step
from contracts.codes import Channel, DeliveryFailure, WithheldReason
from contracts.events import (
    Event,
    NoticeAcknowledged,
    NoticeDelivered,
    NoticeEscalated,
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


def told(step: Step, *others: DeliveryState, of: Notice | None = None) -> Sequence[Event]:
    return decide.attempt_events(delivery(attempts=3, of=of), step, others=others, escalate_to="mash-manager", now=NOW)


def test_a_notice_is_queued_for_each_channel_with_an_endpoint_and_always_for_the_inbox() -> None:
    (queued,) = decide.queue(notice(), reachable={Channel.EMAIL, Channel.WEBHOOK}, promised=[Channel.WEBHOOK], now=NOW)

    assert isinstance(queued, NoticeQueued)
    assert queued.channels == (Channel.WEBHOOK, Channel.EMAIL, Channel.INBOX)


def test_a_channel_the_pack_promises_without_an_endpoint_fails_at_once_and_the_inbox_holds_the_notice() -> None:
    queued, failed = decide.queue(notice(), reachable=(), promised=[Channel.WEBHOOK], now=NOW)

    assert isinstance(queued, NoticeQueued)
    assert queued.channels == (Channel.INBOX,)
    assert isinstance(failed, NoticeFailed)
    assert (failed.channel, failed.failure) == (Channel.WEBHOOK, DeliveryFailure.NO_ENDPOINT)


def test_a_withheld_notice_is_recorded_with_its_reason_and_not_queued() -> None:
    (event,) = decide.queue(
        notice(withheld=WithheldReason.NOT_SAFE_TO_SAY), reachable={Channel.WEBHOOK}, promised=(), now=NOW
    )

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


def test_what_was_taken_is_delivered_and_told_with_the_number_of_attempts() -> None:
    (event,) = told(after(3, ACCEPTED))

    assert isinstance(event, NoticeDelivered)
    assert (event.channel, event.attempts, event.delivered_at) == (Channel.WEBHOOK, 3, NOW)


def test_a_retry_is_nobodys_news() -> None:
    assert told(Step(DeliveryState.PENDING, DeliveryFailure.TIMED_OUT, next_attempt_at=NOW)) == ()


FAILED = Step(DeliveryState.FAILED, DeliveryFailure.ATTEMPTS_EXHAUSTED)


@pytest.mark.parametrize("others", [(), (DeliveryState.FAILED,)])
def test_when_the_last_channel_fails_the_named_role_is_told(others: tuple[DeliveryState, ...]) -> None:
    failed, escalated = told(FAILED, *others)

    assert isinstance(failed, NoticeFailed)
    assert isinstance(escalated, NoticeEscalated)
    assert escalated.escalated_to == "mash-manager"


@pytest.mark.parametrize("other", [DeliveryState.PENDING, DeliveryState.DELIVERED])
def test_a_failed_channel_is_told_but_not_escalated_while_another_may_reach_the_agency(other: DeliveryState) -> None:
    assert [type(event) for event in told(FAILED, other)] == [NoticeFailed]


@pytest.mark.parametrize("known", [{"opened_at": NOW}, {"escalated_at": NOW}])
def test_an_opened_or_already_escalated_notice_is_not_escalated_again(known: dict[str, datetime]) -> None:
    assert [type(event) for event in told(FAILED, of=notice(**known))] == [NoticeFailed]
    assert decide.escalate(notice(**known), to="mash-manager", now=NOW) == ()


def test_losing_entitlement_before_sending_is_recorded_as_withheld() -> None:
    not_entitled = Receipt(withheld=WithheldReason.NOT_ENTITLED)

    (event,) = told(after(1, not_entitled))

    assert isinstance(event, NoticeWithheld)
    assert event.reason is WithheldReason.NOT_ENTITLED


def test_the_first_look_opens_a_notice_and_the_second_changes_nothing() -> None:
    (opened,) = decide.open_notice(notice(), by="reader", now=NOW)

    assert isinstance(opened, NoticeOpened)
    assert (opened.opened_by, opened.opened_at) == ("reader", NOW)
    assert decide.open_notice(notice(opened_at=NOW), by="reader", now=NOW) == ()


def test_only_an_opened_notice_can_be_acknowledged_and_only_once() -> None:
    (acknowledged,) = decide.acknowledge(notice(opened_at=NOW), by="reader", now=NOW)

    assert isinstance(acknowledged, NoticeAcknowledged)
    assert decide.acknowledge(notice(opened_at=NOW, acknowledged_at=NOW), by="reader", now=NOW) == ()
    with pytest.raises(NotOpened):
        decide.acknowledge(notice(), by="reader", now=NOW)


def test_times_told_are_the_times_given() -> None:
    later: datetime = NOW + timedelta(minutes=1)

    (event,) = decide.escalate(notice(), to="mash-manager", now=later)

    assert isinstance(event, NoticeEscalated)
    assert event.escalated_at == later

"""What the demonstration demands to have seen: take one thing away, and it is named."""

from dataclasses import replace
from typing import Any

import pytest
from demo_journeys import EXAMPLE, LATER, Event, id_of, seen, step

from frontdoor.demo.checks import missing


def without(wanted: str, **facts: Any) -> Any:
    def change(type_: str, data: dict[str, Any]) -> Event | None:
        gone = type_ == wanted and facts.items() <= data.items()
        return None if gone else (type_, data)

    return change


def with_changed(wanted: str, **facts: Any) -> Any:
    return lambda type_, data: (type_, {**data, **facts} if type_ == wanted else data)


def test_nothing_is_missing_when_everything_was_seen() -> None:
    assert list(missing(seen())) == []
    assert list(missing(seen(later=LATER))) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (without("case.reopened.v1"), "a case that news of danger opened again"),
        (without("case.decided.v1", supersedes=id_of("assessment for child 1")), "the outcome strategy-discussion for"),
        (with_changed("case.decided.v1", supersedes=None), "the decision that is superseded for child 1"),
        (without("case.closed.v1"), "a closed case"),
    ],
)
def test_a_child_that_is_decided_again_has_both_decisions_and_is_handed_over(change: Any, named: str) -> None:
    assert any(what.startswith(named) for what in missing(seen(change, later=LATER)))


def test_a_case_that_nothing_opened_again_is_not_opened() -> None:
    reopened = seen(lambda type_, data: ("case.reopened.v1", data) if type_ == "case.rated.v1" else (type_, data))

    assert any(what.startswith("a case that nothing opened again") for what in missing(reopened))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (without("case.rated.v1"), "the rating amber"),
        (with_changed("case.rated.v1", rating="red"), "the rating amber"),
        (without("information.requested.v1", agency="metropolitan-police"), "information.requested.v1 for"),
        (without("information.answered.v1", agency="metropolitan-police"), "information.answered.v1 for"),
        (without("case.decided.v1", outcome="assessment"), "the outcome assessment for child 1"),
        (without("case.opened.v1"), "the outcome assessment for child 1"),
        (with_changed("case.decided.v1", level="1"), "the outcome assessment for child 1"),
        (with_changed("case.decided.v1", authorised_by="worker"), "two people behind the decision for child 1"),
        (without("handover.accepted.v1", team="wandsworth-macpt"), "handover.accepted.v1 for"),
        (without("case.closed.v1"), "a closed case"),
        (without("notice.queued.v1", kind="referral-received"), "a notice: Referral received"),
        (without("notice.withheld.v1"), "a notice: Referral decided"),
        (without("notice.delivered.v1", agency="wandsworth-macpt"), "a notice (handover-offered) to wandsworth-macpt"),
        (without("notice.opened.v1", agency="wandsworth-macpt"), "notice.opened.v1 by wandsworth-macpt"),
        (without("notice.acknowledged.v1", agency="wandsworth-macpt"), "notice.acknowledged.v1 by wandsworth-macpt"),
        (with_changed("information.answered.v1", answer="supplied"), "an agency that answered: Decided not to share"),
    ],
)
def test_what_was_not_seen_is_named_first(change: Any, named: str) -> None:
    first = next(missing(seen(change)))

    assert first.startswith(named)


def test_what_is_said_to_be_delivered_must_be_at_the_agency() -> None:
    claimed = replace(seen(), deliveries=())

    assert next(missing(claimed)) == "a notice (referral-received) to ashcroft-primary by webhook (two-children)"


def test_an_e_mail_must_be_in_the_mailbox() -> None:
    claimed = replace(seen(), messages=())

    assert list(missing(claimed)) == ["a notice (handover-offered) to wandsworth-early-help by e-mail (two-children)"]


def test_a_notice_that_was_turned_away_for_its_signature_is_named() -> None:
    refused = {"agency": "metropolitan-police", "status": 401, "refused": "too old", "headers": {}}
    turned_away = replace(seen(), deliveries=[*seen().deliveries, refused])

    assert next(missing(turned_away)).startswith("a valid signature on a notice to metropolitan-police")


def test_a_case_that_was_opened_in_another_trace_is_named() -> None:
    ((_, journey),) = seen().journeys
    opened = next(each for each in journey.steps if each.type == "case.opened.v1")
    torn = [step(each.type, dict(each.facts), trace="b" * 32) if each is opened else each for each in journey.steps]

    assert "one trace from the receipt to the opened case (two-children)" in missing(
        replace(seen(), journeys=[(EXAMPLE, replace(journey, steps=torn))])
    )

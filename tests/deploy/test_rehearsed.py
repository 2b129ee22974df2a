"""What the last rehearsals saw is what the runbook says; each is run by hand: ``python -m tests.deploy.<its name>``."""

import json
from typing import Any

import pytest

from local_stack.checkout import ROOT
from tests.deploy import certificates, restored, tracing, wrong_clock
from tests.deploy.clocks import MINUTES_OFF
from tests.deploy.faults import SERVICES

RUNBOOK = (ROOT / "docs" / "operations.md").read_text()


def kept(file: Any) -> Any:
    return json.loads(file.read_text())


@pytest.mark.parametrize("process", wrong_clock.PROCESSES)
@pytest.mark.parametrize("way", ["ahead", "behind"])
def test_a_clock_that_was_off_was_named_and_nothing_was_lost(process: str, way: str) -> None:
    seen = kept(wrong_clock.RESULT)[process][way]

    assert wrong_clock.seen_by_the_doctor(seen)
    assert seen["lost_or_doubled"] == 0
    assert abs(seen["clock_ahead_seconds"]) == MINUTES_OFF * 60


def test_what_sends_notices_at_once_after_a_wrong_clock_is_what_the_runbook_says() -> None:
    assert f"{wrong_clock.SEND_NOW};" in RUNBOOK


@pytest.mark.parametrize("place", [certificates.ISSUER, certificates.DATABASE, certificates.BROKER])
def test_a_certificate_that_ran_out_was_named_at_once_and_nothing_was_lost(place: str) -> None:
    seen = kept(certificates.RESULT)[place]

    assert "expired" in str(seen["while_connections_last"]["doctor"])
    assert seen["renewed"]["lost_or_doubled"] == 0


def test_workers_end_with_the_line_that_the_runbook_names() -> None:
    seen = kept(certificates.RESULT)

    for place in (certificates.DATABASE, certificates.BROKER):
        lines = seen[place]["once_connections_ended"]["ended_with_78"]
        assert set(lines) >= {f"{service}-worker" for service in SERVICES}
        assert all("its certificate has expired" in line for line in lines.values())
    assert "`its certificate has expired`" in RUNBOOK


def test_a_database_from_yesterday_was_not_taken_for_a_good_one_and_was_healed() -> None:
    seen = kept(restored.RESULT)

    assert restored.log_is_as_it_has_to_be(seen["audit"])
    assert restored.notices_are_as_they_have_to_be(seen["agency-notify"])


def test_a_referral_was_found_in_the_viewer_through_every_service() -> None:
    seen = kept(tracing.RESULT)

    assert set(seen["services"]) == set(SERVICES)
    assert seen["events_of_spans"] == 0

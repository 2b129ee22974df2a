"""Every alert fires on a running stack when what it is about happens, and clears when that is over."""

import json

import pytest

from tests.deploy import rehearsal
from tests.deploy.faults import FAULTS
from tests.deploy.observed import alerts, panel_queries

NAMES = {rule["alert"] for rule in alerts()}


def test_there_is_a_fault_for_every_alert() -> None:
    assert {name for names in FAULTS.values() for name in names} == NAMES


def test_every_alert_was_seen_to_fire_and_to_clear() -> None:
    """By the last rehearsal, whose result is kept."""
    seen = json.loads(rehearsal.RESULT.read_text())

    assert set(seen["alerts"]) == NAMES
    assert seen["failures"] == []
    assert seen["queries_that_found_nothing"] == []
    assert seen["queries_of_dashboards"] == len(panel_queries())


@pytest.mark.engine
@pytest.mark.timeout(3600)
def test_every_alert_fires_and_clears_and_every_panel_shows_something() -> None:
    assert rehearsal.main([]) == 0

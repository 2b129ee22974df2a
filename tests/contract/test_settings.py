"""Settings of one process are never taken for another's that are misspelt."""

import pytest
from pydantic_settings import BaseSettings

from agency_notify.settings import Settings as AgencyNotify
from audit.settings import Settings as Audit
from chassis.settings import PREFIX, OwnerSettings, TelemetrySettings, load
from referral_intake.settings import Settings as ReferralIntake
from triage.settings import Settings as Triage
from triage_ui.settings import Settings as WebClient

ALL: tuple[type[BaseSettings], ...] = (
    *(AgencyNotify, Audit, ReferralIntake, Triage, WebClient),
    *(OwnerSettings, TelemetrySettings),
)


def names(settings: type[BaseSettings]) -> set[str]:
    return {f"{PREFIX}{field.upper()}" for field in settings.model_fields}


def needed(settings: type[BaseSettings]) -> set[str]:
    return {f"{PREFIX}{name.upper()}" for name, field in settings.model_fields.items() if field.is_required()}


@pytest.mark.parametrize("settings", ALL, ids=lambda each: each.__module__)
def test_a_process_starts_with_the_settings_of_all_others(
    settings: type[BaseSettings], capsys: pytest.CaptureFixture[str]
) -> None:
    """As where one environment is given to all of them; it may refuse their values, never their names."""
    given = set.union(*map(names, ALL)) - names(settings) | needed(settings)

    try:
        load(settings, dict.fromkeys(given, "a value"))
    except SystemExit:
        assert "is no setting of this process" not in capsys.readouterr().err

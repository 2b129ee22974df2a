"""What this service needs to run: every bound is checked, and each reserve is a part of something."""

import pytest
from intake_caller import settings

from chassis.settings import load
from referral_intake.settings import Settings

NEEDED = {
    "FRONTDOOR_DATABASE_URL": "postgresql://app@127.0.0.1/intake",
    "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9",
    "FRONTDOOR_OIDC_ISSUER": "https://issuer.example.org",
    "FRONTDOOR_PUBLIC_URL": "https://intake.example.org",
}


def test_the_defaults_fit_together() -> None:
    defaults = settings("postgresql://app@127.0.0.1/intake")

    assert defaults.emergencies.reserved < defaults.emergencies.all
    assert defaults.emergencies.each <= defaults.emergencies.all - defaults.emergencies.reserved
    assert defaults.room.bytes_each <= defaults.room.bytes_all - defaults.room.bytes_reserved
    assert defaults.limits.urgent == defaults.emergencies


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"EMERGENCIES_WAITING": "10", "EMERGENCIES_RESERVED": "10"}, "EMERGENCIES_RESERVED: must be less than"),
        ({"BODY_BYTES": "4194304", "BODY_BYTES_RESERVED": "4194304"}, "BODY_BYTES_RESERVED: must be less than"),
        ({"BODY_BYTES_PER_SENDER": "1000"}, "BODY_BYTES_PER_SENDER: input should be greater than or equal to 1048576"),
        ({"BODY_BYTES_PER_SECOND_PER_SENDER": "1"}, "BODY_BYTES_PER_SECOND_PER_SENDER: input should be greater"),
        ({"EMERGENCIES_WAITING_PER_PARTNER": "0"}, "EMERGENCIES_WAITING_PER_PARTNER: input should be greater"),
        ({"EMERGENCIES_WAITING": "many"}, "EMERGENCIES_WAITING: input should be a valid integer"),
    ],
)
def test_a_bound_that_cannot_be_is_one_line_with_what_to_do(
    changes: dict[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        load(Settings, NEEDED | {f"FRONTDOOR_{name}": value for name, value in changes.items()})

    assert ended.value.code == 78
    assert f"FRONTDOOR_{said}" in capsys.readouterr().err

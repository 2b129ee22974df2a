"""A wrong setting stops the start with one clear line."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agency_notify.settings import Settings
from chassis.settings import load


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    key_file = tmp_path / "key.pem"
    key = Ed25519PrivateKey.generate()
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {
        "FRONTDOOR_DATABASE_URL": "postgresql://app@127.0.0.1/agency_notify",
        "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
        "FRONTDOOR_OIDC_ISSUER": "https://issuer.example.org",
        "FRONTDOOR_PUBLIC_URL": "https://notify.example.org",
        "FRONTDOOR_PARTNERSHIPS_FOLDER": "partnerships",
        "FRONTDOOR_SMTP_URL": "smtp://127.0.0.1:2525",
        "FRONTDOOR_WEBHOOK_SIGNING_KEY_FILE": str(key_file),
        "FRONTDOOR_ALLOWED_PRIVATE_ADDRESSES": '["127.0.0.1/32"]',
    }


def test_the_settings_of_the_local_stack_are_read(environ: dict[str, str]) -> None:
    settings = load(Settings, environ)

    assert settings.allowed_private_addresses == ("127.0.0.1/32",)
    assert settings.webhook_previous_key_file is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FRONTDOOR_WEBHOOK_SIGNING_KEY_FILE", "/nowhere/key.pem"),
        ("FRONTDOOR_WEBHOOK_SIGNING_KEY_FILE", __file__),
        ("FRONTDOOR_SMTP_URL", "https://mail.example.org"),
        ("FRONTDOOR_ALLOWED_PRIVATE_ADDRESSES", '["127.0.0.1/8"]'),
        ("FRONTDOOR_ALLOWED_PRIVATE_ADDRESSES", "127.0.0.1/32"),
        ("FRONTDOOR_EMAIL_SENDER", "nobody"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    environ: dict[str, str], variable: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        load(Settings, environ | {variable: value})

    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert told.count("\n") == 1
    assert told.startswith(f"{variable}: ")

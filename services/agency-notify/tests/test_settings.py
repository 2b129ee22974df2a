"""A wrong setting stops the start with one clear line."""

import base64
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agency_notify.mail_server import Mailbox
from agency_notify.sealing import Place, Sealer
from agency_notify.settings import Settings
from chassis.settings import load

SHORT = base64.b64encode(b"only sixteen byt").decode()
NEW, OLD = base64.b64encode(b"n" * 32).decode(), base64.b64encode(b"o" * 32).decode()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    key_file, sealing_file = tmp_path / "key.pem", tmp_path / "sealing.keys"
    sealing_file.write_text(f"{NEW}\n{OLD}\n")
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
        "FRONTDOOR_SEALING_KEY_FILE": str(sealing_file),
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
        ("FRONTDOOR_SEALING_KEY_FILE", ""),
        ("FRONTDOOR_SEALING_KEY_FILE", "/nowhere/sealing.keys"),
        ("FRONTDOOR_SEALING_KEY_FILE", __file__),
        ("FRONTDOOR_SEALING_KEY_FILE", "/dev/null"),
        ("FRONTDOOR_SEALING_KEYS", SHORT),
        ("FRONTDOOR_SEALING_KEYS", "not base64!"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    environ: dict[str, str], variable: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        load(Settings, environ | {variable: value})

    said = capsys.readouterr().err
    assert stopped.value.code == 78
    assert said.count("\n") == 1
    assert said.startswith(f"{variable}: ")
    assert not value or value not in said


def test_the_first_sealing_key_seals_and_the_others_only_open(environ: dict[str, str]) -> None:
    both, old = load(Settings, environ).sealer(), Sealer([b"o" * 32])
    place = Place.current(UUID(int=6))

    assert both.key_ids[1:] == old.key_ids
    assert both.open(old.seal("words", place=place), place=place) == "words"
    assert both.seal("words", place=place).key_id == both.key_id != old.key_id


def test_sealing_keys_may_come_from_the_environment_but_not_from_two_places(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = environ.pop("FRONTDOOR_SEALING_KEY_FILE")
    given = environ | {"FRONTDOOR_SEALING_KEYS": f"{NEW} {OLD}"}

    assert load(Settings, given).sealer().key_ids == Sealer([b"n" * 32, b"o" * 32]).key_ids
    with pytest.raises(SystemExit):
        load(Settings, given | {"FRONTDOOR_SEALING_KEY_FILE": file})
    assert capsys.readouterr().err.startswith("FRONTDOOR_SEALING_KEY_FILE: is set beside FRONTDOOR_SEALING_KEYS")


def test_settings_can_be_printed_without_their_secrets(environ: dict[str, str]) -> None:
    environ["FRONTDOOR_SMTP_URL"] = "smtps://us:pass-word@mail.example.org"
    del environ["FRONTDOOR_SEALING_KEY_FILE"]
    settings = load(Settings, environ | {"FRONTDOOR_SEALING_KEYS": NEW})

    printed = f"{settings!r} {settings} {Mailbox.parse(settings.smtp_url, sender='n@example.org')!r}"

    assert "mail.example.org" in printed
    assert "pass-word" not in printed
    assert NEW not in printed
    assert "agency_notify" not in repr(settings)  # the database's address may hold a password


@pytest.mark.parametrize("sender", ["nobody", "Notices <notices@example.org>", "nötices@example.org"])
def test_a_wrong_sender_is_explained_in_words(
    environ: dict[str, str], sender: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        load(Settings, environ | {"FRONTDOOR_EMAIL_SENDER": sender})

    assert capsys.readouterr().err == (
        "FRONTDOOR_EMAIL_SENDER: write it as name@host in plain ASCII, without a display name\n"
    )

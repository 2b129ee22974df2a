"""What stops the start: one clear line that names the variable and says what to do."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from audit.checkpoint import VerifierKey
from audit.cosignature import COSIGNATURE_V1
from audit.settings import Settings
from audit.witnesses.model import Policy
from chassis.settings import load

ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(32))


def pem(key: object, encryption: KeySerializationEncryption | None = None) -> bytes:
    private_bytes = key.private_bytes  # type: ignore[attr-defined]
    made: bytes = private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    return made


def environment(folder: Path, key: bytes | None, **changes: str) -> dict[str, str]:
    file = folder / "key.pem"
    if key is not None:
        file.write_bytes(key)
    return {
        "FRONTDOOR_DATABASE_URL": "postgresql://audit_app@127.0.0.1/audit",
        "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
        "FRONTDOOR_OIDC_ISSUER": "https://issuer.example.org/realms/frontdoor",
        "FRONTDOOR_PUBLIC_URL": "https://audit.example.org",
        "FRONTDOOR_LOG_ORIGIN": "frontdoor.example.org/audit",
        "FRONTDOOR_SIGNING_KEY_FILE": str(file),
        **changes,
    }


def test_a_good_key_and_origin_make_a_signer(tmp_path: Path) -> None:
    settings = load(Settings, environment(tmp_path, pem(ED25519)))

    signer = settings.signer()

    assert signer.verifier_key.name == "frontdoor.example.org/audit"
    assert signer.verifier_key.public_key == ED25519.public_key().public_bytes_raw()


@pytest.mark.parametrize(
    "key",
    [None, b"", b"not a key", pem(generate_private_key(SECP256R1())), pem(ED25519, BestAvailableEncryption(b"x"))],
)
def test_a_key_that_cannot_sign_stops_the_start_with_one_line(
    tmp_path: Path, key: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        load(Settings, environment(tmp_path, key))

    line = capsys.readouterr().err
    assert ended.value.code == 78
    assert line.startswith("FRONTDOOR_SIGNING_KEY_FILE: name a ")
    assert line.count("\n") == 1


@pytest.mark.parametrize("origin", ["with space", "with+plus"])
def test_an_origin_that_no_checkpoint_can_hold_stops_the_start(
    tmp_path: Path, origin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        load(Settings, environment(tmp_path, pem(ED25519), FRONTDOOR_LOG_ORIGIN=origin))

    assert capsys.readouterr().err.startswith("FRONTDOOR_LOG_ORIGIN: write it like frontdoor.example.org/audit")


WITNESSES = [VerifierKey(f"witness.example.org/{n}", bytes([n]) * 32, COSIGNATURE_V1) for n in (1, 2)]


def witnesses(*lines: str, url: str = "https://witness.example.org/") -> str:
    return json.dumps(dict.fromkeys(lines, url))


def test_witnesses_are_named_by_key_and_address(tmp_path: Path) -> None:
    given = {"FRONTDOOR_WITNESSES": witnesses(*map(str, WITNESSES)), "FRONTDOOR_WITNESSES_NEEDED": "2"}

    policy = load(Settings, environment(tmp_path, pem(ED25519), **given)).witness_policy()

    assert policy == Policy(dict.fromkeys(WITNESSES, "https://witness.example.org"), 2)


def test_a_log_needs_no_witnesses(tmp_path: Path) -> None:
    assert load(Settings, environment(tmp_path, pem(ED25519))).witness_policy() == Policy()


ONE, OTHER = map(str, WITNESSES)
SAME_NAME = str(VerifierKey(WITNESSES[0].name, bytes([9]) * 32, COSIGNATURE_V1))
SAME_KEY = str(VerifierKey("other.example.org", WITNESSES[0].public_key, COSIGNATURE_V1))
LOG_KEY = str(VerifierKey(WITNESSES[0].name, WITNESSES[0].public_key))


@pytest.mark.parametrize(
    ("named", "needed", "advice"),
    [
        ("not json", "1", "FRONTDOOR_WITNESSES: write it as JSON"),
        ("[]", "1", "FRONTDOOR_WITNESSES: input should be a valid dictionary"),
        (witnesses("nonsense"), "1", "FRONTDOOR_WITNESSES: write each witness as its verifier key"),
        (witnesses(LOG_KEY), "1", "FRONTDOOR_WITNESSES: write each witness as its verifier key"),
        (witnesses(ONE, url="witness.example.org"), "1", "FRONTDOOR_WITNESSES: write it as https://host"),
        (witnesses(ONE, SAME_NAME), "1", "FRONTDOOR_WITNESSES: name each witness once"),
        (witnesses(ONE, SAME_KEY), "1", "FRONTDOOR_WITNESSES: name each witness once"),
        (witnesses(ONE, OTHER), "", "FRONTDOOR_WITNESSES_NEEDED: ask for at least 1 and at most 2 of the witnesses"),
        (witnesses(ONE, OTHER), "3", "FRONTDOOR_WITNESSES_NEEDED: ask for at least 1 and at most 2 of the witnesses"),
        (witnesses(ONE), "-1", "FRONTDOOR_WITNESSES_NEEDED: ask for at least 1 and at most 1 of the witnesses"),
        (witnesses(ONE), "some", "FRONTDOOR_WITNESSES_NEEDED: input should be a valid integer"),
        ("", "1", "FRONTDOOR_WITNESSES_NEEDED: name the witnesses too"),
    ],
)
def test_witnesses_that_mean_nothing_stop_the_start_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], named: str, needed: str, advice: str
) -> None:
    given = {"FRONTDOOR_WITNESSES": named, "FRONTDOOR_WITNESSES_NEEDED": needed}

    with pytest.raises(SystemExit) as ended:
        load(Settings, environment(tmp_path, pem(ED25519), **given))

    line = capsys.readouterr().err
    assert ended.value.code == 78
    assert line.startswith(advice)
    assert line.count("\n") == 1


@pytest.mark.parametrize("seconds", ["-1", "3601", "soon"])
def test_a_time_between_checkpoints_that_nobody_means_stops_the_start(
    tmp_path: Path, seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        load(Settings, environment(tmp_path, pem(ED25519), FRONTDOOR_CHECKPOINT_SECONDS=seconds))

    assert capsys.readouterr().err.startswith("FRONTDOOR_CHECKPOINT_SECONDS: ")


def test_checkpoints_come_each_minute_unless_something_else_is_set(tmp_path: Path) -> None:
    assert load(Settings, environment(tmp_path, pem(ED25519))).checkpoint_seconds == 60

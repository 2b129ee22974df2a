"""The support file: a name and secrets are planted wherever they could get in, and none is in it."""

import json
import os
import stat
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import httpx2
import pytest
from fake_services import Command, FakeServices, problem

from frontdoor.bundle import allowed, logs
from frontdoor.client import SERVICES

NAME: Final = "Zebedee"
WORDS: Final = f"{NAME} Quillfeather has a bruise"
SECRET: Final = "s3cr3t-of-nobody"
PLANTED: Final = (NAME, NAME.lower(), "Quillfeather", SECRET, "whsec_", "duty@example.org", "9990000018")
REFERRAL: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a77"
MESSAGE: Final = "reading resumed"

PARKED: Final[dict[str, Any]] = {
    "id": 7, "topic": "triage.v1", "partition": 3, "kafka_offset": 9_990_000_018 // 1000, "key": WORDS,
    "aggregate": NAME, "version": 4, "state": "failing", "error_class": "KeyError",
    "place": "triage.handlers.news:on_news:41", "attempts": 3, "parked_at": "2026-11-29T09:00:00Z",
    "next_try_at": None, "asked": None, "asked_reason": WORDS,
}  # fmt: skip
ENDPOINT: Final[dict[str, Any]] = {
    "endpoint_id": REFERRAL, "partnership": "wandsworth", "agency": "metropolitan-police", "role": None,
    "channel": "e-mail", "address": "duty@example.org", "signing": None, "disabled_at": None,
    "disabled_reason": None, "failures": 2, "held_until": None, "waiting": 0, "waiting_since": None, "answers": [],
    "test": None,
}  # fmt: skip
LINES: Final = (
    json.dumps({"event": MESSAGE, "level": "info", "service": "triage", "referral_id": REFERRAL, "count": 20}),
    json.dumps({"event": MESSAGE, "level": "info", "agency": NAME, "reason": WORDS, "template": WORDS, "who": NAME}),
    json.dumps({"event": MESSAGE, "level": "info", "client_id": SECRET.upper(), "error": NAME, "count": 9_990_000_018}),
    json.dumps({"event": WORDS, "level": "info"}),
    json.dumps({"event": NAME.lower(), "level": "info"}),
    f"Traceback: {WORDS} {SECRET}",
    json.dumps([WORDS]),
)
TOLD: Final = {
    "FRONTDOOR_DATABASE_URL": "(set)", "FRONTDOOR_KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "FRONTDOOR_HTTP_PORT": "8002",
    "FRONTDOOR_SERVICE_URLS": "audit: http://audit:8004, triage: https://triage.example.org",
    "FRONTDOOR_LOG_ORIGIN": WORDS, "FRONTDOOR_SMTP_URL": f"smtp://u:{SECRET}@mail", NAME: "1", SECRET.upper(): "1",
}  # fmt: skip
METRICS: Final = f"""# HELP frontdoor_parked {WORDS}
frontdoor_parked{{reason="KeyError"}} 3.0
frontdoor_notice_attempts_total{{channel="webhook",outcome="taken"}} 12.0
frontdoor_http_requests_total{{method="GET",status="200"}} 5.0
frontdoor_partner_limited_total{{client="{WORDS}"}} 1.0
frontdoor_odd{{client="a",b="{NAME}"}} 1.0
other_metric{{secret="{SECRET}"}} 1.0
"""


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose stack file, logs and environment hold what must not leave."""
    folder = tmp_path / ".frontdoor"
    (folder / "logs").mkdir(parents=True)
    (folder / "logs" / "triage-worker.log").write_text("\n".join(LINES) + "\n")
    (folder / "logs" / "postgres.log").write_text(f"ERROR: {WORDS}\n")
    services = {
        name: {
            "url": "http://127.0.0.1:1",
            "worker_url": "http://127.0.0.1:1",
            "database_url": f"postgresql://app:{SECRET}@127.0.0.1:1/x",
        }
        for name in SERVICES
    }
    clients = {"frontdoor-operator": {"private_key_file": str(folder / "none.pem"), "password": SECRET}}
    content = {
        "services": services,
        "addresses": {"oidc_issuer": f"http://user:{SECRET}@127.0.0.1:1/realms/{NAME}"},
        "sign_ins": {"clients": clients},
    }
    (folder / "stack.json").write_text(json.dumps(content))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FRONTDOOR_SERVICE_URLS", raising=False)
    monkeypatch.setenv("FRONTDOOR_SMTP_URL", f"smtp://user:{SECRET}@mail.example.org")
    monkeypatch.setenv("FRONTDOOR_PUBLIC_URL", f"https://user:{SECRET}@frontdoor.example.org/{NAME}?k={SECRET}")
    monkeypatch.setenv("FRONTDOOR_CLIENT_ID", WORDS)
    return tmp_path


def planted(services: FakeServices) -> None:
    for service in SERVICES:
        services.on(
            f"GET {service}/operator/flow", {"stages": [{"name": "accepted", "waiting": 1, "since": None, "passed": 2}]}
        )
        services.on(f"GET {service}/operator/about", {"service": service, "version": "0.1.0", "python": WORDS})
        services.on(f"GET {service}/operator/settings", {"service": service, "settings": TOLD})
    replies = iter([{"parked": [PARKED], "waiting": 1}, {"parked": [], "waiting": 1}])
    services.on("GET triage/operator/parked", lambda_of(replies))
    services.on("GET agency-notify/v1/endpoint-health", {"endpoints": [ENDPOINT]})


def lambda_of(replies: Any) -> Any:
    return lambda _: httpx2.Response(200, json=next(replies))


def read(file: Path) -> dict[str, str]:
    with ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_nothing_that_was_planted_is_in_the_file(command: Command, services: FakeServices, stack: Path) -> None:
    planted(services)

    result = command("bundle", "--output", "out.zip")

    assert result.exit_code == 0, result.output
    parts = read(stack / "out.zip")
    everything = "\n".join([*parts, *parts.values()])
    assert [word for word in PLANTED if word in everything] == []


def test_what_support_needs_is_in_the_file(command: Command, services: FakeServices, stack: Path) -> None:
    planted(services)

    command("bundle", "--output", "out.zip")

    parts = read(stack / "out.zip")
    assert {"doctor.json", "releases.json", "lag.json", "flow.json", "parked.json", "settings/command.json"} <= set(
        parts
    )
    (parked,) = json.loads(parts["parked.json"])
    assert (parked["error_class"], parked["place"], parked["topic"]) == ("KeyError", PARKED["place"], "triage.v1")
    assert (parked["aggregate"], "key" in parked) == (allowed.LEFT_OUT, False)
    assert json.loads(parts["endpoints.json"])[0]["failures"] == 2
    settings = json.loads(parts["settings/command.json"])
    assert settings["FRONTDOOR_PUBLIC_URL"] == "https://frontdoor.example.org"
    assert settings["FRONTDOOR_SMTP_URL"] == settings["FRONTDOOR_CLIENT_ID"] == allowed.SET
    first, second, third, last = parts["logs/triage-worker.log"].splitlines()
    assert json.loads(first) == json.loads(LINES[0])
    assert json.loads(second) == {"event": MESSAGE, "level": "info", "agency": "(left out)", "reason": "(left out)"}
    assert json.loads(third)["count"] == allowed.LEFT_OUT
    assert last == "(4 lines left out)"
    assert "logs/postgres.log" not in parts
    assert stat.S_IMODE(os.stat(stack / "out.zip").st_mode) == 0o600


def test_every_services_own_settings_are_in_the_file(command: Command, services: FakeServices, stack: Path) -> None:
    planted(services)

    command("bundle", "--output", "out.zip")

    parts = read(stack / "out.zip")
    assert {f"settings/{service}.json" for service in SERVICES} <= set(parts)
    assert json.loads(parts["settings/triage.json"]) == {
        **{name: TOLD[name] for name in sorted(TOLD) if name.startswith("FRONTDOOR_")},
        "FRONTDOOR_LOG_ORIGIN": allowed.LEFT_OUT,
        "FRONTDOOR_SMTP_URL": allowed.LEFT_OUT,
    }


def test_what_is_away_leaves_only_its_own_part_out(command: Command, services: FakeServices, stack: Path) -> None:
    planted(services)
    services.on("GET audit/operator/about", problem(503, "Away"))

    result = command("bundle", "--output", "out.zip", "--json")

    said = json.loads(result.stdout)
    assert result.exit_code == 0
    assert "releases.json (Refused)" in said["missing"]
    assert "lag.json" in said["parts"]


def test_a_file_that_is_there_is_not_written_over(command: Command, services: FakeServices, stack: Path) -> None:
    planted(services)
    (stack / "out.zip").write_text("mine")

    result = command("bundle", "--output", "out.zip")

    assert result.exit_code == 2
    assert (stack / "out.zip").read_text() == "mine"


def test_metrics_keep_ours_whose_labels_are_codes() -> None:
    kept = allowed.metrics(METRICS).splitlines()

    assert kept == [
        'frontdoor_parked{reason="KeyError"} 3.0',
        'frontdoor_notice_attempts_total{channel="webhook",outcome="taken"} 12.0',
        'frontdoor_http_requests_total{method="GET",status="200"} 5.0',
    ]


def test_messages_are_those_of_our_code() -> None:
    known = logs.messages()

    assert {MESSAGE, "health check failed", "process failed"} <= known
    assert not [message for message in known if "{" in message]

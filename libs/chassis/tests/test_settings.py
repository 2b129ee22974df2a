"""Settings: the right ones are read, the wrong ones stop the start with one line."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from chassis.settings import OwnerSettings, ServiceSettings, TelemetrySettings, load

GOOD: Mapping[str, str] = {
    "FRONTDOOR_DATABASE_URL": "postgresql://triage_app:very-secret@localhost:5432/triage",
    "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": "localhost:9092",
    "FRONTDOOR_OIDC_ISSUER": "http://localhost:8080/realms/frontdoor",
    "FRONTDOOR_PUBLIC_URL": "http://localhost:8001/",
}


class OwnSettings(ServiceSettings):
    group_commit_wait_ms: int = 5


def refusal(environ: Mapping[str, str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as exit_:
        load(OwnSettings, environ)
    assert exit_.value.code == 78
    return capsys.readouterr().err


def test_variables_become_frozen_settings() -> None:
    environ = {**GOOD, "FRONTDOOR_GROUP_COMMIT_WAIT_MS": "7", "HOME": "/root"}

    settings = load(OwnSettings, environ)

    assert settings.group_commit_wait_ms == 7
    assert settings.public_url == "http://localhost:8001"
    with pytest.raises(ValidationError):
        settings.__setattr__("http_port", 1)


def test_an_issuer_keeps_its_last_slash_because_tokens_do() -> None:
    settings = load(OwnSettings, {**GOOD, "FRONTDOOR_OIDC_ISSUER": "https://issuer.example.org/"})

    assert settings.oidc_issuer == "https://issuer.example.org/"


def test_lists_and_maps_are_json() -> None:
    urls = '{"triage": "http://localhost:8002"}'

    settings = load(OwnSettings, {**GOOD, "FRONTDOOR_SERVICE_URLS": urls})

    assert settings.service_urls == {"triage": "http://localhost:8002"}


@pytest.mark.parametrize("servers", ["k1:9092,k2:9092", "k1, k2", "[::1]:9092", "10.0.0.4:9092"])
def test_brokers_are_hosts_with_or_without_ports(servers: str) -> None:
    assert load(OwnSettings, {**GOOD, "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": servers}).kafka_bootstrap_servers == servers


@pytest.mark.parametrize("servers", ["http://k1:9092", "k1:9092,", "k1:port", " ", "[]"])
def test_brokers_that_cannot_be_found_stop_the_start(servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = refusal({**GOOD, "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": servers}, capsys)

    assert line == "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS: write it as host:port, and more of them after commas\n"


@pytest.mark.parametrize("url", ["http://", "https:///realms/frontdoor", "http://host:port", "http://host:99999"])
@pytest.mark.parametrize("name", ["FRONTDOOR_OIDC_ISSUER", "FRONTDOOR_PUBLIC_URL"])
def test_an_address_without_a_host_or_with_a_wrong_port_stops_the_start(
    name: str, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refusal({**GOOD, name: url}, capsys) == f"{name}: write it as https://host or http://host:port\n"


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_variable_stops_the_start_with_its_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    environ = {key: value for key, value in GOOD.items() if key != name}

    line = refusal(environ, capsys)

    assert line == f"{name}: is not set, and has to be\n"


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("FRONTDOOR_DATABASE_URL", "mysql://u:very-secret@h/d", "write it as postgresql://"),
        ("FRONTDOOR_HTTP_PORT", "very-secret", "input should be a valid integer"),
        ("FRONTDOOR_SERVICE_URLS", "very-secret", "write it as JSON"),
    ],
)
def test_a_wrong_variable_gets_one_line_of_advice_without_its_value(
    name: str, value: str, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refusal({**GOOD, name: value}, capsys)

    assert line.startswith(f"{name}: {advice}")
    assert line.count("\n") == 1
    assert "very-secret" not in line


@pytest.mark.parametrize(
    "name", ["FRONTDOOR_HTTP_PRT", "FRONTDOOR_HTTPPORT", "FRONTDOOR_HTTP_PROT", "FRONTDOOR_HTTP_PORTT"]
)
def test_a_misspelt_variable_stops_the_start_with_what_may_be_meant(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refusal({**GOOD, name: "very-secret"}, capsys)

    assert line == f"{name}: is no setting of this process; write FRONTDOOR_HTTP_PORT, or remove it\n"


@pytest.mark.parametrize("name", ["FRONTDOOR_TRIAGE_SERVICE_HOST", "FRONTDOOR_TRIAGE_PORT", "FRONTDOR_HTTP_PORT"])
def test_a_variable_that_is_somebody_elses_is_let_be(name: str) -> None:
    assert load(OwnSettings, {**GOOD, name: "tcp://10.0.0.1:80"}).http_port == 8000


def test_a_variable_that_is_like_one_that_is_set_is_let_be() -> None:
    assert load(OwnSettings, {**GOOD, "FRONTDOOR_HTTP_PORT": "8001", "FRONTDOOR_HTTP_PORTS": "80"}).http_port == 8001


def test_the_standard_variable_says_where_traces_go(capsys: pytest.CaptureFixture[str]) -> None:
    settings = load(TelemetrySettings, {"OTEL_TRACES_EXPORTER": "zipkin"})
    with pytest.raises(SystemExit):
        load(TelemetrySettings, {"OTEL_TRACES_EXPORTER": "very-secret"})

    assert settings.traces_exporter == "zipkin"
    line = capsys.readouterr().err
    assert line == "OTEL_TRACES_EXPORTER: input should be 'none', 'otlp', 'zipkin' or 'console'\n"


def test_the_constructor_does_not_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDOOR_DATABASE_URL", GOOD["FRONTDOOR_DATABASE_URL"])

    with pytest.raises(ValidationError, match="database_url"):
        OwnSettings.model_validate({})


def test_passwords_are_not_printed() -> None:
    settings = load(OwnSettings, GOOD)

    assert "very-secret" not in repr(settings)


# -- values in files ---------------------------------------------------------------------------------------------


def in_a_file(path: Path, content: str) -> dict[str, str]:
    path.write_text(content)
    rest = {name: value for name, value in GOOD.items() if name != "FRONTDOOR_DATABASE_URL"}
    return {**rest, "FRONTDOOR_DATABASE_URL_FILE": str(path)}


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    environ = in_a_file(tmp_path / "url", GOOD["FRONTDOOR_DATABASE_URL"] + "\n")

    assert load(OwnSettings, environ).database_url == GOOD["FRONTDOOR_DATABASE_URL"]


def test_a_setting_that_names_a_file_itself_is_no_secret_in_a_file(tmp_path: Path) -> None:
    settings = load(OwnSettings, {**GOOD, "FRONTDOOR_CLIENT_KEY_FILE": str(tmp_path / "key.pem")})

    assert settings.client_key_file == tmp_path / "key.pem"


@pytest.mark.parametrize(
    ("content", "beside", "advice"),
    [
        ("", {}, "names an empty file; it has to hold FRONTDOOR_DATABASE_URL"),
        ("x", {"FRONTDOOR_DATABASE_URL": "postgresql://very-secret"}, "is set beside FRONTDOOR_DATABASE_URL: keep one"),
        (
            "\xff",
            {"FRONTDOOR_DATABASE_URL_FILE": "/nowhere/very-secret"},
            "cannot be read; name a text file that holds",
        ),
    ],
)
def test_a_file_that_holds_no_value_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, beside: Mapping[str, str], advice: str
) -> None:
    line = refusal({**in_a_file(tmp_path / "url", content), **beside}, capsys)

    assert line.startswith(f"FRONTDOOR_DATABASE_URL_FILE: {advice}")
    assert line.count("\n") == 1
    assert "very-secret" not in line


def test_what_a_file_holds_is_checked_and_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = refusal(in_a_file(tmp_path / "url", "mysql://u:very-secret@h/d"), capsys)

    assert line == "FRONTDOOR_DATABASE_URL: write it as postgresql://user:password@host:port/database\n"


def named(tmp_path: Path, name: str) -> str:
    path = tmp_path / name
    path.write_text("a PEM file")
    return str(path)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"SECURITY_PROTOCOL": "TLS"}, "KAFKA_SECURITY_PROTOCOL: input should be 'PLAINTEXT', 'SSL' or 'SASL_SSL'"),
        ({"CA_FILE": "ca.crt"}, "KAFKA_CA_FILE: is for TLS alone"),
        ({"SECURITY_PROTOCOL": "SSL", "CA_FILE": "missing"}, "KAFKA_CA_FILE: cannot be read; name a PEM file"),
        ({"SECURITY_PROTOCOL": "SSL", "KEY_FILE": "a.key"}, "KAFKA_KEY_FILE: goes with FRONTDOOR_KAFKA_CERTIFICATE"),
        ({"SECURITY_PROTOCOL": "SSL", "CERTIFICATE_FILE": "a.crt"}, "KAFKA_KEY_FILE: goes with FRONTDOOR_KAFKA_CERT"),
        ({"SECURITY_PROTOCOL": "SASL_SSL", "PASSWORD": "secret-word"}, "KAFKA_USER: is not set, and has to be"),
        ({"SECURITY_PROTOCOL": "SASL_SSL", "USER": "triage"}, "KAFKA_PASSWORD: is not set, and has to be"),
        ({"SECURITY_PROTOCOL": "SSL", "USER": "triage"}, "KAFKA_USER: is for SASL_SSL alone"),
        ({"PASSWORD": "secret-word"}, "KAFKA_PASSWORD: is for SASL_SSL alone"),
        ({"SASL_MECHANISM": "PLAIN"}, "KAFKA_SASL_MECHANISM: input should be 'SCRAM-SHA-512'"),
    ],
)
def test_settings_of_kafka_that_do_not_go_together_stop_the_start(
    more: Mapping[str, str], line: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files = {name: named(tmp_path, value) if value.startswith(("a.", "ca")) else value for name, value in more.items()}

    said = refusal({**GOOD, **{f"FRONTDOOR_KAFKA_{name}": value for name, value in files.items()}}, capsys)

    assert said.startswith(f"FRONTDOOR_{line}")
    assert "secret-word" not in said
    assert said.count("\n") == 1


def test_a_password_for_kafka_is_read_from_its_file_and_never_shown(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret-word\n")
    more = {"SECURITY_PROTOCOL": "SASL_SSL", "USER": "triage", "PASSWORD_FILE": str(password)}

    settings = load(OwnSettings, {**GOOD, **{f"FRONTDOOR_KAFKA_{name}": value for name, value in more.items()}})

    assert settings.kafka_password.get_secret_value() == "secret-word"
    assert "secret-word" not in repr(settings)


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("sslmode=on", "sslmode has to be one of disable, allow, prefer, require, verify-ca, verify-full"),
        ("sslmode=verify-full", "sslmode=verify-full needs sslrootcert=/path/of/ca.crt"),
        ("sslmode=verify-ca", "sslmode=verify-ca needs sslrootcert"),
        ("sslmode=verify-full&sslrootcert=/missing.crt", "sslrootcert names a file that cannot be read"),
    ],
)
def test_a_database_that_could_not_be_believed_stops_the_start(
    query: str, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal({**GOOD, "FRONTDOOR_DATABASE_URL": f"{GOOD['FRONTDOOR_DATABASE_URL']}?{query}"}, capsys)

    assert said.startswith(f"FRONTDOOR_DATABASE_URL: {advice}")
    assert "very-secret" not in said


def test_migrating_needs_the_owner_alone_unless_it_makes_the_database(capsys: pytest.CaptureFixture[str]) -> None:
    owner = {"FRONTDOOR_DATABASE_OWNER_URL": "postgresql://triage_owner:very-secret@localhost/triage"}

    assert load(OwnerSettings, owner).database_url == ""
    with pytest.raises(SystemExit):
        load(OwnerSettings, {**owner, "FRONTDOOR_DATABASE_ADMIN_URL": "postgresql://postgres@localhost/postgres"})
    assert capsys.readouterr().err.startswith("FRONTDOOR_DATABASE_URL: is not set, and has to be where the database")


def test_people_are_told_the_public_address_of_a_service_where_there_is_one() -> None:
    inside = '{"triage": "http://triage:8002", "audit": "http://audit:8004"}'
    public = '{"audit": "https://log.example.org"}'

    settings = load(OwnSettings, {**GOOD, "FRONTDOOR_SERVICE_URLS": inside, "FRONTDOOR_PUBLIC_URLS": public})

    assert settings.public_url_of("audit") == "https://log.example.org"
    assert settings.public_url_of("triage") == "http://triage:8002"
    assert settings.public_url_of("nobody") == ""

"""Settings: read once from the environment, checked, frozen, and passed down as values."""

import os
import re
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "FRONTDOOR_"
WRONG_SETTING_EXIT_CODE = 78
"""``EX_CONFIG`` of sysexits.h: supervisors can know it from a crash, which is worth another start."""


HOW_TO_WRITE_A_DATABASE: Final = "write it as postgresql://user:password@host:port/database"
_SSL_MODES: Final = (
    "disable",
    "allow",
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
)  # PostgreSQL's own, weak first
_ALIKE: Final = 0.93
"""A letter too few, too many, wrong or in another's place; hardly two settings of ours are as alike."""
_BROKER: Final = re.compile(r"([^\s/:\[\]]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


class SettingRefused(Exception):
    """What a setting names cannot be used, and waiting does not help. The text is one line that says what to mend."""


def refuse(advice: str) -> NoReturn:
    """End the process with one line and code 78."""
    sys.stderr.write(advice + "\n")
    sys.exit(WRONG_SETTING_EXIT_CODE)


def _postgresql(url: str) -> str:
    if url and not url.startswith("postgresql://"):
        raise ValueError(HOW_TO_WRITE_A_DATABASE)
    if url:
        _check_ssl(url)
    return url


def _check_ssl(url: str) -> None:
    """Whether a server's certificate can be verified as the address asks for."""
    try:
        query = make_url(url).query
    except ArgumentError:
        raise ValueError(HOW_TO_WRITE_A_DATABASE) from None
    mode, authority = (str(query.get(name, "")) for name in ("sslmode", "sslrootcert"))
    if mode and mode not in _SSL_MODES:
        raise ValueError(f"sslmode has to be one of {', '.join(_SSL_MODES)}; across a network use verify-full")
    if mode.startswith("verify-") and not authority:
        raise ValueError(f"sslmode={mode} needs sslrootcert=/path/of/ca.crt, the authority that signed for the server")
    if authority:
        _readable(Path(authority), "sslrootcert names a file that cannot be read; name the authority's PEM file")


def _readable(path: Path, advice: str) -> None:
    try:
        path.read_bytes()
    except OSError:
        raise ValueError(advice) from None


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")) or not origin_of(url):
        raise ValueError("write it as https://host or http://host:port")
    return url


def _base(url: str) -> str:
    return _http(url).rstrip("/")


def _brokers(servers: str) -> str:
    if not all(_BROKER.fullmatch(server.strip()) for server in servers.split(",")):
        raise ValueError("write it as host:port, and more of them after commas")
    return servers


def origin_of(url: str) -> str:
    """Scheme, host and port, the parts of an address that are no secret; empty where it has none."""
    parts = urlsplit(url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.scheme and parts.hostname else ""


DatabaseUrl = Annotated[str, AfterValidator(_postgresql), Field(repr=False)]
HttpUrl = Annotated[str, AfterValidator(_base)]
IssuerUrl = Annotated[str, AfterValidator(_http)]  # compared character by character with what tokens say
Port = Annotated[int, Field(ge=0, le=65535)]


class GivenSettings(BaseSettings):
    """Built by ``load`` from the environment, or in tests from keyword arguments alone.

    The constructor does not look at the environment.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: ``load`` is the one place that reads the environment."""
        return (init_settings,)


class KafkaSettings(GivenSettings):
    """Where Kafka is, and how it and we prove to each other who we are.

    A password leaves only encrypted, so a user belongs to ``SASL_SSL`` alone. Without ``kafka_ca_file`` the system's
    authorities are believed.
    """

    kafka_bootstrap_servers: Annotated[str, AfterValidator(_brokers)]
    kafka_replication: Annotated[int, Field(ge=1, le=7)] = 1
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_SSL"] = "PLAINTEXT"
    kafka_ca_file: Path | None = None
    kafka_certificate_file: Path | None = None
    kafka_key_file: Annotated[Path | None, Field(validate_default=True)] = None
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_user: Annotated[str, Field(validate_default=True)] = ""
    kafka_password: Annotated[SecretStr, Field(validate_default=True)] = SecretStr("")

    @field_validator("kafka_ca_file", "kafka_certificate_file", "kafka_key_file")
    @classmethod
    def _belongs_to_tls(cls, path: Path | None, known: ValidationInfo) -> Path | None:
        if path is not None and known.data.get("kafka_security_protocol") == "PLAINTEXT":
            raise ValueError(f"is for TLS alone: set {PREFIX}KAFKA_SECURITY_PROTOCOL to SSL or SASL_SSL, or remove it")
        if path is not None:
            _readable(path, "cannot be read; name a PEM file")
        return path

    @field_validator("kafka_key_file")
    @classmethod
    def _is_a_pair(cls, path: Path | None, known: ValidationInfo) -> Path | None:
        if "kafka_certificate_file" in known.data and (path is None) != (known.data["kafka_certificate_file"] is None):
            raise ValueError(f"goes with {PREFIX}KAFKA_CERTIFICATE_FILE: set both or neither")
        return path

    @field_validator("kafka_user", "kafka_password")
    @classmethod
    def _belongs_to_sasl(cls, value: str | SecretStr, known: ValidationInfo) -> str | SecretStr:
        protocol = known.data.get("kafka_security_protocol")
        if protocol == "SASL_SSL" and not len(value):
            raise ValueError(f"is not set, and has to be while {PREFIX}KAFKA_SECURITY_PROTOCOL is SASL_SSL")
        if protocol in ("PLAINTEXT", "SSL") and len(value):
            raise ValueError(f"is for SASL_SSL alone: set {PREFIX}KAFKA_SECURITY_PROTOCOL to it, or remove this")
        return value


class OwnerSettings(GivenSettings):
    """What migrating needs, and no more; the other two only where it makes the database, too."""

    database_owner_url: Annotated[DatabaseUrl, Field(min_length=1)]
    database_admin_url: DatabaseUrl = ""
    database_url: Annotated[DatabaseUrl, Field(validate_default=True)] = ""

    @field_validator("database_url")
    @classmethod
    def _is_made_with(cls, url: str, known: ValidationInfo) -> str:
        if known.data.get("database_admin_url") and not url:
            raise ValueError("is not set, and has to be where the database is made, too")
        return url


class ServiceSettings(KafkaSettings):
    """What every service needs. A service's own class adds to it.

    Services are asked at ``service_urls``, which only other services may reach; people and partners are pointed to
    ``public_urls``.
    """

    database_url: Annotated[DatabaseUrl, Field(min_length=1)]
    oidc_issuer: IssuerUrl
    oidc_audience: str = "frontdoor"
    http_host: str = "127.0.0.1"
    http_port: Port = 8000
    worker_http_port: Port = 0
    public_url: HttpUrl
    partnerships_folder: Path = Path("partnerships")
    service_urls: dict[str, HttpUrl] = Field(default_factory=dict)
    public_urls: dict[str, HttpUrl] = Field(default_factory=dict)
    parked_kept_days: Annotated[int, Field(ge=1, le=3650)] = 90
    client_id: str = ""
    client_key_file: Path | None = None

    def public_url_of(self, service: str) -> str:
        """What people and partners are told of another service; empty when nobody knows."""
        return self.public_urls.get(service, self.service_urls.get(service, ""))


class TelemetrySettings(BaseSettings):
    """How much to log, and where traces go; the exporters read their own ``OTEL_EXPORTER_…`` variables."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    traces_exporter: Literal["none", "otlp", "zipkin", "console"] = Field(
        "none", validation_alias="OTEL_TRACES_EXPORTER"
    )


S = TypeVar("S", bound=BaseSettings)


def load(settings_class: type[S], environ: Mapping[str, str] | None = None) -> S:
    """Read the settings, or end the process with code 78 and one line that says what to do.

    ``NAME_FILE`` may name a file that holds the value of ``NAME``, for whatever is a secret. The line never holds a
    value: values may be passwords. A variable that is nearly a setting is refused where that setting is not set.
    """
    variables = dict(os.environ if environ is None else environ)
    _refuse_misspelt(settings_class, variables)
    try:
        return settings_class(**_Variables(settings_class, variables | _from_files(settings_class, variables))())
    except ValidationError as error:
        refuse("; ".join(_advice(settings_class, mistake) for mistake in error.errors()))
    except SettingsError as error:
        field = str(error).split('"')[1]
        refuse(f"{_variable(settings_class, field)}: write it as JSON")


def _refuse_misspelt(settings_class: type[BaseSettings], variables: Mapping[str, str]) -> None:
    """Other variables with our prefix are let be: they may be another program's, or Kubernetes' own."""
    names = {_variable(settings_class, field) for field in settings_class.model_fields}
    known = names | {f"{name}_FILE" for name in names}
    missing = known - variables.keys()
    for name in sorted(variables.keys() - known):
        meant = get_close_matches(name, missing, n=1, cutoff=_ALIKE) if name.startswith(PREFIX) else ()
        if meant:
            refuse(f"{name}: is no setting of this process; write {meant[0]}, or remove it")


class _Variables(EnvSettingsSource):
    """The variables of a given environment instead of the process's own."""

    def __init__(self, settings_class: type[BaseSettings], environ: Mapping[str, str]) -> None:
        super().__init__(settings_class)
        self.env_vars = {name.lower(): value for name, value in environ.items() if value != ""}


def _from_files(settings_class: type[BaseSettings], variables: Mapping[str, str]) -> dict[str, str]:
    """The values of variables that name a file instead, such as a container's secret."""
    names = {_variable(settings_class, field) for field in settings_class.model_fields}
    named = {name: variables[f"{name}_FILE"] for name in names if variables.get(f"{name}_FILE")}
    return {name: _read(name, Path(path), variables) for name, path in named.items() if f"{name}_FILE" not in names}


def _read(name: str, path: Path, variables: Mapping[str, str]) -> str:
    if variables.get(name):
        refuse(f"{name}_FILE: is set beside {name}: keep one of the two")
    try:
        value = path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        refuse(f"{name}_FILE: cannot be read; name a text file that holds {name}")
    return value or refuse(f"{name}_FILE: names an empty file; it has to hold {name}")


def _advice(settings_class: type[BaseSettings], mistake: ErrorDetails) -> str:
    variable = _variable(settings_class, str(mistake["loc"][0]))
    if mistake["type"] == "missing":
        return f"{variable}: is not set, and has to be"
    message = mistake["msg"].removeprefix("Value error, ")
    return f"{variable}: {message[0].lower()}{message[1:]}"


def _variable(settings_class: type[BaseSettings], field_or_alias: str) -> str:
    """The environment variable of a field, as an operator writes it."""
    for name, field in settings_class.model_fields.items():
        if field.validation_alias is not None and field_or_alias in (name, field.validation_alias):
            return str(field.validation_alias)
    return PREFIX + field_or_alias.upper()

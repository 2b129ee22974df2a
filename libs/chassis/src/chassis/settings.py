"""Settings: read once from the environment, checked, frozen, and passed down as values."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

PREFIX = "FRONTDOOR_"
WRONG_SETTING_EXIT_CODE = 78
"""``EX_CONFIG`` of sysexits.h: supervisors can know it from a crash, which is worth another start."""


def _postgresql(url: str) -> str:
    if url and not url.startswith("postgresql://"):
        raise ValueError("write it as postgresql://user:password@host:port/database")
    return url


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("write it as https://host or http://host:port")
    return url


def _base(url: str) -> str:
    return _http(url).rstrip("/")


DatabaseUrl = Annotated[str, AfterValidator(_postgresql), Field(repr=False)]
HttpUrl = Annotated[str, AfterValidator(_base)]
IssuerUrl = Annotated[str, AfterValidator(_http)]  # compared character by character with what tokens say
Port = Annotated[int, Field(ge=0, le=65535)]


class ServiceSettings(BaseSettings):
    """What every service needs. A service's own class adds to it.

    Built by ``load`` from the environment, or in tests from keyword arguments alone: the constructor does not
    look at the environment.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: Annotated[DatabaseUrl, Field(min_length=1)]
    database_owner_url: DatabaseUrl = ""
    database_admin_url: DatabaseUrl = ""
    kafka_bootstrap_servers: Annotated[str, Field(min_length=1)]
    kafka_replication: Annotated[int, Field(ge=1, le=7)] = 1
    oidc_issuer: IssuerUrl
    oidc_audience: str = "frontdoor"
    http_host: str = "127.0.0.1"
    http_port: Port = 8000
    worker_http_port: Port = 0
    public_url: HttpUrl
    partnerships_folder: Path = Path("partnerships")
    service_urls: dict[str, HttpUrl] = Field(default_factory=dict)
    client_id: str = ""
    client_key_file: Path | None = None

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: ``load`` is the one place that reads the environment."""
        return (init_settings,)


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
    value: values may be passwords.
    """
    variables = dict(os.environ if environ is None else environ)
    try:
        return settings_class(**_Variables(settings_class, variables | _from_files(settings_class, variables))())
    except ValidationError as error:
        _refuse("; ".join(_advice(settings_class, mistake) for mistake in error.errors()))
    except SettingsError as error:
        field = str(error).split('"')[1]
        _refuse(f"{_variable(settings_class, field)}: write it as JSON")


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
        _refuse(f"{name}_FILE: is set beside {name}: keep one of the two")
    try:
        value = path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        _refuse(f"{name}_FILE: cannot be read; name a text file that holds {name}")
    return value or _refuse(f"{name}_FILE: names an empty file; it has to hold {name}")


def _refuse(advice: str) -> NoReturn:
    sys.stderr.write(advice + "\n")
    sys.exit(WRONG_SETTING_EXIT_CODE)


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

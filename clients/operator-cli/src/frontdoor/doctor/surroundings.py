"""What the doctor looks at: the operator's settings, and what else is named in the environment or the stack file."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from chassis import settings as service_settings
from chassis.settings import KafkaSettings
from frontdoor.errors import CalledWrongly
from frontdoor.settings import Settings, find_stack_file, load

_KAFKA: Final = "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS"


@dataclass(frozen=True)
class Surroundings:
    """``settings`` are the command's own. What is empty or None is named nowhere, and not looked at."""

    settings: Settings
    kafka: KafkaSettings | None = field(default=None, repr=False)
    database_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    worker_urls: Mapping[str, str] = field(default_factory=dict)
    partnerships: Path | None = None
    webhook_key_file: Path | None = None
    logs: Path | None = None

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Self:
        """The variables where they are set, else the stack of this checkout. Raises ``CalledWrongly``."""
        variables = os.environ if environ is None else environ
        settings = load(variables, folder=folder)
        if "FRONTDOOR_SERVICE_URLS" in variables:
            return cls._of_variables(settings, variables)
        file = find_stack_file(folder or Path.cwd())
        return cls(settings) if file is None else cls._of_stack(settings, file)

    @classmethod
    def _of_variables(cls, settings: Settings, variables: Mapping[str, str]) -> Self:
        return cls(
            settings,
            kafka=_kafka(variables) if variables.get(_KAFKA) else None,
            database_urls=_named(variables, "FRONTDOOR_DATABASE_URLS"),
            worker_urls=_named(variables, "FRONTDOOR_WORKER_URLS"),
            partnerships=_path(variables, "FRONTDOOR_PARTNERSHIPS_FOLDER"),
            webhook_key_file=_path(variables, "FRONTDOOR_WEBHOOK_SIGNING_KEY_FILE"),
            logs=_path(variables, "FRONTDOOR_LOGS_FOLDER"),
        )

    @classmethod
    def _of_stack(cls, settings: Settings, file: Path) -> Self:
        stack: dict[str, Any] = json.loads(file.read_text())
        services: dict[str, dict[str, str]] = stack["services"]
        address: str = stack["addresses"].get("kafka_bootstrap_servers", "")
        key, packs = file.parent / "keys" / "webhook.ed25519.pem", file.parent.parent / "partnerships"
        return cls(
            settings,
            kafka=_kafka({_KAFKA: address}) if address else None,
            database_urls={name: one["database_url"] for name, one in services.items()},
            worker_urls={name: one["worker_url"] for name, one in services.items()},
            partnerships=packs if packs.is_dir() else None,
            webhook_key_file=key if key.is_file() else None,
            logs=file.parent / "logs",
        )


def _kafka(variables: Mapping[str, str]) -> KafkaSettings:
    """As the services read them: a wrong one ends the command with code 78 and one line."""
    return service_settings.load(KafkaSettings, variables)


def _named(variables: Mapping[str, str], name: str) -> Mapping[str, str]:
    """Addresses by service."""
    if not variables.get(name):
        return {}
    try:
        return {str(service): str(url).rstrip("/") for service, url in json.loads(variables[name]).items()}
    except (ValueError, AttributeError) as error:
        raise CalledWrongly(f'{name}: write it as JSON, {{"triage": "…", …}}') from error


def _path(variables: Mapping[str, str], name: str) -> Path | None:
    return Path(variables[name]) if variables.get(name) else None

"""What of a stack really serves now: every part and process is asked, whatever was written down about it."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from local_stack import probes, web_client
from local_stack.children import Identity
from local_stack.sandbox import process as sandbox_process

READY: Final = "ready"
SILENT: Final = "runs, but does not answer as it should"
ENDED: Final = "has ended"
Probe = Callable[[], bool]


@dataclass(frozen=True)
class Standing:
    """One part or process: how it is, and how often it had to be started again."""

    name: str
    state: str
    restarts: int

    @property
    def is_good(self) -> bool:
        """Whether it serves."""
        return self.state == READY


def look(found: Mapping[str, Any]) -> list[Standing]:
    """Ask everything that a stack file names, at the same time; a part that runs elsewhere is only asked."""
    checks = _checks(found)
    with ThreadPoolExecutor(max_workers=max(1, len(checks))) as pool:
        answers = dict(zip(checks, pool.map(lambda probe: probe(), checks.values()), strict=True))
    living = {name for name, fields in found["processes"].items() if Identity(**fields).process() is not None}
    ours = found.get("ours", ())
    return [
        Standing(name, _state(answers[name], ended=name in ours and name not in living), found["restarts"].get(name, 0))
        for name in checks
    ]


def _state(answers: bool, *, ended: bool) -> str:
    if ended:
        return ENDED
    return READY if answers else SILENT


def _checks(found: Mapping[str, Any]) -> dict[str, Probe]:
    addresses: Mapping[str, str] = found["addresses"]
    checks = {name: check for name, check in _of_parts(addresses).items() if check is not None}
    for name, service in found["services"].items():
        checks[f"{name}-api"] = partial(probes.http_answers, f"{service['url']}/health/ready")
        checks[f"{name}-worker"] = partial(probes.http_answers, f"{service['worker_url']}/health/ready")
    for name, key in ((web_client.NAME, "web_client"), (sandbox_process.NAME, sandbox_process.NAME)):
        if key in addresses:
            checks[name] = partial(probes.http_answers, f"{addresses[key]}/health/ready")
    return checks


def _of_parts(addresses: Mapping[str, str]) -> dict[str, Probe | None]:
    """How each part is asked, by what its address is called; None where the stack has none of it."""
    mail = urlsplit(addresses.get("smtp_url", ""))
    return {
        "postgres": _with(addresses, "database_url", probes.postgres_answers),
        "kafka": _with(addresses, "kafka_bootstrap_servers", probes.kafka_answers),
        "keycloak": _with(addresses, "oidc_issuer", probes.http_answers, "/.well-known/openid-configuration"),
        "smtp": partial(probes.smtp_answers, mail.hostname or "", mail.port or 25) if mail.scheme else None,
        "agencies": _with(addresses, "agencies", probes.http_answers, "/deliveries"),
        "witness": _with(addresses, "witness", probes.http_answers, "/key"),
        "zipkin": _with(addresses, "zipkin", probes.http_answers, "/health"),
    }


def _with(addresses: Mapping[str, str], key: str, ask: Callable[[str], bool], path: str = "") -> Probe | None:
    return partial(ask, addresses[key] + path) if key in addresses else None

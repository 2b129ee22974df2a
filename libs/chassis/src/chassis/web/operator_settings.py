"""A service's own settings as an operator may see them: those on a list, and nothing that may be a secret."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.settings import PREFIX, GivenSettings, origin_of
from chassis.web.operated import Here
from chassis.web.operator import Operator

routes: Final = APIRouter()

SET: Final = "(set)"
NOT_SET: Final = "(not set)"

PLAIN: Final = frozenset(
    {
        # every service
        "client_id", "http_host", "http_port", "kafka_replication", "kafka_sasl_mechanism", "kafka_security_protocol",
        "oidc_audience", "worker_http_port",
        # referral-intake
        "body_bytes", "body_bytes_per_second_per_sender", "body_bytes_per_sender", "body_bytes_reserved",
        "emergencies_reserved", "emergencies_waiting", "emergencies_waiting_per_partner", "group_commit_pending",
        "group_commit_size", "group_commit_wait_ms", "partner_reads_per_minute", "partner_referrals_per_minute",
        # triage, audit
        "authorising_sign_in_minutes", "checkpoint_seconds", "log_origin", "witnesses_needed",
    }
)  # fmt: skip
"""Values that are codes and numbers. What is not listed, also what a later release adds, shows only that it is set."""
ADDRESSES: Final = frozenset({"oidc_issuer", "public_url"})
ADDRESSES_BY_SERVICE: Final = frozenset({"public_urls", "service_urls"})


class ShownSettings(BaseModel):
    """What this process was started with."""

    service: str
    settings: dict[str, str] = Field(
        description="By variable: the value of a setting that is no secret, of an address its scheme, host and port; "
        f"of every other setting `{SET}` or `{NOT_SET}`."
    )


def shown(settings: GivenSettings) -> dict[str, str]:
    """Every setting by its variable, each as it may be shown."""
    names = sorted(type(settings).model_fields)
    return {f"{PREFIX}{name.upper()}": _shown(name, getattr(settings, name)) for name in names}


def _shown(name: str, value: object) -> str:
    if name in PLAIN:
        return str(value) if value != "" else NOT_SET
    if name in ADDRESSES:
        return _origin(str(value))
    if name in ADDRESSES_BY_SERVICE and isinstance(value, Mapping) and value:
        return ", ".join(f"{service}: {_origin(url)}" for service, url in sorted(value.items()))
    return SET if _is_set(value) else NOT_SET


def _is_set(value: object) -> bool:
    """A secret that is empty has no length, an empty map neither; numbers are always set."""
    return value is not None and (len(value) > 0 if hasattr(value, "__len__") else True)


def _origin(url: str) -> str:
    return origin_of(url) or SET


@routes.get("/settings")
async def show_settings(here: Here, _: Operator) -> ShownSettings:
    """What this service was started with; no secret, and nothing that may hold one."""
    return ShownSettings(service=here.service, settings=shown(here.settings))

"""``GET /v1/webhook-keys``: the public keys with which receivers check our signatures."""

from pydantic import BaseModel, ConfigDict, Field

from agency_notify.api import examples
from agency_notify.api.dependencies import Injected
from chassis.web.service_router import ServiceRouter

router = ServiceRouter(tags=["webhooks"])


class WebhookKeys(BaseModel):
    """While a key is replaced there are two, newest first; a webhook is genuine when either checks."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.KEYS]})

    keys: tuple[str, ...] = Field(description="Ed25519 public keys in the form of Standard Webhooks, whpk_…")


@router.get("/v1/webhook-keys", summary="The keys our webhooks are signed with")
async def list_webhook_keys(dependencies: Injected) -> WebhookKeys:
    """Anyone may read them: they are public."""
    return WebhookKeys(keys=dependencies.public_keys)

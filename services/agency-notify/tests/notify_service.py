"""The whole service as its API process runs it, and what operators send it."""

import base64
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from notify_examples import PACKS_FOLDER
from notify_world import KEY

from agency_notify.settings import Settings

OPERATOR = {"roles": ["operator"], "agency": None, "partnership": None, "subject": "op-1"}
SEALING_KEYS = base64.b64encode(bytes(range(32))).decode()
"""The key of the world's sealer, as settings hold it."""
WEBHOOK = {"channel": "webhook", "address": "https://hooks.example.org/in"}
MAILBOX = {"channel": "e-mail", "address": "duty@police.example.org"}


def settings(database_url: str, folder: Path, **changes: Any) -> Settings:
    """With key files in ``folder``."""
    key_file = folder / "key.pem"
    key_file.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    values: dict[str, Any] = {
        "database_url": database_url,
        "kafka_bootstrap_servers": "127.0.0.1:1",
        "oidc_issuer": "https://issuer.example.org",
        "public_url": "https://notify.example.org",
        "service_urls": {"referral-intake": "https://intake.example.org"},
        "partnerships_folder": PACKS_FOLDER,
        "smtp_url": "smtp://127.0.0.1:1",
        "webhook_signing_key_file": key_file,
        "sealing_keys": SEALING_KEYS,
        "allowed_private_addresses": ("127.0.0.1/32",),
    }
    return Settings(**(values | changes))


def form(*wanted: dict[str, Any], partnership: str = "wandsworth") -> dict[str, Any]:
    """What sets all endpoints of an agency."""
    return {"partnership": partnership, "endpoints": list(wanted)}

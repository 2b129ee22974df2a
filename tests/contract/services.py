"""The four services as their API processes serve them, wired in this process."""

from base64 import b64encode
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

import agency_notify.main
import agency_notify.settings
import audit.main
import audit.settings
import referral_intake.main
import referral_intake.settings
import triage.main
import triage.settings
from chassis.run.service import Service
from chassis.web.auth import Verifier
from local_stack.checkout import PARTNERSHIPS_FOLDER

SERVICES: Final = ("referral-intake", "triage", "agency-notify", "audit")
NO_DATABASE: Final = "postgresql://nobody@127.0.0.1:1/nothing"
_ELSEWHERE: Final[dict[str, Any]] = {
    "kafka_bootstrap_servers": "127.0.0.1:1",
    "oidc_issuer": "https://issuer.example.org/realms/frontdoor",
    "public_url": "https://frontdoor.example.org",
    "partnerships_folder": PARTNERSHIPS_FOLDER,
}


def service_of(
    name: str, key_file: Path, *, database_url: str = NO_DATABASE, verifier: Verifier | None = None
) -> Service:
    """One of ``SERVICES``. Nothing is contacted before it is asked something."""
    common = {**_ELSEWHERE, "database_url": database_url}
    match name:
        case "referral-intake":
            return referral_intake.main.build(referral_intake.settings.Settings(**common), verifier=verifier)
        case "triage":
            return triage.main.build(triage.settings.Settings(**common), verifier=verifier)
        case "agency-notify":
            notifying: dict[str, Any] = {
                "smtp_url": "smtp://127.0.0.1:1",
                "webhook_signing_key_file": key_file,
                "sealing_keys": SecretStr(b64encode(bytes(32)).decode()),
            }
            return agency_notify.main.build(agency_notify.settings.Settings(**common, **notifying), verifier=verifier)
        case _:
            signing: dict[str, Any] = {"signing_key_file": key_file, "log_origin": "frontdoor.example.org/audit"}
            return audit.main.build(audit.settings.Settings(**common, **signing), verifier=verifier)


def key_in(folder: Path) -> Path:
    """A file with a signing key."""
    key_file = folder / "key.pem"
    key = Ed25519PrivateKey.generate()
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key_file

"""The published API documents, one for each service: ``python -m tests.contract.api_documents [--check] FOLDER``.

Generated from the routes; with ``--check`` it exits 1 and names what is stale.
"""

import json
import sys
from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI
from pydantic import SecretStr

import agency_notify.main
import agency_notify.settings
import audit.main
import audit.settings
import referral_intake.main
import referral_intake.settings
import triage.main
import triage.settings
from local_stack.checkout import PARTNERSHIPS_FOLDER

Document = dict[str, Any]

SERVICES: Final = ("referral-intake", "triage", "agency-notify", "audit")
_ELSEWHERE: Final[dict[str, Any]] = {
    "database_url": "postgresql://nobody@127.0.0.1:1/nothing",  # nothing is contacted to describe an API
    "kafka_bootstrap_servers": "127.0.0.1:1",
    "oidc_issuer": "https://issuer.example.org/realms/frontdoor",
    "public_url": "https://frontdoor.example.org",
    "partnerships_folder": PARTNERSHIPS_FOLDER,
}


def documents() -> dict[str, Document]:
    """The document of every service, by name."""
    with TemporaryDirectory() as folder:
        key_file = _key_in(Path(folder))
        return {name: app_of(name, key_file).openapi() for name in SERVICES}


def app_of(service: str, key_file: Path) -> FastAPI:
    """The service as it would serve, connected to nothing."""
    match service:
        case "referral-intake":
            intake = referral_intake.settings.Settings(**_ELSEWHERE)
            return referral_intake.main.build(intake).app
        case "triage":
            return triage.main.build(triage.settings.Settings(**_ELSEWHERE)).app
        case "agency-notify":
            notifying: dict[str, Any] = {
                "smtp_url": "smtp://127.0.0.1:1",
                "webhook_signing_key_file": key_file,
                "sealing_keys": SecretStr(b64encode(bytes(32)).decode()),
            }
            return agency_notify.main.build(agency_notify.settings.Settings(**_ELSEWHERE, **notifying)).app
        case _:
            signing: dict[str, Any] = {"signing_key_file": key_file, "log_origin": "frontdoor.example.org/audit"}
            return audit.main.build(audit.settings.Settings(**_ELSEWHERE, **signing)).app


def generated() -> dict[str, str]:
    """File name -> text of every document."""
    return {f"{name}.json": _text(document) for name, document in documents().items()}


def stale(folder: Path) -> list[Path]:
    """Documents that are missing, changed by hand or left over."""
    wanted = generated()
    left_over = {path.name for path in folder.glob("*.json")} - set(wanted)
    changed = {name for name, text in wanted.items() if not _holds(folder / name, text)}
    return sorted(folder / name for name in changed | left_over)


def write(folder: Path) -> None:
    """Bring the documents up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in stale(folder):
        path.unlink(missing_ok=True)
    for name, text in generated().items():
        (folder / name).write_text(text, "utf-8")


def main(arguments: list[str]) -> int:
    """0 when written or fresh, 1 when something is stale, 2 when called wrongly."""
    match arguments:
        case [folder]:
            write(Path(folder))
            return 0
        case ["--check", folder]:
            found = stale(Path(folder))
            for path in found:
                sys.stderr.write(f"{path} is stale. Run: make schemas\n")
            return 1 if found else 0
        case _:
            sys.stderr.write("usage: python -m tests.contract.api_documents [--check] FOLDER\n")
            return 2


def _key_in(folder: Path) -> Path:
    key_file = folder / "key.pem"
    key = Ed25519PrivateKey.generate()
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key_file


def _text(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

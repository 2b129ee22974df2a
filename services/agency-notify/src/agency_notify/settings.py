"""What this service needs to know, beside what every service does."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from agency_notify.channels import Mailbox
from agency_notify.signing import read_key
from chassis.settings import ServiceSettings


def _network(text: str) -> str:
    return str(ip_network(text))


def _key_file(path: Path) -> Path:
    """Looked at when the start can still be refused in one line."""
    try:
        read_key(path)
    except OSError:
        raise ValueError("cannot be read; name a file with an Ed25519 private key as PEM") from None
    return path


def _smtp_url(url: str) -> str:
    Mailbox.parse(url, sender="")
    return url


KeyFile = Annotated[Path, AfterValidator(_key_file)]


class Settings(ServiceSettings):
    """``webhook_previous_key_file`` holds the key before, while receivers change over to the new one.

    ``allowed_private_addresses`` are networks that webhooks may reach although they are not public, for a local stack
    or a private link to an agency; plain HTTP reaches nothing else.
    """

    partnerships_folder: Path
    smtp_url: Annotated[str, AfterValidator(_smtp_url)]
    email_sender: str = Field(default="notices@frontdoor.example.org", pattern=r"^[^@\s]+@[^@\s]+$")
    webhook_signing_key_file: KeyFile
    webhook_previous_key_file: KeyFile | None = None
    allowed_private_addresses: tuple[Annotated[str, AfterValidator(_network)], ...] = ()

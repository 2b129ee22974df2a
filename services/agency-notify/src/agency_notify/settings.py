"""What this service needs to know, beside what every service does."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from chassis.settings import ServiceSettings
from pydantic import AfterValidator, Field


def _network(text: str) -> str:
    return str(ip_network(text))


class Settings(ServiceSettings):
    """``webhook_previous_key_file`` holds the key before, while receivers change over to the new one.

    ``allowed_private_addresses`` are networks that webhooks may reach although they are not public, for a local stack
    or a private link to an agency; plain HTTP reaches nothing else.
    """

    partnerships_folder: Path
    smtp_url: str = Field(pattern=r"^smtps?://")
    email_sender: str = Field(default="notices@frontdoor.example.org", pattern=r"^[^@\s]+@[^@\s]+$")
    webhook_signing_key_file: Path
    webhook_previous_key_file: Path | None = None
    allowed_private_addresses: tuple[Annotated[str, AfterValidator(_network)], ...] = ()

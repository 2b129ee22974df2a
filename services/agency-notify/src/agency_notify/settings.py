"""What this service needs to know, beside what every service does."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator

from agency_notify.mail_server import Mailbox
from agency_notify.sealing import HOW_TO_WRITE, Sealer, read_keys
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


def _sender(address: str) -> str:
    if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", address):
        raise ValueError("write it as name@host in plain ASCII, without a display name")
    return address


def _smtp_url(url: str) -> str:
    Mailbox.parse(url, sender="")
    return url


def _sealing_keys(text: SecretStr) -> SecretStr:
    read_keys(text.get_secret_value())
    return text


def _read_sealing_keys(path: Path) -> tuple[bytes, ...]:
    try:
        return read_keys(path.read_text("ascii"))
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"cannot be read; name a text file, and {HOW_TO_WRITE}") from None


KeyFile = Annotated[Path, AfterValidator(_key_file)]


class Settings(ServiceSettings):
    """``webhook_previous_key_file`` holds the key before, while receivers change over to the new one.

    The keys that seal secrets at rest are in ``sealing_key_file`` or in ``sealing_keys``: the first seals, all open.
    ``allowed_private_addresses`` are networks that webhooks may reach although they are not public, for a local stack
    or a private link to an agency; plain HTTP reaches nothing else.
    """

    smtp_url: Annotated[str, AfterValidator(_smtp_url), Field(repr=False)]  # it may hold a password
    email_sender: Annotated[str, AfterValidator(_sender)] = "notices@frontdoor.example.org"
    webhook_signing_key_file: KeyFile
    webhook_previous_key_file: KeyFile | None = None
    allowed_private_addresses: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    sealing_keys: Annotated[SecretStr, AfterValidator(_sealing_keys)] | None = None
    sealing_key_file: Annotated[Path | None, Field(validate_default=True)] = None

    @field_validator("sealing_key_file")
    @classmethod
    def _from_one_place(cls, path: Path | None, known: ValidationInfo) -> Path | None:
        """Looked at when the start can still be refused in one line."""
        if "sealing_keys" not in known.data:  # it was given, and is refused by itself
            return path
        if path is None and known.data["sealing_keys"] is None:
            raise ValueError("is not set, and has to be: name the file with the keys that seal secrets at rest")
        if path is not None and known.data["sealing_keys"] is not None:
            raise ValueError("is set beside FRONTDOOR_SEALING_KEYS: keep one of the two")
        if path is not None:
            _read_sealing_keys(path)
        return path

    def sealer(self) -> Sealer:
        """Seals secrets at rest, and opens them."""
        if self.sealing_keys is not None:
            return Sealer(read_keys(self.sealing_keys.get_secret_value()))
        if self.sealing_key_file is None:
            raise ValueError(HOW_TO_WRITE)
        return Sealer(_read_sealing_keys(self.sealing_key_file))

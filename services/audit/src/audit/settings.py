"""What this service needs to run."""

from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, Field

from audit.checkpoint import CheckpointSigner
from chassis.settings import ServiceSettings


def _origin(value: str) -> str:
    if not value or "+" in value or any(c.isspace() or not c.isprintable() for c in value):
        raise ValueError("write it like frontdoor.example.org/audit, without spaces and without '+'")
    return value


def _key_file(path: Path) -> Path:
    """Read once here, so that a key that cannot sign stops the start and not the first batch."""
    read_private_key(path)
    return path


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """The key in a PEM file. Raises ``ValueError`` with what to do; never with anything of the key."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise ValueError("name a readable PEM file with an unencrypted Ed25519 private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("name a PEM file with an Ed25519 private key; this is another kind of key")
    return key


class Settings(ServiceSettings):
    """The chassis's settings, and what the log signs with.

    The key and the origin belong to one log for good: with another key, start another log.
    """

    signing_key_file: Annotated[Path, AfterValidator(_key_file)]
    log_origin: Annotated[str, AfterValidator(_origin)]
    checkpoint_seconds: int = Field(default=60, ge=0, le=3600)
    """Checkpoints are signed at multiples of this, so that their growth does not say when; 0: with every batch."""

    def signer(self) -> CheckpointSigner:
        """Signs checkpoints under the log's origin."""
        return CheckpointSigner(self.log_origin, read_private_key(self.signing_key_file))

"""What this service needs to run."""

from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from audit.checkpoint import CheckpointSigner
from audit.cosignature import parse_witness_key
from audit.merkle import VerificationError
from audit.quorum import check_distinct
from audit.witnesses.model import Policy
from chassis.settings import HttpUrl, ServiceSettings


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


def _witness_key(line: str) -> str:
    try:
        return str(parse_witness_key(line))
    except VerificationError:
        raise ValueError("write each witness as its verifier key, name+hash+base64, with its https address") from None


def _policy(witnesses: dict[str, str], needed: int) -> Policy:
    return Policy({parse_witness_key(line): url for line, url in witnesses.items()}, needed)


class Settings(ServiceSettings):
    """The chassis's settings, what the log signs with, and who cosigns it.

    The key and the origin belong to one log for good: with another key, start another log. ``witnesses`` are addresses
    by verifier key. An operator names them, so they may be private ones.
    """

    signing_key_file: Annotated[Path, AfterValidator(_key_file)]
    log_origin: Annotated[str, AfterValidator(_origin)]
    checkpoint_seconds: int = Field(default=60, ge=0, le=3600)
    """Checkpoints are signed at multiples of this, so that their growth does not say when; 0: with every batch."""
    witnesses: dict[Annotated[str, AfterValidator(_witness_key)], HttpUrl] = Field(default_factory=dict)
    witnesses_needed: int = Field(default=0, validate_default=True)

    @field_validator("witnesses")
    @classmethod
    def _check_distinct(cls, witnesses: dict[str, str]) -> dict[str, str]:
        check_distinct([parse_witness_key(line) for line in witnesses])
        return witnesses

    @field_validator("witnesses_needed")
    @classmethod
    def _check_policy(cls, needed: int, known: ValidationInfo) -> int:
        """Checked with this field, the later one: an error of a whole model has no variable that could be named."""
        if "witnesses" in known.data:
            _policy(known.data["witnesses"], needed)
        return needed

    def witness_policy(self) -> Policy:
        """Whom to ask for cosignatures, and how many make a checkpoint witnessed."""
        return _policy(self.witnesses, self.witnesses_needed)

    def signer(self) -> CheckpointSigner:
        """Signs checkpoints under the log's origin."""
        return CheckpointSigner(self.log_origin, read_private_key(self.signing_key_file))

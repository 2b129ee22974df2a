"""Keys and passwords of one stack: made at the first start, kept in its folder, readable by its owner only."""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import ECKey

_OWNER_ONLY: Final = 0o600
_SEALING_KEY_BYTES: Final = 32


class Keys:
    """The folder ``keys`` of one stack."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "keys"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def client_key_file(self, client_id: str) -> Path:
        """PEM of the P-256 key with which a client signs its assertions (ES256)."""
        path = self.folder / f"{client_id}.pem"
        if not path.exists():
            write_private(path, _pem(generate_private_key(SECP256R1())))
            public = ECKey.import_key(path.read_text(), {"use": "sig", "alg": "ES256", "kid": client_id})
            _ = (self.folder / f"{client_id}.jwks.json").write_text(json.dumps(jwks(public)))
        return path

    def signing_key_file(self, purpose: str) -> Path:
        """PEM of an Ed25519 key for one ``purpose``, such as ``webhook`` or ``log``."""
        path = self.folder / f"{purpose}.ed25519.pem"
        if not path.exists():
            write_private(path, _pem(Ed25519PrivateKey.generate()))
        return path

    def sealing_key_file(self, owner: str = "sealing") -> Path:
        """The key with which a service's secrets are sealed before they are stored, as base64: 32 random bytes."""
        path = self.folder / f"{owner}.keys"
        if not path.exists():
            write_private(path, base64.b64encode(secrets.token_bytes(_SEALING_KEY_BYTES)) + b"\n")
        return path

    def webhook_public_key(self) -> str:
        """What agencies verify signatures with, written as Standard Webhooks does: ``whpk_…``."""
        key = serialization.load_pem_private_key(self.signing_key_file("webhook").read_bytes(), None)
        return "whpk_" + base64.b64encode(key.public_key().public_bytes_raw()).decode()  # type: ignore[union-attr]

    def password(self, owner: str) -> str:
        """The password of a person or a role; the same at every start."""
        path = self.folder / "passwords.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if owner not in known:
            known[owner] = secrets.token_urlsafe(18)
            write_private(path, json.dumps(known, indent=2).encode())
        return known[owner]


def jwks(key: ECKey) -> dict[str, Any]:
    """A key set that holds the public half of ``key``."""
    return {"keys": [key.as_dict(private=False)]}


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step; at no moment can anyone but its owner read it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.replace(draft, path)


def _pem(key: Any) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    content: bytes = key.private_bytes(encoding, form, serialization.NoEncryption())
    return content

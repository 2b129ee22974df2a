"""The Secrets of ``deploy/k8s/overlays/dev``, on standard output: ``python -m local_stack.kubernetes_secrets``.

Made from the files of ``make secrets``: ``… | kubectl apply --filename -``. In earnest Secrets come from a store.
"""

import argparse
import base64
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from local_stack.checkout import ROOT
from local_stack.compose_secrets import DATABASES

NAMESPACE: Final = "frontdoor"
_OF_PARTS: Final = {
    "postgres": {name: name for name in ("postgres-password", "keycloak-database-password")},
    "keycloak": {name: name for name in ("keycloak-database-password", "keycloak-console-password", "realm.json")},
    "database-admin": {"url": "database-admin-url"},
    "frontdoor-client": {"key": "keys/frontdoor-service.pem"},
    "operator-client": {"key": "keys/frontdoor-operator.pem"},
    "triage-ui-keys": {"key": "keys/frontdoor-ui.pem", "sealing-keys": "keys/frontdoor-ui.keys"},
    "agency-notify-keys": {
        "smtp-url": "smtp-url",
        "webhook-key": "keys/webhook.ed25519.pem",
        "sealing-keys": "keys/sealing.keys",
    },
    "audit-log-key": {"key": "keys/log.ed25519.pem"},
}


def files() -> Mapping[str, Mapping[str, str]]:
    """Each Secret by name: its keys, and the file of the folder that each is."""
    names = [name.replace("_", "-") for name in DATABASES]
    serving = {f"{name}-database": {"url": f"{name}-app-url"} for name in names}
    owning = {f"{name}-database-owner": {"url": f"{name}-owner-url"} for name in names}
    return {**_OF_PARTS, **serving, **owning}


def manifests(folder: Path) -> Iterator[dict[str, Any]]:
    """The Secrets. Raises ``OSError`` when a file is missing."""
    for name, keys in files().items():
        data = {key: base64.b64encode((folder / file).read_bytes()).decode() for key, file in keys.items()}
        metadata = {"name": name, "namespace": NAMESPACE}
        yield {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all were written, 1 with one line when a file is missing."""
    parser = argparse.ArgumentParser(prog="python -m local_stack.kubernetes_secrets", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / ".secrets")
    chosen = parser.parse_args(arguments)
    try:
        text = yaml.safe_dump_all(manifests(chosen.folder))
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be read: run `make secrets` first\n")
        return 1
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

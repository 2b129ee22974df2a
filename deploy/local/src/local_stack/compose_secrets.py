"""What docker-compose.yml needs and no image holds: ``python -m local_stack.compose_secrets`` (``make secrets``).

Every password and key is random, made once and never replaced: what is sealed and signed with them would be lost.
The folder is its owner's alone; the files in it can be read by anybody who gets that far, because each container
mounts those it needs and runs as a user of its own.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from local_stack import alert_mail
from local_stack.checkout import REALM_FILE, ROOT
from local_stack.console import say
from local_stack.errors import StackError
from local_stack.keys import Keys
from local_stack.realm import sign_ins, with_passwords, with_public_keys, without_invented
from local_stack.witness.notes import COSIGNATURE, LOG_SIGNATURE, Key
from local_stack.witness.part import read_private

DATABASES: Final = ("referral_intake", "triage", "agency_notify", "audit", "triage_ui")
OWN_CLIENTS: Final = ("frontdoor-service", "frontdoor-operator", "frontdoor-ui")
WITNESS: Final = "witness.example.org/compose"
_HOST: Final = "postgres:5432"
_AGENCIES: Final = "172.30.93.250"
_SINK: Final = "smtp://mail:2525"
_NOBODY: Final = "on-call@example.org"
_ORIGIN: Final = re.compile(r"[^\s+']+")
_DEMO_ADDRESSES: Final = {
    "web_client": "http://frontdoor.localhost:8000",
    "oidc_issuer": "http://sign-in.localhost:8080/realms/frontdoor",
    "referral-intake": "http://intake.localhost:8001",
    "triage": "http://triage.localhost:8002",
    "agency-notify": "http://notify.localhost:8003",
    "audit": "http://audit.localhost:8004",
    "agencies": f"http://{_AGENCIES}:8010",
    "mail": "http://mail.localhost:8025/messages",
}


class Secrets:
    """The folder of one deployment."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.keys = Keys(folder)

    def make(self, *, smtp_url: str, demo: bool) -> None:
        """Write what is missing."""
        for client in OWN_CLIENTS:
            self.keys.client_key_file(client)
        for purpose in ("webhook", "log", *(("witness",) if demo else ())):
            self.keys.signing_key_file(purpose)
        self.keys.sealing_key_file()
        self.keys.sealing_key_file("frontdoor-ui")
        for name, content in (self._passwords() | self._addresses() | {"smtp-url": smtp_url}).items():
            self._write(name, content)
        self._write("realm.json", json.dumps(self._realm(demo=demo)))
        self._let_containers_read()

    def make_alerting(self, *, smtp_url: str, to: str) -> None:
        """Write what the profile ``observe`` needs beside. Raises ``StackError`` when nobody can be mailed so."""
        self._write("grafana-password", self.keys.password("grafana"))
        self._write("alertmanager.yml", alert_mail.configuration(smtp_url, to=to))
        self._write("alert-mail-password", alert_mail.password_of(smtp_url) or self.keys.password("alert-mail"))
        self._let_containers_read()

    def describe(self) -> None:
        """Write ``deployment.json``, which says to the walk where everything is and how people sign in."""
        content = {
            "addresses": {**_DEMO_ADDRESSES, "witness_key": str(self._witness_key())},
            "sign_ins": _relative(sign_ins(json.loads(REALM_FILE.read_text()), self.keys), self.folder),
        }
        self._write("deployment.json", json.dumps(content, indent=2))
        self._let_containers_read()

    def demo_settings(self, origin: str) -> dict[str, str]:
        """What ``.env`` holds for the profile ``demo``: the invented agencies and the witness of the log."""
        log_key = Key.of(origin, LOG_SIGNATURE, read_private(self.keys.signing_key_file("log")))
        return {
            "COMPOSE_PROFILES": "demo",
            "FRONTDOOR_ALLOWED_PRIVATE_ADDRESSES": json.dumps([f"{_AGENCIES}/32"]),
            "FRONTDOOR_WITNESSES": json.dumps({str(self._witness_key()): "http://witness:8090"}),
            "FRONTDOOR_WITNESSES_NEEDED": "1",
            "FRONTDOOR_CHECKPOINT_SECONDS": "1",
            "FRONTDOOR_DEMO_WEBHOOK_KEY": self.keys.webhook_public_key(),
            "FRONTDOOR_DEMO_LOG_KEY": str(log_key),
            "FRONTDOOR_DEMO_USER": f"{os.getuid()}:{os.getgid()}",
        }

    def _witness_key(self) -> Key:
        return Key.of(WITNESS, COSIGNATURE, read_private(self.keys.signing_key_file("witness")))

    def _passwords(self) -> dict[str, str]:
        owners = ("postgres", "keycloak-database", "keycloak-console")
        return {f"{owner}-password": self.keys.password(owner) for owner in owners}

    def _addresses(self) -> dict[str, str]:
        """Each database as its owner, who migrates, and as its serving role, with a password each."""
        admin = {"database-admin-url": self._url("postgres", "postgres")}
        roles = [(name, f"{name}_{kind}") for name in DATABASES for kind in ("owner", "app")]
        return admin | {f"{role.replace('_', '-')}-url": self._url(role, name) for name, role in roles}

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self.keys.password(role)}@{_HOST}/{database}"

    def _realm(self, *, demo: bool) -> Mapping[str, Any]:
        realm = json.loads(REALM_FILE.read_text())
        return with_public_keys(with_passwords(realm if demo else without_invented(realm), self.keys), self.keys)

    def _write(self, name: str, content: str) -> None:
        path = self.folder / name
        if not path.exists():
            path.write_text(content)

    def _let_containers_read(self) -> None:
        for path in (*self.folder.iterdir(), *self.keys.folder.iterdir()):
            if path.is_file() and path.name != "passwords.json":
                path.chmod(0o444)


def settings_file(path: Path, folder: Path, settings: Mapping[str, str]) -> None:
    """Write ``.env``. Raises ``StackError`` when it is there: an operator may have changed it."""
    if path.exists():
        raise StackError(
            f"{path} is there already: remove it first if it is to be written again; secrets stay as they are"
        )
    lines = {"FRONTDOOR_SECRETS": str(folder), **settings}
    path.write_text("".join(f"{name}='{value}'\n" for name, value in lines.items()))


def _relative(found: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Key files as seen from ``folder``, which is mounted elsewhere."""
    for client in found["clients"].values():
        client["private_key_file"] = str(Path(client["private_key_file"]).relative_to(folder))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when made, 1 with one line when something is in the way, 2 when called wrongly."""
    chosen = _parser().parse_args(arguments)
    if not chosen.demo and not chosen.smtp_url:
        sys.stderr.write(
            "Say where mail leaves, or ask for a demonstration: make secrets SMTP_URL=… or make secrets DEMO=1\n"
        )
        return 2
    if not _ORIGIN.fullmatch(chosen.log_origin):
        sys.stderr.write("LOG_ORIGIN: write it like frontdoor.example.org/log, without spaces and without '+'\n")
        return 2
    folder, settings = chosen.folder.resolve(), {"FRONTDOOR_LOG_ORIGIN": chosen.log_origin}
    secrets, smtp_url = Secrets(folder), chosen.smtp_url or _SINK
    secrets.make(smtp_url=smtp_url, demo=chosen.demo)
    if chosen.demo:
        secrets.describe()
        settings |= secrets.demo_settings(chosen.log_origin)
    try:
        if chosen.demo or chosen.alerts_to:
            secrets.make_alerting(smtp_url=smtp_url, to=chosen.alerts_to or _NOBODY)
        settings_file(chosen.env, folder, settings)
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    say(f"secrets are in {folder}, settings in {chosen.env}: keep a copy of both where only you can read it")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_stack.compose_secrets", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / ".secrets")
    parser.add_argument("--env", type=Path, default=ROOT / ".env")
    parser.add_argument("--demo", action="store_true", help="with invented people and partners, agencies and a witness")
    parser.add_argument("--smtp-url", default="", help="where mail leaves: smtps://user:password@mail.example.org:465")
    parser.add_argument("--alerts-to", default="", help="who is mailed when the profile `observe` raises an alert")
    parser.add_argument("--log-origin", default="frontdoor.localhost/log", help="the name of the log, for good")
    return parser


if __name__ == "__main__":
    sys.exit(main())

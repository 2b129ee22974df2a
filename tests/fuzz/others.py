"""The other services in this process, each on an empty database: their doors, if not what is behind them."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pydantic import SecretStr

import agency_notify.main
import agency_notify.settings
import audit.main
import audit.settings
import triage.main
import triage.settings
from bench.processes import signing_key
from chassis.ids import reference
from chassis.run.service import Service
from chassis.testing import SettableClock, postgres
from chassis.testing.signer import Signer
from local_stack.checkout import PARTNERSHIPS_FOLDER
from tests.fuzz.asgi import ADDRESS
from tests.fuzz.intake import NOW
from tests.fuzz.people import People
from tests.fuzz.target import Target

_NOBODY_LISTENS: Final = "127.0.0.1:1"


def _triage(common: Mapping[str, Any], _: Path, signer: Signer) -> Service:
    return triage.main.build(triage.settings.Settings(**common), clock=SettableClock(NOW), verifier=signer.verifier())


def _agency_notify(common: Mapping[str, Any], key: Path, signer: Signer) -> Service:
    settings = agency_notify.settings.Settings(
        **common,
        smtp_url=f"smtp://{_NOBODY_LISTENS}",
        webhook_signing_key_file=key,
        sealing_keys=SecretStr(b64encode(bytes(32)).decode()),
    )
    return agency_notify.main.build(settings, clock=SettableClock(NOW), verifier=signer.verifier())


def _audit(common: Mapping[str, Any], key: Path, signer: Signer) -> Service:
    settings = audit.settings.Settings(**common, signing_key_file=key, log_origin="frontdoor.example.org/audit")
    return audit.main.build(settings, clock=SettableClock(NOW), verifier=signer.verifier())


OTHERS: Final[Mapping[str, Callable[[Mapping[str, Any], Path, Signer], Service]]] = {
    "triage": _triage,
    "agency_notify": _agency_notify,
    "audit": _audit,
}
"""By package: how each is built."""
_KNOWN: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "triage": {"reference": (reference("WAN", 1), reference("WAN", 2).lower().replace("-", " "))},
}
"""Values that nobody hits upon by chance, because a character checks the others."""


@asynccontextmanager
async def other(package: str, admin_url: str) -> AsyncIterator[Target]:
    """One of ``OTHERS`` for as long as the block lasts."""
    urls, signer = await postgres.migrated(admin_url, package), Signer()
    common = {
        "database_url": urls.app_url,
        "kafka_bootstrap_servers": _NOBODY_LISTENS,
        "oidc_issuer": "https://issuer.example.org/realms/frontdoor",
        "public_url": ADDRESS,
        "partnerships_folder": PARTNERSHIPS_FOLDER,
    }
    with TemporaryDirectory(prefix="frontdoor-") as folder:
        service = OTHERS[package](common, signing_key(Path(folder)), signer)
        async with service.app.router.lifespan_context(service.app):
            known = _KNOWN.get(package, {})
            yield Target(service.app, People(signer), known, examples={}, words="", work=_nothing)


async def _nothing() -> None:
    """No worker has anything to do on an empty database."""

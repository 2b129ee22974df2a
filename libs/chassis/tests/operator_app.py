"""What operators may do over HTTP, as an app over a database of delivery's tables."""

from dataclasses import dataclass, field

from fastapi import FastAPI
from pydantic import SecretStr

from chassis.db import Database
from chassis.settings import ServiceSettings
from chassis.testing.clock import SettableClock
from chassis.testing.delivery import NOW
from chassis.testing.signer import Signer
from chassis.web import operator_routes
from chassis.web.app import create_app

SECRET = "s3cr3t-of-nobody"
REASON = {"reason": "The rule was mended in release 12"}
SETTINGS = ServiceSettings(
    database_url=f"postgresql://app:{SECRET}@db/x",
    kafka_bootstrap_servers="kafka:9092",
    kafka_security_protocol="SASL_SSL",
    kafka_user="triage",
    kafka_password=SecretStr(SECRET),
    oidc_issuer=f"https://user:{SECRET}@sign-in.example.org/realms/{SECRET}",
    public_url="https://triage.example.org",
    service_urls={"audit": f"http://audit:8004/{SECRET}"},
)


@dataclass(frozen=True)
class Place:
    """What the routes stand on."""

    db: Database
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOW))


def app_on(db: Database, signer: Signer, *, may_discard: bool = True) -> FastAPI:
    """The routes for operators of a service, over this database."""
    routes = operator_routes.router(lambda: Place(db), SETTINGS, service="triage", may_discard=may_discard)
    return create_app(title="T", version="1", routers=[routes], verifier=signer.verifier(), readiness={})

"""What operators may do over HTTP, as an app over a database of delivery's tables."""

from fastapi import FastAPI
from pydantic import SecretStr

from chassis.db import Database
from chassis.settings import ServiceSettings
from chassis.testing.clock import SettableClock
from chassis.testing.delivery import NOW
from chassis.testing.signer import Signer
from chassis.web import operator_routes
from chassis.web.app import create_app
from chassis.web.operated import CountFlow, Operated, no_stages

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


def app_on(db: Database, signer: Signer, *, may_discard: bool = True, flow: CountFlow = no_stages) -> FastAPI:
    """The routes for operators of a service, over this database."""
    routers = [operator_routes.ROUTER]
    app = create_app(title="T", version="1", routers=routers, verifier=signer.verifier(), readiness={})
    app.state.operated = Operated(db, SettableClock(NOW), SETTINGS, "triage", may_discard, flow)
    return app

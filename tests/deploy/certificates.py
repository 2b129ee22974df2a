"""Certificates run out on a running stack, one server after the other: ``python -m tests.deploy.certificates``.

Before the issuer, PostgreSQL and Kafka stands what does TLS for each. Its certificate expires while connections are
open, then the connections end, then it is renewed. What an operator sees each time is kept, and that nothing is lost.
Needs root: the authority is believed by this machine meanwhile, because services believe the system's authorities.
"""

import asyncio
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx2
from sqlalchemy.engine import make_url

from frontdoor.demo.waiting import until
from frontdoor.errors import CommandFailed, Wrong
from local_stack import probes
from local_stack.checkout import PARTNERSHIPS_FOLDER, ROOT
from local_stack.kafka import Kafka
from local_stack.keycloak import Keycloak
from local_stack.ports import Ports
from local_stack.services import health
from local_stack.stack import Stack, running
from tests.chaos.checker import Checker
from tests.chaos.databases import Databases
from tests.conftest import register_endpoints
from tests.deploy.backups import end, start
from tests.deploy.fronts import Front, listening
from tests.deploy.scene import Scene
from tests.e2e.conftest import settled, steady
from tests.e2e.doctoring import around, bad
from tests.e2e.people import People
from tests.e2e.steps import post
from tests.tls.certificates import Authority, Issued

RESULT: Final = ROOT / "deploy" / "results" / "certificates.json"
HOST: Final = "127.0.0.1"
ISSUER, DATABASE, BROKER = "issuer", "database", "broker"
LASTS: Final = timedelta(days=90)
WATCHED_SECONDS: Final = 75
"""So long it is left as it is: a worker that cannot read ends after 45 seconds."""
WITHIN_SECONDS: Final = 180
WRONG_SETTING: Final = "certificate has expired"
_CALL_SECONDS: Final = 15.0


@dataclass
class World:
    """The stack behind its fronts, both certificates of each, and what the services are started with."""

    scene: Scene
    fronts: Mapping[str, Front]
    authority: Path
    good: Issued
    expired: Issued
    read: dict[str, int] = field(default_factory=dict)
    """How far the log of each process was looked at."""

    @property
    def stack(self) -> Stack:
        return self.scene.stack

    def variables(self, process: str) -> dict[str, str]:
        """What differs for a process that reaches everything by TLS."""
        variables = {
            "FRONTDOOR_DATABASE_URL": self._through(self.stack.supervisor.command(process).environment),
            "FRONTDOOR_OIDC_ISSUER": self.stack.parts["keycloak"].address,
        }
        return variables if process == "web-client" else variables | self.kafka()

    def kafka(self) -> dict[str, str]:
        """How Kafka is reached."""
        return {
            "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{self.fronts[BROKER].port}",
            "FRONTDOOR_KAFKA_SECURITY_PROTOCOL": "SSL",
            "FRONTDOOR_KAFKA_CA_FILE": str(self.authority),
        }

    def databases(self) -> str:
        """How the doctor reaches every database."""
        urls = {name: self.verified(one.app_url) for name, one in self.stack.services.items()}
        return json.dumps(urls)

    def verified(self, url: str) -> str:
        """A database's address through its front, whose certificate is verified."""
        query = {"sslmode": "verify-full", "sslrootcert": str(self.authority)}
        through = make_url(url).set(port=self.fronts[DATABASE].port, query=query)
        return through.render_as_string(hide_password=False)

    def _through(self, environment: Mapping[str, str]) -> str:
        return self.verified(environment["FRONTDOOR_DATABASE_URL"])


async def rehearse_one(world: World, place: str) -> dict[str, Any]:
    """One certificate runs out and is renewed. Raises ``Wrong`` when something was lost."""
    front = world.fronts[place]
    await steady(world.stack)
    await world.scene.refer()  # who sends has a token by now, which lasts some minutes
    front.show(world.expired)
    found = {"while_connections_last": await _seen(world)}
    front.drop()
    if place == ISSUER:  # what has the keys goes on for a day: one is started that has none
        await _started_again(world, "triage-api")
    found["once_connections_ended"] = await _seen(world)
    front.show(world.good)
    began = time.monotonic()
    await steady(world.stack)
    ready = time.monotonic() - began
    await _nothing_lost(world)
    settled_after = {"seconds_until_ready": round(ready, 1), "lost_or_doubled": 0}
    return {**found, "renewed": settled_after}


async def _seen(world: World) -> dict[str, Any]:
    """How a sender is answered; after a while what each process says of itself, its last words, and the doctor."""
    answer = await _answer(world)
    await asyncio.sleep(WATCHED_SECONDS)
    variables = {**world.kafka(), "FRONTDOOR_DATABASE_URLS": world.databases()}
    findings, _ = await bad(around(world.stack, **variables))
    return {
        "a_referral": answer,
        "not_ready": await _not_ready(world),
        "ended_with_78": _last_words(world),
        "doctor": [finding.line for finding in findings],
    }


async def _answer(world: World) -> dict[str, Any]:
    try:
        answer = await post(world.scene.school)
    except httpx2.HTTPError as error:
        return {"status": 0, "says": type(error).__name__}
    said = {} if answer.is_success else {"says": answer.json().get("title")}
    return {"status": answer.status_code, **said}


async def _not_ready(world: World) -> dict[str, list[str]]:
    found = {}
    for name, url in health(world.stack.services):
        try:
            found[name] = (await world.scene.people.http.get(url)).json()["failing"]
        except httpx2.HTTPError:
            found[name] = ["away"]
    return {name: failing for name, failing in found.items() if failing}


def _last_words(world: World) -> dict[str, str]:
    """Of processes that ended for a certificate since it was looked last."""
    found = {}
    for name, _ in health(world.stack.services):
        words = world.stack.supervisor.log(name).read_text()
        lines = [line for line in words[world.read.get(name, 0) :].splitlines() if not line.startswith("{")]
        world.read[name] = len(words)
        if said := [line for line in lines if WRONG_SETTING in line]:
            found[name] = said[-1]
    return found


async def _started_again(world: World, name: str) -> None:
    """Until it answers, whatever it says."""
    await end(world.stack, name)
    start(world.stack, name)
    url = f"{world.stack.services[name.removesuffix('-api')].url}/health/live"

    async def ask() -> bool | None:
        return await asyncio.to_thread(probes.http_answers, url) or None

    await until(f"{name} again", ask, timeout_seconds=WITHIN_SECONDS)


async def _nothing_lost(world: World) -> None:
    databases = Databases(world.stack.addresses()["database_url"])
    checker = Checker(databases, world.stack.services["audit"].url)
    await settled(checker)
    if found := [*await checker.delivery(), *await checker.followers(), *checker.verifier()]:
        raise Wrong("; ".join(found))


async def reach_by_tls(world: World) -> None:
    """Have the issuer call itself by its front, and every process reach everything through fronts."""
    stack = world.stack
    for part in (stack.parts["keycloak"], stack.parts["kafka"]):
        await asyncio.to_thread(part.start)

    async def answers() -> bool | None:
        try:
            url = f"{stack.parts['keycloak'].address}/.well-known/openid-configuration"
            return (await world.scene.people.http.get(url)).is_success or None
        except httpx2.HTTPError:
            return None

    await until("the issuer behind its front", answers, timeout_seconds=WITHIN_SECONDS)
    names = list(stack.supervisor.restarts())
    await end(stack, *names)
    for name in names:
        start(stack, name, variables=world.variables(name))
    await steady(stack)


async def rehearse(world: World) -> dict[str, Any]:
    """One place after the other."""
    await reach_by_tls(world)
    await register_endpoints(world.stack)
    _last_words(world)
    found = {}
    for place in world.fronts:
        found[place] = await rehearse_one(world, place)
        print(place, json.dumps(found[place], indent=2), flush=True)
    return found


async def _rehearsed(stack: Stack, fronts: Mapping[str, Front], authority: Authority, folder: Path) -> dict[str, Any]:
    good, expired = authority.issue("good", HOST, lasts=LASTS), authority.issue("expired", HOST, ended=True)
    async with httpx2.AsyncClient(timeout=_CALL_SECONDS, trust_env=False) as http:
        scene = Scene(stack, People(stack, http), PARTNERSHIPS_FOLDER)
        return await rehearse(World(scene, fronts, authority.file, good, expired))


@contextmanager
def believed(authority: Path) -> Iterator[None]:
    """By this machine, until the block is left."""
    folder = ssl.get_default_verify_paths().openssl_capath
    named = ["openssl", "x509", "-hash", "-noout", "-in", str(authority)]
    link = Path(folder) / f"{subprocess.run(named, check=True, capture_output=True, text=True).stdout.strip()}.0"
    link.symlink_to(authority)
    try:
        yield
    finally:
        link.unlink()


def main() -> int:
    """0 when nothing was lost, and the doctor named each certificate."""
    if os.geteuid() != 0:
        print("Believing an authority needs root: run this as root, in a machine of its own", file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="frontdoor-") as name:
        folder, ports = Path(name), Ports()
        folder.chmod(0o755)
        authority = Authority(folder, "authority")
        certificate = authority.issue("first", HOST, lasts=LASTS)
        fronts = {place: Front(certificate, as_postgresql=place == DATABASE) for place in (ISSUER, DATABASE, BROKER)}
        with believed(authority.file), listening(*fronts.values()), running(folder / "stack") as stack:
            _stand_before(stack, fronts, behind_kafka=ports.take())
            try:
                found = asyncio.run(_rehearsed(stack, fronts, authority, folder))
            except (CommandFailed, AssertionError) as error:
                print(error, file=sys.stderr)
                return 1
            finally:
                ports.release()
    good = all("expired" in str(one["once_connections_ended"]["doctor"]) for one in found.values())
    if good:
        RESULT.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    return 0 if good else 1


def _stand_before(stack: Stack, fronts: Mapping[str, Front], *, behind_kafka: int) -> None:
    """Each front before its server; issuer and broker call themselves by it once they are started again."""
    keycloak, kafka = stack.parts["keycloak"], stack.parts["kafka"]
    assert isinstance(keycloak, Keycloak)
    assert isinstance(kafka, Kafka)
    fronts[ISSUER].behind = int(keycloak.console.rpartition(":")[2])
    fronts[DATABASE].behind = make_url(stack.parts["postgres"].address).port or 0
    fronts[BROKER].behind = behind_kafka
    keycloak.call_itself(f"https://{HOST}:{fronts[ISSUER].port}")
    kafka.listen_behind(behind_kafka, advertised=f"{HOST}:{fronts[BROKER].port}")


if __name__ == "__main__":
    sys.exit(main())

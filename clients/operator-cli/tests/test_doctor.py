"""What the doctor finds: everything that is good once, and each thing that can be wrong with what to do about it."""

import base64
import json
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any, Final

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from chassis.clock import SystemClock
from chassis.http_client import HttpClient, NoAnswer
from chassis.run.provision import DatabaseUrls
from chassis.settings import KafkaSettings
from chassis.testing.clock import SettableClock
from frontdoor.client import SERVICES
from frontdoor.doctor import doctor, of_certificates, of_issuer, of_keys, of_places, of_services
from frontdoor.doctor.asking import Asker
from frontdoor.doctor.finding import Finding
from frontdoor.doctor.surroundings import Surroundings
from frontdoor.main import app
from frontdoor.settings import Settings
from local_stack.checkout import PARTNERSHIPS_FOLDER

NOW: Final = datetime(2026, 11, 29, 12, 0, 0, 400_000, tzinfo=UTC)
ISSUER: Final = "https://issuer.example.org/realms/frontdoor"
URLS: Final = {name: f"http://{name}.example.org" for name in SERVICES}
KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN: Final = "log.example.org/one"
Reply = httpx2.Response | Exception


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def verifier_key(key: Ed25519PrivateKey = KEY, name: str = ORIGIN) -> str:
    public = b"\x01" + key.public_key().public_bytes_raw()
    key_id = sha256(name.encode() + b"\n" + public).digest()[:4].hex()
    return f"{name}+{key_id}+{encoded(public)}"


def checkpoint(size: int = 1042, key: Ed25519PrivateKey = KEY, *, signed: bytes | None = None) -> str:
    text = f"{ORIGIN}\n{size}\n{encoded(bytes(32))}\n"
    key_id = bytes.fromhex(verifier_key(key).split("+")[1])
    return f"{text}\n\N{EM DASH} {ORIGIN} {encoded(key_id + key.sign(signed or text.encode()))}\n"


def token(**claims: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps({"iss": ISSUER, "roles": ["operator"], **claims}).encode())
    return f"e30.{body.decode().rstrip('=')}.x"


@dataclass
class Badge:
    """What the issuer gives."""

    token: str = field(default_factory=token)

    async def bearer(self) -> dict[str, str]:
        if not self.token:
            raise NoAnswer
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Town:
    """Everybody whom the doctor asks, all of them well."""

    replies: dict[str, Reply] = field(default_factory=dict)
    badge: Badge = field(default_factory=Badge)
    date: datetime = NOW

    def __post_init__(self) -> None:
        about = {"version": "1.2.0", "contracts": "abc123def456"}
        for url in URLS.values():
            self.says(f"{url}/health/ready", {"status": "ready", "failing": [], "warnings": []})
            self.says(f"{url}/operator/about", about)
        self.says(f"{ISSUER}/.well-known/openid-configuration", {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/certs"})
        self.says(f"{ISSUER}/certs", {"keys": [{"kty": "EC"}]})
        self.writes("http://audit.example.org/key", verifier_key() + "\n")
        self.writes("http://audit.example.org/checkpoint", checkpoint())
        served = [f"whpk_{encoded(KEY.public_key().public_bytes_raw())}"]
        self.says("http://agency-notify.example.org/v1/webhook-keys", {"keys": served})

    def says(self, url: str, body: object, *, status: int = 200) -> None:
        self.replies[url] = httpx2.Response(status, json=body)

    def writes(self, url: str, text: str) -> None:
        self.replies[url] = httpx2.Response(200, text=text)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        reply = self.replies.get(str(request.url), httpx2.Response(404, text="<html>"))
        if isinstance(reply, Exception):
            raise reply
        headers = {**reply.headers, "date": format_datetime(self.date.replace(microsecond=0), usegmt=True)}
        return httpx2.Response(reply.status_code, content=reply.content, headers=headers)

    @property
    def asker(self) -> Asker:
        http = HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer)))
        return Asker(http, self.badge, SettableClock(NOW))


def around(tmp_path: Path, **changes: Any) -> Surroundings:
    key_file = tmp_path / "webhook.pem"
    key_file.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings = Settings(URLS, ISSUER, key_file)
    made = Surroundings(settings, partnerships=PARTNERSHIPS_FOLDER, webhook_key_file=key_file)
    return replace(made, **changes)


@pytest.fixture
def town() -> Town:
    return Town()


def bad(found: list[Finding]) -> list[Finding]:
    assert all(finding.advice for finding in found if not finding.good), "what is wrong says what to do"
    return [finding for finding in found if not finding.good]


async def one_bad(town: Town, tmp_path: Path, **changes: Any) -> Finding:
    (finding,) = bad(await doctor.examine(around(tmp_path, **changes), town.asker))
    return finding


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The issuer of these tests has an HTTPS address that leads nowhere; certificates are tried by themselves."""

    async def none(urls: object, *, now: datetime) -> list[Finding]:
        return []

    monkeypatch.setattr(of_certificates, "check_certificates", none)


async def test_where_all_is_well_every_line_is_ok_and_the_command_ends_with_0(town: Town, tmp_path: Path) -> None:
    found = await doctor.examine(around(tmp_path), town.asker)
    answer = doctor.answer(found)

    assert bad(found) == []
    assert answer.exit_code == 0
    assert answer.data["ok"] is True
    checks = {finding.check for finding in found}
    assert {"settings", "issuer", "token", "role", "release", "clocks", "log key", "webhook key", "packs"} <= checks
    assert {f"service {name}" for name in SERVICES} <= checks


async def test_a_service_that_is_away_is_named_with_what_to_do(town: Town, tmp_path: Path) -> None:
    for path in ("health/ready", "operator/about"):
        town.replies[f"{URLS['triage']}/{path}"] = httpx2.ConnectError("away")

    found = bad(await doctor.examine(around(tmp_path), town.asker))

    assert [(one.check, one.says) for one in found] == [
        ("service triage", "does not answer"),
        ("release", "triage did not tell"),
    ]
    assert doctor.answer(found).exit_code == 1


@pytest.mark.parametrize(
    ("failing", "advice"),
    [("database", "FRONTDOOR_DATABASE_URL"), ("issuer", "FRONTDOOR_OIDC_ISSUER"), ("halted", "consumer status")],
)
async def test_a_service_that_is_not_ready_says_why(town: Town, tmp_path: Path, failing: str, advice: str) -> None:
    town.says(f"{URLS['audit']}/health/ready", {"status": "not ready", "failing": [failing]}, status=503)

    finding = await one_bad(town, tmp_path)

    assert (finding.check, failing in finding.says, advice in finding.advice) == ("service audit", True, True)


async def test_a_pack_that_ends_soon_is_said_by_the_service_that_warns(town: Town, tmp_path: Path) -> None:
    advice = "The pack of wandsworth ends on 2026-12-20: add a version"
    town.says(f"{URLS['triage']}/health/ready", {"status": "ready", "failing": [], "warnings": [advice]})

    assert (await one_bad(town, tmp_path)).advice == advice


async def test_another_thing_at_the_address_of_a_service_is_not_taken_for_it(town: Town, tmp_path: Path) -> None:
    town.writes(f"{URLS['triage']}/health/ready", "<html>Welcome</html>")

    assert "not as a service of ours" in (await one_bad(town, tmp_path)).says


async def test_services_of_two_releases_are_told_apart(town: Town, tmp_path: Path) -> None:
    town.says(f"{URLS['triage']}/operator/about", {"version": "1.2.0", "contracts": "ffffffffffff"})

    finding = await one_bad(town, tmp_path)

    assert finding.check == "release"
    assert "triage 1.2.0 (ffffffffffff)" in finding.says


@pytest.mark.parametrize(
    ("seconds", "says"), [(600, "is 600 s ahead of this machine's"), (-600, "is 599 s behind this machine's")]
)
async def test_a_clock_that_is_minutes_off_is_seen_at_everybody(
    town: Town, tmp_path: Path, seconds: int, says: str
) -> None:
    town.date = NOW + timedelta(seconds=seconds)

    found = bad(await doctor.examine(around(tmp_path), town.asker))

    assert {one.check for one in found} == {"clock of issuer", *(f"clock of service {name}" for name in SERVICES)}
    assert {one.says for one in found} == {says}


async def test_a_date_is_cut_to_seconds_and_that_is_no_difference() -> None:
    assert [finding.good for finding in of_services.check_clocks({"issuer": 0.0, "triage": -0.6})] == [True]


@pytest.mark.parametrize(
    ("badge", "check", "says"),
    [
        (Badge(""), "token", "the issuer gives frontdoor-operator none"),
        (Badge(token(roles=["partner"])), "role", "the token has no role operator"),
        (Badge(token(iss="https://else.example.org")), "token", "it is from another issuer"),
        (Badge("no-token"), "token", "it is from another issuer"),
    ],
)
async def test_a_token_that_does_not_do_is_said(town: Town, badge: Badge, check: str, says: str) -> None:
    town.badge = badge

    (finding,) = bad(await of_issuer.check_token(town.asker, Settings(URLS, ISSUER, Path("key.pem"))))

    assert (finding.check, finding.says) == (check, says)


@pytest.mark.parametrize(
    ("document", "keys", "says"),
    [
        (None, {}, "does not answer with its discovery document"),
        ({"issuer": f"{ISSUER}2"}, {}, "calls itself by another name than the settings"),
        ({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/certs"}, {"keys": []}, "there are none"),
    ],
)
async def test_an_issuer_that_does_not_do_is_said(town: Town, document: Any, keys: Any, says: str) -> None:
    town.says(f"{ISSUER}/.well-known/openid-configuration", document)
    town.says(f"{ISSUER}/certs", keys)

    (finding,) = bad(await of_issuer.check_issuer(town.asker, ISSUER))

    assert finding.says == says


OTHER: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@pytest.mark.parametrize(
    ("served", "note", "says"),
    [
        (verifier_key(OTHER), checkpoint(), "is not signed by the key that is served"),
        (verifier_key(), checkpoint(signed=b"other"), "is not valid"),
        (verifier_key()[:-4], checkpoint(), "is not one"),
        (verifier_key(), "nothing of the kind", "is not signed by the key"),
        (verifier_key(), checkpoint().replace("1042", "1043"), "is not valid"),
    ],
)
async def test_a_log_that_its_key_did_not_sign_is_an_incident(
    town: Town, tmp_path: Path, served: str, note: str, says: str
) -> None:
    town.writes("http://audit.example.org/key", served)
    town.writes("http://audit.example.org/checkpoint", note)

    finding = await one_bad(town, tmp_path)

    assert says in finding.says
    assert finding.advice.startswith("An incident")


async def test_webhooks_that_are_signed_with_another_key_are_seen_where_the_file_can_be_read(
    town: Town, tmp_path: Path
) -> None:
    served = [f"whpk_{encoded(OTHER.public_key().public_bytes_raw())}"]
    town.says("http://agency-notify.example.org/v1/webhook-keys", {"keys": served})

    with_file = await one_bad(town, tmp_path)
    without = await of_keys.check_webhook_keys(town.asker, URLS["agency-notify"], None)

    assert "not the one of the key file" in with_file.says
    assert bad(without) == []


async def test_packs_are_read_and_a_mistake_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "nowhere.yaml").write_text("partnership: 1\n")

    (finding,) = of_places.check_packs(folder, now=NOW)

    assert not finding.good
    assert "nowhere.yaml" in finding.advice


async def test_a_kafka_that_is_away_is_said_within_seconds() -> None:
    (finding,) = await of_places.check_kafka(KafkaSettings(kafka_bootstrap_servers="127.0.0.1:1"))

    assert (finding.check, finding.good) == ("kafka", False)


async def test_a_database_that_is_away_is_said_without_its_address() -> None:
    secret = "a-password-of-nobody"

    urls = {"triage": f"postgresql://app:{secret}@127.0.0.1:1/triage"}
    (finding,) = await of_places.check_databases(Town().asker, urls)

    assert not finding.good
    assert secret not in finding.line


async def test_the_clock_of_a_database_is_compared_like_everybody_elses(
    migrated_database: Callable[[str], Awaitable[DatabaseUrls]],
) -> None:
    asker = Town().asker
    asker.clock = SettableClock(SystemClock().now() - timedelta(minutes=10))

    (finding,) = await of_places.check_databases(asker, {"triage": (await migrated_database("triage")).app_url})

    (clock,) = of_services.check_clocks(asker.clocks)
    assert finding.good
    assert (clock.check, clock.good) == ("clock of database of triage", False)
    assert "ahead of this machine's" in clock.says


@pytest.mark.parametrize(
    ("outcome", "says"), [("ahead", "has seen more entries"), ("refused", "extend"), ("unprovable", "lacks")]
)
async def test_a_witness_that_does_not_accept_the_history_is_an_incident(
    town: Town, tmp_path: Path, outcome: str, says: str
) -> None:
    town.says("http://audit.example.org/v1/witnesses", {"witnesses": [{"name": "one", "outcome": outcome}]})

    finding = await one_bad(town, tmp_path)

    assert finding.check == "witness one"
    assert says in finding.says
    assert "incident" in finding.advice


@pytest.mark.parametrize(("status", "says"), [(404, "nothing is signed yet"), (503, "audit answers 503")])
async def test_a_log_that_cannot_be_read_is_not_taken_for_one_that_was_never_signed(
    town: Town, tmp_path: Path, status: int, says: str
) -> None:
    town.says("http://audit.example.org/checkpoint", {}, status=status)

    finding = await one_bad(town, tmp_path)

    assert (finding.check, finding.says) == ("log key", says)


async def test_a_witness_that_cosigned_is_well_and_one_that_was_never_asked_is_not(town: Town, tmp_path: Path) -> None:
    witnesses = [{"name": "one", "outcome": "cosigned"}, {"name": "two", "outcome": None}]
    town.says("http://audit.example.org/v1/witnesses", {"witnesses": witnesses})

    finding = await one_bad(town, tmp_path)

    assert (finding.check, finding.says) == ("witness two", "was never asked")


def test_settings_that_name_nothing_are_the_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FRONTDOOR_SERVICE_URLS", raising=False)
    result = CliRunner().invoke(app, ["doctor", "--json"])

    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["check"], finding["ok"]) == ("settings", False)


@dataclass(frozen=True)
class TlsPlace:
    """A server with a certificate of its own making, and a context that trusts it."""

    port: int
    trusting: ssl.SSLContext


@pytest.fixture
def tls_place(tmp_path: Path) -> Iterator[Callable[[int], TlsPlace]]:
    servers: list[ThreadingTCPServer] = []

    def made(days: int) -> TlsPlace:
        file = _certificate(tmp_path, days)
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(file)
        server = ThreadingTCPServer(("127.0.0.1", 0), _Silent)
        server.socket = serving.wrap_socket(server.socket, server_side=True)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return TlsPlace(server.server_address[1], ssl.create_default_context(cafile=str(file)))

    yield made
    for server in servers:
        server.shutdown()
        server.server_close()


class _Silent(BaseRequestHandler):
    def handle(self) -> None:
        """Says nothing."""


def _certificate(folder: Path, days: int) -> Path:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days, minutes=5))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = folder / "tls.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(pem + made.public_bytes(Encoding.PEM))
    return file


@pytest.mark.parametrize(("days", "good", "says"), [(90, True, "lasts 90 days"), (10, False, "ends in 10 days")])
def test_a_certificate_is_said_with_its_days(
    tls_place: Callable[[int], TlsPlace], days: int, good: bool, says: str
) -> None:
    place = tls_place(days)

    finding = of_certificates.certificate(
        of_certificates.Place("localhost", place.port, place.trusting), now=datetime.now(UTC)
    )

    assert finding.good is good
    assert says in finding.says


def test_a_certificate_that_nobody_trusts_is_wrong(tls_place: Callable[[int], TlsPlace]) -> None:
    finding = of_certificates.certificate(of_certificates.Place("localhost", tls_place(90).port), now=datetime.now(UTC))

    assert (finding.good, "is not believed" in finding.says) == (False, True)


def test_a_certificate_that_expired_is_said_with_since_when(tls_place: Callable[[int], TlsPlace]) -> None:
    place = tls_place(-3)
    ended = datetime.now(UTC) - timedelta(days=3) + timedelta(minutes=5)

    finding = of_certificates.certificate(
        of_certificates.Place("localhost", place.port, place.trusting), now=datetime.now(UTC)
    )

    assert not finding.good
    assert finding.check == f"certificate of localhost:{place.port}"
    assert finding.says.startswith(f"expired 2 days ago, at {ended:%Y-%m-%d}")


def test_brokers_and_databases_are_looked_at_where_tls_verifies_them(tmp_path: Path) -> None:
    file = _certificate(tmp_path, 90)
    kafka = KafkaSettings(
        kafka_bootstrap_servers="one.example.org:9093,two.example.org:9093",
        kafka_security_protocol="SSL",
        kafka_ca_file=file,
    )
    verified = f"postgresql://app:secret@db.example.org/x?sslmode=verify-full&sslrootcert={file}"

    brokers = of_certificates.of_kafka(kafka)
    servers = of_certificates.of_databases({"triage": verified, "audit": "postgresql://app:secret@plain.example.org/x"})

    assert [(place.host, place.port) for place in brokers] == [("one.example.org", 9093), ("two.example.org", 9093)]
    assert [(place.host, place.port) for place in servers] == [("db.example.org", 5432)]
    assert of_certificates.of_kafka(None) == []

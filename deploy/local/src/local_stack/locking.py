"""Writes ``parts.lock`` again: resolves each part's files and notes their hashes. Only maintainers run this."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from jgo.maven import Artifact, MavenContext

from local_stack.artefacts import LOCK_FILE, Artefact, download, sha256_of

# The logging binding is what Kafka's own distribution adds beside its declared dependencies.
_ROOTS: Final = (
    ("kafka", "org.apache.kafka", "kafka_2.13", "4.3.0", "", "jar"),
    ("kafka", "org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.4", "", "jar"),
    ("keycloak", "org.keycloak", "keycloak-quarkus-dist", "26.7.0", "", "zip"),
    ("govuk-frontend", "org.webjars.npm", "govuk-frontend", "5.14.0", "", "jar"),
    ("zipkin", "io.zipkin", "zipkin-server", "3.5.1", "exec", "jar"),
)
_WITH_DEPENDENCIES: Final = frozenset({"kafka"})
_HEADER: Final = "# part group name version classifier type sha256; written by `python -m local_stack parts --relock`\n"


def relock() -> int:
    """Resolve, fetch and hash everything; returns the number of files locked."""
    with tempfile.TemporaryDirectory(prefix="relock-") as folder:
        lines = sorted({str(artefact) for artefact in _resolved(Path(folder))})
    LOCK_FILE.write_text(_HEADER + "\n".join(lines) + "\n")
    return len(lines)


def _resolved(folder: Path) -> Iterator[Artefact]:
    context = MavenContext(repo_cache=folder)
    for root in (Artefact(*fields, "") for fields in _ROOTS):
        closure = _closure(context, root) if root.part in _WITH_DEPENDENCIES else [root]
        for artefact in closure:
            yield replace(artefact, sha256=sha256_of(download(artefact, folder)))


def _closure(context: MavenContext, root: Artefact) -> Sequence[Artefact]:
    artifact = context.project(root.group, root.name).at_version(root.version).artifact(root.classifier, root.packaging)
    dependency = context.create_dependency(str(artifact))
    inputs, transitive = context.resolver.resolve([dependency])
    wanted = [*inputs, *(found for found in transitive if found.scope in {"compile", "runtime"})]
    return [_artefact(root.part, found.artifact) for found in wanted]


def _artefact(part: str, found: Artifact) -> Artefact:
    return Artefact(part, found.groupId, found.artifactId, found.version, found.classifier, found.packaging, "")

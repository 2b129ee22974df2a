"""Writes what an image is made of, as CycloneDX 1.6: ``python sbom.py VERSION SITE_PACKAGES DPKG_STATUS``.

The same input gives the same bytes: no time and no serial number.
"""

import json
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any


def document(version: str, components: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole document, components in the order of their addresses."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "frontdoor", "name": "frontdoor", "version": version}
        },
        "components": sorted(components, key=lambda component: str(component["purl"])),
    }


def python_packages(site_packages: Path) -> Iterator[dict[str, Any]]:
    """Every installed distribution, with the licence it declares."""
    for found in distributions(path=[str(site_packages)]):
        name = found.metadata["Name"].lower().replace("_", "-")
        component = _component(name, found.version, f"pkg:pypi/{name}@{found.version}")
        licences = found.metadata.get_all("License-Expression") or []
        yield {**component, "licenses": [{"expression": licence} for licence in licences]} if licences else component


def debian_packages(status: str) -> Iterator[dict[str, Any]]:
    """What the base image has installed, from dpkg's own list."""
    for paragraph in status.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
        if fields.get("Status") == "install ok installed":
            name, version = fields["Package"], fields["Version"]
            yield _component(name, version, f"pkg:deb/debian/{name}@{version}?arch={fields['Architecture']}")


def interpreter() -> dict[str, Any]:
    """The Python that runs it all."""
    version = platform.python_version()
    return _component("python", version, f"pkg:generic/python@{version}")


def _component(name: str, version: str, purl: str) -> dict[str, Any]:
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def main(version: str, site_packages: str, status: str) -> None:
    """Write the document to standard output."""
    python = python_packages(Path(site_packages))
    components = [interpreter(), *python, *debian_packages(Path(status).read_text())]
    json.dump(document(version, components), sys.stdout, indent=1)


if __name__ == "__main__":
    main(*sys.argv[1:])

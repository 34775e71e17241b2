"""The libraries that the sandbox's page loads are the published files, whole and with their licences."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

VENDOR = Path(__file__).parents[2] / "sandbox" / "page" / "vendor"
LIBRARIES: list[dict[str, Any]] = json.loads((VENDOR / "vendor.json").read_text())["libraries"]


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: str(library["name"]))
def test_a_vendored_library_has_the_recorded_hash_and_its_licence(library: dict[str, Any]) -> None:
    recorded = {library["file"]: library["sha256"]} | library.get("with", {})
    assert {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in recorded} == recorded
    assert library["version"] in library["file"]
    assert (VENDOR / library["licence_file"]).read_text().strip()
    assert library["licence"] in {"MIT", "BSD-2-Clause", "BSD-3-Clause"}


def test_no_vendored_file_is_without_a_record() -> None:
    recorded = {
        name for library in LIBRARIES for name in (library["file"], library["licence_file"], *library.get("with", {}))
    }
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert found == recorded | {"vendor.json"}

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
    assert hashlib.sha256((VENDOR / library["file"]).read_bytes()).hexdigest() == library["sha256"]
    assert library["version"] in library["file"]
    assert (VENDOR / library["licence_file"]).read_text().strip()
    assert library["licence"] in {"MIT", "BSD-2-Clause"}


def test_no_vendored_file_is_without_a_record() -> None:
    recorded = {library["file"] for library in LIBRARIES} | {library["licence_file"] for library in LIBRARIES}
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert found == recorded | {"vendor.json"}

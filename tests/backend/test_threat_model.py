"""The threat model names a test for every line, and the test exists."""

import ast
from pathlib import Path

import pytest

PAGE = Path("docs/security.md").read_text(encoding="utf-8")
TABLE = PAGE[PAGE.index("## Threats") : PAGE.index("## What is left")]
LINES = [line for line in TABLE.splitlines() if line.startswith("| ") and "Attacked by" not in line]
TESTS = {
    node.name
    for path in Path("tests").rglob("test_*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef)
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split("|")[1].strip()[:60])
def test_each_threat_is_attacked_by_a_test(line: str) -> None:
    named = line.rstrip("| ").rsplit("`", 2)[1]
    assert named in TESTS, f"no test is called {named}"


def test_the_model_is_not_empty() -> None:
    assert len(LINES) >= 40

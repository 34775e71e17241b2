"""The house rules that a machine can check: sizes, names, imports, and nothing that points outside the repository."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bundler", "backend", "sandbox")

# Granted exceptions: path or path::function, and why. An entry that is no longer needed fails the tests too.
GRANTED: dict[str, str] = {
    "bundler/rule.py::rule": "the record of a rule: each of its fields is named where a rule is declared",
}

FUNCTION_LINES, FILE_LINES, PARAMETERS = 40, 350, 7
TEST_FILE_LINES, TEST_LINES = 600, 25
FORBIDDEN_MODULES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "data", "info"}
FORBIDDEN_ENDINGS = ("Manager", "Factory", "Helper", "Impl")


def tracked(*patterns: str) -> list[Path]:
    """The files under version control, or about to be, that match ``patterns``."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in sorted(set(listed.stdout.splitlines())) if (path := ROOT / name).is_file()]


SOURCES = [
    path for path in tracked("*.py") if "vendor" not in path.parts and "migrations" not in path.relative_to(ROOT).parts
]


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function of a module, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def lines_of(function: Function) -> int:
    """Lines of a function without decorators and docstring; the functions inside it count, as a reader meets them."""
    first = function.body[0]
    docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return span(function) - (span(first) if docstring else 0)


def span(node: ast.stmt) -> int:
    """Lines from the first to the last of a statement."""
    return (node.end_lineno or 0) - node.lineno + 1


def is_a_test(path: Path) -> bool:
    """Whether ``path`` is under tests/."""
    return path.relative_to(ROOT).parts[0] == "tests"


def is_a_command(function: Function) -> bool:
    """Whether click calls it: its parameters are the options of a command line."""
    called = [item.func if isinstance(item, ast.Call) else item for item in function.decorator_list]
    return any(isinstance(item, ast.Attribute) and item.attr in ("command", "group") for item in called)


def too_big() -> Iterator[tuple[str, str]]:
    """Everything over a limit: its key for GRANTED, and by how much."""
    for path in SOURCES:
        name, text = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        limit = TEST_FILE_LINES if is_a_test(path) else FILE_LINES
        if (length := text.count("\n")) > limit:
            yield name, f"{length} lines, limit {limit}"
        for function in functions(ast.parse(text)):
            yield from _too_big_function(path, f"{name}::{function.name}", function)


def _too_big_function(path: Path, key: str, function: Function) -> Iterator[tuple[str, str]]:
    limit = TEST_LINES if is_a_test(path) and function.name.startswith("test_") else FUNCTION_LINES
    if (length := lines_of(function)) > limit:
        yield key, f"{length} lines, limit {limit}"
    told = function.args
    count = len([name for name in (*told.posonlyargs, *told.args, *told.kwonlyargs) if name.arg not in ("self", "cls")])
    if count > PARAMETERS and not is_a_test(path) and not is_a_command(function):
        yield key, f"{count} parameters, limit {PARAMETERS}"


def test_files_and_functions_stay_within_their_sizes() -> None:
    over = [f"{key}: {excess}" for key, excess in too_big() if key not in GRANTED]
    assert not over, "too big (split it, or grant it in GRANTED with a reason):\n" + "\n".join(over)


def test_granted_exceptions_are_still_needed() -> None:
    assert set(GRANTED) <= {key for key, _ in too_big()}


@pytest.mark.parametrize("package", PACKAGES)
def test_nine_functions_in_ten_are_short(package: str) -> None:
    of_package = [path for path in SOURCES if path.relative_to(ROOT).parts[0] == package]
    lengths = [lines_of(function) for path in of_package for function in functions(ast.parse(path.read_text("utf-8")))]
    if len(lengths) > 1:
        assert quantiles(lengths, n=10)[-1] <= 25


def test_no_file_or_class_is_named_after_a_technique() -> None:
    files = [str(path.relative_to(ROOT)) for path in SOURCES if path.stem in FORBIDDEN_MODULES]
    classes = [
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith(FORBIDDEN_ENDINGS)
    ]
    assert not files + classes


def test_the_environment_of_the_backend_is_read_in_one_place() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.relative_to(ROOT).parts[0] == "backend" and "os.environ" in path.read_text("utf-8")
    ]
    assert readers == ["backend/settings.py"]


def test_nobody_imports_the_tests() -> None:
    for path in SOURCES:
        room = path.relative_to(ROOT).parts[0]
        if room in PACKAGES:
            assert not imported_packages(path) & {"tests", "bench", "demo", "scaled"}, path
        if room in ("programs", "demo.py", "scaled.py"):
            assert "tests" not in imported_packages(path), path


def imported_packages(path: Path) -> set[str]:
    """The first names of everything that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_door_of_the_bundler_needs_neither_flask_nor_a_database() -> None:
    script = (
        "import sys; sys.argv = ['build.py', '--help']\n"
        "import runpy\n"
        "try: runpy.run_path('build.py', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "print(sorted({'flask', 'sqlalchemy', 'requests', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_doors_are_thin() -> None:
    for name in ("build.py", "backend/wsgi.py", "backend/__main__.py", "sandbox/__main__.py"):
        path = ROOT / name
        if path.exists():
            statements = [node for node in ast.parse(path.read_text("utf-8")).body if not isinstance(node, ast.Expr)]
            assert len(statements) <= 10, name


@pytest.mark.parametrize("door", ["build.py", "scaled.py", "-m backend", "-m sandbox"])
def test_without_its_dependencies_a_program_says_what_to_run(door: str) -> None:
    bare = [sys.executable, "-S", *door.split(), "--help"]  # -S: without what is installed
    done = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is not installed: run `make install`, then .venv/bin/python" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_direct_dependency_is_pinned() -> None:
    constraints = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in constraints if "==" in line}
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    wanted = {_name(entry) for group in groups.values() for entry in group if isinstance(entry, str)}
    assert not wanted - pinned, "not in constraints.txt: run `make constraints`"


def _name(requirement: str) -> str:
    return requirement.partition(">")[0].partition("=")[0].partition("[")[0].strip().lower().replace("_", "-")


def test_no_text_points_outside_the_repository() -> None:
    outside = ("/work/", "/tmp/kit", "../shared", "/home/", "shared/facts", "shared/research", "shared/design")
    found = []
    for path in tracked("*.py", "*.md", "*.toml", "*.yml", "*.yaml", "*.j2", "*.twig", "*.sh", "Makefile", ".ci/*"):
        if path == Path(__file__) or "vendor" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(ROOT)}: {place}" for place in outside if place in text]
    assert not found

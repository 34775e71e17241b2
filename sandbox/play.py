"""Plays a scenario: steps against a running sandbox and a running backend, ended by the first broken expectation.

A step does one thing: ``do`` posts to the control address, ``see`` reads it, ``call`` asks any other address.
``expect`` names members of the JSON answer by dotted paths, ``keep`` remembers members for ``${name}`` later (a value
that is nothing but ``${name}`` keeps its type), ``within_s`` repeats a step until its expectations hold.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

VERBS = ("do", "see", "call")
KEYS = {*VERBS, "title", "with", "expect", "keep", "within_s"}
VARIABLE = re.compile(r"\$\{(\w+)\}")
PAUSE_S = 0.1


class Broken(Exception):
    """An expectation that does not hold, or a step that cannot be carried out; ``path`` is the expectation's."""

    def __init__(self, trouble: str, path: str = "") -> None:
        super().__init__(trouble)
        self.path = path


class NoScenario(Exception):
    """A file that is not a scenario; the text says where and why."""


@dataclass
class Step:
    """One step of a scenario. ``lines`` of the file: of the step itself under ``""``, and of each expectation."""

    number: int
    lines: dict[str, int]
    verb: str
    target: Any
    title: str
    body: dict[str, Any] = field(default_factory=dict)
    expect: dict[str, Any] = field(default_factory=dict)
    keep: dict[str, str] = field(default_factory=dict)
    within_s: float = 0.0


def load(path: Path) -> list[Step]:
    """Read a scenario; raise NoScenario."""
    try:
        text = path.read_text(encoding="utf-8")
        content, root = yaml.safe_load(text), yaml.compose(text, yaml.SafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise NoScenario(f"{path}: {error}") from error
    steps = content.get("steps") if isinstance(content, dict) else None
    if not isinstance(steps, list) or not steps:
        raise NoScenario(f"{path}: a scenario is a mapping with a list of steps")
    nodes = _below(root, "steps").value
    return [_step(path, number, given, node) for number, (given, node) in enumerate(zip(steps, nodes, strict=True), 1)]


def _below(node: yaml.Node | None, name: str) -> yaml.Node:
    """Return the value of a mapping node under ``name``, an empty list when it has none."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), yaml.SequenceNode("", []))


def _lines(node: yaml.Node) -> dict[str, int]:
    expected = _below(node, "expect").value
    return {"": node.start_mark.line + 1} | {key.value: key.start_mark.line + 1 for key, _ in expected}


def _step(path: Path, number: int, given: Any, node: yaml.Node) -> Step:
    where = f"{path}:{node.start_mark.line + 1}: step {number}"
    if not isinstance(given, dict):
        raise NoScenario(f"{where} is not a mapping")
    unknown = set(given) - KEYS
    verbs = [verb for verb in VERBS if verb in given]
    if unknown or len(verbs) != 1:
        what = f"unknown key {sorted(unknown)[0]!r}" if unknown else f"one of {', '.join(VERBS)} is wanted"
        raise NoScenario(f"{where}: {what}")
    verb = verbs[0]
    title = str(given.get("title", f"{verb} {given[verb]}"))
    parts = {name: given.get(name) or {} for name in ("with", "expect", "keep")}
    within_s = float(given.get("within_s", 0))
    return Step(number, _lines(node), verb, given[verb], title, parts["with"], parts["expect"], parts["keep"], within_s)


def play(steps: list[Step], sandbox: str, names: Mapping[str, Any], tell: Callable[[str], None]) -> None:
    """Carry out the steps; raise Broken, which names step and line, at the first one that does not go as expected."""
    known = {"sandbox": sandbox.rstrip("/"), **names}
    for step in steps:
        try:
            answer = _carry_out(step, known)
            known |= _kept(step, answer)
        except Broken as error:
            line = step.lines.get(error.path, step.lines[""])
            raise Broken(f"step {step.number}, line {line} ({step.title}): {error}", error.path) from error
        tell(f"{step.number}. {step.title}: ok")


def _kept(step: Step, answer: Any) -> dict[str, Any]:
    found = {name: find(answer, member) for name, member in step.keep.items()}
    for name, value in found.items():
        if value is None:
            raise Broken(f"{step.keep[name]} is not in the answer, so it cannot be kept as {name}")
    return found


def _carry_out(step: Step, known: Mapping[str, Any]) -> Any:
    deadline = time.monotonic() + step.within_s
    while True:
        answer = _ask(step, known)
        trouble = _trouble(answer, filled(step.expect, known))
        if trouble is None:
            return answer
        if time.monotonic() >= deadline:
            raise trouble
        time.sleep(PAUSE_S)


def _ask(step: Step, known: Mapping[str, Any]) -> Any:
    """Send the request of a step and return its JSON with ``status`` of the answer added as ``http_status``."""
    given = filled(step.target, known)
    if step.verb == "call":
        method, url, headers = given.get("method", "GET"), given["url"], given.get("headers")
    else:
        method, headers = "POST" if step.verb == "do" else "GET", None
        url = f"{known['sandbox']}/_sandbox/{given}"
    body = filled(step.body, known)
    try:
        answer = requests.request(method, url, headers=headers, json=body or None, timeout=30, allow_redirects=False)
    except requests.RequestException as error:
        raise Broken(f"{url} does not answer ({type(error).__name__})") from error
    if step.verb != "call" and answer.status_code != 200:
        raise Broken(answer.text.strip())
    try:
        content = answer.json()
    except ValueError:
        content = {"text": answer.text}
    return content | {"http_status": answer.status_code} if isinstance(content, dict) else content


def filled(value: Any, known: Mapping[str, Any]) -> Any:
    """Return a value with every ``${name}`` replaced; raise Broken for an unknown name."""
    if isinstance(value, dict):
        return {name: filled(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, known) for each in value]
    if not isinstance(value, str):
        return value
    missing = [name for name in VARIABLE.findall(value) if name not in known]
    if missing:
        raise Broken(f"nothing is known as ${{{missing[0]}}}; give it with --set {missing[0]}=…")
    whole = VARIABLE.fullmatch(value)
    return known[whole[1]] if whole else VARIABLE.sub(lambda found: str(known[found[1]]), value)


def find(content: Any, path: str) -> Any:
    """Return the member at a dotted path (``chats.0.id``), None when there is none."""
    for name in path.split("."):
        if isinstance(content, list) and name.lstrip("-").isdecimal():
            content = content[int(name)] if -len(content) <= int(name) < len(content) else None
        else:
            content = content.get(name) if isinstance(content, dict) else None
    return content


def _trouble(answer: Any, expected: Mapping[str, Any]) -> Broken | None:
    for path, wanted in expected.items():
        value = find(answer, path)
        if not holds(value, wanted):
            return Broken(f"{path} is {value!r}, expected {wanted!r}", path)
    return None


def holds(value: Any, wanted: Any) -> bool:
    """Say whether a value is as wanted: equal, or by ``min``, ``length``, ``contains``."""
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    tests: dict[str, Callable[[Any], bool]] = {
        "min": lambda limit: isinstance(value, int | float) and value >= limit,
        "length": lambda count: isinstance(value, list | dict | str) and len(value) == count,
        "contains": lambda part: str(part) in str(value),
    }
    return all(name in tests and tests[name](given) for name, given in wanted.items())

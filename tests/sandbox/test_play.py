"""Scenarios: steps that hold, the first one that does not, and files that are no scenario."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sandbox.cli import main
from sandbox.play import find, holds, load

GOOD = """
steps:
  - do: install
    expect: {hook.status: 200}
  - title: a token is given
    do: token
    keep: {token: token}
  - see: state
    expect: {accounts: {length: 2}, accounts.0.subdomain: demo, clock.now: {min: 1}}
  - call: {url: "${sandbox}/api/v4/account", headers: {Authorization: "Bearer ${token}"}}
    expect: {http_status: 401, detail: {contains: password}}
"""


def run(path: Path, content: str, address: str) -> tuple[int, str]:
    path.write_text(content)
    result = CliRunner().invoke(main, ["play", str(path), "--sandbox", address])
    return result.exit_code, result.output


def test_a_scenario_that_holds_leaves_with_0(tmp_path: Path, address: str) -> None:
    code, output = run(tmp_path / "s.yaml", GOOD, address)
    assert (code, output.count(": ok")) == (0, 4)
    assert "2. a token is given: ok" in output


def test_the_first_broken_expectation_is_named(tmp_path: Path, address: str) -> None:
    code, output = run(tmp_path / "s.yaml", GOOD.replace("hook.status: 200", "hook.status: 418"), address)
    assert (code, output.count(": ok")) == (1, 0)
    assert "step 1, line 4 (do install): hook.status is 200, expected 418" in output


def test_a_broken_expectation_names_its_own_line_and_what_came_before_it_was_fine(tmp_path: Path, address: str) -> None:
    content = GOOD.replace("clock.now: {min: 1}", "\n      clock.is_stopped: false")
    code, output = run(tmp_path / "s.yaml", content, address)
    assert (code, output.count(": ok")) == (1, 2)
    assert "step 3, line 10 (see state): clock.is_stopped is True, expected False" in output


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("steps: []", "list of steps"),
        ("steps: [{do: a, see: b}]", "one of do, see, call"),
        ("steps: [{do: a, colour: b}]", "unknown key 'colour'"),
        ("steps:\n  - do: a\n  - 7", "s.yaml:3: step 2 is not a mapping"),
        ("steps: [", "s.yaml"),
    ],
)
def test_a_file_that_is_no_scenario_is_wrong_use(tmp_path: Path, content: str, words: str) -> None:
    code, output = run(tmp_path / "s.yaml", content, "http://127.0.0.1:1")
    assert code == 2
    assert words in output


def test_an_unknown_name_says_how_to_give_it(tmp_path: Path, address: str) -> None:
    code, output = run(tmp_path / "s.yaml", "steps: [{see: 'chats/${chat}'}]", address)
    assert code == 1
    assert "--set chat=" in output


def test_a_kept_value_keeps_its_type_where_it_stands_alone(tmp_path: Path, address: str) -> None:
    steps = """
steps:
  - {see: accounts, keep: {pipeline: accounts.0.pipelines.0.id}}
  - {do: install}
  - {do: "pipelines/${pipeline}/source", expect: {pipelines: ["${pipeline}"]}}
  - {do: pipelines/1/source}
"""
    code, output = run(tmp_path / "s.yaml", steps, address)
    assert (code, output.count(": ok")) == (1, 3)
    assert "no pipeline 1 in demo" in output


def test_a_member_that_is_not_there_cannot_be_kept(tmp_path: Path, address: str) -> None:
    code, output = run(tmp_path / "s.yaml", "steps:\n  - {see: chats, keep: {chat: chats.0.id}}", address)
    assert code == 1
    assert "step 1, line 2 (see chats): chats.0.id is not in the answer" in output


def test_a_control_request_that_is_refused_breaks_the_scenario(tmp_path: Path, address: str) -> None:
    code, output = run(tmp_path / "s.yaml", "steps: [{do: uninstall}]", address)
    assert code == 1
    assert "is not installed" in output


def test_the_shipped_scenarios_can_be_read() -> None:
    for path in (Path(__file__).parents[2] / "sandbox" / "scenarios").glob("*.yaml"):
        assert load(path)


def test_members_and_matchers() -> None:
    assert find({"a": [{"b": 1}, {"b": 2}]}, "a.-1.b") == 2
    assert find({"a": []}, "a.0.b") is None
    assert holds([1], {"length": 1})
    assert not holds(1, {"unknown": 1})


def test_hosts_prints_a_line_for_each_name() -> None:
    output = CliRunner().invoke(main, ["hosts"]).output
    for name in ("demo.kommo.com", "amojo.kommo.com", "other.amocrm.com", "amojo.amocrm.ru"):
        assert f"127.0.0.1 {name}\n" in output
    assert "sandbox-authority.pem" in output

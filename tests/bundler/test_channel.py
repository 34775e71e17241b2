"""``build.py channel-request``: fifteen items, each checked before support sees them."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bundler.channel import with_capabilities
from bundler.cli import main
from bundler.project import read_project
from tests.bundler.widgets import SOURCE

ROUND = '<svg xmlns="http://www.w3.org/2000/svg" width="14" height="14"><circle cx="7" cy="7" r="7" fill="#2a6"/></svg>'
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="14" height="14"><path fill="#2a6" d="M0 0h14v14H0z"/></svg>'
CHANNEL = {
    "service_name": '"Example Chat"',
    "webhook_url": '"https://relay.example.com/hooks/amojo/:scope_id"',
    "account_id": "31000001",
    "write_first": "true",
    "time_window_s": "86400",
    "templates_after_window": "true",
    "email": '"dev@example.com"',
    "icon": '"channel.svg"',
    "integration_id": '"0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"',
    "widget_code": '"example_chat"',
    "is_public": "false",
    "stores_files": "true",
    "reactions": '"👍😳"',
    "supports_quotes": "true",
    "supports_voice": "false",
    "max_file_mb": "50",
}


def request(
    tmp_path: Path, *options: str, drawing: str = ROUND, header: str = "[channel]", **edits: str | None
) -> Result:
    source = Path(shutil.copytree(SOURCE, tmp_path / "src"))
    (source / "channel.svg").write_text(drawing)
    lines = [f"{key} = {value}" for key, value in (CHANNEL | edits).items() if value is not None]
    with (source / "widget.toml").open("a") as file:
        file.write("\n".join(["", header, *lines, ""]))
    return CliRunner().invoke(main, ["channel-request", "--source", str(source), *options])


def test_the_request_has_all_fifteen_items(tmp_path: Path) -> None:
    result = request(tmp_path)
    assert result.exit_code == 0, result.output
    for number in range(1, 16):
        assert f"\n{number}. " in result.output
    assert "5. Time window: yes; seconds: 86400, templates afterwards: yes" in result.output


def test_the_request_is_also_json(tmp_path: Path) -> None:
    content = json.loads(request(tmp_path, "--format", "json").output)
    assert len(content) == 15
    assert content["Kommo account ID"] == 31000001
    assert content["SVG icon"] == ROUND


def test_what_does_not_apply_may_be_left_out(tmp_path: Path) -> None:
    result = request(tmp_path, time_window_s=None, templates_after_window=None, reactions='""')
    assert result.exit_code == 0, result.output
    assert "5. Time window: no" in result.output


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        ({"service_name": '"1 Chat"'}, "service_name must have Latin letters only"),
        ({"service_name": '"Чат"'}, "service_name must have Latin letters only"),
        ({"webhook_url": '"http://relay.example.com/:scope_id"'}, "webhook_url must be a public https address"),
        ({"webhook_url": '"https://relay.example.com/:scope_id/x"'}, "webhook_url must be a public https address"),
        ({"webhook_url": '"https://127.0.0.1/:scope_id"'}, "webhook_url must be a public https address"),
        ({"account_id": "0"}, "account_id must be the number"),
        ({"account_id": '"31000001"'}, "account_id in [channel] must be a whole number"),
        ({"time_window_s": "-1"}, "time_window_s must be a number of seconds"),
        ({"templates_after_window": None}, "templates_after_window is missing"),
        ({"email": '"dev"'}, "email must be"),
        ({"integration_id": '"123"'}, "integration_id must be"),
        ({"widget_code": '"Example-Chat"'}, "widget_code must have"),
        ({"is_public": "true"}, "similar is missing"),
        ({"is_public": "true", "widget_code": '"_chat"'}, "widget_code must have at most 20"),
        ({"icon": '"missing.svg"'}, "which is not there"),
        ({"write_first": "1"}, "write_first in [channel] must be true or false"),
        ({"max_file_mb": None}, "max_file_mb is missing"),
        ({"colour": "1"}, "unknown key colour"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, edits: dict[str, str | None], sentence: str) -> None:
    result = request(tmp_path, **edits)  # type: ignore[arg-type]
    assert result.exit_code == 2
    assert sentence in result.output
    assert "widget.toml:" in result.output


@pytest.mark.parametrize(
    ("icon", "sentence"),
    [
        (SQUARE, "must be round"),
        (ROUND.replace('"14"', '"16"'), "must be 14×14"),
        ("<svg", "no SVG that can be drawn"),
    ],
)
def test_the_icon_is_measured(tmp_path: Path, icon: str, sentence: str) -> None:
    assert sentence in request(tmp_path, drawing=icon).output


def test_one_integration_has_one_channel(tmp_path: Path) -> None:
    result = request(tmp_path, header="[[channel]]")
    assert result.exit_code == 2
    assert "channel must be one table" in result.output


def test_without_the_table_it_says_where_to_look() -> None:
    result = CliRunner().invoke(main, ["channel-request", "--source", str(SOURCE)])
    assert result.exit_code == 2
    assert "no table [channel]" in result.output


def test_a_channel_can_do_what_any_of_its_messengers_can() -> None:
    said = {"a": {"write_first": False, "max_file_mb": 20}, "b": {"write_first": True, "max_file_mb": 50}}
    project = with_capabilities(read_project(SOURCE), said)
    assert project.channel == {"write_first": True, "max_file_mb": 50}


def test_a_limit_counts_only_where_every_messenger_has_one() -> None:
    said: dict[str, dict[str, object]] = {
        "a": {"time_window_s": 86400, "reactions": ""},
        "b": {"time_window_s": None, "reactions": "all"},
    }
    assert with_capabilities(read_project(SOURCE), said).channel == {}


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}'])
def test_what_no_backend_printed_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "can.json"
    path.write_text(content)
    result = request(tmp_path, "--capabilities", str(path))
    assert result.exit_code == 2
    assert "can.json is no" in result.output

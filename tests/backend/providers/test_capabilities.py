"""What each messenger can do is told in one place: the command, the documentation and the code say the same."""

import json

import pytest
from click.testing import CliRunner

from backend.providers import commands
from backend.providers.base import Capabilities
from backend.providers.http.provider import HttpProvider
from backend.providers.telegram.provider import Telegram
from backend.providers.webchat.provider import Webchat
from backend.settings import Settings
from tests.test_architecture import ROOT

BUILT_IN = {one.name: one.capabilities for one in (Webchat, Telegram, HttpProvider)}
LIMITED = Capabilities(frozenset({"text", "voice"}), 16_000_000, quoting=True, reactions=True, time_window_s=86_400)


def run(*options: str) -> str:
    command = commands.command(lambda settings: {"limited": LIMITED, **BUILT_IN})
    return CliRunner().invoke(command, [*options], obj=Settings()).output


def test_the_page_about_messengers_holds_the_true_table() -> None:
    page = (ROOT / "docs" / "providers.md").read_text("utf-8")
    assert "\n".join(commands.table(BUILT_IN)) in page, "copy the output of `python -m backend capabilities`"


def test_the_command_prints_the_table() -> None:
    assert "| `limited` | text, voice | 16 MB | yes | no | yes | yes | no | no | 24 h |" in run()


def test_a_program_gets_the_names_of_the_channel_request() -> None:
    assert json.loads(run("--json"))["limited"] == {
        "write_first": False, "time_window_s": 86400, "stores_files": False, "reactions": "all",
        "supports_quotes": True, "supports_voice": True, "max_file_mb": 16,
    }  # fmt: skip


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_messenger_answers_every_question(name: str) -> None:
    answers = json.loads(run("--json"))[name]
    assert answers.keys() == commands.for_channel(LIMITED).keys()

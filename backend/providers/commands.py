"""``capabilities``: what each messenger of this installation can do, as it stands in the code that enforces it."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from backend.providers.base import Capabilities
from backend.settings import Settings

HEADINGS = ("Messenger", "Types", "Largest file", "Quotes, forwards", "Buttons, menus", "Reactions", "Voice", "Typing",
            "Writes first", "Time window")  # fmt: skip


def command(messengers: Callable[[Settings], Mapping[str, Capabilities]]) -> click.Command:
    """The command; ``messengers`` tells what is installed, by name."""

    @click.command("capabilities")
    @click.option("--json", "as_json", is_flag=True, help="As JSON, with the names that [channel] in widget.toml uses.")
    @click.pass_obj
    def capabilities(settings: Settings, as_json: bool) -> None:
        """Show what each messenger can do: the request for a chat channel asks for it."""
        found = messengers(settings)
        if as_json:
            click.echo(json.dumps({name: for_channel(can) for name, can in found.items()}, indent=1))
        else:
            click.echo("\n".join(table(found)))

    return capabilities


def for_channel(can: Capabilities) -> dict[str, Any]:
    """What the request for a chat channel says of a messenger, by the names of widget.toml; null where there is no
    limit. https://developers.kommo.com/reference/register-channel"""
    return {
        "write_first": can.writes_first,
        "time_window_s": can.time_window_s,
        "stores_files": can.stores_files,
        "reactions": "all" if can.reactions else "",
        "supports_quotes": can.quoting,
        "supports_voice": can.voice,
        "max_file_mb": can.max_file_bytes // 1_000_000 if can.max_file_bytes else None,
    }


def table(found: Mapping[str, Capabilities]) -> Iterator[str]:
    """The rows of a table in Markdown."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield "|" + "---|" * len(HEADINGS)
    for name, can in found.items():
        size = f"{can.max_file_bytes // 1_000_000} MB" if can.max_file_bytes else "any"
        window = f"{can.time_window_s // 3600} h" if can.time_window_s else "none"
        flags = (can.quoting, can.buttons, can.reactions, can.voice, can.typing, can.writes_first)
        said = ["yes" if flag else "no" for flag in flags]
        yield f"| `{name}` | {', '.join(sorted(can.types))} | {size} | {' | '.join(said)} | {window} |"

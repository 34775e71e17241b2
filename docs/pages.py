"""Write the pages that only list what is there: all commands, and the index of decisions. ``make pages``."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend.cli import main as backend_cli
from bundler.cli import main as bundler_cli
from sandbox.cli import main as sandbox_cli

DOCS = Path(__file__).resolve().parent
PROGRAMS: dict[str, click.Command] = {
    "python build.py": bundler_cli,
    "python -m backend": backend_cli,
    "python -m sandbox": sandbox_cli,
}
INTRODUCTION = """\
# Commands

Written by `make pages` from the programs themselves; do not edit. Exit codes everywhere: 0 done, 1 failed or findings
of severity error, 2 wrong use. Every command knows `--help`. For make's own targets: `make help`.
"""
DECISIONS = """\
# Decisions

Half a page each: what was decided, why, and what was given up. A decision that no longer holds is not edited away: a
new one says so and links back. This list is written by `make pages`.
"""
ROOMS = {0: "The house", 10: "The bundler and the widget", 20: "The sandbox", 30: "Accounts and trust",
         40: "Jobs and conversations", 50: "The CRM and its companions"}  # fmt: skip


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """All commands at and under ``command`` that can be run, by their full names."""
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            found = command.get_command(context, word)
            if found and not found.hidden:
                yield from commands(found, f"{name} {word}")


def commands_page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for start, program in PROGRAMS.items():
        parts.append(f"## {start}\n")
        parts += [section(name, command) for name, command in commands(program, start)]
    return "\n".join(parts)


def section(name: str, command: click.Command) -> str:
    """One command: how to call it, what it does, its options."""
    arguments = [
        parameter.make_metavar(click.Context(command)) for parameter in command.params if not is_option(parameter)
    ]
    lines = [f"### `{' '.join([name, *arguments])}`", "", prose(command.help or ""), ""]
    options = [
        option_row(option) for option in command.params if isinstance(option, click.Option) and not option.hidden
    ]
    if options:
        lines += ["| Option | Meaning |", "|---|---|", *options, ""]
    return "\n".join(lines)


def prose(text: str) -> str:
    """A help text as Markdown: what click is told to leave as it stands, behind a backspace, becomes a code block."""
    blocks = inspect.cleandoc(text).split("\n\n")
    kept = [f"```sh\n{block[1:].strip()}\n```" if block.startswith("\b") else block for block in blocks]
    return "\n\n".join(kept)


def is_option(parameter: click.Parameter) -> bool:
    """Whether a parameter is written with dashes."""
    return isinstance(parameter, click.Option)


def option_row(option: click.Option) -> str:
    """A row of the table of options, with the default where there is one."""
    about = (option.help or "").replace("|", "\\|")
    choices = f"One of {', '.join(option.type.choices)}." if isinstance(option.type, click.Choice) else ""
    has_default = isinstance(option.default, str | int | float | Path) and not option.is_flag and str(option.default)
    said = f"Default: `{option.default}`." if has_default else ""
    required = "Required." if option.required else ""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    return f"| {names} | {' '.join(part for part in (about, choices, required, said) if part)} |"


def decisions_page() -> str:
    """The index of decisions, by room; a decision's number says which room it is of."""
    parts = [DECISIONS]
    for first, room in ROOMS.items():
        found = [
            path for path in sorted((DOCS / "decisions").glob("[0-9]*.md")) if int(path.name[:3]) // 10 * 10 == first
        ]
        links = [f"- [{path.name[:3]} {title(path)}]({path.name})" for path in found]
        parts += [f"## {room}", "\n".join(links) + "\n"] if found else []
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def title(path: Path) -> str:
    """The title of a decision, without its number."""
    return path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ").lstrip("0123456789. ").strip()


if __name__ == "__main__":
    (DOCS / "commands.md").write_text(commands_page(), encoding="utf-8")
    (DOCS / "decisions" / "README.md").write_text(decisions_page(), encoding="utf-8")

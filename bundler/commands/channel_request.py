"""``build.py channel-request``: what Kommo's support needs to register a chat channel."""

import json
from pathlib import Path
from typing import TextIO

import click

from bundler.channel import as_text, channel_request, with_capabilities
from bundler.errors import WrongUse
from bundler.project import read_project


@click.command("channel-request")
@click.option("--source", type=click.Path(path_type=Path), default=Path("widget_src"), show_default=True)
@click.option(
    "--capabilities", type=click.File(encoding="utf-8"), help="What `python -m backend capabilities --json` prints."
)
@click.option("--messenger", multiple=True, metavar="NAME", help="Only this one of them; may be given again.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(source: Path, capabilities: TextIO | None, messenger: tuple[str, ...], form: str) -> None:
    """Print the request for a chat channel.

    Its fifteen items come from [channel] in widget.toml and from what the messengers can do. They are checked first, so
    that support need not ask again. The answer goes to the backend: python -m backend channel import response.json

    \b
    build.py channel-request
    build.py channel-request --format json
    build.py channel-request --capabilities can.json --messenger telegram
    """
    project = read_project(source)
    if capabilities is not None:
        project = with_capabilities(project, _chosen(capabilities, messenger))
    request = channel_request(project)
    click.echo(as_text(request) if form == "text" else json.dumps(request, indent=2, ensure_ascii=False))


def _chosen(file: TextIO, messengers: tuple[str, ...]) -> dict[str, dict[str, object]]:
    try:
        said = json.load(file)
    except ValueError as error:
        raise WrongUse(f"{file.name} is no JSON: {error}") from None
    if not isinstance(said, dict) or not all(isinstance(table, dict) for table in said.values()):
        raise WrongUse(f"{file.name} is not what `python -m backend capabilities --json` prints")
    unknown = [name for name in messengers if name not in said]
    if unknown:
        raise WrongUse(f"{file.name} tells nothing of {', '.join(unknown)}; it knows {', '.join(said)}")
    return {name: said[name] for name in messengers or said}

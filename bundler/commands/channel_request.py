"""``build.py channel-request``: what Kommo's support needs to register a chat channel."""

import json
from pathlib import Path

import click

from bundler.channel import as_text, channel_request
from bundler.project import read_project


@click.command("channel-request")
@click.option("--source", type=click.Path(path_type=Path), default=Path("widget_src"), show_default=True)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(source: Path, form: str) -> None:
    """Print the request for a chat channel.

    Its fifteen items come from [channel] in widget.toml and are checked first, so that support need not ask again.
    The answer goes to the backend: python -m backend channel import response.json

    \b
    build.py channel-request
    build.py channel-request --format json
    """
    request = channel_request(read_project(source))
    click.echo(as_text(request) if form == "text" else json.dumps(request, indent=2, ensure_ascii=False))

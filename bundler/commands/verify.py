"""``build.py verify``: prove a zip against its sources."""

import sys
from pathlib import Path

import click

from bundler.options import ENVIRONMENTS
from bundler.progress import Progress
from bundler.project import read_project
from bundler.proof import Origin, differences, read_origin
from bundler.render import render
from bundler.unpack import read_zip

_SIGNS = {"added": "only in the zip", "removed": "only from the source", "changed": "differs"}


@click.command("verify")
@click.argument("zip_path", metavar="ZIP", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", type=click.Path(path_type=Path), default=Path("widget_src"), show_default=True)
@click.option("--env", "environment", type=click.Choice(ENVIRONMENTS), help="Unless the zip's manifest says it.")
@click.option("--backend-url", metavar="URL", help="Unless the zip's manifest says it.")
def command(zip_path: Path, source: Path, environment: str | None, backend_url: str | None) -> None:
    """Prove a zip against its sources.

    \b
    build.py verify dist/widget.zip
    build.py verify downloaded.zip --env production --backend-url https://relay.example.com

    Exit code 1: it is not; the files that differ are named.
    """
    project = read_project(source)
    origin = None if environment or backend_url else read_origin(zip_path, zip_path.read_bytes())
    if origin is None:
        environment = environment or ENVIRONMENTS[0]
        origin = Origin(environment, project.backend_url(environment, backend_url))
    with Progress() as say:
        bundle = read_zip(zip_path, say)
        wanted = render(project, origin.environment, origin.backend_url, say=say)
    found = [f"{path}: {_SIGNS[kind]}" for kind, path in differences(wanted.files, bundle.files)]
    found += [f"{flaw.path}: {flaw.detail}" for flaw in bundle.flaws]
    for line in found:
        click.echo(line)
    if found:
        click.echo(f"{zip_path} is not what {source} builds for {origin.environment}")
        sys.exit(1)
    click.echo(f"{zip_path} is exactly what {source} builds for {origin.environment}")

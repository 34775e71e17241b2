"""``build.py build``: render, zip, report."""

import time
from pathlib import Path

import click

from bundler import facts
from bundler.archive import write_archive
from bundler.project import read_project
from bundler.render import render

ENVIRONMENTS = ("development", "staging", "production")


@click.command("build")
@click.option("--source", type=click.Path(path_type=Path), default=Path("widget_src"), show_default=True)
@click.option("--env", "environment", type=click.Choice(ENVIRONMENTS), default=ENVIRONMENTS[0], show_default=True)
@click.option("--backend-url", help="Overrides the address in widget.toml.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True)
def command(source: Path, environment: str, backend_url: str | None, out: Path) -> None:
    """Write dist/widget.zip (dist/<env>/widget.zip for staging and production)."""
    started_at = time.perf_counter()
    project = read_project(source)
    bundle = render(project, environment, project.backend_url(environment, backend_url))
    target = (out if environment == ENVIRONMENTS[0] else out / environment) / facts.ARCHIVE_NAME
    digest = write_archive(bundle, target)
    for path, content in bundle.files.items():
        click.echo(f"  {path:<40} {len(content):>9,} B")
    click.echo(f"{target}  {len(bundle.files)} files, {bundle.size:,} B, zip {target.stat().st_size:,} B")
    click.echo(f"sha256 {digest}")
    click.echo(f"version {project.version}, locales {' '.join(project.locales)}, {environment}")
    click.echo(f"{time.perf_counter() - started_at:.2f} s")

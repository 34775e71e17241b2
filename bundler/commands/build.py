"""``build.py build``: render, check, zip, report."""

from pathlib import Path

import click

from bundler import facts
from bundler.archive import write_archive
from bundler.bundle import Bundle
from bundler.options import Wishes, linting
from bundler.project import Project, read_project
from bundler.proof import Origin, describe, manifest_path
from bundler.render import render

ENVIRONMENTS = ("development", "staging", "production")


@click.command("build")
@click.option("--source", type=click.Path(path_type=Path), default=Path("widget_src"), show_default=True)
@click.option("--env", "environment", type=click.Choice(ENVIRONMENTS), default=ENVIRONMENTS[0], show_default=True)
@click.option("--backend-url", metavar="URL", help="Overrides the address in widget.toml.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("dist"), show_default=True)
@linting
def command(wishes: Wishes, source: Path, environment: str, backend_url: str | None, out: Path) -> None:
    """Write dist/widget.zip (dist/<env>/widget.zip for staging and production).

    With a finding of severity error no zip is written, and an older one is removed.

    \b
    build.py
    build.py --env production --backend-url https://relay.example.com --audience public
    """
    project = read_project(source)
    origin = Origin(environment, project.backend_url(environment, backend_url))
    bundle = render(project, origin.environment, origin.backend_url)
    report = wishes.lint(bundle, project.suppress)
    target = (out if environment == ENVIRONMENTS[0] else out / environment) / facts.ARCHIVE_NAME
    if report.has_errors:
        target.unlink(missing_ok=True)
        manifest_path(target).unlink(missing_ok=True)
    else:
        digest = write_archive(bundle, target)
        manifest_path(target).write_text(describe(source, bundle, origin, digest), encoding="utf-8")
        click.echo(_contents(project, bundle, target, digest), err=wishes.format != "text")
    wishes.show(report)


def _contents(project: Project, bundle: Bundle, target: Path, digest: str) -> str:
    lines = [f"  {path:<40} {len(content):>10,} B" for path, content in bundle.files.items()]
    lines.append(f"{target}: {len(bundle.files)} files, {bundle.size:,} B, zipped {target.stat().st_size:,} B")
    lines.append(f"sha256 {digest}")
    lines.append(f"version {project.version}, locales {' '.join(project.locales)}")
    return "\n".join(lines)

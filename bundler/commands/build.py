"""``build.py build``: render, check, zip, report."""

import click

from bundler.archive import write_archive
from bundler.errors import WrongUse
from bundler.lint import Report
from bundler.options import Order, Wishes, linting, ordering
from bundler.progress import Progress
from bundler.project import read_project
from bundler.proof import Origin, describe, manifest_path
from bundler.render import render
from bundler.shelf import Shelf

_SHELF = Shelf()


@click.command("build")
@ordering
@linting
def command(wishes: Wishes, order: Order) -> None:
    """Render, check and zip.

    Writes dist/widget.zip, or dist/<env>/widget.zip for staging and production, and its manifest beside it.

    With a finding of severity error no zip is written, and an older one is removed.

    \b
    build.py
    build.py --env production --backend-url https://relay.example.com --audience public
    """
    wishes.conclude(build(wishes, order))


def build(wishes: Wishes, order: Order, shelf: Shelf = _SHELF) -> Report:
    """Build as ordered and tell what is in the zip. Raises ``WrongUse`` if the source cannot be rendered."""
    if order.out.resolve().is_relative_to(order.source.resolve()):
        raise WrongUse(f"{order.out} lies in {order.source}, so each zip would hold the one before: name another --out")
    project = read_project(order.source)
    origin = Origin(order.environment, project.backend_url(order.environment, order.backend_url))
    with Progress() as say:
        bundle = render(project, origin.environment, origin.backend_url, shelf=shelf, say=say)
        report = wishes.lint(bundle, project.suppress, say)
    described = manifest_path(order.target)
    if report.has_errors:
        order.target.unlink(missing_ok=True)
        described.unlink(missing_ok=True)
        return report
    digest = write_archive(bundle, order.target)
    described.write_text(describe(order.source, bundle, origin, digest), encoding="utf-8")
    for path, content in bundle.files.items():
        wishes.tell(f"  {path:<40} {len(content):>10,} B")
    size = order.target.stat().st_size
    wishes.tell(f"{order.target}: {len(bundle.files)} files, {bundle.size:,} B, zipped {size:,} B")
    wishes.tell(f"sha256 {digest}")
    wishes.tell(f"version {project.version}, locales {' '.join(project.locales)}, {order.environment}")
    return report

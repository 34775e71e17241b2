"""``build.py diff``: what changed from one zip to the next."""

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from bundler import facts
from bundler.commands.inspect import about_manifest
from bundler.lint import Report, lint
from bundler.progress import Progress
from bundler.proof import differences
from bundler.reading import read_widget
from bundler.report.text import harmless
from bundler.rule import KOMMO, PRIVATE
from bundler.version import grows

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_COLOURS = {"+": "green", "-": "red", "~": "yellow"}


@click.command("diff")
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path, exists=True))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path, exists=True))
@click.option("--full", is_flag=True, help="Show changed lines too.")
def command(old: Path, new: Path, full: bool) -> None:
    """Compare two widgets.

    Tells which files changed, and whether the version grew.

    \b
    build.py diff published.zip dist/widget.zip --full

    Exit code 1: something changed and the version did not grow.
    """
    with Progress() as say:
        before, after = read_widget(old, say), read_widget(new, say)
        # Rules find the secrets that changed lines must not show.
        both = (before, after) if full else ()
        reports = [lint(bundle, target=KOMMO, audience=PRIVATE, say=say) for bundle in both]
    changed = list(differences(before.files, after.files))
    for kind, path in changed:
        sizes = f"{len(before.files.get(path, b'')):,} → {len(after.files.get(path, b'')):,} B"
        click.secho(f"{_SIGNS[kind]} {harmless(path):<44} {sizes}", fg=_COLOURS[_SIGNS[kind]])
        for line in _lines(path, *reports) if reports and kind == "changed" else ():
            click.secho(f"    {line}", fg=_COLOURS.get(line[:1]))
    was, now = about_manifest(before), about_manifest(after)
    for title in was.keys() & now.keys():
        if was[title] != now[title]:
            click.echo(f"{title}: {was[title]} → {now[title]}")
    if not changed:
        click.echo("nothing changed")
    elif not grows(str(was.get("version", "")), str(now.get("version", ""))):
        click.echo("the version did not grow: browsers that know it keep the old files")
        sys.exit(1)


def _lines(path: str, before: Report, after: Report) -> Iterator[str]:
    if not path.lower().endswith(facts.TEXT_SUFFIXES):
        return
    old, new = (report.bundle.files[path].decode("utf-8", "replace").splitlines() for report in (before, after))
    for line in list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]:
        yield harmless(before.conceal(after.conceal(line)))

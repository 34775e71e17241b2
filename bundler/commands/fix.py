"""``build.py fix``: mend what a machine can mend; show it first."""

import difflib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from bundler.archive import write_archive
from bundler.bundle import Bundle
from bundler.errors import WrongUse
from bundler.fixes import fixed
from bundler.lint import Report, lint
from bundler.progress import Progress, Say
from bundler.reading import read_folder
from bundler.report.text import harmless
from bundler.rule import KOMMO, PRIVATE
from bundler.unpack import BACKSLASH, read_zip


@click.command("fix")
@click.argument("path", type=click.Path(path_type=Path, exists=True), default="widget_src")
@click.option("--write", is_flag=True, help="Change the files; without it they are only compared.")
def command(path: Path, write: bool) -> None:
    """Mend what a machine can mend.

    Shows the changes to a folder or a zip; writes them with --write.

    Mended are byte order marks, line ends, leftovers of systems, a folder around everything, AMOCRM where APP is meant,
    the callback tasks (todo), and stale keys in the manifest. What a widget means is never changed.

    \b
    build.py fix widget_src
    build.py fix their-widget.zip --write

    Exit code 1: there is something to mend and --write was not given.
    """
    with Progress() as say:
        bundle = read_folder(path, say) if path.is_dir() else _read_mendable(path, say)
        changes = fixed(bundle.files)
        # Rules find the secrets that the comparison must not show.
        report = lint(bundle, target=KOMMO, audience=PRIVATE, say=say)
    for line in _comparison(bundle, changes, report):
        click.secho(line, fg={"+": "green", "-": "red"}.get(line[:1]))
    if not changes and not _is_badly_packed(bundle):
        click.echo("nothing to mend")
    elif write:
        _write(path, bundle, changes)
        click.echo(f"{path} is mended")
    else:
        click.echo("nothing is written yet: add --write")
        sys.exit(1)


def _read_mendable(path: Path, say: Say) -> Bundle:
    bundle = read_zip(path, say)
    lost = [f"{flaw.path}: {flaw.detail}" for flaw in bundle.flaws if flaw.detail != BACKSLASH]
    if lost:
        raise WrongUse(*lost, f"{path} holds entries that cannot be kept; make the archive anew")
    return bundle


def _is_badly_packed(bundle: Bundle) -> bool:
    return bundle.is_zip and bool(bundle.wrapped_in or bundle.flaws)


def _comparison(bundle: Bundle, changes: Mapping[str, bytes | None], report: Report) -> Iterator[str]:
    if bundle.is_zip and bundle.wrapped_in:
        yield f"move {bundle.wrapped_in}/* to the root of the archive"
    for flaw in bundle.flaws:
        yield harmless(f"rename {flaw.path}: {flaw.detail}")
    for path, content in changes.items():
        if content is None:
            yield harmless(f"remove {path}")
        else:
            yield from _difference(path, bundle.files[path], content, report)


def _difference(path: str, before: bytes, after: bytes, report: Report) -> Iterator[str]:
    old, new = (text.decode("utf-8", "replace").split("\n") for text in (before, after))
    for line in difflib.unified_diff(old, new, path, path, n=1, lineterm=""):
        # What cannot be seen is written out: marks and carriage returns are what is mended most.
        yield harmless(report.conceal(line).replace("\r", "\\r").replace("\ufeff", "\\ufeff"))


def _write(path: Path, bundle: Bundle, changes: Mapping[str, bytes | None]) -> None:
    if bundle.is_zip:
        kept = {**bundle.files, **changes}
        write_archive(Bundle({name: content for name, content in kept.items() if content is not None}), path)
        return
    for name, content in changes.items():
        target = path / bundle.wrapped_in / name
        if content is None:
            target.unlink()
        else:
            target.write_bytes(content)

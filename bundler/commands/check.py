"""``build.py check``: rules over a source folder, a built folder or a zip. Nothing is written."""

from pathlib import Path

import click

from bundler.options import Wishes, linting
from bundler.progress import Progress
from bundler.project import read_project
from bundler.reading import is_source, read_widget


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@linting
def command(wishes: Wishes, path: Path) -> None:
    """Check anyone's widget.

    PATH is a source folder (with widget.toml), a built folder, or a zip.

    \b
    build.py check widget_src
    build.py check widget.zip --audience public
    build.py check ../their-widget --target amocrm --format json
    """
    suppress = read_project(path).suppress if is_source(path) else {}
    with Progress() as say:
        report = wishes.lint(read_widget(path, say), suppress, say)
    wishes.conclude(report)

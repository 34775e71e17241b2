"""``build.py check``: rules over a source folder, a built folder or a zip. Nothing is written."""

from pathlib import Path

import click

from bundler.bundle import Bundle, read_folder
from bundler.errors import WrongUse
from bundler.options import Wishes, linting
from bundler.project import PROJECT_FILE, read_project
from bundler.render import render
from bundler.unpack import read_zip

# A source folder is checked as it would be rendered; where its backend stands matters to no rule.
_BACKEND = "https://backend.example"


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@linting
def command(wishes: Wishes, path: Path) -> None:
    """Check a widget: a source folder (with widget.toml), a built folder, or a zip.

    \b
    build.py check widget_src
    build.py check widget.zip --audience public
    build.py check ../their-widget --target amocrm --format json
    """
    suppress = read_project(path).suppress if is_source(path) else {}
    wishes.show(wishes.lint(read_widget(path), suppress))


def is_source(path: Path) -> bool:
    """Whether the path is a folder that must be rendered first."""
    return (path / PROJECT_FILE).is_file()


def read_widget(path: Path) -> Bundle:
    """Read any form of a widget. Raises ``WrongUse`` if the path is none."""
    if is_source(path):
        return render(read_project(path), "development", _BACKEND)
    if path.is_dir():
        return read_folder(path)
    if path.is_file():
        return read_zip(path)
    raise WrongUse(f"{path} is neither a folder nor a zip")

"""``build.py inspect``: what is in a widget."""

import json
from pathlib import Path
from typing import Any

import click

from bundler.bundle import Bundle
from bundler.parts.document import Node
from bundler.parts.load import NoPart, Parts
from bundler.progress import Progress
from bundler.proof import digests
from bundler.reading import read_widget
from bundler.report.text import harmless


@click.command("inspect")
@click.argument("path", metavar="ZIP", type=click.Path(path_type=Path, exists=True))
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(path: Path, form: str) -> None:
    """Show what is in a widget.

    Version, languages, locations, settings, files; of a zip or a folder.

    \b
    build.py inspect dist/widget.zip
    build.py inspect their-widget.zip --format json
    """
    with Progress() as say:
        bundle = read_widget(path, say)
    about = about_manifest(bundle)
    if form == "json":
        sums = digests(bundle.files)
        files = {name: {"size": len(bundle.files[name]), "sha256": digest} for name, digest in sums.items()}
        click.echo(json.dumps({**about, "files": files}, indent=2, ensure_ascii=False))
        return
    for title, value in about.items():
        click.echo(harmless(f"{title:<12} {', '.join(map(str, value)) if isinstance(value, list) else value}"))
    for name, content in bundle.files.items():
        click.echo(f"  {harmless(name):<44} {len(content):>10,} B")
    click.echo(f"{len(bundle.files)} files, {bundle.size:,} B")


def about_manifest(bundle: Bundle) -> dict[str, Any]:
    """What the manifest says, as far as it can be read."""
    try:
        manifest: Node = Parts(bundle).make("manifest")
    except NoPart as missing:
        return {"manifest": missing.unread.reason}
    return {
        "version": _text(manifest, "widget", "version"),
        "languages": [node.string for node in manifest.strings("widget", "locale")],
        "locations": [node.string for node in manifest.strings("locations")],
        "settings": [name.string for name, _ in manifest.members_of("settings")],
        "support": [node.string for _, node in manifest.members_of("widget", "support") if node.string],
        "flaws": [f"{flaw.path}: {flaw.detail}" for flaw in bundle.flaws],
    }


def _text(manifest: Node, *path: str) -> str:
    node = manifest.find(*path)
    return (node.string or node.place.shown) if node else ""

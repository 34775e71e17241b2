"""``build.py init``: a new widget source that builds at once."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bundler import facts
from bundler.errors import WrongUse

_STARTER = Path(__file__).parents[1] / "starter"
_TEXTS = "i18n/"
# Places that need nothing outside the widget; the others are added by hand, with the block that they need.
_OFFERED = (
    "settings",
    "advanced_settings",
    "lead_sources",
    "lcard-1",
    "ccard-1",
    "comcard-1",
    "llist-1",
    "clist-1",
    "tlist-1",
    "card_sdk",
    "catalogs",
    "digital_pipeline",
    "everywhere",
)
_TITLED = {"advanced_settings": "advanced"}
_CHOSEN = "settings,lead_sources"


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default="widget_src")
@click.option("--name", help="What people read in the list of integrations.")
@click.option("--locales", metavar="LIST", help="Languages, with commas between: en,es,pt.")
@click.option("--locations", metavar="LIST", help=f"Places: {', '.join(_OFFERED)}.")
def command(folder: Path, name: str | None, locales: str | None, locations: str | None) -> None:
    """Write a new widget.

    It builds at once. What no option says is asked for, if there is a terminal.

    \b
    build.py init
    build.py init my_widget --name "My chat" --locales en,es --locations settings,lead_sources
    """
    if folder.exists() and any(folder.iterdir()):
        raise WrongUse(f"{folder} is not empty: name another folder")
    name = name or _asked("Name", "My widget")
    values = _values(
        name,
        _chosen(
            "language", locales or _asked("Languages", "en"), [file.stem for file in (_STARTER / _TEXTS).iterdir()]
        ),
        _chosen("location", locations or _asked("Locations", _CHOSEN), _OFFERED),
    )
    for path, text in _rendered(values):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    click.echo(f"{folder} is ready: build.py --source {folder}")


def _asked(question: str, otherwise: str) -> str:
    return str(click.prompt(question, default=otherwise)) if sys.stdin.isatty() else otherwise


def _chosen(what: str, text: str, known: Iterable[str]) -> list[str]:
    wanted = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in known]
    if unknown or not wanted:
        raise WrongUse(f"no such {what}: {', '.join(unknown) or 'none given'}; known are {', '.join(sorted(known))}")
    return wanted


def _values(name: str, locales: list[str], locations: list[str]) -> dict[str, Any]:
    """What the starter's templates need."""
    if "card_sdk" in locations and not {"lcard-1", "ccard-1", "comcard-1"} & set(locations):
        locations = [*locations, "lcard-1"]
    callbacks = [name for place in locations for name in facts.LOCATIONS[place.removesuffix("-1")].callbacks]
    callbacks += facts.CARD_SDK_CALLBACKS if "card_sdk" in locations else ()
    callbacks += [facts.SOURCE_CALLBACK] if facts.SOURCE_LOCATION in locations else []
    titles = [block for place, block in _TITLED.items() if place in locations]
    blocks: dict[str, Any] = {block: {"title": f"{block}.title"} for block in titles}
    if facts.TRIGGER_LOCATION in locations:
        blocks["dp"] = {"settings": {}, "action_multiple": False}
    return {
        "name": name,
        "css": re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "widget",
        "locales": locales,
        "locations": locations,
        "blocks": blocks,
        "titles": titles,
        "callbacks": sorted({callback for callback in callbacks if callback != "settings"}),
        "promises": facts.CARD_SDK_CALLBACKS,
    }


def _rendered(values: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """The starter's files. Their own placeholders are for the build, so these ones look different."""
    templates = Environment(  # noqa: S701
        loader=FileSystemLoader(_STARTER),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
    )
    for path in sorted(_STARTER.rglob("*")):
        name = path.relative_to(_STARTER).as_posix()
        if path.is_file() and (not name.startswith(_TEXTS) or path.stem in values["locales"]):
            yield name, templates.get_template(name).render(values)

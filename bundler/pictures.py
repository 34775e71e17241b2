"""Pictures in the exact sizes and weights that Kommo asks for, drawn from an SVG or a large PNG.

Sizes: https://developers.kommo.com/docs/images ; https://developers.kommo.com/docs/getting-listed
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from bundler import facts
from bundler.errors import WrongUse
from bundler.progress import Say, silent
from bundler.shelf import NO_SHELF, Shelf, name_of

Size = tuple[int, int]
LOCALE_MARK = "{locale}"
# The left menu is #ffffff or #153043: https://developers.kommo.com/changelog/left-menu-logos-update
_MENU_COLOURS = {"light": b"#153043", "dark": b"#ffffff"}
_CURRENT_COLOUR = b"currentColor"
_PNG = b"\x89PNG"
_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    '<image x="{margin}" y="{margin}" width="{inner_width}" height="{inner_height}" '
    'preserveAspectRatio="xMidYMid meet" href="data:image/svg+xml;base64,{picture}"/></svg>'
)


def make_pictures(
    folder: Path,
    wanted: Mapping[str, str],
    locales: Iterable[str],
    *,
    with_trigger: bool,
    shelf: Shelf = NO_SHELF,
    say: Say = silent,
) -> dict[str, bytes]:
    """Make every picture that ``[pictures]`` asks for: path in the bundle → content.

    ``logo`` gives the five logos (six ``with_trigger``), ``tour`` images/tour.png, or one for each language if its name
    has ``{locale}`` in it; ``menu`` the left menu's icon for both themes. What the shelf holds is not drawn again.
    Raises ``WrongUse`` for a source that is missing, too small or no picture.
    """
    files = dict[str, bytes]()
    if "logo" in wanted:
        with _source(folder, wanted["logo"]) as source:
            files |= make_logos(source, with_trigger=with_trigger, shelf=shelf, say=say)
    if "menu" in wanted:
        with _source(folder, wanted["menu"]) as source:
            files |= make_menu_icons(source)
    tour = wanted.get("tour", "")
    for locale in locales if LOCALE_MARK in tour else [""] if tour else []:
        path = f"images/tour_{locale}.png" if locale else "images/tour.png"
        with _source(folder, tour.replace(LOCALE_MARK, locale)) as source:
            say(f"drawing {path}")
            files[path] = draw(source, facts.TOUR_SIZE, shelf=shelf)
    return files


def make_logos(source: bytes, *, with_trigger: bool, shelf: Shelf = NO_SHELF, say: Say = silent) -> dict[str, bytes]:
    """Draw the logos of a widget: path → PNG. ``with_trigger`` adds the one that only the Digital Pipeline needs."""
    sizes = dict([*facts.LOGOS.items(), *([facts.LOGO_DP] if with_trigger else [])])
    logos = dict[str, bytes]()
    for path, size in sizes.items():
        say(f"drawing {path}")
        logos[path] = draw(source, size, margin=facts.LOGO_MARGINS.get(path, 0), shelf=shelf)
    return logos


def make_menu_icons(source: bytes) -> dict[str, bytes]:
    """The left menu's icon for both themes, from one SVG whose lines have the colour ``currentColor``."""
    if _CURRENT_COLOUR not in source:
        raise WrongUse("the menu's icon must be an SVG drawn in currentColor, so that it can be dark or light")
    _try_svg(source)
    colours = _MENU_COLOURS.items()
    return {f"images/menu_{theme}.svg": source.replace(_CURRENT_COLOUR, colour) for theme, colour in colours}


@lru_cache(maxsize=64)
def draw(source: bytes, size: Size, *, margin: int = 0, shelf: Shelf = NO_SHELF) -> bytes:
    """Draw an SVG or PNG as a PNG of exactly ``size`` pixels, centred, never stretched, below 300 KB."""
    name = name_of(source, repr((size, margin)).encode(), _way_of_drawing())
    drawn = shelf.get(name)
    if drawn is None:
        drawn = _drawn(source, size, margin)
        shelf.put(name, drawn)
    return drawn


@cache
def _way_of_drawing() -> bytes:
    """What decides about the bytes of a drawing beside its source and size: the programs that draw it.

    Importing them for their versions takes longer than all else here. The folder in which they are installed gets
    another time whenever something is installed, upgraded or removed.
    """
    resvg = find_spec("resvg_py")
    installed = Path(resvg.origin).parents[1] if resvg is not None and resvg.origin is not None else Path()
    ours = (Path(__file__).with_name(name).read_bytes() for name in ("pictures.py", "raster.py", "facts.py"))
    return name_of(repr((str(installed), installed.stat().st_mtime_ns)).encode(), *ours).encode()


def _drawn(source: bytes, size: Size, margin: int) -> bytes:
    if source.startswith(_PNG):
        from bundler import raster  # Pillow takes longer to import than all logos take to draw.

        return raster.fit(source, size, margin)
    drawn = _draw_svg(source, size, margin)
    if len(drawn) > facts.LOGO_BYTES:
        from bundler import raster

        return raster.lighter(drawn)
    return drawn


def _draw_svg(source: bytes, size: Size, margin: int) -> bytes:
    """System fonts are not used, because then two machines would draw two pictures."""
    import resvg_py

    _try_svg(source)
    if b"<text" in source:
        raise WrongUse("the picture has a <text>, which looks different on each machine: turn its letters into paths")
    width, height = size
    frame = _FRAME.format(
        width=width,
        height=height,
        margin=margin,
        inner_width=width - 2 * margin,
        inner_height=height - 2 * margin,
        picture=base64.b64encode(source).decode(),
    )
    try:
        return resvg_py.svg_to_bytes(svg_string=frame, skip_system_fonts=True)
    except ValueError as error:
        raise WrongUse(f"the picture cannot be drawn: {error}") from None


@contextmanager
def _source(folder: Path, name: str) -> Iterator[bytes]:
    """The content of a source; what is wrong with it is said with its name."""
    path = folder / name
    if not path.is_file():
        raise WrongUse(f"there is no {name}, which [pictures] in widget.toml names")
    try:
        yield path.read_bytes()
    except WrongUse as error:
        raise WrongUse(*(f"{name}: {problem}" for problem in error.problems)) from None


@lru_cache(maxsize=16)
def _try_svg(source: bytes) -> None:
    """An SVG inside another is skipped without a word when it is broken, so it is tried alone first."""
    import resvg_py

    try:
        resvg_py.svg_to_bytes(svg_string=source.decode(), skip_system_fonts=True, width=1)
    except ValueError as error:
        raise WrongUse(f"the picture is neither an SVG that can be drawn nor a PNG: {error}") from None

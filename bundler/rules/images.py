"""Logos, tour pictures, menu icons (IMG)."""

from collections.abc import Iterator, Mapping

from bundler import facts
from bundler.bundle import Bundle
from bundler.parts.document import Node
from bundler.parts.image import Image
from bundler.parts.locations import Locations
from bundler.parts.place import Place
from bundler.rule import AMOCRM, ERROR, KOMMO, PUBLIC, WARNING, Hits, at, rule


def _logos(images: Mapping[str, Image]) -> Iterator[Image]:
    for path in (*facts.LOGOS, facts.LOGO_DP[0]):
        if path in images:
            yield images[path]


def _pixels(size: tuple[int, int]) -> str:
    return "{}×{}".format(*size)


@rule(
    "IMG001",
    WARNING,
    why="The upload ends with a system error while one of the five logos is missing.",
    fix="Add {path}, {size} pixels; [pictures] in widget.toml draws all of them from one SVG.",
    doc=facts.DOC_IMAGES,
    stricter={(KOMMO,): ERROR},
)
def logos_exist(bundle: Bundle) -> Hits:
    """All five logos are there."""
    for path, size in facts.LOGOS.items():
        if path not in bundle:
            yield at(path, "this logo is missing", path=path, size=_pixels(size))


@rule(
    "IMG002",
    WARNING,
    why="The host shows each logo in a frame of exactly this size and refuses others.",
    fix="Make {path} exactly {size} pixels.",
    doc=facts.DOC_IMAGES,
    stricter={(PUBLIC,): ERROR},
)
def logos_have_their_size(images: Mapping[str, Image]) -> Hits:
    """Each logo has its exact size."""
    sizes = dict([*facts.LOGOS.items(), facts.LOGO_DP])
    for logo in _logos(images):
        if logo.size not in (sizes[logo.path], (0, 0)):
            found, wanted = _pixels(logo.size), _pixels(sizes[logo.path])
            yield at(logo.path, f"it has {found} pixels, not {wanted}", path=logo.path, size=wanted)


@rule(
    "IMG003",
    ERROR,
    why="A larger file is refused.",
    fix="Bring {path} below 300 KB.",
    doc=facts.DOC_IMAGES,
)
def logos_are_light(images: Mapping[str, Image]) -> Hits:
    """No logo is larger than 300 KB."""
    for logo in _logos(images):
        if logo.byte_size > facts.LOGO_BYTES:
            yield at(logo.path, f"it has {logo.byte_size:,} bytes", path=logo.path)


@rule(
    "IMG004",
    ERROR,
    why="Kommo takes logos as PNG only, whatever the file is called.",
    fix="Save {path} as PNG.",
    doc=facts.DOC_IMAGES,
    targets=(KOMMO,),
)
def logos_are_png(images: Mapping[str, Image]) -> Hits:
    """Logos are PNG pictures."""
    for logo in _logos(images):
        if logo.format not in ("png", "unknown"):
            yield at(logo.path, f"inside, this is {logo.format.upper()}", path=logo.path)


@rule(
    "IMG005",
    WARNING,
    why="The requirements forbid moving pictures.",
    fix="Replace {path} by a still picture.",
    doc=facts.DOC_AMO_REQUIREMENTS,
    targets=(AMOCRM,),
)
def logos_stand_still(images: Mapping[str, Image]) -> Hits:
    """No logo moves."""
    for logo in _logos(images):
        if logo.is_animated:
            yield at(logo.path, "this picture moves", path=logo.path)


@rule(
    "IMG006",
    ERROR,
    why="The trigger's tile in the Digital Pipeline is drawn with this logo.",
    fix="Add images/logo_dp.png, 174×109 pixels.",
    doc=facts.DOC_IMAGES,
)
def triggers_have_their_logo(locations: Locations, bundle: Bundle) -> Hits:
    """A widget for the Digital Pipeline has the logo of its trigger."""
    path, _size = facts.LOGO_DP
    trigger = locations.find(facts.TRIGGER_LOCATION)
    if trigger and path not in bundle:
        yield at(trigger.place, f"digital_pipeline is listed, and there is no {path}")


@rule(
    "IMG007",
    WARNING,
    why="The gallery of a public integration shows one to five pictures per language, of one size.",
    fix="Give each language 1 to 5 pictures of 1188×616 pixels.",
    doc=facts.DOC_CHECKLIST,
    audiences=(PUBLIC,),
)
def tour_pictures_fit(manifest: Node, images: Mapping[str, Image]) -> Hits:
    """Tour pictures have the gallery's size and number."""
    for name, pictures in manifest.members_of("tour", "tour_images"):
        if len(pictures.elements) not in facts.TOUR_COUNT:
            yield at(name.place, f"{name.string} has {len(pictures.elements)} tour pictures")
        for picture in pictures.elements:
            image = images.get((picture.string or "").lstrip("/"))
            if image and image.size not in (facts.TOUR_SIZE, (0, 0)):
                yield at(picture.place, f"this picture has {_pixels(image.size)} pixels")


@rule(
    "IMG008",
    WARNING,
    why="Icons of the left menu must be sharp in both themes, and PNG ones are not.",
    fix="Give SVG files under icons.light and icons.dark.",
    doc=facts.DOC_MENU_ICONS,
    audiences=(PUBLIC,),
    targets=(KOMMO,),
)
def menu_icons_are_svg(manifest: Node, images: Mapping[str, Image]) -> Hits:
    """Icons of the left menu are SVG."""
    for _name, item in manifest.members_of("left_menu"):
        for keys in (("icon",), ("icons", "light"), ("icons", "dark")):
            icon = item.find(*keys)
            path = (icon.string or "").lstrip("/") if icon else ""
            image = images.get(path)
            if icon and (not path.lower().endswith(".svg") or (image and image.format != "svg")):
                yield at(icon.place, "this icon is no SVG")


@rule(
    "IMG009",
    WARNING,
    why="A picture that is cut off or damaged is shown broken, or not at all.",
    fix="Save {path} anew from its source.",
    doc=facts.DOC_IMAGES,
    stricter={(PUBLIC,): ERROR},
)
def pictures_are_whole(images: Mapping[str, Image]) -> Hits:
    """No picture is damaged."""
    for image in images.values():
        if image.damage:
            yield at(Place(image.path), image.damage, path=image.path)


@rule(
    "IMG010",
    WARNING,
    why="People wait for every byte of a widget each time the interface loads it.",
    fix="Shrink {path}: fewer pixels, fewer colours, or SVG.",
    doc=facts.DOC_IMAGES,
)
def pictures_are_light(images: Mapping[str, Image]) -> Hits:
    """No picture is heavier than 1 MB."""
    for image in images.values():
        if image.byte_size > facts.HEAVY_PICTURE:
            yield at(image.path, f"it has {image.byte_size:,} bytes", path=image.path)

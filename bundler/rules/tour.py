"""The tour that people see before they install (MAN020, MAN021, MAN033, MAN034)."""

from collections.abc import Iterator

from bundler import facts
from bundler.bundle import Bundle
from bundler.parts.document import Node
from bundler.rule import ERROR, PUBLIC, WARNING, Hits, at, rule


@rule(
    "MAN020",
    WARNING,
    why="People who open a public integration see its tour first.",
    fix='Add "tour" with is_tour, tour_images for each language and tour_description.',
    doc=facts.DOC_MANIFEST,
    audiences=(PUBLIC,),
)
def public_widgets_have_a_tour(manifest: Node) -> Hits:
    """A public widget has a complete tour."""
    if manifest.find("tour") is None:
        yield at(manifest.place, "tour is missing")
        return
    for key in facts.TOUR_KEYS:
        if manifest.find("tour", key) is None:
            yield at(manifest.nearest("tour", key).place, f"tour.{key} is missing")
    languages = [locale.string for locale in manifest.strings("widget", "locale")]
    pictured = [name.string for name, _ in manifest.members_of("tour", "tour_images")]
    for language in languages:
        if pictured and language not in pictured:
            yield at(manifest.nearest("tour", "tour_images").place, f"tour_images has no pictures for {language}")


@rule(
    "MAN033",
    WARNING,
    why="The value false is not supported any more.",
    fix='Write "is_tour": true, or remove the tour.',
    doc=facts.DOC_MANIFEST,
    stricter={(PUBLIC,): ERROR},
)
def tours_are_switched_on(manifest: Node) -> Hits:
    """A tour is switched on."""
    switch = manifest.find("tour", "is_tour")
    if switch and switch.scalar is False:
        yield at(switch.place, "is_tour is false")


@rule(
    "MAN021",
    ERROR,
    why="The picture is not in the archive, so the tour shows a hole.",
    fix="Add the picture, or correct its path.",
    doc=facts.DOC_MANIFEST,
)
def tour_pictures_exist(manifest: Node, bundle: Bundle) -> Hits:
    """Every picture of the tour is in the archive."""
    for picture in _tour_pictures(manifest):
        if picture.string is None or picture.string.lstrip("/") not in bundle:
            yield at(picture.place, f"there is no file {picture.place.shown}")


@rule(
    "MAN034",
    WARNING,
    why="Paths of the tour start at the archive's root, with a slash.",
    fix="Put a slash before the path.",
    doc=facts.DOC_MANIFEST,
)
def tour_paths_begin_with_a_slash(manifest: Node) -> Hits:
    """Paths of the tour begin with a slash."""
    for picture in _tour_pictures(manifest):
        if picture.string is not None and not picture.string.startswith("/"):
            yield at(picture.place, "this path has no slash in front")


def _tour_pictures(manifest: Node) -> Iterator[Node]:
    for _language, pictures in manifest.members_of("tour", "tour_images"):
        yield from pictures.elements

"""The manifest's list of locations, each split into its name and its suffix."""

from typing import NamedTuple

from bundler.parts.document import Node
from bundler.parts.place import Place


class Listed(NamedTuple):
    """One entry of the list: ``lcard-1`` has the name ``lcard`` and the suffix ``1``."""

    node: Node
    name: str
    suffix: str | None

    @property
    def place(self) -> Place:
        """Where the entry stands."""
        return self.node.place


class Locations:
    """All entries that are texts, in their order."""

    def __init__(self, listed: tuple[Listed, ...]) -> None:
        self.listed = listed

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None

    def find(self, name: str) -> Listed | None:
        """The first entry for this location."""
        return next((one for one in self.listed if one.name == name), None)


def read_locations(manifest: Node) -> Locations:
    """Read ``locations`` of a manifest; whatever is no text is left to the rules."""
    return Locations(tuple(_listed(node) for node in manifest.strings("locations")))


def _listed(node: Node) -> Listed:
    name, dash, suffix = (node.string or "").strip().partition("-")
    return Listed(node, name, suffix if dash else None)

"""Which values of a manifest are paths into the translations.

https://developers.kommo.com/docs/manifest-json ; https://www.amocrm.ru/developers/content/integrations/structure
"""

from collections.abc import Iterator

from bundler.parts.document import Node

# ``*`` stands for every key there.
_PATHS = (
    "widget.name",
    "widget.description",
    "widget.short_description",
    "tour.tour_description",
    "settings.*.name",
    "dp.title",
    "dp.settings.*.name",
    "advanced.title",
    "left_menu.*.title",
    "left_menu.*.submenu.*.title",
    "salesbot_designer.*.name",
    "salesbot_designer.*.settings.*.name",
    "amoforms_settings.title",
    "amoforms_settings.error_text",
)


def translated_values(manifest: Node) -> list[Node]:
    """Every value of the manifest that should be a path such as ``widget.name``."""
    return [node for path in _PATHS for node in _matching(manifest, path.split("."))]


def _matching(node: Node, path: list[str]) -> Iterator[Node]:
    if not path:
        yield node
        return
    for name, value in node.members:
        if path[0] in ("*", name.string):
            yield from _matching(value, path[1:])

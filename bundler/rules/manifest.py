"""The manifest's own fields (MAN001 to MAN007, MAN014 to MAN024 without the tour)."""

import re
from collections.abc import Iterator

from bundler import facts
from bundler.parts.document import Node
from bundler.parts.locations import Locations
from bundler.rule import AMOCRM, ERROR, PUBLIC, WARNING, Hits, at, rule
from bundler.version import grows

_VERSION = re.compile(r"\d+(\.\d+)*\Z")
_HTTPS = re.compile(r"https://[^\s/]+", re.IGNORECASE)
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})\Z", re.IGNORECASE)


@rule(
    "MAN001",
    ERROR,
    why="The platform refuses a manifest without these fields.",
    fix='Add "{key}" to "widget".',
    doc=facts.DOC_MANIFEST,
)
def widget_is_described(manifest: Node) -> Hits:
    """The widget has its name, descriptions, locale and installation."""
    for key in facts.WIDGET_KEYS:
        if manifest.find("widget", key) is None:
            yield at(manifest.nearest("widget", key).place, f"widget.{key} is missing", key=key)
    locale = manifest.find("widget", "locale")
    if locale and not (locale.kind == "array" and locale.elements and len(manifest.strings("widget", "locale"))):
        yield at(locale.place, "widget.locale must be a list of languages", key="locale")


@rule(
    "MAN003",
    ERROR,
    why="A widget that is installed must say which settings it has, even if none.",
    fix='Add "settings": {{}}.',
    doc=facts.DOC_MANIFEST,
)
def installed_widgets_have_settings(manifest: Node) -> Hits:
    """A widget that is installed has the block settings."""
    installation, settings = manifest.find("widget", "installation"), manifest.find("settings")
    if installation and installation.scalar is True and settings is None:
        yield at(manifest.nearest("settings").place, "settings is missing")


@rule(
    "MAN031",
    WARNING,
    why="The checklist of public integrations asks for it, though an empty one is enough.",
    fix='Add "settings": {{}}.',
    doc=facts.DOC_CHECKLIST,
)
def shown_widgets_have_settings(manifest: Node) -> Hits:
    """A widget that is only shown has the block settings too."""
    installation, settings = manifest.find("widget", "installation"), manifest.find("settings")
    if installation and installation.scalar is False and settings is None:
        yield at(manifest.nearest("settings").place, "settings is missing")


@rule(
    "MAN004",
    ERROR,
    why="Only the interface version 2 is open; 1 meant the interface before AJAX.",
    fix='Write "interface_version": 2, without quotes.',
    doc=facts.DOC_MANIFEST,
)
def interface_version_is_2(manifest: Node) -> Hits:
    """The interface version is 2."""
    version = manifest.find("widget", "interface_version")
    if version and (version.kind != "number" or version.scalar != facts.INTERFACE_VERSION):
        yield at(version.place, f"interface_version is {version.place.shown}")


@rule(
    "MAN032",
    WARNING,
    why="The platform lists it as obligatory.",
    fix='Add "interface_version": 2 to "widget".',
    doc=facts.DOC_MANIFEST,
)
def interface_version_is_given(manifest: Node) -> Hits:
    """The interface version is given."""
    if manifest.find("widget") and manifest.find("widget", "interface_version") is None:
        yield at(manifest.nearest("widget").place, "interface_version is missing")


@rule(
    "MAN005",
    WARNING,
    why="Browsers keep the files of a version; a proper one that grows makes them load the new files.",
    fix='Give "version" as a text of numbers and dots, such as "1.0.0".',
    doc=facts.DOC_MANIFEST,
)
def version_is_dotted_digits(manifest: Node) -> Hits:
    """The version is a text of numbers and dots."""
    version = manifest.find("widget", "version")
    if version is None:
        yield at(manifest.nearest("widget", "version").place, "version is missing")
    elif not _VERSION.match(version.string or ""):
        yield at(version.place, f"the version is {version.place.shown}")


@rule(
    "MAN006",
    WARNING,
    why="Browsers keep the files of a version they know, so people go on with the old ones.",
    fix="Raise the version above {uploaded}.",
    doc=facts.DOC_MANIFEST,
)
def version_grows(manifest: Node, uploaded: str) -> Hits:
    """The version is greater than the one uploaded last (`--uploaded`, if given)."""
    version = manifest.find("widget", "version")
    if version and uploaded and not grows(uploaded, version.string or ""):
        yield at(version.place, f"the version is not above {uploaded}", uploaded=uploaded)


@rule(
    "MAN007",
    ERROR,
    why='A text is true for every reader, "false" and "N" too.',
    fix="Write true or false, without quotes.",
    doc=facts.DOC_MANIFEST,
)
def switches_are_booleans(manifest: Node) -> Hits:
    """Switches are true or false, never texts."""
    fields = [field for _, settings in _settings(manifest) for _, field in settings.members]
    switches = [manifest.find(*path) for path in facts.BOOLEANS] + [field.find("required") for field in fields]
    for switch in switches:
        if switch and switch.kind != "boolean":
            yield at(switch.place, f"{switch.place.shown} is neither true nor false")


@rule(
    "MAN014",
    ERROR,
    why="The settings window cannot draw a field of a type that it does not know.",
    fix="Use one of: {types}.",
    doc=facts.DOC_MANIFEST,
)
def setting_types_are_known(manifest: Node) -> Hits:
    """Every setting has a known type."""
    for _, settings in _settings(manifest):
        for name, field in settings.members:
            kind = field.find("type")
            if kind is None or kind.string not in facts.SETTING_TYPES:
                shown = f"unknown type {kind.place.shown}" if kind else "no type"
                yield at((kind or field).place, f"{name.string} has {shown}", types=", ".join(facts.SETTING_TYPES))


@rule(
    "MAN015",
    WARNING,
    why="A widget draws its one custom field itself, in the settings window; it needs the location for that.",
    fix="Keep one custom field, and list settings in locations.",
    doc=facts.DOC_MANIFEST,
    stricter={(PUBLIC,): ERROR},
)
def custom_field_is_one_and_has_its_place(manifest: Node, locations: Locations) -> Hits:
    """There is at most one custom field, and the location settings for it."""
    fields = [field for _, field in manifest.members_of("settings")]
    custom = [kind for field in fields if (kind := field.find("type")) and kind.string == "custom"]
    for extra in custom[1:]:
        yield at(extra.place, "a second custom field")
    if custom and "settings" not in locations:
        yield at(custom[0].place, "a custom field without the location settings")


@rule(
    "MAN017",
    ERROR,
    why="The platform must know whether a trigger's action may span several stages.",
    fix='Add "action_multiple": false (or true) to "dp".',
    doc=facts.DOC_MANIFEST,
)
def triggers_say_how_far_they_reach(manifest: Node) -> Hits:
    """The block dp has action_multiple."""
    block = manifest.find("dp")
    if block and not (block.find("action_multiple") or block.find("settings", "action_multiple")):
        yield at(block.place, "dp has no action_multiple")


@rule(
    "MAN018",
    ERROR,
    why="The platform calls these addresses, and only over https.",
    fix="Give an https address.",
    doc=facts.DOC_MANIFEST,
)
def addresses_are_https(manifest: Node) -> Hits:
    """Addresses that the platform calls are https."""
    for path in facts.CALLED_ADDRESSES:
        address = manifest.find(*path)
        if address and not _HTTPS.match(address.string or ""):
            yield at(address.place, f"{'.'.join(path)} is no https address")


@rule(
    "MAN019",
    WARNING,
    why="The mobile app draws the block's head in this colour.",
    fix='Write it as "#1b6dff".',
    doc=facts.DOC_MANIFEST,
)
def mobile_colour_is_hex(manifest: Node) -> Hits:
    """The colour for the mobile app is a HEX colour."""
    colour = manifest.find("mobile", "color")
    if colour and not _COLOUR.match(colour.string or ""):
        yield at(colour.place, f"{colour.place.shown} is no HEX colour")


@rule(
    "MAN022",
    WARNING,
    why="People need somebody to turn to.",
    fix='Add "support" with "link" or "email" to "widget".',
    doc=facts.DOC_AMO_STRUCTURE,
    stricter={(AMOCRM, PUBLIC): ERROR},
)
def support_can_be_reached(manifest: Node) -> Hits:
    """The widget names a support page or address."""
    contacts = [manifest.find("widget", "support", key) for key in ("link", "email")]
    if not any(contact and contact.string for contact in contacts):
        yield at(manifest.nearest("widget", "support").place, "neither support.link nor support.email is given")


@rule(
    "MAN023",
    WARNING,
    why="New integrations get their code and key from the platform; a key in the archive can be read by everybody.",
    fix="Remove {key} (`build.py fix` does it); a key that was published should be renewed.",
    doc=facts.DOC_PRIVATE,
)
def manifest_has_no_key(manifest: Node) -> Hits:
    """The manifest has neither code nor secret key."""
    for key in facts.LEGACY_KEYS:
        found = manifest.find("widget", key)
        if found:
            place = found.place.hidden() if key == facts.SECRET_KEY else found.place
            yield at(place, f"widget.{key} stands in the manifest", key=key)


@rule(
    "MAN024",
    ERROR,
    why="A showcase only shows; it cannot be installed.",
    fix='Write "installation": false, or remove is_showcase.',
    doc=facts.DOC_AMO_STRUCTURE,
    targets=(AMOCRM,),
)
def showcases_are_not_installed(manifest: Node) -> Hits:
    """A showcase is not installed."""
    showcase, installation = manifest.find("widget", "is_showcase"), manifest.find("widget", "installation")
    if showcase and showcase.scalar is True and installation and installation.scalar is True:
        yield at(showcase.place, "is_showcase and installation are both true")


def _settings(manifest: Node) -> Iterator[tuple[str, Node]]:
    """The blocks of settings that people fill in, with their paths."""
    for path in (("settings",), ("dp", "settings")):
        block = manifest.find(*path)
        if block:
            yield ".".join(path), block

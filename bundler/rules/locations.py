"""Where a widget works, and what each place needs (MAN008 to MAN013, MAN025 to MAN030)."""

from collections import Counter

from bundler import facts
from bundler.parts.callbacks import Callbacks
from bundler.parts.document import Node
from bundler.parts.locations import Locations
from bundler.rule import ADVICE, ERROR, KOMMO, PRIVATE, PUBLIC, WARNING, Hits, at, nearest, rule


@rule(
    "MAN002",
    ERROR,
    why="A widget without locations is loaded nowhere.",
    fix='List where the widget works, for example "locations": ["settings"].',
    doc=facts.DOC_LOCATIONS,
)
def locations_are_listed(manifest: Node) -> Hits:
    """The manifest lists at least one location."""
    locations = manifest.find("locations")
    if locations is None or locations.kind != "array":
        yield at(manifest.nearest("locations").place, "locations is missing, or is no list")
    elif not locations.elements:
        yield at(locations.place, "locations is empty")
    else:
        for element in locations.elements:
            if element.kind != "string":
                yield at(element.place, "a location must be a text")


@rule(
    "MAN008",
    WARNING,
    why="The platform does not know this location, so the widget never runs there.",
    fix="Use {instead}, or remove the entry.",
    doc=facts.DOC_LOCATIONS,
    stricter={(PUBLIC,): ERROR},
)
def locations_are_known(locations: Locations, target: str) -> Hits:
    """Every location exists on this platform."""
    known = [name for name, location in facts.LOCATIONS.items() if target in location.targets]
    for one in locations.listed:
        if one.name not in known:
            other = "exists on the other platform only" if one.name in facts.LOCATIONS else "is unknown"
            instead = nearest(one.name, known, "a documented location", least=0.5)
            yield at(one.place, f"the location {one.name} {other}", instead=instead)


@rule(
    "MAN009",
    WARNING,
    why="Only cards and lists take a suffix, and it is 0 (only initialise) or 1 (with a block in the panel).",
    fix="Write {instead}.",
    doc=facts.DOC_LOCATIONS,
    stricter={(PUBLIC,): ERROR},
)
def suffixes_are_right(locations: Locations) -> Hits:
    """Suffixes stand only where they may."""
    for one in locations.listed:
        location = facts.LOCATIONS.get(one.name)
        if location is None or one.suffix is None:
            continue
        if not location.suffixed:
            yield at(one.place, f"{one.name} takes no suffix", instead=one.name)
        elif one.suffix not in facts.SUFFIXES:
            yield at(one.place, f"the suffix {one.suffix!r} is neither 0 nor 1", instead=f"{one.name}-1")


@rule(
    "MAN010",
    WARNING,
    why="A location given twice, or with a space around it, is not the one that you mean.",
    fix="Keep one entry for {name}, without spaces.",
    doc=facts.DOC_LOCATIONS,
    stricter={(PUBLIC,): ERROR},
)
def locations_stand_once(locations: Locations) -> Hits:
    """Each location stands once, without stray spaces."""
    times = Counter(one.name for one in locations.listed)
    for one in locations.listed:
        if one.node.string != (one.node.string or "").strip():
            yield at(one.place, "a space stands around this location", name=one.name)
        elif times[one.name] > 1 and one is not locations.find(one.name):
            yield at(one.place, f"{one.name} is listed already", name=one.name)


@rule(
    "MAN011",
    ADVICE,
    why="Without a suffix the platform takes it for -1, a block in the panel; say what you mean.",
    fix="Write {name}-1 for a block in the panel, {name}-0 for none.",
    doc=facts.DOC_LOCATIONS,
)
def suffixes_are_given(locations: Locations) -> Hits:
    """Cards and lists have a suffix."""
    for one in locations.listed:
        if one.suffix is None and one.name in facts.LOCATIONS and facts.LOCATIONS[one.name].suffixed:
            yield at(one.place, f"{one.name} has no suffix", name=one.name)


@rule(
    "MAN012",
    ERROR,
    why="The location cannot work without the part of the manifest that describes it.",
    fix="Add the block {block} to the manifest.",
    doc=facts.DOC_MANIFEST,
)
def locations_have_their_block(locations: Locations, manifest: Node) -> Hits:
    """Every location has the block that it needs."""
    for one in locations.listed:
        block = facts.LOCATIONS[one.name].block if one.name in facts.LOCATIONS else ""
        found = manifest.find(block) if block else None
        if block and (found is None or found.kind != "object"):
            yield at(one.place, f"{one.name} needs the block {block}", block=block)


@rule(
    "MAN013",
    WARNING,
    why="A block without its location is never used.",
    fix="Add the location {location}, or remove the block.",
    doc=facts.DOC_MANIFEST,
)
def blocks_have_their_location(locations: Locations, manifest: Node) -> Hits:
    """Every block has its location."""
    for name, location in facts.LOCATIONS.items():
        block = manifest.find(location.block) if location.block else None
        extends_system = block is not None and all(key.string in facts.MENU_HOSTS for key, _ in block.members)
        if block and block.members and name not in locations and not (name == "widget_page" and extends_system):
            yield at(block.place, f"{location.block} stands here without the location {name}", location=name)


@rule(
    "MAN025",
    WARNING,
    why="Only public integrations may have a page in the left menu.",
    fix="Remove widget_page and left_menu, or build for --audience public.",
    doc=facts.DOC_LOCATIONS,
    audiences=(PRIVATE,),
)
def menu_pages_are_public(locations: Locations, manifest: Node) -> Hits:
    """A private widget has no page in the left menu."""
    page, menu = locations.find("widget_page"), manifest.find("left_menu")
    if page:
        yield at(page.place, "widget_page is for public integrations")
    elif menu:
        yield at(menu.place, "left_menu is for public integrations")


@rule(
    "MAN026",
    WARNING,
    why="Kommo has replaced icon by a pair for its light and dark themes.",
    fix="Add icons with light and dark beside icon.",
    doc=facts.DOC_MENU_ICONS,
    targets=(KOMMO,),
)
def menu_icons_come_in_pairs(manifest: Node) -> Hits:
    """Items of the left menu have icons for both themes."""
    for _name, item in manifest.members_of("left_menu"):
        icon = item.find("icon")
        if icon and not item.find("icons"):
            yield at(icon.place, "icon stands here without icons")


@rule(
    "MAN027",
    ERROR,
    why="The settings must stay in reach: without them nobody could switch the widget off.",
    fix="Remove is_hidden from left_menu.settings.",
    doc=facts.DOC_AMO_MENU,
)
def settings_stay_visible(manifest: Node) -> Hits:
    """The settings are not hidden from the left menu."""
    hidden = manifest.find("left_menu", "settings", "is_hidden")
    if hidden and hidden.scalar:
        yield at(hidden.place, "this hides the settings")


@rule(
    "MAN028",
    ADVICE,
    why="A click on the source's tile opens the settings window; without the location settings it has nothing to show.",
    fix="Add settings to locations.",
    doc=facts.DOC_LOCATIONS,
)
def sources_have_settings(locations: Locations) -> Hits:
    """A lead source has settings too."""
    source = locations.find(facts.SOURCE_LOCATION)
    if source and "settings" not in locations:
        yield at(source.place, "lead_sources is listed without settings")


@rule(
    "MAN029",
    WARNING,
    why="A location without its callback shows nothing, and public integrations may list only what they use.",
    fix="Define the callback {callback} in script.js, or remove the location.",
    doc=facts.DOC_SCRIPT,
    audiences=(PUBLIC,),
)
def locations_have_their_callbacks(locations: Locations, callbacks: Callbacks) -> Hits:
    """Every location has its callbacks in the script."""
    for one in locations.listed:
        wanted = facts.LOCATIONS[one.name].callbacks if one.name in facts.LOCATIONS else ()
        for name in wanted:
            if callbacks.lacks(name) and one.suffix != "0":
                yield at(one.place, f"script.js has no callback {name}", callback=name)


@rule(
    "MAN030",
    WARNING,
    why="The tab of a card needs a card to stand in, and asks the widget for its items by four callbacks.",
    fix="Add {missing}.",
    doc=facts.DOC_CARD_SDK,
    stricter={(PUBLIC,): ERROR},
)
def card_tabs_are_complete(locations: Locations, callbacks: Callbacks) -> Hits:
    """A widget with a tab in cards has a card and all four callbacks."""
    tab = locations.find("card_sdk")
    if tab is None:
        return
    if not any(card in locations for card in facts.CARDS):
        yield at(tab.place, "card_sdk is listed without a card", missing="lcard-0, ccard-0 or comcard-0 to locations")
    for name in facts.CARD_SDK_CALLBACKS:
        if callbacks.lacks(name):
            yield at(tab.place, f"script.js has no callback {name}", missing=f"the callback {name} to script.js")

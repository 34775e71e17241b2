"""How a widget uses what the CRM gives it (JS005, JS006, JS018, JS025, JS029, JS031)."""

from collections.abc import Iterator, Mapping

from tree_sitter import Node as Code

from bundler import facts, host
from bundler.parts.expressions import LONGEST_CHAIN, ancestors, arguments, call_of, function_around, members, string
from bundler.parts.scope import Scopes
from bundler.parts.script import Script, once
from bundler.rule import KOMMO, PUBLIC, WARNING, Hits, at, nearest, rule

_NAMES = ("APP", "AMOCRM")
_CARD_AREAS = (b"isCard", b"lcard", b"ccard", b"comcard", b"cucard")


@once
def global_objects(names: Scopes, *words: str) -> Iterator[Code]:
    """Every mention of the CRM's global object: the bare name, or the whole ``window.APP``."""
    for word in names.script.words(*words):
        above = word.parent
        if word.type in ("identifier", "shorthand_property_identifier") and names.is_global(word):
            yield word
        elif above is not None and above.type == "member_expression" and _is_in_window(names.script, above, word):
            yield above


def _is_in_window(script: Script, member: Code, word: Code) -> bool:
    return member.child_by_field_name("property") == word and members(script, member)[:-1] == ("window",)


def path_from(script: Script, node: Code) -> tuple[tuple[str, ...], Code]:
    """The chain of names that goes on from a node (``APP`` → data, current_card, id), and its outermost node."""
    path, above = list[str](), node.parent
    while above is not None and above.type == "member_expression" and above.child_by_field_name("object") == node:
        path.append(members(script, above)[-1])
        node, above = above, above.parent if len(path) < LONGEST_CHAIN else None
    return tuple(path), node


def is_assigned(node: Code) -> bool:
    """Whether something is assigned to this expression."""
    above = node.parent
    is_left = above is not None and above.child_by_field_name("left") == node
    return is_left and above is not None and above.type.endswith("assignment_expression")


@rule(
    "JS005",
    WARNING,
    why="AMOCRM is the obsolete twin of APP: Kommo asks widgets to use APP only.",
    fix="Write APP instead of AMOCRM (build.py fix does it).",
    doc="https://www.kommo.com/developers/content/platform/rebranding-requirments/",
)
def app_is_used(scopes: Mapping[str, Scopes]) -> Hits:
    """The CRM's object is called APP, not AMOCRM."""
    for names in scopes.values():
        for node in global_objects(names, "AMOCRM"):
            yield at(names.script.place(node), "AMOCRM is obsolete")


@rule(
    "JS006",
    WARNING,
    audiences=(PUBLIC,),
    why="APP belongs to the CRM: a changed member breaks other widgets and the page itself.",
    fix="Keep the value in a variable of your own.",
    doc=facts.DOC_CHECKLIST,
)
def app_is_read_only(scopes: Mapping[str, Scopes]) -> Hits:
    """APP is only read."""
    for names in scopes.values():
        for node in global_objects(names, *_NAMES):
            path, whole = path_from(names.script, node)
            above = whole.parent
            if path and is_assigned(whole):
                yield at(names.script.place(whole), f"{'.'.join(path)} of the CRM is changed")
            if path == ("constant",) and above is not None and len(arguments(above)) > 1:
                yield at(names.script.place(above), "a constant of the CRM is changed")


@rule(
    "JS018",
    WARNING,
    targets=(KOMMO,),
    why="Since November 2025 Kommo gives cdn_path and cdn_images_path; path and images_path are deprecated.",
    fix="Write params.cdn_path || params.path.",
    doc=host.DOC_PATHS,
)
def files_come_from_the_cdn(scopes: Mapping[str, Scopes]) -> Hits:
    """Addresses of files begin with cdn_path, and with path where it is missing."""
    for names in scopes.values():
        for word in names.script.words("path", "images_path"):
            member = word.parent
            if word.type != "property_identifier" or member is None or member.type != "member_expression":
                continue
            if _is_of_widget(names, member) and not _mentions_cdn(names.script, member):
                yield at(names.script.place(member), f"{names.script.text(word)} is deprecated")


def _is_of_widget(names: Scopes, member: Code) -> bool:
    """Whether this is a member of the widget's params: ``self.params.x``, or ``x`` of a variable that holds them."""
    owner = member.child_by_field_name("object")
    if owner is not None and owner.type == "identifier":
        owner = names.initial(owner)
    path = members(names.script, owner)
    return len(path) > 1 and path[-1] in ("params", "get_settings()")


def _mentions_cdn(script: Script, node: Code) -> bool:
    function = function_around(node)
    inside = script.text(function) if function is not None else script.source.decode("utf-8", "replace")
    return "cdn_path" in inside or "cdn_images_path" in inside


@rule(
    "JS025",
    WARNING,
    why="Outside a card APP.data.current_card is false, and reading a member of a new card's model may fail.",
    fix="Ask first: if (APP.isCard() && APP.data.current_card).",
    doc=host.DOC_ENVIRONMENT,
)
def cards_are_asked_for(scripts: Mapping[str, Script]) -> Hits:
    """The current card is used only where there is one."""
    for script in scripts.values():
        for word in script.words("current_card"):
            card = word.parent
            if card is None or word.type != "property_identifier" or members(script, card)[-3:-1] not in (
                ("APP", "data"), ("AMOCRM", "data"), ("window", "APP", "data")[-2:],
            ):  # fmt: skip
                continue
            path, whole = path_from(script, card)
            if path and not _is_guarded(script, whole):
                yield at(script.place(whole), "there is not always a current card")


def _is_guarded(script: Script, node: Code) -> bool:
    """Whether the same function, or a condition around it, looks at the card or at the area first."""
    if b"?." in script.source[node.start_byte : node.end_byte]:
        return True
    function = function_around(node)
    looked_at = [above.child_by_field_name("condition") for above in ancestors(node)]
    return any(_looks_at_card(script, place) for place in [function, *looked_at] if place is not None)


def _looks_at_card(script: Script, place: Code) -> bool:
    inside = script.source[place.start_byte : place.end_byte]
    return any(area in inside for area in _CARD_AREAS) or _card_alone(script, place)


def _card_alone(script: Script, place: Code) -> bool:
    """Whether the card itself is used as a value there, as a test does."""
    for word in script.leaves("current_card", place):
        card = word.parent
        above = card.parent if card is not None else None
        if above is not None and above.type != "member_expression":
            return True
    return False


@rule(
    "JS029",
    WARNING,
    audiences=(PUBLIC,),
    why="Undocumented members of APP may vanish with any release; public widgets are asked not to use them.",
    fix="Use a documented member (nearest: {nearest}).",
    doc=host.DOC_ENVIRONMENT,
)
def app_members_are_documented(scopes: Mapping[str, Scopes]) -> Hits:
    """Only documented members of APP are used."""
    for names in scopes.values():
        for node in global_objects(names, *_NAMES):
            path, whole = path_from(names.script, node)
            if path and not _is_documented(path):
                wanted = ".".join(path[:2])
                meant = nearest(wanted, host.APP_MEMBERS)
                meant = meant if meant == "none" else f"APP.{meant}"
                yield at(names.script.place(whole), f"APP.{wanted} is documented nowhere", nearest=meant)


def _is_documented(path: tuple[str, ...]) -> bool:
    """Whether the chain begins with a documented member, or ends on the way to one."""
    dotted = ".".join(path)
    return any(
        f"{dotted}.".startswith(f"{known}.") or f"{known}.".startswith(f"{dotted}.") for known in host.APP_MEMBERS
    )


@rule(
    "JS031",
    WARNING,
    audiences=(PUBLIC,),
    why="The CRM throws when the type of a source is unknown, and when one that is no SMS has no text.",
    fix="Call add_source with sms, chat, email or custom, a function, and a text unless it is sms.",
    doc=host.DOC_CARD,
)
def sources_are_of_known_types(scripts: Mapping[str, Script]) -> Hits:
    """add_source gets a known type, and a text where one is needed."""
    for script in scripts.values():
        for word in script.words("add_source"):
            call = call_of(word)
            given = arguments(call) if call is not None else []
            kind = string(script, given[0]) if given else None
            if call is not None and kind is not None:
                if kind not in host.SOURCE_TYPES:
                    yield at(script.place(given[0]), f"there is no source of the type {kind}")
                elif kind != "sms" and len(given) < 3:
                    yield at(script.place(call), f"a source of the type {kind} needs a text")

"""Cases of the rules in ``bundler/rules/locations.py``."""

from typing import Any

from tests.bundler.widgets import Case, Cases, Changes, clean, manifest

MENU = {"own": {"title": "widget.name", "icons": {"light": "/a.svg", "dark": "/b.svg"}}}
TAB = ("loadPreloadedData", "loadElements", "linkCard", "searchDataInCard")


def places(*names: str, **blocks: Any) -> Changes:
    """The clean widget at these locations, with these blocks."""
    return manifest(locations=list(names), **blocks)


def script(*names: str) -> Changes:
    """The clean widget's script with more callbacks."""
    more = "".join(f"{name}: function () {{}},\n      " for name in names)
    return {"script.js": clean()["script.js"].decode().replace("destroy:", more + "destroy:")}


CASES = {
    "MAN002": Cases(
        fails=[
            Case(places()),
            Case(manifest(locations=None)),
            Case(manifest(locations={"0": "settings"})),
            Case(manifest(locations=[1])),
        ],
        near=[Case(places("everywhere"))],
    ),
    "MAN008": Cases(
        fails=[Case(places("anywhere")), Case(places("cucard-1")), Case(places("ai_agent"), target="amocrm")],
        near=[Case(places("cucard-1"), target="amocrm"), Case(places("website_chat_button"))],
    ),
    "MAN009": Cases(
        fails=[Case(places("everywhere-0")), Case(places("lcard-2")), Case(places("settings-1"))],
        near=[Case(places("lcard-1", "llist-0"))],
    ),
    "MAN010": Cases(
        fails=[Case(places("lcard-0", "lcard-1")), Case(places("settings", "settings")), Case(places("clist-1 "))],
        near=[Case(places("lcard-0", "ccard-0", "comcard-0"))],
    ),
    "MAN011": Cases(fails=[Case(places("lcard"))], near=[Case(places("lcard-1", "settings"))]),
    "MAN012": Cases(
        fails=[Case(places("advanced_settings")), Case(places("sms", sms="https://example.com"))],
        near=[Case(places("advanced_settings", advanced={"title": "widget.name"}))],
    ),
    "MAN013": Cases(
        fails=[Case(places("settings", advanced={"title": "widget.name"}))],
        near=[
            Case(places("settings", advanced={})),
            Case(places("settings", left_menu={"stats": {"submenu": {}}}), audience="public"),
        ],
    ),
    "MAN025": Cases(
        fails=[Case(places("widget_page", left_menu=MENU)), Case(places("settings", left_menu=MENU))],
        near=[Case(places("widget_page", left_menu=MENU), audience="public")],
    ),
    "MAN026": Cases(
        fails=[
            Case(
                places("widget_page", left_menu={"own": {"title": "widget.name", "icon": "/a.svg"}}), audience="public"
            )
        ],
        near=[Case(places("widget_page", left_menu=MENU), audience="public")],
    ),
    "MAN027": Cases(
        fails=[Case(places("settings", left_menu={"settings": {"is_hidden": True}}), audience="public")],
        near=[
            Case(places("settings", left_menu={"mail": {"is_hidden": True}}), audience="public"),
            Case(places("settings", left_menu={"settings": {"is_hidden": False}}), audience="public"),
        ],
    ),
    "MAN028": Cases(
        fails=[Case(places("lead_sources"))],
        near=[Case(places("lead_sources", "settings"))],
    ),
    "MAN029": Cases(
        fails=[Case(places("advanced_settings", advanced={"title": "widget.name"}), audience="public")],
        near=[
            Case({**places("settings", "catalogs"), **script("loadCatalogElement")}, audience="public"),
            Case({**places("llist-1"), **script("leads: {selected: function () {}}, unused")}, audience="public"),
            Case(
                {**places("catalogs"), "script.js": "define([], function () { this.callbacks = make(); });"},
                audience="public",
            ),
        ],
    ),
    "MAN030": Cases(
        fails=[Case(places("card_sdk", "lcard-0")), Case({**places("card_sdk"), **script(*TAB)})],
        near=[Case({**places("card_sdk", "lcard-0"), **script(*TAB)})],
    ),
}

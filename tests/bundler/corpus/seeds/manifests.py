"""The manifest."""

from tests.bundler.corpus.seeds import MANIFEST, gone, manifest, seed, swap, values

_PLACES = ["lcard-1", "ccard-1", "llist-0", "settings", "advanced_settings", "lead_sources", "digital_pipeline"]
_DP = {"message": {"name": "settings.message", "type": "text", "required": False}}


def _places(*more: str, without: str = "") -> list[str]:
    return [*(place for place in _PLACES if place != without), *more]


SEEDS = [
    seed("MAN001", "no name", manifest(widget__name=None)),
    seed("MAN001", "no word about installing", manifest(widget__installation=None)),
    seed("MAN002", "no location", manifest(locations=[]), also=["MAN013", "MAN015", "JS020"]),
    seed("MAN003", "no settings", manifest(settings=None)),
    seed("MAN004", "the version of the old interface", manifest(widget__interface_version=1)),
    seed("MAN004", "the version as a text", manifest(widget__interface_version="2")),
    seed("MAN032", "no version of the interface", manifest(widget__interface_version=None)),
    seed("MAN005", "a version in words", manifest(widget__version="1.4-beta")),
    seed("MAN006", "a version that did not grow", uploaded="1.4.0"),
    seed("MAN007", "a switch in quotes", manifest(widget__installation="true")),
    seed("MAN007", "yes in place of true", manifest(widget__init_once="Y")),
    seed("MAN008", "a place that does not exist", manifest(locations=_places("anywhere"))),
    seed("MAN008", "a place of the other platform", manifest(locations=_places("cucard-1"))),
    seed("MAN009", "a suffix too many", manifest(locations=_places("everywhere-1"))),
    seed("MAN009", "a suffix that is none", manifest(locations=_places("lcard-2", without="lcard-1"))),
    seed("MAN010", "a place given twice", manifest(locations=_places("ccard-0"))),
    seed("MAN010", "a space in a place", manifest(locations=_places("lcard-1 ", without="lcard-1"))),
    seed("MAN011", "a card without a suffix", manifest(locations=_places("lcard", without="lcard-1"))),
    seed("MAN012", "a page without its title", manifest(advanced=None)),
    seed("MAN012", "a trigger without its block", manifest(dp=None)),
    seed("MAN013", "a block without its place", manifest(locations=_places(without="advanced_settings"))),
    seed("MAN014", "a type that does not exist", manifest(settings__login__type="string")),
    seed("MAN015", "two custom fields", manifest(settings__login__type="custom")),
    seed("MAN016", "a text in place of its key", manifest(advanced__title="Order board")),
    seed("MAN017", "no word about several stages", manifest(dp__action_multiple=None)),
    seed("MAN018", "a hook without encryption", manifest(dp__webhook_url="http://orders.example/hooks/trigger")),
    seed(
        "MAN019",
        "a colour by name",
        manifest(
            locations=_places("mobile_card"), mobile={"frame_url": "https://orders.example/mobile", "color": "orange"}
        ),
    ),
    seed("MAN020", "no tour", manifest(tour=None), also=["ZIP006"]),
    seed("MAN021", "a slide that is not there", gone("images/tour_1_es.png")),
    seed("MAN022", "no support", manifest(widget__support=None)),
    seed("MAN023", "a code of old", manifest(widget__code="order_board")),
    seed("MAN023", "a secret of old", manifest(widget__secret_key="0123456789abcdef" * 4)),
    seed("MAN024", "a showcase that is installed", manifest(widget__is_showcase=True), target="amocrm"),
    seed(
        "MAN025",
        "a menu in a private widget",
        manifest(
            locations=_places("widget_page"),
            left_menu={
                "orders": {"title": "advanced.title", "icons": {"light": "/images/a.svg", "dark": "/images/a.svg"}}
            },
        ),
        {"path": "images/a.svg", "content": '<svg xmlns="http://www.w3.org/2000/svg"/>\n'},
        audience="private",
    ),
    seed(
        "MAN026",
        "a menu with one icon",
        manifest(
            locations=_places("widget_page"), left_menu={"orders": {"title": "advanced.title", "icon": "/images/a.svg"}}
        ),
        {"path": "images/a.svg", "content": '<svg xmlns="http://www.w3.org/2000/svg"/>\n'},
        also=["MAN029"],
    ),
    seed(
        "MAN027",
        "settings hidden",
        manifest(locations=_places("widget_page"), left_menu={"settings": {"is_hidden": True}}),
        also=["MAN029"],
    ),
    seed(
        "MAN028",
        "a source without settings",
        manifest(locations=_places(without="settings"), settings={}),
        audience="private",
    ),
    seed("MAN029", "a list that nobody answers", manifest(locations=_places("clist-1"))),
    seed("MAN030", "a tab without callbacks", manifest(locations=_places("card_sdk")), audience="private"),
    seed(
        "MAN031",
        "a shown widget without settings",
        manifest(widget__installation=False, settings=None),
        audience="private",
    ),
    seed("MAN033", "a tour switched off", manifest(tour__is_tour=False)),
    seed(
        "MAN034",
        "a slide without a slash",
        manifest(tour__tour_images={"en": ["images/tour_1_en.png"], "es": ["/images/tour_1_es.png"]}),
    ),
    seed("MAN012", "a message sender without an address", manifest(locations=_places("sms"))),
    seed(
        "MAN014",
        "a type of the trigger that does not exist",
        manifest(dp__settings={"message": {**_DP["message"], "type": "list"}}),
    ),
    seed(
        "MAN016",
        "a tour told in words",
        swap(MANIFEST, '"tour_description": "widget.tour_description"', '"tour_description": "See your orders"'),
        values("i18n/en.json", widget__tour_description=None),
        values("i18n/es.json", widget__tour_description=None),
    ),
]

"""What Kommo and amoCRM have published, as tables. Rules take every name and limit from here, never a literal.

Each table names its source. Read in 2025 and 2026; where sources contradict each other the comment says so.
"""

import re
from types import MappingProxyType as Table
from typing import NamedTuple

KOMMO_DOCS = "https://developers.kommo.com/docs"
AMOCRM_DOCS = "https://www.amocrm.ru/developers/content"

# https://developers.kommo.com/docs/structure-widget
MANIFEST = "manifest.json"
SCRIPT = "script.js"
# The host's object and its old name. https://developers.kommo.com/docs/script-js
HOST, OLD_HOST = "APP", "AMOCRM"
# The group of callbacks for chosen tasks, and what many widgets call it. https://developers.kommo.com/docs/lists-sdk
TASK_CALLBACK, OLD_TASK_CALLBACK = "todo", "tasks"
ARCHIVE_NAME = "widget.zip"

# Width and height in pixels. https://developers.kommo.com/docs/images
LOGOS = Table(
    {
        "images/logo_main.png": (400, 272),
        "images/logo_small.png": (108, 108),
        "images/logo.png": (130, 100),
        "images/logo_medium.png": (240, 84),
        "images/logo_min.png": (84, 84),
    }
)
# Pixels that the main logo keeps free at each side. https://developers.kommo.com/docs/getting-listed
LOGO_MARGINS = Table({"images/logo_main.png": 10})
# The picture of a trigger, only with this location. https://developers.kommo.com/docs/images
TRIGGER_LOCATION = "digital_pipeline"
LOGO_DP = ("images/logo_dp.png", (174, 109))

FOLDERS = ("i18n", "images")
# Files that the host loads by their names. https://www.amocrm.ru/developers/content/integrations/structure
KNOWN_FILES = frozenset({MANIFEST, SCRIPT, *LOGOS, LOGO_DP[0], "amoforms.js", "personal_page.js"})

# Our own measures of readable code, in characters: longest line, average line; and of a heavy picture, in bytes.
LONGEST_LINE, READABLE_LINE, OBFUSCATED_NAMES = 1_000, 200, 20
HEAVY_PICTURE = 1_000_000

# Bytes. https://developers.kommo.com/docs/images
LOGO_BYTES = 300 * 1024
# Pixels and number per language of tour pictures. https://developers.kommo.com/docs/getting-listed
TOUR_SIZE = (1188, 616)
TOUR_COUNT = range(1, 6)

# https://developers.kommo.com/docs/manifest-json ; https://www.amocrm.ru/developers/content/integrations/structure
LOCALES = Table({"kommo": ("en", "es", "pt", "tr", "id"), "amocrm": ("ru", "en", "es", "pt")})
LATIN_LOCALES = frozenset({"en", "es", "pt", "tr", "id"})
INTERFACE_VERSION = 2
WIDGET_KEYS = ("name", "description", "short_description", "locale", "installation")
BOOLEANS = (("widget", "installation"), ("widget", "init_once"), ("tour", "is_tour"), ("dp", "action_multiple"))
CALLED_ADDRESSES = (("dp", "webhook_url"), ("sms", "endpoint"), ("mobile", "frame_url"))
TOUR_KEYS = ("is_tour", "tour_images", "tour_description")
# Given by the platform today. https://developers.kommo.com/docs/private-integration
SECRET_KEY = "secret_key"  # noqa: S105
LEGACY_KEYS = ("code", SECRET_KEY)
# https://developers.kommo.com/docs/manifest-json (types of settings), salesbot ones: /docs/salesbot-sdk
SETTING_TYPES = ("text", "pass", "users", "users_lp", "custom")
# https://www.amocrm.ru/developers/content/integrations/structure (short tags)
SHORT_TAGS = frozenset({"HOST", "SUBDOMAIN", "LOGIN", "ACCOUNT_ID", "USER_ID", "TOP_LEVEL_DOMAIN"})

NAME_KEY, SHORT_DESCRIPTION_KEY = "widget.name", "widget.short_description"
DESCRIPTION_KEYS = ("widget.description", "widget.tour_description", SHORT_DESCRIPTION_KEY)
BRANDS = ("Kommo", "amoCRM")
# Characters. https://developers.kommo.com/docs/getting-listed
NAME_LENGTH, WORD_LENGTH, SHORT_DESCRIPTION_LENGTH, DESCRIPTION_LENGTH = 30, 19, 50, 400
# https://developers.kommo.com/docs/widget-locations
AI_AGENT_LOCATION, AI_AGENT_KEY, AI_AGENT_LENGTH = "ai_agent", "widget.ai_agent_description", 100
# Our own measure: a shorter text may well be the same in two languages ("OK", "Kommo Chat", "Total: 5").
LONG_TEXT = 25


class Location(NamedTuple):
    """A place of the interface where a widget may work.

    ``suffixed``: takes ``-0`` (only initialise) or ``-1`` (with a block in the panel). ``block`` is the part of the
    manifest that it needs, ``callbacks`` what script.js must define for it.
    """

    targets: tuple[str, ...]
    suffixed: bool = False
    block: str = ""
    callbacks: tuple[str, ...] = ()


_BOTH, _KOMMO, _AMOCRM = ("kommo", "amocrm"), ("kommo",), ("amocrm",)
# https://developers.kommo.com/docs/script-js (onAddAsSource)
SOURCE_LOCATION, SOURCE_CALLBACK = "lead_sources", "onAddAsSource"
CARDS = ("lcard", "ccard", "comcard", "cucard")
# https://developers.kommo.com/docs/widget-locations ; https://www.amocrm.ru/developers/content/integrations/areas
LOCATIONS = Table(
    {
        "lcard": Location(_BOTH, suffixed=True),
        "ccard": Location(_BOTH, suffixed=True),
        "comcard": Location(_BOTH, suffixed=True),
        "cucard": Location(_AMOCRM, suffixed=True),
        "llist": Location(_BOTH, suffixed=True, callbacks=("leads.selected",)),
        "clist": Location(_BOTH, suffixed=True, callbacks=("contacts.selected",)),
        "tlist": Location(_BOTH, suffixed=True, callbacks=("todo.selected",)),
        "culist": Location(_AMOCRM, suffixed=True),
        "tline": Location(_AMOCRM, callbacks=("calendarSync",)),
        "tcalendar": Location(_AMOCRM, callbacks=("calendarSync",)),
        "settings": Location(_BOTH, callbacks=("settings",)),
        "advanced_settings": Location(_BOTH, block="advanced", callbacks=("advancedSettings",)),
        "card_sdk": Location(_BOTH),
        "catalogs": Location(_BOTH, callbacks=("loadCatalogElement",)),
        TRIGGER_LOCATION: Location(_BOTH, block="dp", callbacks=("dpSettings",)),
        SOURCE_LOCATION: Location(_BOTH),
        "whatsapp_modal": Location(_AMOCRM),
        "salesbot_designer": Location(
            _BOTH, block="salesbot_designer", callbacks=("salesbotDesignerSettings", "onSalesbotDesignerSave")
        ),
        "sms": Location(_BOTH, block="sms"),
        "mobile_card": Location(_BOTH, block="mobile"),
        "widget_page": Location(_BOTH, block="left_menu", callbacks=("initMenuPage",)),
        "website_chat_button": Location(_KOMMO),
        AI_AGENT_LOCATION: Location(_KOMMO),
        "amoforms": Location(_AMOCRM, block="amoforms_settings"),
        "personal_page": Location(_AMOCRM),
        "everywhere": Location(_BOTH),
    }
)
SUFFIXES = ("0", "1")
# https://developers.kommo.com/docs/card-sdk
CARD_SDK_CALLBACKS = ("loadPreloadedData", "loadElements", "linkCard", "searchDataInCard")
# Pixels. https://developers.kommo.com/reference/register-channel
CHANNEL_ICON = (14, 14)
# left_menu may also extend the system's pages. https://www.amocrm.ru/developers/content/web_sdk/left_menu
MENU_HOSTS = ("stats", "settings")

# Left by systems, editors and version control. Not Kommo's list: what real archives were seen to carry.
OS_LEFTOVERS = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini"})
NEVER_SHIPPED = frozenset({".git", ".hg", ".svn", "node_modules"})

# Our own limits for archives of strangers, far above any real widget (the largest of 66 measured: 2 MB, 66 entries).
MOST_ENTRIES = 5_000
MOST_CONTENT = 100_000_000  # bytes
HARMLESS_SIZE = 1_000_000
MOST_COMPRESSION = 200

# The pages that rules point to.
DOC_STRUCTURE = f"{KOMMO_DOCS}/structure-widget"
DOC_CHECKLIST = f"{KOMMO_DOCS}/getting-listed"
DOC_PRIVATE = f"{KOMMO_DOCS}/private-integration"
DOC_MANIFEST = f"{KOMMO_DOCS}/manifest-json"
DOC_LOCATIONS = f"{KOMMO_DOCS}/widget-locations"
DOC_CARD_SDK = f"{KOMMO_DOCS}/card-sdk"
DOC_I18N = f"{KOMMO_DOCS}/i18n"
DOC_IMAGES = f"{KOMMO_DOCS}/images"
DOC_SCRIPT = f"{KOMMO_DOCS}/script-js"
DOC_STYLE = f"{KOMMO_DOCS}/style-css"
DOC_MENU_ICONS = "https://developers.kommo.com/changelog/left-menu-logos-update"
DOC_AMO_STRUCTURE = f"{AMOCRM_DOCS}/integrations/structure"
DOC_AMO_REQUIREMENTS = f"{AMOCRM_DOCS}/integrations/requirements"
DOC_AMO_MENU = f"{AMOCRM_DOCS}/web_sdk/left_menu"
DOC_ZIP = "https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT"

# Which files are what. Text files must be UTF-8: https://developers.kommo.com/docs/getting-listed
SCRIPT_SUFFIXES = (".js", ".mjs")
TEXT_SUFFIXES = (*SCRIPT_SUFFIXES, ".json", ".css", ".twig", ".html", ".md", ".txt", ".map")
# https://developers.kommo.com/docs/getting-listed
UNIX_SUFFIXES = (*SCRIPT_SUFFIXES, ".css", ".json", ".md")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".ico")
_LOCALE_FILE = re.compile(r"i18n/([^/]+)\.json\Z")


def locale_of(path: str) -> str:
    """The locale whose translation this file is, or nothing. https://developers.kommo.com/docs/i18n"""
    found = _LOCALE_FILE.match(path)
    return found[1] if found else ""

"""What Kommo and amoCRM have published, as tables. Rules take every name and limit from here, never a literal.

Each table names its source. Read in 2025 and 2026; where sources contradict each other the comment says so.
"""

import re
from types import MappingProxyType as Table

KOMMO_DOCS = "https://developers.kommo.com/docs"
AMOCRM_DOCS = "https://www.amocrm.ru/developers/content"

# https://developers.kommo.com/docs/structure-widget
MANIFEST = "manifest.json"
SCRIPT = "script.js"
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

# Left by systems, editors and version control. Not Kommo's list: what real archives were seen to carry.
OS_LEFTOVERS = frozenset({"__MACOSX", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini"})
NEVER_SHIPPED = frozenset({".git", ".hg", ".svn", "node_modules"})

# Our own limits for archives of strangers, far above any real widget (the largest of 66 measured: 2 MB, 66 entries).
MOST_ENTRIES = 5_000
MOST_CONTENT = 100_000_000
HARMLESS_SIZE = 1_000_000
MOST_COMPRESSION = 200

# The pages that rules point to.
DOC_STRUCTURE = f"{KOMMO_DOCS}/structure-widget"
DOC_CHECKLIST = f"{KOMMO_DOCS}/getting-listed"
DOC_MANIFEST = f"{KOMMO_DOCS}/manifest-json"
DOC_LOCATIONS = f"{KOMMO_DOCS}/widget-locations"
DOC_I18N = f"{KOMMO_DOCS}/i18n"
DOC_IMAGES = f"{KOMMO_DOCS}/images"
DOC_SCRIPT = f"{KOMMO_DOCS}/script-js"
DOC_STYLE = f"{KOMMO_DOCS}/style-css"

# Which files are what. Text files must be UTF-8: https://developers.kommo.com/docs/getting-listed
SCRIPT_SUFFIXES = (".js", ".mjs")
TEXT_SUFFIXES = (*SCRIPT_SUFFIXES, ".json", ".css", ".twig", ".html", ".md", ".txt", ".svg", ".map")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".ico")
_LOCALE_FILE = re.compile(r"i18n/([^/]+)\.json\Z")


def locale_of(path: str) -> str:
    """The locale whose translation this file is, or nothing. https://developers.kommo.com/docs/i18n"""
    found = _LOCALE_FILE.match(path)
    return found[1] if found else ""

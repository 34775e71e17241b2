"""What Kommo and amoCRM have published, as tables. Rules take every name and limit from here, never a literal.

Each table names its source. Read in 2025 and 2026; where sources contradict each other the comment says so.
"""

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

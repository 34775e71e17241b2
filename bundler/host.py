"""What the CRM gives to a widget's script, as tables: callbacks, members, places in the page.

Sources: https://developers.kommo.com/docs/script-js, https://developers.kommo.com/docs/environment-variables,
https://www.amocrm.ru/developers/content/integrations/script_js; read in 2025 and 2026.
"""

from types import MappingProxyType as Table

from bundler.facts import AMOCRM_DOCS, KOMMO_DOCS

DOC_ENVIRONMENT = f"{KOMMO_DOCS}/environment-variables"
DOC_TOKENS = f"{KOMMO_DOCS}/one-time-tokens"
DOC_CARD = f"{KOMMO_DOCS}/card-sdk"
DOC_DARK = f"{KOMMO_DOCS}/dark-theme"
DOC_PATHS = "https://developers.kommo.com/changelog/updated-widget-static-paths"
DOC_LIFE = f"{AMOCRM_DOCS}/web_sdk/init_once"

# The first three must exist, or the host drops the widget; without onSave it cannot be installed.
REQUIRED_CALLBACKS = ("render", "init", "bind_actions")
CALLBACK_GROUPS = frozenset({"leads", "contacts", "companies", "customers", "todo", "tasks"})
CALLBACKS = frozenset(
    {
        *REQUIRED_CALLBACKS, "settings", "onSave", "onInstall", "destroy", "dpSettings", "advancedSettings", "leads",
        "contacts", "todo", "tasks", "onSource", "onAddAsSource", "onSalesbotDesignerSave", "salesbotDesignerSettings",
        "initMenuPage", "loadPreloadedData", "loadElements", "linkCard", "searchDataInCard", "loadCatalogElement",
        "calendarSync", "advancedStats",
    }
)  # fmt: skip

# Members of the widget object: documented ones, and those that the host is known to have besides.
WIDGET_MEMBERS = frozenset(
    {
        "params", "langs", "ns", "i18n", "set_lang", "get_settings", "set_settings", "set_status", "get_install_status",
        "get_version", "system", "get_accounts_current", "get_current_card_contacts_data", "get_pipeline_id", "render",
        "render_template", "template_element", "widgetsOverlay", "list_selected", "add_action", "add_source",
        "crm_post", "$authorizedAjax", "setSdkCatalogId", "listenSocketChannel", "callbacks", "helpers",
        "setCountBadge", "background_install", "init_once", "modal", "constructor", "hasOwnProperty", "toString",
    }
)  # fmt: skip
# Members that widgets were seen to ask for in vain, and what they meant.
MISTAKEN_MEMBERS = Table(
    {
        "get_status": "get_install_status",
        "get_ccard_info": "get_current_card_contacts_data",
        "get_lcard_info": "get_current_card_contacts_data",
        "add_call_notify": "add_action",
        "getTemplate": "render",
    }
)
# What the host puts into `params` beside the widget's own settings fields.
SERVICE_PARAMS = frozenset(
    {
        "id", "status", "widget_code", "path", "cdn_path", "images_path", "cdn_images_path", "version",
        "oauth_client_uuid", "widget_active", "support", "code", "active", "fields",
    }
)  # fmt: skip

# https://developers.kommo.com/docs/environment-variables; the sample widgets of the platform read `widgets.system`.
APP_MEMBERS = (
    "getBaseEntity", "isCard", "getWidgetsArea", "getV3WidgetsArea", "lang_id", "constant", "data.current_card",
    "data.current_list", "data.current_view", "notifications.show_message", "notifications.show_message_error",
    "notifications.show_notification", "notifications.add_error", "notifications.add_call", "addNotificationCallback",
    "sdk.showUserStatus", "sdk.setCallingStatus", "sdk.getCallingStatus", "widgets.system", "widgets.legal_handlers",
)  # fmt: skip

# https://developers.kommo.com/docs/card-sdk
SOURCE_TYPES = ("sms", "chat", "email", "custom")

# https://developers.kommo.com/docs/getting-listed
TRUSTED_CDNS = ("code.jquery.com", "ajax.googleapis.com", "ajax.aspnetcdn.com", "ajax.microsoft.com")
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
INSTALL_BUTTONS = ("js-widget-install", "js-widget-skip-tour", "js-widget-uninstall")
SAVE_BUTTON = "js-widget-save"

# Beginnings of the host's own class names, as the documentation and real widgets name them.
SYSTEM_CLASSES = (
    "button-input", "button-cancel", "button-delete", "card-", "content__", "control-", "control--", "control__",
    "digital-pipeline", "dp-source", "feed-", "js-", "left-menu", "linked-form", "list__", "list-", "modal-body",
    "modal-list", "nav__", "notification", "page-", "pipeline_", "pipeline-", "switcher", "text-input", "tips-",
    "users-select", "widget-settings", "widget_settings_block",
)  # fmt: skip
SYSTEM_CLASSES_WHOLE = frozenset({"modal", "content", "nav", "icon", "list", "card", "checkbox", "button"})
SYSTEM_IDS = frozenset(
    {"page_holder", "list_page_holder", "widgets_block", "card_widgets_overlay", "left_menu", "nav_menu"}
)
# The class of a widget's block in the right panel ends in the widget's code: it is the widget's own.
OWN_PANEL_CLASS = r"card-widgets__widget-[A-Za-z0-9]"
SWITCHER_STATES = ("switcher__on", "switcher__off", "switcher_on", "switcher_off")
DARK_HOOK = "data-color-scheme"
SYSTEM_VARIABLES = "--palette-"

# Names that mean a secret when they carry a value in a shipped file or in a request.
SECRET_NAMES = Table(
    {
        "client_secret": "the integration's secret",
        "secret_key": "the integration's secret",
        "channel_secret": "the chat channel's secret",
        "api_key": "an API key",
        "apikey": "an API key",
        "access_token": "an access token",
        "refresh_token": "a refresh token",
        "private_key": "a private key",
        "password": "a password",
        "passwd": "a password",
    }
)

"""What the host page offers a widget, as tables for COVERAGE.md. Tests compare them with the page's own code."""

import re

Rows = tuple[tuple[str, ...], ...]

AREAS: Rows = (
    ("`settings`", "/settings/widgets/", "D", "install, save, disable; anchors of the window O"),
    (
        "`lead_sources`",
        "/leads/pipeline/, /settings/pipeline/leads/",
        "D",
        "tiles and the dialog O, without control of duplicates; one pipeline a widget A; a disabled widget has no tile",
    ),
    (
        "`lcard`, `ccard`, `comcard`",
        "/leads/detail/N/ and its neighbours",
        "D",
        "fields are shown, only names are edited",
    ),
    ("`card_sdk`", "tabs of cards", "D", "shown, searched, saved without a choice of elements"),
    ("`llist`, `clist`, `tlist`", "/leads/list/ and its neighbours", "D", "no paging, no filters"),
    ("`advanced_settings`", "/settings/CODE/", "D", "both documented containers"),
    ("`digital_pipeline`", "/settings/pipeline/leads/", "D", "a hook for a lead that is added or moved"),
    ("`salesbot_designer`", "/settings/communications/", "D", "a step that asks us runs for a lead; no whole bot runs"),
    ("`widget_page`", "/widget_page/CODE/ITEM/", "D", "items are added, system items are not hidden"),
    ("`mobile_card`", "/mobile/N/", "D", "the frame with its token"),
    ("`everywhere`", "every page", "D", ""),
)
GLOBALS: Rows = (
    ("`constant`, `lang_id`, `getBaseEntity`, `isCard`, `getWidgetsArea`, `getV3WidgetsArea`", "D", ""),
    ("`data`: `current_card`, `current_list`, `current_view`", "D", "methods of the card's model are Backbone's"),
    ("`data`: `current_entity`, `is_card`, `users`, `pipelines`", "C", ""),
    ("`notifications`: `show_message`, `show_message_error`, `show_notification`, `add_error`, `add_call`", "D", ""),
    ("`notifications`: `add_alert`", "C", "as a message"),
    ("`addNotificationCallback`", "D", "calls, errors, alerts, visitors' messages: which ones the CRM tells is N"),
    ("`sdk`: `showUserStatus`, `setCallingStatus`, `getCallingStatus`", "D", "who sits at the page is online"),
    ("`widgets`: `list`, `system`, `cf_actions`, `legal_handlers`, `clear_cache`, `notificationsPhone`", "O", ""),
    ("`element_types`, `cf_types`, `note_types`, `system`, `environment`, `router`", "O", ""),
)
MODULES: Rows = (
    ("`jquery` 2.1.3, `underscore` 1.9.1, `backbone` 1.1.2, `moment` 2.24.0, `twigjs` 0.8.9, `pubsub` 1.5.3", "D", ""),
    ("`FileAPI` 2.0.18", "D", "2.0.5 is documented; this is the nearest published one"),
    (
        "`accounting` 0.3.2, `browser-detect` 0.2.28, `chartjs` 2.9.2, `clipboard` 1.5.10, `cocktail` 0.5.15, "
        "`cropperjs` 1.2.2, `device` 0.8.0, `enquire` 2.1.1, `fullcalendar` 2.3.1, `jplayer` 2.9.2, `js-uuid` 0.0.6, "
        "`quill` 1.3.6, `rangeslider` 2.3.2, `store` 1.3.20, `virtualized-list` 2.2.0",
        "D",
        "loaded when a widget asks, in the published shape; that `device` is the package current-device is A",
    ),
    ("`steady` 2.0.1", "D", "2.0.0 is documented; this is the nearest published one"),
    ("`intl_tel_input` 5.1.7", "D", "3.7.1 is documented; this is the nearest published one; no number formats"),
    ("`lib/components/base/modal`", "D", "methods O"),
    ("`lib/components/base/confirm`", "O", ""),
    ("`es6promise`", "O", "the browser's own promises"),
    ("plugins `text`, `json`, `css`, `optional`", "O", ""),
)
MEMBERS: Rows = (
    ("`params`, `langs`, `ns`, `init_once`", "D", "`ns` O; all four addresses of files"),
    ("`get_settings`, `set_settings`, `get_version`, `get_install_status`, `set_status`", "D", ""),
    ("`set_lang`, `i18n`, `system`", "D", ""),
    ("`get_status`", "C", "as get_install_status"),
    ("`render`, `render_template`, `template_element`", "D", "four forms; controls below"),
    ("`$authorizedAjax`", "D", "token kept 25 minutes O"),
    ("`crm_post`", "D", "only to hosts that the policy allows"),
    ("`list_selected`, `get_current_card_contacts_data`, `get_accounts_current`, `widgetsOverlay`", "D", ""),
    ("`get_ccard_info`, `get_lcard_info`", "C", "the record of the open card"),
    ("`add_action`, `add_source`", "D", ""),
    ("`get_pipeline_id`", "D", "a Deferred without `.catch`"),
    ("`listenSocketChannel`", "D", "the sandbox's stream under every channel name"),
    ("`setSdkCatalogId`, `setCountBadge`, `background_install`, `add_call_notify`, `helpers`", "O", ""),
)
MISSING: Rows = (
    ("`cucard`, `culist` (D, amoCRM only; 2 % of public widgets)", "no customers here"),
    ("`catalogs` (D; 2 %)", "no lists of goods here: `loadCatalogElement` is never called"),
    ("`tline`, `tcalendar` (D, amoCRM only; below 1 %)", "tasks are shown as a list; `calendarSync` is never called"),
    ("`whatsapp_modal` (D, amoCRM only; 1 %)", "its window and its calls are not documented"),
    (
        "`amoforms`, `personal_page` (D, amoCRM only; no public widget)",
        "web forms and client pages lie outside the CRM",
    ),
    ("`sms` (D; no public widget)", "system messages are sent by the CRM's server, not by a page"),
    ("`ai_agent`, `website_chat_button` (D, Kommo only; no public widget)", "no callback is documented for them"),
    ("industry solutions (D, amoCRM only)", "`register_steps`, `finish_wizard`, `get_tutorial` are never called"),
    ("`@crm/…` modules (O)", "undocumented modules of the page's own framework"),
    ("module `google-libphonenumber` 3.0.0 (D)", "426 kB that no public widget asks for; no AMD module as published"),
    ("module `colorpicker` 3.0.0 (D)", "several libraries bear the name; which one it is, is not documented"),
)


def areas() -> list[str]:
    """Return the locations of a manifest for which there is a page."""
    return [name for row in AREAS for name in re.findall(r"`([^`]+)`", row[0])]

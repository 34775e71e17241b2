"""A loaded widget as the page's list of widgets shows it: manifest, saved settings, state, addresses of its files."""

import json
import re
from typing import Any
from zlib import crc32

from sandbox.accounts import Account
from sandbox.marketplace.models import NotInstalled
from sandbox.marketplace.widget import Widget
from sandbox.world import World

Json = dict[str, Any]


def entries(world: World, account: Account, lang: str) -> dict[str, Json]:
    """Return every loaded widget by code."""
    return {widget.code: entry(world, account, widget, lang) for widget in world.widgets.values()}


def entry(world: World, account: Account, widget: Widget, lang: str) -> Json:
    """Return one widget for the page, in the language ``lang`` or the widget's first one."""
    found = world.marketplace.find(account.id, widget.code)
    manifest, langs = widget.manifest, texts(widget, lang)
    about = block(manifest, "widget")
    path = f"/upl/{widget.code}/{widget.stamp}/widget"
    integration = _integration(world, widget)
    return {
        "id": crc32(widget.code.encode()) % 1_000_000,
        "code": widget.code,
        "active": "Y" if found and found.is_active else "N",
        "status": status(widget, found is not None and found.is_active, found.settings if found else {}),
        "version": widget.version,
        "path": path,
        "images_path": f"{path}/images",
        "cdn_path": path,
        "cdn_images_path": f"{path}/images",
        "settings": found.settings if found else {},
        "oauth_client_uuid": integration.client_id if integration else None,
        "scopes": list(integration.scopes) if integration else [],
        "support": about.get("support", {}),
        "init_once": about.get("init_once", False),
        "installation": about.get("installation", True),
        "locations": widget.locations,
        "locales": locales(widget),
        "langs": langs,
        "texts": described(world, account, langs, about, widget.code),
        "advanced_title": look_up(langs, block(manifest, "advanced").get("title")),
        "fields": block(manifest, "settings"),
        "dp": manifest.get("dp"),
        "salesbot_designer": manifest.get("salesbot_designer"),
        "left_menu": manifest.get("left_menu"),
        "mobile": manifest.get("mobile"),
        "tour": tour(manifest, langs, lang),
        "name": look_up(langs, about.get("name")) or widget.code,
    }


def status(widget: Widget, is_active: bool, settings: Json) -> str:
    """Return ``install``, ``installed`` or, when the tour was passed and the settings are empty, ``not_configured``."""
    if not is_active:
        return "install"
    fields = block(widget.manifest, "settings")
    has_tour = bool(block(widget.manifest, "tour").get("is_tour"))
    return "not_configured" if has_tour and fields and not settings else "installed"


def block(manifest: Json, name: str) -> Json:
    """Return a block of the manifest; real ones hold arrays and nulls where an object belongs."""
    found = manifest.get(name)
    return found if isinstance(found, dict) else {}


def locales(widget: Widget) -> list[str]:
    """Return the locales that the manifest names and the archive has files for; all files when it names none."""
    named = block(widget.manifest, "widget").get("locale")
    files = [name[5:-5] for name in sorted(widget.files) if name.startswith("i18n/") and name.endswith(".json")]
    return [each for each in named if each in files] if isinstance(named, list) and named else files


def texts(widget: Widget, lang: str) -> Json:
    """Return the widget's texts in ``lang``, else in its first locale, else nothing."""
    known = locales(widget)
    for locale in [lang, *known]:
        if locale in known:
            try:
                found = json.loads(widget.files[f"i18n/{locale}.json"].decode("utf-8-sig"))
            except ValueError:
                continue
            return found if isinstance(found, dict) else {}
    return {}


def look_up(langs: Json, path: object) -> str:
    """Return the text at a dotted path, the path itself when there is none (as literal texts are common)."""
    node: Any = langs
    for part in str(path or "").split("."):
        node = node.get(part) if isinstance(node, dict) else None
    return node if isinstance(node, str) else str(path or "")


def described(world: World, account: Account, langs: Json, about: Json, code: str) -> Json:
    """Return name and descriptions with the short tags of the documentation filled in.

    https://es-developers.kommo.com/docs/manifest-json
    """
    user, zone = account.current_user, world.ground.switches.zone
    tags = {
        "HOST": world.accounts.host(account),
        "SUBDOMAIN": account.subdomain,
        "LOGIN": user.email,
        "ACCOUNT_ID": str(account.id),
        "USER_ID": str(user.id),
        "TOP_LEVEL_DOMAIN": zone.rsplit(".", 1)[1],
        "API_HASH": "",
    }
    found = {key: look_up(langs, about.get(key)) for key in ("name", "short_description", "description")}
    filled = {
        key: re.sub(r"#([A-Z_]+)#", lambda tag: tags.get(tag[1], tag[0]), text.replace("<script", "&lt;script"))
        for key, text in found.items()
    }
    return filled | {"name": filled["name"] or code}


def tour(manifest: Json, langs: Json, lang: str) -> Json | None:
    """Return the slides and text shown instead of the settings before installation, or None."""
    block_ = block(manifest, "tour")
    if not block_.get("is_tour"):
        return None
    images = block_.get("tour_images")
    by_lang: Json = images if isinstance(images, dict) else {}
    chosen: list[object] = by_lang.get(lang) or next(iter(by_lang.values()), [])
    return {
        "images": [f"/{str(each).lstrip('/')}" for each in chosen],
        "description": look_up(langs, block_.get("tour_description")),
    }


def _integration(world: World, widget: Widget) -> Any:
    try:
        return world.marketplace.integration_of(widget.code)
    except NotInstalled:
        return None

"""What the page knows from the start: the CRM's constants, texts in the user's language, templates of controls.

https://developers.kommo.com/docs/environment-variables
"""

import json
from functools import cache
from typing import Any

from flask import abort, request

from sandbox.accounts import Account, User
from sandbox.page.board import pipelines
from sandbox.page.coverage import areas
from sandbox.page.file_routes import HERE, control_templates
from sandbox.page.policy import Policy
from sandbox.visit import called_account, explain
from sandbox.world import World

LANGUAGES = ("en", "es", "pt")
Json = dict[str, Any]


def page_account(world: World) -> Account:
    """Return the account whose page is open; 404 when the host names none."""
    account = called_account(world)
    if account is None:
        explain("refused: no account has this host")
        abort(404)
    return account


def page_language(world: World) -> str:
    """Return the page's language: asked for in the address, chosen before, or the account's."""
    wanted = (request.args.get("lang"), request.cookies.get("kck_lang"), page_account(world).language)
    return next((lang for lang in wanted if lang in LANGUAGES), "en")


@cache
def texts(lang: str) -> dict[str, str]:
    """Return the host page's own words."""
    found: dict[str, str] = json.loads((HERE / "texts" / f"{lang}.json").read_text(encoding="utf-8"))
    return found


def boot(world: World, account: Account, lang: str, policy: Policy) -> Json:
    """Return everything that the shell writes into the page."""
    return {
        "lang": lang,
        "latest": world.ground.bus.latest,
        "zone": world.ground.switches.zone,
        "texts": texts(lang),
        "controls": control_templates(),
        "areas": areas(),
        "constants": overlaid(page_constants(world, account, lang), policy.constants),
        "pipelines": pipelines(world.crm.of(account)),
        "account": {"id": account.id, "name": account.name, "subdomain": account.subdomain},
        "answers": policy.answers,
        "allowed": policy.allowed,
        "canned": [each.url for each in policy.canned],
    }


def page_constants(world: World, account: Account, lang: str) -> Json:
    """Return the constants with the account's custom fields in them."""
    usual = constants(account, lang, world.ground.switches.zone)
    usual["account"]["cf"] = {str(number): field for number, field in world.crm.of(account).fields.items()}
    return usual


def overlaid(usual: Json, own: dict[str, Json]) -> Json:
    """Return the constants with one's own values laid over them, key by key."""
    return usual | {name: {**usual.get(name, {}), **values} for name, values in own.items()}


def constants(account: Account, lang: str, zone: str) -> Json:
    """Return the values of ``APP.constant(key)``."""
    user = account.current_user
    return {
        "account": account_constant(account, lang, zone),
        "user": user_constant(user, lang),
        "user_rights": {"is_admin": user.is_admin, "is_free_user": user.is_free},
        "managers": {str(each.id): manager_constant(each) for each in account.users.values()},
        "groups": {"group_0": "Sales"},
        "task_types": {
            "1": {"id": 1, "option": "Follow-up", "color": None, "icon_id": None},
            "2": {"id": 2, "option": "Meeting", "color": None, "icon_id": None},
        },
        "widgets": {"widgets": {}},
    }


def account_constant(account: Account, lang: str, zone: str) -> Json:
    """Return the account as the page's scripts see it; only ``amojo_id`` ties it to the chat service."""
    return {
        "id": account.id,
        "name": account.name,
        "subdomain": account.subdomain,
        "amojo_id": account.amojo_id,
        "amojo_enabled": True,
        "uuid": account.uuid,
        "language": lang,
        "country": account.country,
        "currency": account.currency,
        "currency_symbol": account.currency_symbol,
        "timezone": account.timezone,
        "date_format": "d.m.Y",
        "date_pattern": "DD.MM.YYYY HH:mm",
        "time_format": "H:i",
        "top_level_domain": zone.rsplit(".", 1)[1],
        "unsorted_on": True,
        "version": 13,
        "paid_from": account.created_at,
        "paid_till": account.created_at + 366 * 86400,
        "cf": {},
        "predefined_cf": {},
        "users": {str(each.id): each.name for each in account.users.values()},
        "customers_enabled": False,
        "created_by": account.current_user_id,
    }


def user_constant(user: User, lang: str) -> Json:
    """Return who sits at the page."""
    return {
        "id": user.id,
        "login": user.email,
        "name": user.name,
        "amojo_id": user.amojo_id,
        "uuid": user.uuid,
        "photo": "",
        "personal_mobile": "",
        "theme": "light",
        "tour": False,
        "user_rank": "admin" if user.is_admin else "manager",
        "settings": {},
        "sso_auth": False,
        "group_mates_ids": [],
        "api_key": "",
        "lang": lang,
    }


def manager_constant(user: User) -> Json:
    """Return a record of ``APP.constant('managers')``."""
    return {
        "id": user.id,
        "title": user.name,
        "option": user.name,
        "name": user.name,
        "login": user.email,
        "active": user.is_active,
        "status": "active" if user.is_active else "disabled",
        "is_admin": "Y" if user.is_admin else "N",
        "free_user": "Y" if user.is_free else "N",
        "amojo_id": user.amojo_id,
        "amo_profile_id": user.uuid,
        "avatar": "",
        "group": f"group_{user.group_id}",
        "theme": 1,
        "phone": "",
    }

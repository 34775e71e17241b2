"""How the account, its users and its pipelines show themselves.

https://www.amocrm.ru/developers/content/crm_platform/account-info , …/users-api , …/leads_pipelines
"""

from sandbox.accounts import Account, User
from sandbox.crm.books import Books, Record
from sandbox.switches import Switches

GROUPS = [{"id": 0, "name": "Sales", "uuid": None}]
TASK_TYPES = [
    {"id": 1, "name": "Follow-up", "color": None, "icon_id": None, "code": "FOLLOW_UP"},
    {"id": 2, "name": "Meeting", "color": None, "icon_id": None, "code": "MEETING"},
]
FREE = {"view": "D", "edit": "D", "add": "D", "delete": "D", "export": "D"}
OWN = {"view": "A", "edit": "M", "add": "A", "delete": "D", "export": "D"}
ALL = {"view": "A", "edit": "A", "add": "A", "delete": "A", "export": "A"}


def account_form(account: Account, user: User, switches: Switches, wanted: set[str]) -> Record:
    """Return the account; what hides behind ``with`` only when it is asked for."""
    form: Record = {
        "id": account.id,
        "name": account.name,
        "subdomain": account.subdomain,
        "created_at": account.created_at,
        "created_by": 0,
        "updated_at": account.created_at,
        "updated_by": 0,
        "current_user_id": user.id,
        "country": account.country,
        "currency": account.currency,
        "currency_symbol": account.currency_symbol,
        "customers_mode": "disabled",
        "is_unsorted_on": True,
        "mobile_feature_version": 0,
        "is_loss_reason_enabled": True,
        "is_helpbot_enabled": False,
        "is_technical_account": False,
        "contact_name_display_order": 1,
    }
    drive = "drive-c.kommo.com" if switches.is_kommo else "drive-b.amocrm.ru"
    gated: Record = {
        "amojo_id": account.amojo_id,
        "uuid": account.uuid,
        "version": 16,
        "drive_url": f"https://{drive}",
        "is_api_filter_enabled": switches.is_kommo or switches.filters_open,
        "entity_names": {"leads": {"en": {"plural_form": {"dative": "", "default": "Leads"}}}},
        "invoices_settings": {"lang": account.language, "currency": account.currency},
    }
    form |= {name: value for name, value in gated.items() if name in wanted}
    embedded = {name: value for name, value in _gated_below(account).items() if name in wanted}
    return form | ({"_embedded": embedded} if embedded else {})


def _gated_below(account: Account) -> Record:
    return {
        "amojo_rights": {"can_direct": True, "can_create_groups": True},
        "users_groups": GROUPS,
        "task_types": TASK_TYPES,
        "datetime_settings": {
            "date_pattern": "d.m.Y H:i",
            "short_date_pattern": "d.m.Y",
            "short_time_pattern": "H:i",
            "date_formant": "d.m.Y",
            "time_format": "H:i:s",
            "timezone": account.timezone,
            "timezone_offset": "-05:00",
        },
    }


def user_form(user: User, wanted: set[str]) -> Record:
    """Return a user; chat id, uuid, role, group, rank and phone only when asked for."""
    rights = FREE if user.is_free else ALL if user.is_admin else OWN
    form: Record = {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "lang": user.lang,
        "rights": {
            "leads": rights,
            "contacts": rights,
            "companies": rights,
            "tasks": {"edit": "A", "delete": "A"} if user.is_admin else {"edit": "M", "delete": "D"},
            "mail_access": user.is_admin,
            "catalog_access": user.is_admin,
            "status_rights": [],
            "is_admin": user.is_admin,
            "is_free": user.is_free,
            "is_active": user.is_active,
            "group_id": user.group_id,
            "role_id": user.role_id,
        },
    }
    gated: Record = {
        "amojo_id": user.amojo_id,
        "uuid": user.uuid,
        "user_rank": "newbie",
        "phone_number": None,
    }
    below: Record = {"roles": [], "groups": GROUPS}
    form |= {name: value for name, value in gated.items() if name in wanted}
    shown = {name: value for name, value in below.items() if name.removesuffix("s") in wanted}
    return form | ({"_embedded": shown} if shown else {})


def pipeline_form(pipeline: Record, root: str) -> Record:
    """Return a pipeline with its stages and their links."""
    own = f"{root}/api/v4/leads/pipelines/{pipeline['id']}"
    statuses = [
        each | {"_links": {"self": {"href": f"{own}/statuses/{each['id']}"}}}
        for each in sorted(pipeline["statuses"], key=lambda each: int(each["sort"]))
    ]
    form = {name: value for name, value in pipeline.items() if name != "statuses"}
    return form | {"_links": {"self": {"href": own}}, "_embedded": {"statuses": statuses}}


def remove_pipeline(books: Books, pipeline_id: int) -> str:
    """Remove a pipeline; return why it cannot be removed, or an empty string."""
    if len(books.pipelines) == 1:
        return "the last pipeline cannot be removed"
    if any(lead["pipeline_id"] == pipeline_id for lead in books.leads.values()):
        return "the pipeline has leads"
    del books.pipelines[pipeline_id]
    return ""

"""CRM hooks as events: which of them a form body tells, what they are called, and their fields as typed values.

One hook may tell of many entities and of several kinds. Nothing of it is dropped: what has no name here becomes an
event of kind ``unknown``. Hooks are not signed, so their content is a hint: read the entity again before acting on
money or rights. https://www.amocrm.ru/developers/content/crm_platform/webhooks-format
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

# Every setting that the documentation lists, and the kind of event it brings.
# https://www.amocrm.ru/developers/content/crm_platform/webhooks-api
KIND_OF_SETTING = {
    f"{action}_{entity}": f"{entity}.{word}"
    for action, word, entities in (
        ("add", "added", ("lead", "contact", "company", "customer", "talk", "task")),
        ("update", "changed", ("lead", "contact", "company", "customer", "talk", "task")),
        ("delete", "deleted", ("lead", "contact", "company", "customer", "task")),
        ("restore", "restored", ("lead", "contact", "company")),
        ("responsible", "responsible_changed", ("lead", "contact", "company", "customer", "task")),
        ("note", "note_added", ("lead", "contact", "company", "customer")),
        ("status", "status_changed", ("lead",)),
    )
    for entity in entities
} | {"add_chat_template_review": "template.review_asked"}

# Seen in use and in the account's own pages, but not documented: an account may refuse them.
UNDOCUMENTED = ("add_message", "add_outgoing_message", "add_unsorted", "update_unsorted", "delete_unsorted")

_ENTITY_OF_ROOT = {
    "leads": "lead", "contacts": "contact", "customers": "customer", "task": "task", "unsorted": "unsorted",
    "talk": "talk", "message": "message", "outgoing_message": "message", "catalogs": "catalog_element",
}  # fmt: skip
_WORD_OF_ACTION = {
    "add": "added", "update": "changed", "delete": "deleted", "restore": "restored", "status": "status_changed",
    "responsible": "responsible_changed", "note": "note_added",
    # a stage's own "send webhook": https://www.amocrm.ru/developers/content/digital_pipeline/webhooks
    "call_in": "call_in", "chat": "chat", "site_visit": "site_visit", "mail_in": "mail_in", "period": "period",
}  # fmt: skip

_KEY_LENGTH = 64


class Event(msgspec.Struct, frozen=True):
    """One thing that happened in an account. ``fields`` is what the hook says of it, every leaf as text."""

    kind: str
    entity_type: str
    entity_id: str
    fields: dict[str, Any]

    def read(self) -> "Told | None":
        """The fields as typed values; None where the kind has no type or the fields do not fit it."""
        kind = _TYPES.get("note" if self.kind.endswith(".note_added") else self.entity_type)
        if kind is None:
            return None
        try:
            return msgspec.convert(_without_blanks(self.fields), kind, strict=False)
        except msgspec.ValidationError:
            return None


def account_of(tree: dict[str, Any]) -> str | None:
    """The account's id as the hook gives it; None where it does not (a stage's own hook)."""
    block = tree.get("account")
    found = block.get("id") if isinstance(block, dict) else None
    return found if isinstance(found, str) else None


def events_of(tree: dict[str, Any]) -> list[Event]:
    """Everything that a hook tells, in its order."""
    found: list[Event] = []
    for root, actions in tree.items():
        if root == "account":
            continue
        if root in _WORD_OF_ACTION and root not in _ENTITY_OF_ROOT:  # some hooks come without a root
            found += [_event(_entity_by_fields(item), root, item) for item in _items(actions)]
        elif isinstance(actions, dict):
            entity = _ENTITY_OF_ROOT.get(root)
            found += [
                _event(entity, action, item) if entity else _unknown(root, item)
                for action, items in actions.items()
                for item in _items(items)
            ]
        else:
            found.append(_unknown(root, {"value": actions}))
    return found


def _items(value: Any) -> Iterator[dict[str, Any]]:
    """The entities under an action; one needless level of indexes is tolerated."""
    if isinstance(value, dict):
        is_indexed = bool(value) and all(key.isdigit() for key in value)
        value = list(value.values()) if is_indexed else [value]
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and item and all(key.isdigit() and isinstance(item[key], dict) for key in item):
            yield from item.values()
        elif isinstance(item, list):
            yield from _items(item)
        else:
            yield item if isinstance(item, dict) else {"value": item}


def _entity_by_fields(item: dict[str, Any]) -> str | None:
    if "chat_id" in item and "text" in item:
        return "message"
    return "template" if "content" in item else None


def _event(entity: str | None, action: str, item: dict[str, Any]) -> Event:
    word = _WORD_OF_ACTION.get(action)
    if entity is None or word is None:
        return _unknown(entity or action, item)
    if action == "note":
        return _note(entity, item)
    if entity == "contact" and item.get("type") == "company":
        entity = "company"
    key = item.get("id") or item.get("talk_id") or item.get("uid") or ""
    return Event(f"{entity}.{_refined(entity, word, item)}", entity, str(key)[:_KEY_LENGTH], item)


def _refined(entity: str, word: str, item: dict[str, Any]) -> str:
    """The word for what really happened, where the action alone does not say it."""
    if entity == "message":
        return "sent" if item.get("type") == "outgoing" else "received"
    if entity == "template":
        return "review_asked"
    if entity == "unsorted" and word == "deleted":
        return {"accept": "accepted", "decline": "declined"}.get(str(item.get("action")), word)
    if word != "changed":
        return word
    if entity == "talk" and item.get("is_in_work") == "0":
        return "closed"
    if entity == "task" and item.get("action_close") == "1":
        return "completed"
    before = item.get("old_responsible_user_id")
    is_handed_over = entity != "lead" and before is not None and before != item.get("responsible_user_id")
    return "responsible_changed" if is_handed_over else word


def _note(entity: str, item: dict[str, Any]) -> Event:
    inner = item.get("note")
    fields = inner if isinstance(inner, dict) else item
    if entity == "contact" and item.get("type") == "company":
        entity = "company"
    return Event(f"{entity}.note_added", entity, str(fields.get("element_id") or "")[:_KEY_LENGTH], fields)


def _unknown(root: str, item: dict[str, Any]) -> Event:
    return Event("unknown", root[:32], str(item.get("id") or "")[:_KEY_LENGTH], item)


def _without_blanks(value: Any) -> Any:
    """The same without empty texts, which stand for what is not there."""
    if isinstance(value, dict):
        return {name: _without_blanks(below) for name, below in value.items() if below != ""}
    return [_without_blanks(below) for below in value] if isinstance(value, list) else value


class FieldTold(msgspec.Struct, frozen=True, kw_only=True):
    """A custom field in a hook, whose values come in three shapes."""

    id: int | None = None
    name: str = ""
    code: str | None = None
    raw: Any = msgspec.field(name="values", default=None)

    @property
    def values(self) -> tuple[str, ...]:
        """Its values as text."""
        items = self.raw if isinstance(self.raw, list) else [] if self.raw is None else [self.raw]
        return tuple(str(item.get("value", "")) if isinstance(item, dict) else str(item) for item in items)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What every hook may say of an entity. Moments are Unix seconds; the texts of dates are in changing zones."""

    id: str | None = None
    account_id: int | None = None
    created_at: int | None = None
    updated_at: int | None = None


class EntityTold(Told, frozen=True):
    """A lead, contact, company, customer or element of a list. ``old_…`` come only with the change they belong to."""

    name: str = ""
    price: int | float | None = None
    type: str | None = None
    status_id: int | None = None
    old_status_id: int | None = None
    pipeline_id: int | None = None
    old_pipeline_id: int | None = None
    responsible_user_id: int | None = None
    old_responsible_user_id: int | None = None
    created_user_id: int | None = None
    modified_user_id: int | None = None
    linked_company_id: int | None = None
    linked_leads_id: dict[str, Any] | list[Any] | None = None
    custom_fields: tuple[FieldTold, ...] = ()


class TaskTold(Told, frozen=True):
    """A task. ``element_type``: 1 contact, 2 lead, 3 company, 12 customer; ``status`` 1 is done."""

    text: str = ""
    element_id: int | None = None
    element_type: int | None = None
    task_type: int | None = None
    status: int | None = None
    responsible_user_id: int | None = None
    old_responsible_user_id: int | None = None
    complete_before: int | None = None
    result: Any = None


class NoteTold(Told, frozen=True):
    """A note. ``note_type``: 4 text, 5 file, 10 incoming call, 11 outgoing call, 25 system."""

    text: str = ""
    note_type: int | None = None
    element_id: int | None = None
    element_type: int | None = None
    created_by: int | None = None
    metadata: str | None = None

    @property
    def call(self) -> dict[str, Any] | None:
        """The call that the note is about, its keys in capitals as they come; None for other notes."""
        if self.note_type not in (10, 11):
            return None
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


class MessageTold(Told, frozen=True):
    """A chat message. ``type`` is incoming or outgoing, ``entity_id`` the lead or customer it belongs to."""

    text: str = ""
    type: str = ""
    chat_id: str | None = None
    talk_id: int | None = None
    contact_id: int | None = None
    entity_id: int | None = None
    entity_type: str | None = None
    origin: str | None = None
    message_type: str | None = None
    author: dict[str, Any] | None = None
    attachment: dict[str, Any] | None = None


class TalkTold(Told, frozen=True):
    """A talk."""

    talk_id: int | None = None
    chat_id: str | None = None
    contact_id: int | None = None
    entity_id: int | None = None
    entity_type: str | None = None
    is_in_work: bool | None = None
    is_read: bool | None = None
    origin: str | None = None
    rate: int | None = None


class UnsortedTold(Told, frozen=True):
    """An incoming lead. Where it was taken or turned away, ``accept_result`` or ``decline_result`` names the leads."""

    uid: str = ""
    category: str | None = None
    pipeline_id: int | None = None
    lead_id: int | None = None
    source_id: int | None = None
    source_data: Any = None
    data: Any = None
    accept_result: Any = None
    decline_result: Any = None
    modified_user_id: int | None = None


class TemplateTold(Told, frozen=True):
    """A chat template sent for review."""

    name: str = ""
    content: str = ""
    type: str | None = None
    reviews: tuple[dict[str, Any], ...] = ()


_TYPES: dict[str, type[Told]] = {
    **dict.fromkeys(("lead", "contact", "company", "customer", "catalog_element"), EntityTold),
    "task": TaskTold,
    "note": NoteTold,
    "message": MessageTold,
    "talk": TalkTold,
    "unsorted": UnsortedTold,
    "template": TemplateTold,
}

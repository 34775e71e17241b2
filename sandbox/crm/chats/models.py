"""Links of chats and contacts, talks, message templates.

https://www.amocrm.ru/developers/content/crm_platform/contacts-api , …/talks-api , …/chat-templates-api
"""

from sandbox.crm.books import Books, Record
from sandbox.crm.checks import CHOICE, Checks

TEMPLATE_FIELDS: dict[str, type] = {
    "name": str,
    "content": str,
    "external_id": str,
    "is_editable": bool,
    "type": str,
    "buttons": list,
    "attachment": dict,
    "waba_header": str,
    "waba_header_type": str,
    "waba_footer": str,
    "waba_category": str,
    "waba_language": str,
    "waba_examples": dict,
}
CHOICES = {
    "type": ("amocrm", "waba"),
    "waba_header_type": ("text", "media"),
    "waba_category": ("UTILITY", "AUTHENTICATION", "MARKETING"),
}
REVIEWS = ("approved", "paused", "rejected")


def bind_chat(books: Books, chat_id: str, contact_id: int) -> Record:
    """Bind a chat to one contact; the link's id changes with every new binding."""
    known = books.chat_links.get(chat_id)
    if known is not None and known["contact_id"] == contact_id:
        return known
    link = {"id": books.ground.ids.number("chat_link"), "contact_id": contact_id, "chat_id": chat_id}
    books.chat_links[chat_id] = link
    return link


def check_template(checks: Checks, item: Record, *, is_new: bool) -> None:
    """Check a template."""
    if is_new:
        checks.required(item, "name", str)
        checks.required(item, "content", str)
    for name, kind in TEMPLATE_FIELDS.items():
        checks.kind(item, name, kind, nullable=not (is_new and name in ("name", "content")))
    for name, allowed in CHOICES.items():
        checks.choice(item, name, allowed)
    for index, button in enumerate(checks.objects(item, "buttons")):
        if button.get("type") not in ("inline", "url"):
            checks.add(item, CHOICE, f"buttons.{index}.type")


def add_template(books: Books, client_id: str, item: Record) -> Record:
    """Add a checked template."""
    number = books.ground.ids.number("template")
    template: Record = {
        "id": number,
        "client_id": client_id,
        "account_id": books.account.id,
        "created_at": books.now,
        "updated_at": books.now,
        "buttons": [],
        "attachment": None,
        "is_editable": False,
        "external_id": None,
        "type": "amocrm",
        "review_status": None,
        "reviews": [],
    }
    template |= {name: item[name] for name in TEMPLATE_FIELDS if name in item}
    books.templates[number] = template
    return template


def send_to_review(books: Books, template: Record) -> Record:
    """Put a template under review and announce it."""
    review: Record = {"id": template["id"] * 10 + len(template["reviews"]), "source_id": None, "status": "review"}
    review["reject_reason"] = ""
    template["reviews"].append(review)
    template |= {"review_status": "review", "is_on_review": True, "updated_at": books.now}
    books.changed("template", "review", template)
    return review


def settle_review(template: Record, review: Record, body: Record) -> Record:
    """Keep the result of a review."""
    review |= {"status": body["status"], "reject_reason": body.get("reject_reason", "")}
    template |= {"review_status": body["status"], "is_on_review": False}
    return review


def show_template(template: Record, *, with_reviews: bool) -> Record:
    """Return a template as the API shows it."""
    hidden = {"client_id", "reviews"}
    shown = {
        name: value
        for name, value in template.items()
        if name not in hidden and (name, value) != ("review_status", None)
    }
    return shown | ({"_embedded": {"reviews": template["reviews"]}} if with_reviews else {})


def show_talk(talk: Record) -> Record:
    """Return a talk as the API shows it."""
    shown = {name: value for name, value in talk.items() if name != "post_id"}
    leads = [{"id": talk["entity_id"]}] if talk["entity_id"] else []
    contacts = [{"id": talk["contact_id"]}] if talk["contact_id"] else []
    return shown | {"_embedded": {"contacts": contacts, "leads": leads, "customers": []}}

"""The addresses of chat links, talks, templates and short links."""

from flask import Response, request

from sandbox.crm import form
from sandbox.crm.access import books, caller, demand_admin
from sandbox.crm.books import Record
from sandbox.crm.chats import models
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.errors import Problem
from sandbox.crm.hal import (
    asked,
    batch,
    collection,
    hal,
    listing,
    nothing,
    one,
    optional,
    wanted,
    whole_list,
    with_self,
)
from sandbox.crm.hal import filters as filter_tree
from sandbox.crm.route import Route
from sandbox.world import World

TEMPLATES_LIMIT = 50


def refuse_cookies(world: World) -> None:
    """Raise Problem for a request with session cookies, and for one that is not an administrator's."""
    if request.headers.get("Cookie"):
        status = world.ground.switches.chats_cookie_status
        raise Problem(status, "Request validation failed", why="/contacts/chats takes no session cookies")
    demand_admin()


def own_chat(world: World, chat_id: object) -> bool:
    """Say whether a chat is of a channel of the calling integration."""
    chat = world.chats.chats.get(str(chat_id))
    if chat is None or chat.account_id != caller().account.id:
        return False
    channel = world.channels.channels[world.channels.scopes[chat.scope_id].channel_id]
    return channel.client_id == caller().integration.client_id


def chat_links(world: World) -> Response:
    """List links by contact_id and chat_id; a chat in unsorted shows the contact waiting there."""
    refuse_cookies(world)
    tree, kept = asked(), books(world)
    chats, contacts = form.values(tree.get("chat_id")), form.values(tree.get("contact_id"))
    if not chats and not contacts:
        raise Problem(400, "Request validation failed", why="chat_id or contact_id is required")
    found = [
        models.bind_chat(kept, chat.id, chat.contact_id)
        for chat in list(world.chats.chats.values())
        if chat.contact_id is not None
        and own_chat(world, chat.id)
        and (not chats or chat.id in chats)
        and (not contacts or str(chat.contact_id) in contacts)
    ]
    return whole_list("chats", found)


def bind_chats(world: World) -> Response:
    """Bind chats to contacts: one contact a chat, many chats a contact."""
    refuse_cookies(world)
    kept, items, checks = books(world), batch(), Checks()
    for item in items:
        if checks.required(item, "contact_id", int) and item["contact_id"] not in kept.contacts:
            checks.add(item, CHOICE, "contact_id")
        if checks.required(item, "chat_id", str) and not own_chat(world, item["chat_id"]):
            checks.add(item, CHOICE, "chat_id")
    checks.done()
    made = []
    with world.ground.lock:
        for item in items:
            world.chats.chats[item["chat_id"]].contact_id = item["contact_id"]
            link = models.bind_chat(kept, item["chat_id"], item["contact_id"])
            made.append(link | {"request_id": item["request_id"]})
    return hal(collection("chats", made))


def talk(world: World, talk_id: int) -> Response:
    """Show a talk."""
    return hal(with_self(models.show_talk(known_talk(world, talk_id)), f"/api/v4/talks/{talk_id}"))


def close_talk(world: World, talk_id: int) -> Response:
    """Close a talk: 202, a second time 422."""
    found = known_talk(world, talk_id)
    optional()
    with world.ground.lock:
        if not found["is_in_work"]:
            raise Problem(422, "Talk is already closed")
        found |= {"is_in_work": False, "updated_at": books(world).now}
        books(world).changed("talk", "update", found)
    return Response(status=202)


def known_talk(world: World, talk_id: int) -> Record:
    """Return a talk; raise Problem."""
    found = books(world).talks.get(talk_id)
    if found is None:
        raise Problem(404, "Not found", why=f"no talk {talk_id}")
    return found


def mine(world: World) -> list[Record]:
    """Return the calling integration's templates."""
    demand_admin()
    client_id = caller().integration.client_id
    return [each for each in books(world).templates.values() if each["client_id"] == client_id]


def template_form(template: Record) -> Record:
    """Return a template with its link."""
    shown = models.show_template(template, with_reviews="reviews" in wanted())
    return with_self(shown, f"/api/v4/chats/templates/{template['id']}")


def templates(world: World) -> Response:
    """List this integration's templates, by external_id if asked."""
    ids = form.values(filter_tree(world).get("external_id"))
    found = [each for each in mine(world) if not ids or each["external_id"] in ids]
    return listing(world, "chat_templates", found, template_form, max_limit=TEMPLATES_LIMIT)


def template(world: World, number: int) -> Response:
    """Show a template."""
    return hal(template_form(known_template(world, number)))


def add_templates(world: World) -> Response:
    """Add templates; 422 above the limit, whose number is not documented."""
    count, items, checks = len(mine(world)), batch(), Checks()
    checks.each(items, lambda item: models.check_template(checks, item, is_new=True))
    if count + len(items) > world.ground.switches.templates_limit:
        raise Problem(422, "Template limit exceeded")
    with world.ground.lock:
        client_id = caller().integration.client_id
        made = [(item, models.add_template(books(world), client_id, item)) for item in items]
    return hal(
        collection("chat_templates", [template_form(each) | {"request_id": item["request_id"]} for item, each in made])
    )


def change_template(world: World, number: int) -> Response:
    """Change a template; one for WhatsApp only while it was never reviewed."""
    found, body, checks = known_template(world, number), one(), Checks()
    models.check_template(checks, body, is_new=False)
    checks.done()
    if found["type"] == "waba" and found["review_status"] is not None:
        raise Problem(400, "Template cannot be edited", why="a waba template is editable only as a draft")
    with world.ground.lock:
        found |= {name: body[name] for name in models.TEMPLATE_FIELDS if name in body}
        found["updated_at"] = books(world).now
    return hal(template_form(found))


def remove_template(world: World, number: int) -> Response:
    """Remove a template."""
    known_template(world, number)
    with world.ground.lock:
        del books(world).templates[number]
    return nothing()


def remove_templates(world: World) -> Response:
    """Remove several templates."""
    numbers = [known_template(world, item.get("id", 0))["id"] for item in batch()]
    with world.ground.lock:
        for number in numbers:
            del books(world).templates[number]
    return nothing()


def review(world: World, number: int) -> Response:
    """Send a template to review."""
    with world.ground.lock:
        return hal(models.send_to_review(books(world), known_template(world, number)))


def settle_review(world: World, number: int, review_id: int) -> Response:
    """Set the result of a review: approved, paused or rejected."""
    found, body = known_template(world, number), one()
    reviews = {each["id"]: each for each in found["reviews"]}
    if review_id not in reviews:
        raise Problem(404, "Not found", why=f"no review {review_id}")
    checks = Checks()
    if checks.required(body, "status", str):
        checks.choice(body, "status", models.REVIEWS)
    checks.done()
    with world.ground.lock:
        return hal(models.settle_review(found, reviews[review_id], body))


def known_template(world: World, number: int) -> Record:
    """Return one of this integration's templates; raise Problem."""
    found = next((each for each in mine(world) if each["id"] == number), None)
    if found is None:
        raise Problem(404, "Not found", why=f"no template {number} of this integration")
    return found


ROUTES = (
    Route("GET", "/contacts/chats", chat_links),
    Route("POST", "/contacts/chats", bind_chats),
    Route("GET", "/talks/<int:talk_id>", talk),
    Route("POST", "/talks/<int:talk_id>/close", close_talk),
    Route("GET", "/chats/templates", templates),
    Route("GET", "/chats/templates/<int:number>", template),
    Route("POST", "/chats/templates", add_templates),
    Route("PATCH", "/chats/templates/<int:number>", change_template),
    Route("DELETE", "/chats/templates/<int:number>", remove_template),
    Route("DELETE", "/chats/templates", remove_templates),
    Route("POST", "/chats/templates/<int:number>/review", review, "D", "no source_id"),
    Route("POST", "/chats/templates/<int:number>/review/<int:review_id>", settle_review),
)

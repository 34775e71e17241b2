"""Links between entities, seen from both ends.

https://www.amocrm.ru/developers/content/crm_platform/entity-links-api
"""

from sandbox.crm.address import link as href
from sandbox.crm.books import Books, Record
from sandbox.crm.checks import CHOICE, Checks

ALLOWED = {
    "leads": ("contacts", "companies", "catalog_elements"),
    "contacts": ("companies", "customers", "catalog_elements", "leads"),
    "companies": ("contacts", "leads", "customers", "catalog_elements"),
}


def check(checks: Checks, books: Books, kind: str, item: Record) -> None:
    """Check one link of a batch."""
    to_kind, to_id = item.get("to_entity_type"), item.get("to_entity_id")
    if not checks.required(item, "to_entity_id", int) or not checks.required(item, "to_entity_type", str):
        return
    if to_kind not in ALLOWED[kind]:
        checks.add(item, CHOICE, "to_entity_type")
    elif to_kind in ALLOWED and to_id not in books.entities(str(to_kind)):
        checks.add(item, CHOICE, "to_entity_id")


def tie(books: Books, kind: str, number: int, to_kind: str, to_number: int, metadata: Record) -> Record:
    """Link two entities from both ends; a lead has at most one company, the first contact is the main one."""
    mine = books.links.setdefault((kind, number), {})
    if kind == "leads" and to_kind == "companies":
        for other in [each for each in mine if each[0] == "companies"]:
            untie(books, kind, number, *other)
    kept: Record = {name: metadata[name] for name in ("quantity", "catalog_id", "price_id") if name in metadata}
    if kind == "leads" and to_kind == "contacts":
        is_first = not any(each[0] == "contacts" for each in mine)
        is_main = bool(metadata.get("is_main", is_first))
        for name, linked in mine.items():
            if is_main and name[0] == "contacts":
                linked["main_contact"] = False
        kept["main_contact"] = is_main
    mine[(to_kind, to_number)] = kept
    books.links.setdefault((to_kind, to_number), {})[(kind, number)] = {}
    return kept


def untie(books: Books, kind: str, number: int, to_kind: str, to_number: int) -> None:
    """Take a link away from both ends."""
    books.links.get((kind, number), {}).pop((to_kind, to_number), None)
    books.links.get((to_kind, to_number), {}).pop((kind, number), None)


def of(books: Books, kind: str, number: int) -> list[Record]:
    """Return the links of an entity as the API lists them."""
    found = books.links.get((kind, number), {})
    return [
        {"to_entity_id": to_number, "to_entity_type": to_kind, "metadata": metadata or None}
        for (to_kind, to_number), metadata in found.items()
    ]


def numbers(books: Books, kind: str, number: int, to_kind: str) -> list[int]:
    """Return the ids of linked entities of a kind."""
    return [to_number for each, to_number in books.links.get((kind, number), {}) if each == to_kind]


def brief(books: Books, kind: str, number: int, to_kind: str) -> list[Record]:
    """Return linked entities as they stand in ``_embedded``."""
    found = []
    for (each, to_number), metadata in books.links.get((kind, number), {}).items():
        if each == to_kind:
            main = {"is_main": metadata.get("main_contact", False)} if to_kind == "contacts" else {}
            found.append({"id": to_number} | main | {"_links": {"self": href(f"/api/v4/{to_kind}/{to_number}")}})
    return found


def embed(books: Books, kind: str, number: int, item: Record) -> None:
    """Make the links that an added entity brings in ``_embedded`` (by id)."""
    embedded = item.get("_embedded") or {}
    for to_kind in ("contacts", "companies"):
        for each in embedded.get(to_kind) or []:
            if each.get("id") in books.entities(to_kind) and to_kind != kind:
                tie(books, kind, number, to_kind, each["id"], each)

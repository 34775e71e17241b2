"""Pipelines and their stages.

https://www.amocrm.ru/developers/content/crm_platform/leads_pipelines
"""

from flask import Response

from sandbox.crm.access import books, demand_admin
from sandbox.crm.account.models import pipeline_form, remove_pipeline
from sandbox.crm.address import base
from sandbox.crm.books import Books, Record, add_pipeline, add_status
from sandbox.crm.checks import CHOICE, Checks
from sandbox.crm.errors import Problem
from sandbox.crm.hal import added, batch, hal, nothing, one, whole_list, with_self
from sandbox.crm.route import Route
from sandbox.world import World

MAX_PIPELINES, MAX_STATUSES = 50, 100
NEW = {"name": str, "sort": int, "is_main": bool, "is_unsorted_on": bool}


def pipelines(world: World) -> Response:
    """List the pipelines with their stages."""
    found = sorted(books(world).pipelines.values(), key=lambda each: int(each["sort"]))
    return whole_list("pipelines", [pipeline_form(each, base()) for each in found])


def pipeline(world: World, pipeline_id: int) -> Response:
    """Show one pipeline."""
    return hal(pipeline_form(known(books(world), pipeline_id), base()))


def add(world: World) -> Response:
    """Add pipelines: name, sort, is_main and is_unsorted_on are demanded."""
    demand_admin()
    items, checks = batch(), Checks()
    checks.each(items, lambda item: check_new(checks, item))
    with world.ground.lock:
        if len(books(world).pipelines) + len(items) > MAX_PIPELINES:
            raise Problem(422, f"Limit {MAX_PIPELINES} pipelines per account")
        made = [(item, make(books(world), item)) for item in items]
    return added("pipelines", [pipeline_form(each, base()) | {"request_id": item["request_id"]} for item, each in made])


def change(world: World, pipeline_id: int) -> Response:
    """Change a pipeline."""
    demand_admin()
    found, body, checks = known(books(world), pipeline_id), one(), Checks()
    for name, kind in NEW.items():
        checks.kind(body, name, kind, nullable=False)
    checks.done()
    with world.ground.lock:
        found |= {name: body[name] for name in NEW if name in body}
    return hal(pipeline_form(found, base()))


def remove(world: World, pipeline_id: int) -> Response:
    """Remove a pipeline; refused for the last one and for one with leads."""
    demand_admin()
    known(books(world), pipeline_id)
    with world.ground.lock:
        trouble = remove_pipeline(books(world), pipeline_id)
    if trouble:
        raise Problem(422, "Unprocessable", why=trouble)
    return nothing()


def statuses(world: World, pipeline_id: int) -> Response:
    """List the stages of a pipeline."""
    return whole_list("statuses", [status_form(each) for each in known(books(world), pipeline_id)["statuses"]])


def add_statuses(world: World, pipeline_id: int) -> Response:
    """Add stages to a pipeline."""
    demand_admin()
    items, checks, found = batch(), Checks(), known(books(world), pipeline_id)
    for item in items:
        checks.required(item, "name", str)
        checks.kind(item, "sort", int)
    checks.done()
    if len(found["statuses"]) + len(items) > MAX_STATUSES:
        raise Problem(422, f"Limit {MAX_STATUSES} statuses per pipeline")
    with world.ground.lock:
        made = [add_status(books(world), found, item["name"], sort=item.get("sort") or 50) for item in items]
    return added("statuses", [status_form(each) for each in made])


def status_form(status: Record) -> Record:
    """Return a stage with its link."""
    return with_self(status, f"/api/v4/leads/pipelines/{status['pipeline_id']}/statuses/{status['id']}")


def known(kept: Books, pipeline_id: int) -> Record:
    """Return a pipeline; raise Problem."""
    found = kept.pipelines.get(pipeline_id)
    if found is None:
        raise Problem(404, "Not found", why=f"no pipeline {pipeline_id}")
    return found


def check_new(checks: Checks, item: Record) -> None:
    """Check a new pipeline."""
    for name, kind in NEW.items():
        checks.required(item, name, kind)
    if isinstance(item.get("name"), str) and not item["name"].strip():
        checks.add(item, CHOICE, "name")


def make(kept: Books, item: Record) -> Record:
    """Add a pipeline from a checked item."""
    if item["is_main"]:
        for each in kept.pipelines.values():
            each["is_main"] = False
    return add_pipeline(
        kept, item["name"], sort=item["sort"], is_main=item["is_main"], is_unsorted_on=item["is_unsorted_on"]
    )


ROUTES = (
    Route("GET", "/leads/pipelines", pipelines),
    Route("GET", "/leads/pipelines/<int:pipeline_id>", pipeline),
    Route("POST", "/leads/pipelines", add),
    Route("PATCH", "/leads/pipelines/<int:pipeline_id>", change),
    Route("DELETE", "/leads/pipelines/<int:pipeline_id>", remove),
    Route("GET", "/leads/pipelines/<int:pipeline_id>/statuses", statuses),
    Route("POST", "/leads/pipelines/<int:pipeline_id>/statuses", add_statuses),
)

"""A widget as a source of leads in a pipeline."""

import pytest
from playwright.sync_api import expect

from sandbox.crm.chats import sources
from tests.support.host_page import CODE, Host

pytestmark = pytest.mark.browser
PIPELINE = "window.APP.data.pipelines[0].id"


def add_source(host: Host) -> None:
    host.visit("/leads/pipeline/")
    host.page.click(".js-add-source")
    host.page.get_by_role("searchbox").fill("pro")
    host.page.click(f".source-choice[data-widget-code={CODE}]")


def test_an_installed_widget_is_added_and_told_the_pipeline(host: Host) -> None:
    host.install()
    add_source(host)
    expect(host.page.locator(f".dp-source.dp-source_widget[data-widget-code={CODE}]")).to_be_visible()
    assert host.calls()[-1] == ["onAddAsSource", host.page.evaluate(PIPELINE)]


def test_a_tile_opens_the_settings_with_the_ids_of_the_source(host: Host) -> None:
    host.install()
    add_source(host)
    host.page.click(".dp-source__open")
    expect(host.page.locator(f".modal.{CODE}")).to_be_visible()
    host.page.wait_for_function("window.sandboxSettings")
    name, body, context = host.calls()[-1]
    assert (name, body) == ("settings", "jQuery")
    assert set(context) == {"source_id", "external_id"}


def test_the_widget_learns_its_pipeline(host: Host) -> None:
    host.install()
    host.visit("/leads/pipeline/")
    asked = "new Promise((done) => window.probe.get_pipeline_id().then(done, () => done('none')))"
    assert host.page.evaluate(asked) == "none"
    add_source(host)
    expect(host.page.locator(".dp-source")).to_be_visible()
    assert host.page.evaluate(asked) == host.page.evaluate(PIPELINE)


def test_a_widget_that_is_not_installed_is_installed_first(host: Host) -> None:
    add_source(host)
    expect(host.page.locator(f".modal.{CODE} .js-widget-install")).to_be_visible()
    assert "onAddAsSource" not in host.called()


def test_a_tile_shows_names_and_ids_and_a_question_mark_for_a_logo_that_is_missing(host: Host) -> None:
    host.install()
    add_source(host)
    tile = host.page.locator(f".dp-source.dp-source_widget[data-widget-code={CODE}][data-source-id][data-external-id]")
    expect(tile.locator(".dp-source__title")).to_have_text(host.world.registered.integration.name)
    expect(tile.locator(".dp-source__text")).to_contain_text("widget")
    expect(tile.locator(".dp-source__logo.picture_missing")).to_have_text("?")


def test_a_source_made_by_api_stands_in_its_pipeline_and_is_renamed_once_by_hand(host: Host) -> None:
    host.install()
    books = host.world.crm.of(host.world.accounts.first)
    pipeline = books.main_pipeline["id"]
    client_id = host.world.registered.integration.client_id
    made = sources.add(books, client_id, {"name": "Shop", "external_id": "line-7", "pipeline_id": pipeline})
    host.visit("/leads/pipeline/")
    tile = host.page.locator(f".dp-source[data-source-id='{made['id']}'][data-external-id='line-7']")
    put: list[str] = []
    host.page.on("request", lambda request: put.append(request.url) if request.method == "PUT" else None)
    tile.get_by_role("button", name="Rename").click()
    tile.locator("input").fill("Shop in Rio")
    host.page.keyboard.press("Enter")
    expect(tile.locator(".dp-source__title")).to_have_text("Shop in Rio")
    assert (books.sources[made["id"]]["name"], len(put)) == ("Shop in Rio", 1)


def test_a_source_is_taken_out_of_the_pipeline_after_a_question(host: Host) -> None:
    host.install()
    add_source(host)
    host.page.locator(".dp-source").get_by_role("button", name="Remove").click()
    host.page.locator(".modal-confirm").get_by_role("button", name="Remove").click()
    expect(host.page.locator(".dp-source")).to_have_count(0)
    asked = "new Promise((done) => window.probe.get_pipeline_id().then(done, () => done('none')))"
    assert host.page.evaluate(asked) == "none"


def test_the_automation_of_a_pipeline_offers_sources_too_and_a_search_finds_nothing_strange(host: Host) -> None:
    host.install()
    host.visit("/settings/pipeline/leads/")
    host.page.click(".js-add-source")
    expect(host.page.locator(f".source-choice[data-widget-code={CODE}]")).to_be_enabled()
    host.page.get_by_role("searchbox").fill("nobody")
    expect(host.page.locator(".source-choices .empty")).to_be_visible()

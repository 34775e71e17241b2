"""A widget as a source of leads in a pipeline."""

import pytest
from playwright.sync_api import expect

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

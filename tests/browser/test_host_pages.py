"""Every area of the CRM that widgets are loaded into, and what is called there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from sandbox.crm.books import add_field
from tests.support.host_page import CODE, Host, archive, probe, running_host

pytestmark = pytest.mark.browser
EVERYWHERE = ["settings", "lead_sources", "advanced_settings", "lcard-1", "ccard-1", "comcard-1", "llist-0", "clist-0",
              "tlist-0", "digital_pipeline", "salesbot_designer", "widget_page", "mobile_card", "card_sdk"]  # fmt: skip
BLOCKS: dict[str, Any] = {
    "locations": EVERYWHERE,
    "dp": {
        "settings": {"text": {"name": "settings.login", "type": "text"}},
        "action_multiple": False,
        "webhook_url": "https://own.example/trigger",
    },
    "salesbot_designer": {
        "logo": "/x.png",
        "say": {
            "name": "widget.name",
            "settings": {"text": {"name": "settings.login", "type": "text", "default_value": "hi"}},
        },
    },
    "left_menu": {"desk": {"title": "widget.name"}},
    "mobile": {"frame_url": "/tmpl/controls/button.twig", "color": "#112233"},
}
MORE = """
['leads', 'contacts', 'todo'].forEach(function (name) {
  self.callbacks[name] = {selected: function () { calls.push([name + '.selected', self.list_selected()]); }};
});
this.callbacks.onSalesbotDesignerSave = function (handler, values) {
  var asks = {handler: 'widget_request', params: {url: values.text, data: {step: 'say'}}};
  var says = {handler: handler, params: values};
  return JSON.stringify([{question: [values.text.indexOf('https:') ? says : asks]}]);
};
this.callbacks.salesbotDesignerSettings = function ($body, renderRow) {
  calls.push(['salesbot', typeof renderRow]);
  return {exits: [{code: 'ok', title: 'Done'}]};
};
this.callbacks.loadElements = function () {
  return Promise.resolve([{id: 1, sku: 'A1', name: 'Rose', price: '10'}]);
};
"""


@pytest.fixture
def host(browser: Browser, tmp_path: Path) -> Iterator[Host]:
    with running_host(browser, archive(tmp_path / "widget.zip", script=probe(MORE), **BLOCKS)) as running:
        running.install()
        books = running.world.crm.of(running.world.accounts.first)
        stage = books.main_pipeline["statuses"][1]["id"]
        usual: dict[str, Any] = {"tags": [], "closed_at": None, "responsible_user_id": 0, "custom_fields_values": None}
        place = {"status_id": stage, "pipeline_id": books.main_pipeline["id"]}
        lead = {"id": 501, "name": "Roses", "price": 90} | usual | place
        phone = {"field_code": "PHONE", "field_name": "Phone", "values": [{"value": "+15550100"}]}
        books.leads[501] = lead
        books.contacts[601] = {"id": 601, "name": "Vera", "custom_fields_values": [phone]}
        books.companies[701] = {"id": 701, "name": "Shop", "custom_fields_values": [phone]}
        books.tasks[801] = {"id": 801, "text": "Call Vera", "entity_type": "leads", "entity_id": 501}
        books.links[("leads", 501)] = {("contacts", 601): {}}
        yield running


def test_the_board_shows_leads_in_their_stages(host: Host) -> None:
    host.visit("/leads/pipeline/")
    card = host.page.locator(".stage .lead[data-id='501']")
    expect(card).to_contain_text("Vera")
    expect(card).to_contain_text("$90")


CARDS = [
    ("leads", 501, "Roses", "lcard", "leads_card", 2),
    ("contacts", 601, "Vera", "ccard", "contacts_card", 1),
    ("companies", 701, "Shop", "comcard", "companies_card", 3),
]


@pytest.mark.parametrize(("entity", "number", "name", "area", "page", "kind"), CARDS, ids=lambda each: str(each))
def test_a_card_is_the_current_card(
    host: Host, entity: str, number: int, name: str, area: str, page: str, kind: int
) -> None:
    host.visit(f"/{entity}/detail/{number}/")
    assert host.calls()[0][1] == area
    read = "[APP.isCard(), APP.data.current_card.id, APP.data.current_card.model.get('name'), APP.getBaseEntity()]"
    assert host.page.evaluate(read) == [True, number, name, entity]
    codes = "[APP.getWidgetsArea(), APP.constant('card_id'), APP.constant('card_element'), window.probe.system().area]"
    assert host.page.evaluate(codes) == [page, number, kind, area]


def test_outside_cards_there_is_no_current_card(host: Host) -> None:
    host.visit("/leads/list/")
    assert host.page.evaluate("[APP.data.current_card, APP.isCard()]") == [False, False]


@pytest.mark.parametrize("address", ["/leads/detail/501/", "/contacts/detail/601/", "/companies/detail/701/"])
def test_the_right_panel_of_a_card_shows_the_widget_and_forgets_it_afterwards(host: Host, address: str) -> None:
    host.visit(address)
    host.page.evaluate("window.probe.render_template({caption: {class_name: 'mine'}, body: '<b>hello</b>'})")
    own = f"#widgets_block .card-widgets__elements .card-widgets__widget-{CODE}.mine"
    expect(host.page.locator(f"{own} .card-widgets__widget__body b")).to_have_text("hello")
    expect(host.page.locator(f"{own} .card-widgets__widget__caption__logo")).to_be_visible()
    host.page.click(".rail [data-section=settings]")
    host.page.wait_for_function("window.sandboxReady === 'settings'")
    expect(host.page.locator(own)).to_have_count(0)


def test_a_field_of_the_account_is_filled_in_on_the_card(host: Host) -> None:
    books = host.world.crm.of(host.world.accounts.first)
    field = add_field(books, {"entity": "leads", "name": "Size", "type": "text"})
    host.visit("/leads/detail/501/")
    host.page.fill(f".linked-form__field[data-id='{field['id']}'] input[name='CFV[{field['id']}]']", "XL")
    host.page.click(".card-top-save-button")
    expect(host.page.locator(".card-top-save-button")).to_be_enabled()
    assert books.leads[501]["custom_fields_values"][0]["values"] == [{"value": "XL"}]


def test_contacts_of_the_card_reach_the_widget(host: Host) -> None:
    host.visit("/leads/detail/501/")
    people = host.page.evaluate("window.probe.get_current_card_contacts_data()")
    assert [(each["name"], each["phones"]) for each in people] == [("Vera", ["+15550100"])]


def test_a_phone_offers_the_actions_that_widgets_added(host: Host) -> None:
    host.visit("/leads/detail/501/")
    host.page.evaluate("window.probe.add_action('phone', (given) => window.calls.push(['phone', given.value]))")
    host.page.click(".control-phone__formatted")
    host.page.click(".tips-item")
    assert host.calls()[-1] == ["phone", "+15550100"]


def test_a_card_tab_is_filled_by_the_widget(host: Host) -> None:
    host.visit("/contacts/detail/601/")
    host.page.click(f".card-tabs__item[data-tab={CODE}]")
    expect(host.page.locator(f"#{CODE} tbody")).to_contain_text("Rose")


LISTS = [("leads", 501, "lead", 1), ("contacts", 701, "company", 1), ("todo", 801, "task", 0)]


@pytest.mark.parametrize(("name", "number", "kind", "phones"), LISTS, ids=lambda each: str(each))
def test_ticked_rows_are_handed_to_the_chosen_widget(
    host: Host, name: str, number: int, kind: str, phones: int
) -> None:
    host.visit(f"/{name}/list/")
    host.page.check(f"#list_item_{number}")
    host.page.click(f".list__widget[data-code={CODE}]")
    called, given = host.calls()[-1]
    assert (called, given["summary"]) == (f"{name}.selected", {"items": 1, "emails": 0, "phones": phones})
    assert [(each["id"], each["type"]) for each in given["selected"]] == [(number, kind)]


def test_a_location_without_a_page_is_named(browser: Browser, tmp_path: Path) -> None:
    with running_host(browser, archive(tmp_path / "w.zip", locations=["lcard-1", "cucard-1", "tline"])) as host:
        host.install()
        host.visit("/leads/pipeline/")
        said = [notice for notice in host.notices() if "Location" in notice]
        assert [name for name in ("lcard-1", "cucard-1", "tline") if any(name in each for each in said)] == [
            "cucard-1",
            "tline",
        ]
        host.page.click(".notices__pill")
        expect(host.page.locator(".notices__drawer")).to_contain_text("Location cucard-1 of widget")


def test_the_advanced_page_has_both_work_areas(host: Host) -> None:
    host.visit(f"/settings/{CODE}/")
    expect(host.page.locator(f"#list_page_holder #work-area-{CODE}")).to_be_attached()
    assert host.called()[1:] == ["render", "bind_actions", "init", "advancedSettings"]
    assert host.page.evaluate("[APP.getWidgetsArea(), window.probe.system().area]") == [
        f"advanced-settings:{CODE}",
        "advanced-settings",
    ]


def test_a_menu_page_gets_its_item(host: Host) -> None:
    host.visit("/leads/list/")
    host.page.click(".rail__widgets a")
    host.page.wait_for_function("window.sandboxReady === 'widget_page'")
    assert host.calls()[-1] == ["initMenuPage", {"location": "widget_page", "item_code": "desk"}]


def test_a_trigger_is_set_up_on_a_stage_and_kept(host: Host) -> None:
    host.visit("/settings/pipeline/leads/")
    host.page.locator(".digital-pipeline__add-trigger").first.click()
    host.page.click(f".source-choice[data-widget-code={CODE}]")
    anchor = host.page.locator(f".digital-pipeline__short-task_widget-style_{CODE}")
    expect(anchor.locator("xpath=../..").locator("[data-action=send_widget_hook]")).to_be_attached()
    host.page.fill("[data-action=send_widget_hook] [name=text]", "ring")
    host.page.click(".js-trigger-save")
    expect(host.page.locator(".digital-pipeline__short-task")).to_be_visible()
    assert "dpSettings" in host.called()
    kept = host.world.crm.of(host.world.accounts.first).triggers
    assert [each["settings"] for each in kept.values()] == [{"text": "ring"}]


def test_a_lead_moved_on_its_card_changes_the_open_board_and_pulls_the_trigger(host: Host) -> None:
    books = host.world.crm.of(host.world.accounts.first)
    pipeline = books.main_pipeline
    stage = pipeline["statuses"][2]["id"]
    books.triggers[1] = {"code": CODE, "pipeline_id": pipeline["id"], "status_id": stage, "settings": {"text": "ring"}}
    host.visit("/leads/pipeline/")
    with host.page.context.new_page() as card:
        card.goto(f"{host.url}/leads/detail/501/")
        card.select_option("select.card-status", str(stage))
        expect(host.page.locator(f".stage[data-status-id='{stage}'] .lead[data-id='501']")).to_be_visible()
    assert host.world.crm_courier.settle()
    (hook,) = [each for each in host.sent if each.label == "widget hook"]
    assert hook.url == "https://own.example/trigger"
    assert b"ring" in hook.body


def test_a_salesbot_step_shows_its_exits_and_its_code(host: Host) -> None:
    host.visit("/settings/communications/")
    expect(host.page.locator(".salesbot-exits")).to_have_text("Done (ok)")
    host.page.click(".js-salesbot-save")
    expect(host.page.locator(".salesbot-code")).to_contain_text('"handler": "say"')


def test_a_step_that_asks_the_integration_can_be_run_for_a_lead(host: Host) -> None:
    host.visit("/settings/communications/")
    host.page.fill(".salesbot-step input[name=text]", "https://own.example/hooks/bot")
    host.page.click(".js-salesbot-save")
    with host.page.expect_response("**/_sandbox/triggers/bot"):
        host.page.click(".js-salesbot-run")
    assert host.world.crm_courier.settle()
    account, bots = host.world.accounts.first, host.world.triggers
    (asked,) = [each for each in host.sent if each.label == "widget request"]
    assert (asked.url, b'"step": "say"' in asked.body) == ("https://own.example/hooks/bot", True)
    _, kind, bot_id, wait_id = next(iter(bots.waiting))
    bots.go_on(account, kind, bot_id, wait_id, {"data": {"status": "found"}})
    expect(host.page.locator(".salesbot-told")).to_contain_text('"status": "found"')


def test_the_mobile_frame_is_opened_with_a_token(host: Host) -> None:
    host.visit("/mobile/501/")
    address = host.page.locator("iframe.phone__frame").get_attribute("src") or ""
    assert "from=mobile" in address
    assert "token=ey" in address

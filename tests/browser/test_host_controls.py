"""The CRM's own controls as templates: every one is offered, and reads every parameter that the CRM's reads."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from sandbox.page.file_routes import control_templates
from tests.support.host_page import Host

pytestmark = pytest.mark.browser
LOOKS = {"class_name": "own", "id": "own-id"}
ITEMS = [{"id": 1, "option": "One"}, {"id": 2, "option": "Two", "is_checked": True}]
DROPDOWN = {
    "items": ITEMS, "title_empty": "None", "title_numeral": "chosen", "title_before": "There are",
    "custom_title": "Mine", "name": "n", "small": True, "disabled": True, "name_is_array": True, "class_name": "own",
}  # fmt: skip
PIPELINE = {"id": 5, "name": "Sales", "statuses": [{"id": 6, "name": "New"}]}

# What the CRM's templates read; `observed` in its page, the names of the controls are documented.
CONTROLS: dict[str, dict[str, Any]] = {
    "button": LOOKS | {
        "text": "Go", "blue": True, "disabled": True, "title": "why", "type": "submit", "tab_index": 3,
        "additional_data": "data-a=1", "context_menu": "<i></i>", "svg_class_name": "svg", "icon_class_name": "icon-x",
    },
    "cancel_button": LOOKS | {"text": "No", "tab_index": 3, "hidden": True, "additional_data": "data-a=1"},
    "delete_button": LOOKS | {"text": "Away"},
    "input": LOOKS | {
        "name": "n", "value": "v", "type": "number", "placeholder": "p", "max_length": 9, "min_length": 2,
        "required": True, "disabled": True, "readonly": True, "autofocus": True, "style": "color: red",
        "additional_data": "data-a=1", "form": "f", "autosize_width": True,
    },
    "textarea": LOOKS | {
        "name": "n", "value": "v", "placeholder": "p", "style": "color: red", "maxlength": 9, "disabled": True,
        "readonly": True, "tab_index": 3, "additional_data": "data-a=1",
    },
    "select": LOOKS | {
        "items": [ITEMS[0], ITEMS[1] | {"bg_color": "red", "disabled": True}], "selected": 2, "name": "n",
        "control_class_name": "c", "theme": "t", "disabled": True, "additional_data": "data-a=1",
    },
    "multiselect": {"name": "n", "values": ITEMS, "selected": [2]},
    "radio": LOOKS | {"name": "n", "value": "v", "label": "L", "selected": True, "disabled": True, "prefix": "p-"},
    "checkbox": {
        "name": "n", "value": "v", "text": "t", "id": "i", "checked": True, "disabled": True, "readonly": True,
        "small": True, "class_name": "own", "input_class_name": "inner", "note_text": "note", "name_is_array": True,
    },
    "checkboxes_dropdown": DROPDOWN,
    "checkboxes_dropdown/values_title": {"items": ITEMS},
    "suggest": {
        "items": ITEMS, "name": "n", "value": "v", "value_id": 7, "selected": 2, "placeholder": "p", "ajax": "/a",
        "input_class_name": "inner", "list_class_name": "list", "disabled": True,
    },
    "date_field": LOOKS | {
        "name": "n", "value": "v", "placeholder": "p", "type": "date", "direction": "past", "title_format": "D",
        "data_format": "Y", "disabled": True, "readonly": True,
    },
    "file": {"name": "n", "id": "i", "class": "own", "accept": ".png", "size": 5, "text": "t", "disabled": True},
    "switcher": {
        "name": "n", "id": "i", "value": "v", "checked": True, "disabled": True, "blue": True, "custom_class_name": "c",
    },
    "pipeline_select": LOOKS | {"items": [PIPELINE], "selected": 6, "name": "n"},
}  # fmt: skip
DEAF = """([name, params]) => {
  const drawn = (given) => window.probe.render({ref: `/tmpl/controls/${name}.twig`}, given);
  const without = (key) => Object.fromEntries(Object.entries(params).filter(([each]) => each !== key));
  return Object.keys(params).filter((key) => drawn(params) === drawn(without(key)));
}"""


@pytest.fixture
def running(host: Host) -> Host:
    host.install()
    host.visit("/leads/pipeline/")
    return host


def test_every_control_that_is_offered_is_in_the_table() -> None:
    assert set(control_templates()) == set(CONTROLS)


def deaf(host: Host, name: str, params: dict[str, Any]) -> set[str]:
    """Parameters of a control that change nothing when they are left out."""
    found: list[str] = host.page.evaluate(DEAF, [name, params])
    return set(found)


def test_every_parameter_changes_what_is_drawn(running: Host) -> None:
    # Of a dropdown's titles one stands for the others: that one is left out for a second look.
    twice = {name: deaf(running, name, params | {"custom_title": ""}) for name, params in CONTROLS.items()}
    assert {
        name: kept for name, params in CONTROLS.items() if (kept := deaf(running, name, params) & twice[name])
    } == {}


@pytest.mark.parametrize(
    ("chosen", "title"),
    [([], "None"), ([1], "One"), ([1, 2], "There are 2 chosen")],
    ids=["none", "one", "several"],
)
def test_the_title_of_a_dropdown_says_what_is_chosen(running: Host, chosen: list[int], title: str) -> None:
    items = [{"id": each["id"], "option": each["option"], "is_checked": each["id"] in chosen} for each in ITEMS]
    params = json.dumps(DROPDOWN | {"items": items, "custom_title": ""})
    drawn = running.page.evaluate(
        f"window.probe.render({{ref: '/tmpl/controls/checkboxes_dropdown/values_title.twig'}}, {params})"
    )
    assert drawn.split() == title.split()


def test_a_dropdown_a_switcher_and_a_suggestion_react_to_the_hand(running: Host) -> None:
    for name, params in (
        ("checkboxes_dropdown", {"items": ITEMS, "title_empty": "None", "title_numeral": "chosen", "name": "n"}),
        ("switcher", {"name": "s", "id": "s"}),
        ("suggest", {"items": ITEMS, "name": "g"}),
    ):
        drawn = f"window.probe.render({{ref: '/tmpl/controls/{name}.twig'}}, {json.dumps(params)})"
        running.page.evaluate(f"$('#page_holder').prepend({drawn})")
    running.page.click(".checkboxes_dropdown__title_wrapper")
    running.page.locator(".checkboxes_dropdown__item label").first.click()
    expect(running.page.locator(".checkboxes_dropdown__title")).to_have_text("2 chosen")
    running.page.click(".switcher")
    expect(running.page.locator(".switcher")).to_contain_class("switcher__on")
    running.page.focus(".control--suggest--input")
    running.page.locator(".control--suggest--list--item").last.click()
    expect(running.page.locator(".control--suggest--input")).to_have_value("Two")


def test_a_stage_and_a_file_that_are_chosen_stand_in_their_controls(running: Host) -> None:
    stages = [{"id": 6, "name": "New"}, {"id": 7, "name": "Won"}]
    select = json.dumps({"items": [PIPELINE | {"statuses": stages}], "selected": 6, "name": "stage"})
    for name, params in (("pipeline_select", select), ("file", '{"name": "photo", "text": "Choose"}')):
        drawn = f"window.probe.render({{ref: '/tmpl/controls/{name}.twig'}}, {params})"
        running.page.evaluate(f"$('#page_holder').prepend({drawn})")
    won = running.page.locator(".pipeline-select__dropdown__item__label").last
    expect(won).to_be_hidden()
    running.page.click(".pipeline-select")
    won.click()
    expect(running.page.locator(".pipeline-select__caption-text")).to_have_text("Won")
    expect(running.page.locator("input[name=stage]:checked")).to_have_value("7")
    running.page.set_input_files("input[name=photo]", {"name": "a.png", "mimeType": "image/png", "buffer": b"x"})
    expect(running.page.locator(".file-input")).to_have_text("a.png")


def test_a_template_of_the_widget_draws_a_control_and_reads_texts(running: Host) -> None:
    source = "{{ include_control('checkbox', {text: lang.widget.name, name: 'agree', value: '1'}) }}"
    running.page.evaluate(f'$("#page_holder").prepend(window.probe.render({{data: "{source}"}}, {{}}))')
    expect(running.page.locator("#page_holder .control-checkbox")).to_have_text("Probe")

"""Modules that the CRM documents: each loads by its name, does what it is for, and costs nothing until asked for."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from sandbox.page.coverage import MISSING, MODULES
from tests.support.host_page import Host, archive, running_host

pytestmark = pytest.mark.browser
PLUGINS = {"text", "json", "css", "optional"}

# What proves that a module works: `found` is the module, `done` ends the proof with true or false.
PROOFS = {
    "jquery": "done(found('<p>x</p>').text() === 'x')",
    "underscore": "done(found.isEqual(found.pluck([{a: 1}], 'a'), [1]))",
    "backbone": "done(new found.Model({a: 1}).get('a') === 1)",
    "moment": "done(found.utc(0).format('YYYY') === '1970')",
    "twigjs": "done(found({data: '{{ a }}'}).render({a: 'x'}) === 'x')",
    "pubsub": "found.subscribe('t', (name, told) => done(told === 1)); found.publishSync('t', 1)",
    "FileAPI": "done(found.support.html5 && found.getFiles([]).length === 0)",
    "accounting": "done(found.formatMoney(1234.5, '$') === '$1,234.50')",
    "browser-detect": "done(found().name === 'chrome')",
    "chartjs": "holder.innerHTML = '<canvas width=90 height=90></canvas>';"
    "new found(holder.firstChild, {type: 'bar', data: {labels: ['a'], datasets: [{data: [1]}]},"
    " options: {animation: {duration: 0}, responsive: false}});"
    "done(holder.firstChild.getContext('2d').getImageData(0, 0, 90, 90).data.some((each) => each > 0))",
    "clipboard": "holder.innerHTML = '<button data-clipboard-text=x>c</button>';"
    "new found(holder.firstChild).on('success', (told) => done(told.text === 'x'))"
    ".on('error', (told) => done(told.text === 'x')); holder.firstChild.click()",
    "cocktail": "const Made = function () {}; found.mixin(Made, {hi: () => 'x'}); done(new Made().hi() === 'x')",
    "cropperjs": "const canvas = Object.assign(document.createElement('canvas'), {width: 40, height: 40});"
    "holder.append(Object.assign(new Image(), {src: canvas.toDataURL()}));"
    "const crop = new found(holder.firstChild, {ready: () => done(crop.getCroppedCanvas().width > 0)})",
    "device": "done(found.desktop())",
    "enquire": "found.register('(min-width: 1px)', () => done(true))",
    "fullcalendar": "holder.innerHTML = '<div></div>'; $(holder.firstChild).fullCalendar({defaultDate: '2020-02-01'});"
    "done($(holder).find('.fc-day-number[data-date=\"2020-02-29\"]').length === 1)",
    "intl_tel_input": "holder.innerHTML = '<input value=\"+15550100\">';"
    "$(holder.firstChild).intlTelInput({defaultCountry: 'br'});"
    "done($(holder).find('input').intlTelInput('getSelectedCountryData').dialCode === '1')",
    "jplayer": "holder.innerHTML = '<div></div>';"
    "$(holder.firstChild).jPlayer({supplied: 'mp3', ready: () => done($(holder).find('audio').length === 1)})",
    "js-uuid": "done(/^[0-9a-f-]{36}$/.test(found.v4()) && found.v4() !== found.v4())",
    "quill": "holder.innerHTML = '<div></div>'; const pen = new found(holder.firstChild, {theme: 'snow'});"
    "pen.setText('hello'); done(pen.getText() === 'hello\\n' && $(holder).find('.ql-toolbar').length === 1)",
    "rangeslider": "holder.innerHTML = '<input type=range min=0 max=10 value=5>';"
    "$(holder.firstChild).rangeslider({polyfill: false});"
    "done($(holder).find('.rangeslider__handle').css('position') === 'absolute')",
    "steady": "done(typeof new found({handler: () => {}, throttle: 1}).addCondition === 'function')",
    "store": "found.set('k', {a: 1}); done(found.get('k').a === 1)",
    "virtualized-list": "holder.innerHTML = '<div></div>';"
    "new found.default(holder.firstChild, {height: 50, rowCount: 500, rowHeight: 10,"
    " renderRow: (row) => Object.assign(document.createElement('i'), {textContent: row})});"
    "setTimeout(() => { const rows = $(holder).find('i').length; done(rows > 4 && rows < 50); }, 100)",
    "lib/components/base/modal": "new found({init: ($body) => done($body.length === 1)}).destroy()",
    "lib/components/base/confirm": "done(typeof found === 'function')",
    "es6promise": "found.Promise.resolve(true).then(done)",
}
LOAD = """([name, proof]) => new Promise((done) => require([name], (found) => {
  const holder = document.createElement('div');
  document.getElementById('page_holder').append(holder);
  setTimeout(done, 5000, 'nothing happened');
  new Function('found', 'done', 'holder', proof)(found, done, holder);
}, (error) => done(error.message)))"""


def offered() -> set[str]:
    """Names of the modules that COVERAGE.md lists."""
    return {name for row in MODULES for name in re.findall(r"`([^`]+)`", row[0])} - PLUGINS


def proven(page: Page, name: str) -> object:
    """What the proof of a module ended with."""
    return page.evaluate(LOAD, [name, PROOFS[name]])


def test_every_module_that_is_listed_works(host: Host) -> None:
    host.visit("/leads/pipeline/")
    assert {name: proven(host.page, name) for name in sorted(offered())} == dict.fromkeys(sorted(offered()), True)


def test_the_page_loads_only_the_libraries_that_it_needs_itself(host: Host) -> None:
    asked: list[str] = []
    host.page.on("request", lambda request: asked.append(request.url))
    host.visit("/leads/pipeline/")
    libraries = {url.split("/_page/vendor/")[1].split("/")[0] for url in asked if "/_page/vendor/" in url}
    assert libraries == {"requirejs", "jquery", "underscore", "backbone", "moment", "twig"}


@pytest.mark.parametrize("name", ["google-libphonenumber", "colorpicker"])
def test_a_documented_module_that_is_missing_is_named(browser: Browser, tmp_path: Path, name: str) -> None:
    script = f"define(['jquery', '{name}'], function () {{ return function () {{}}; }});"
    with running_host(browser, archive(tmp_path / "w.zip", script=script)) as host:
        host.install()
        host.visit("/leads/pipeline/")
        assert any(f"module not offered: {name}" in notice for notice in host.notices())
    assert any(f"`{name}`" in row[0] for row in MISSING)

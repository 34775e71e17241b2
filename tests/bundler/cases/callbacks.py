"""Cases of the rules in ``bundler/rules/callbacks.py``."""

from tests.bundler.scripts import code, private, whole
from tests.bundler.widgets import Case, Cases, manifest

_LIST_OF_ALL = ", ".join(f"{name}: ok" for name in ("render", "init", "bind_actions", "onSave"))
_SOURCES = manifest(locations=["lead_sources", "settings"])

CASES = {
    "JS001": Cases(
        fails=[
            whole("(function () { var widget = 1; })();"),
            whole("require(['jquery'], function ($) {});"),
            whole("// define([], function () {})\nvar text = 'define([])';"),
            whole("function define() {} define([], function () {});"),
            whole("define({callbacks: {}});"),
        ],
        near=[
            whole("define(function () { return function () {}; });"),
            whole("(function (f) { if (typeof define === 'function' && define.amd) define(['jquery'], f); })(make);"),
            whole("window.define([], make);"),
            whole("define('name', ['jquery'], ($) => class {});"),
        ],
    ),
    "JS002": Cases(
        fails=[
            private(init=None),
            private(render="true"),
            whole("define([], function () { this.callbacks = {onSave: ok}; });"),
            whole("define([], function () { return function () {}; });"),
        ],
        near=[
            private(render="renderer"),
            private(init="async () => { await start(); }"),
            whole(f"define([], function () {{ var callbacks = {{{_LIST_OF_ALL}}}; this.callbacks = callbacks; }});"),
            whole("define([], function () { this.callbacks = $.extend({}, shared); });"),
            whole("define([], function () { this.callbacks = {...shared}; });"),
            whole("define(['./app.js'], function (App) { return App; });"),
            whole("define([], function () { this.callbacks = {}; for (var k in all) this.callbacks[k] = all[k]; });"),
            whole("define([], () => class { callbacks = {render() {}, init() {}, bind_actions() {}, onSave() {}} });"),
        ],
    ),
    "JS003": Cases(
        fails=[private(onSave=None)],
        near=[
            private(onSave="null || save"),
            Case(
                {"script.js": code(onSave=None).replace("return this;", "this.callbacks.onSave = save; return this;")}
            ),
        ],
    ),
    "JS004": Cases(
        fails=[
            private(render="function () { draw(); }"),
            private(init="function () { return; }"),
            private(bind_actions="function () { return false; }"),
            private(render="function () { items.map(function () { return true; }); }"),
            private(init="() => undefined"),
        ],
        near=[
            private(render="function () { if (!ready) { return false; } return true; }"),
            private(init="async function () { await start(); }"),
            private(bind_actions="() => bind()"),
            private(render="draw"),
        ],
    ),
    "JS019": Cases(
        fails=[private(tasks="{selected: function () {}}")],
        near=[
            private(todo="{selected: function () {}}"),
            private(tasks="{list: []}"),
            private(tasks="{selected: ok}", todo="{selected: ok}"),
        ],
    ),
    "JS020": Cases(
        fails=[Case({**_SOURCES, "script.js": code()}), private(onAddAsSource="function (id) { return true; }")],
        near=[
            Case({**_SOURCES, "script.js": code(onAddAsSource="function (id) { return true; }")}),
            Case({**_SOURCES, "script.js": "define(['./app'], function (App) { return App; });"}),
        ],
    ),
    "JS021": Cases(
        fails=[private(onSource="function (source, pipelineId) {}"), private(onSource="source => true")],
        near=[private(onSource="function () { return arguments[0]; }"), private(onAddAsSource="function (id) {}")],
    ),
    "JS023": Cases(
        fails=[
            private("return this.i18n('widget.name');"),
            private("list.forEach(() => this.get_settings());"),
        ],
        near=[
            private("return self.i18n('widget.name');"),
            private("$body.on('click', function () { this.render(); });"),
            private("this.started = true;"),
            private(settings="() => this.get_settings()"),
        ],
    ),
}

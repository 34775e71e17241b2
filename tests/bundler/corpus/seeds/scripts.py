"""The shape of the script and its callbacks."""

from tests.bundler.corpus.seeds import SCRIPT, manifest, seed, statement, swap

_DEFINE = "define(['jquery', 'underscore', './lib/orders.js'], function ($, _, orders) {"
_INIT = "      init: function () {\n        addStyle();\n        return true;\n      },\n\n"
_ON_SAVE = "      onSave: function () {\n        return true;\n      },\n\n"
_SOURCE = "      onAddAsSource: function (pipelineId) {"

SEEDS = [
    seed("JS000", "a bracket too many", swap(SCRIPT, "    var board = null;\n", "    var board = null);\n")),
    seed("JS000", "a stray letter before define", swap(SCRIPT, _DEFINE, "x " + _DEFINE)),
    seed("JS000", "a merge left its marks", swap("lib/orders.js", "  /** Newest", "<<<<<<< HEAD\n  /** Newest")),
    seed("JS001", "a script that is no module", swap(SCRIPT, _DEFINE, "start(function ($, _, orders) {")),
    seed("JS001", "require in place of define", swap(SCRIPT, _DEFINE, _DEFINE.replace("define", "require"))),
    seed("JS002", "no init", swap(SCRIPT, _INIT, "")),
    seed("JS002", "init is a value", swap(SCRIPT, _INIT, "      init: true,\n\n")),
    seed("JS002", "a misspelt callback", swap(SCRIPT, "bind_actions: function", "bindActions: function")),
    seed("JS003", "no onSave", swap(SCRIPT, _ON_SAVE, "")),
    seed("JS003", "onSave in the wrong case", swap(SCRIPT, "onSave: function", "onsave: function")),
    seed("JS004", "init forgets to answer", swap(SCRIPT, "addStyle();\n        return true;", "addStyle();")),
    seed(
        "JS004",
        "bind_actions says false",
        swap(SCRIPT, "onKey);\n        return true;", "onKey);\n        return false;"),
    ),
    seed(
        "JS019",
        "the old name of task lists",
        swap(SCRIPT, _ON_SAVE, _ON_SAVE + "      tasks: {selected: function () {}},\n\n"),
    ),
    seed("JS020", "a source that does not listen", swap(SCRIPT, _SOURCE, "      addAsSource: function (pipelineId) {")),
    seed(
        "JS020",
        "a listener without the location",
        manifest(locations=["lcard-1", "ccard-1", "llist-0", "settings", "advanced_settings", "digital_pipeline"]),
    ),
    seed(
        "JS021",
        "onSource hopes for a pipeline",
        swap(SCRIPT, _ON_SAVE, _ON_SAVE + "      onSource: function (source, pipelineId) {},\n\n"),
    ),
    seed(
        "JS023",
        "this in a callback",
        swap(SCRIPT, "$login.attr('placeholder', self.i18n", "$login.attr('placeholder', this.i18n"),
    ),
    seed(
        "JS023",
        "this in an arrow",
        swap(SCRIPT, "var chosen = self.list_selected()", "var chosen = (() => this.list_selected())()"),
    ),
    seed(
        "JS024",
        "no namespace",
        swap(SCRIPT, "$(document).on('keydown' + EVENTS, onKey)", "$(document).on('keydown', onKey)"),
    ),
    seed("JS024", "never removed", swap(SCRIPT, "        $(document).off(EVENTS);\n", "")),
    seed(
        "JS026", "a style sheet without a version", swap(SCRIPT, "'/style.css?v=' + self.get_version()", "'/style.css'")
    ),
    seed("JS026", "a template without a version", swap(SCRIPT, "        v: self.get_version(),\n", "")),
    seed("JS027", "a template under another name", swap(SCRIPT, "/templates/board.twig", "/templates/boards.twig")),
    seed("JS033", "no slash before the template", swap(SCRIPT, "'/templates/board.twig'", "'templates/board.twig'")),
    seed(
        "JS018",
        "the old address of files",
        swap(SCRIPT, "return self.params.cdn_path || self.params.path;", "return self.params.path;"),
    ),
    statement(
        "JS018",
        "the old address of pictures",
        "$('.order_board').css('background', 'url(' + self.params.images_path + '/logo.png)');",
    ),
]

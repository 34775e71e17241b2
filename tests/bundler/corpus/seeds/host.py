"""What the widget asks of the CRM: members, constants, requests."""

from tests.bundler.corpus.seeds import SCRIPT, seed, statement, swap

_DEFINE = "define(['jquery', 'underscore', './lib/orders.js'], function ($, _, orders) {"
_PIPELINE = "self.$authorizedAjax({url: BACKEND + '/pipeline', method: 'PUT', data: {pipeline: pipelineId}});"


def _module(address: str) -> str:
    return f"define(['jquery', 'underscore', './lib/orders.js', '{address}'], function ($, _, orders) {{"


SEEDS = [
    statement("JS005", "the old name of the CRM", "var manager = AMOCRM.constant('user').id;"),
    statement("JS005", "the old name in window", "var crm = window.AMOCRM;"),
    statement("JS005", "a fallback to the old name", "var crm = window.APP || AMOCRM;"),
    statement("JS006", "a constant rewritten", "APP.constant('user', {id: 1});"),
    statement("JS006", "a member rewritten", "APP.lang_id = 'en';"),
    seed(
        "JS025",
        "a card without a question",
        swap(
            SCRIPT,
            "var card = APP.data.current_card;\n      return card ? card.id : 0;",
            "return APP.data.current_card.id;",
        ),
    ),
    statement("JS029", "the router of the CRM", "APP.router.navigate('/leads/', {trigger: true});"),
    statement("JS029", "other widgets", "var other = APP.widgets.list.other_widget;"),
    statement("JS031", "a messenger that is no type", "self.add_source('telegram', onKey, 'Telegram');"),
    statement("JS031", "a chat without a text", "self.add_source('chat', onKey);"),
    statement("HOST001", "a member of another name", "if (self.get_status() === 'install') {\n  board = null;\n}"),
    statement("HOST001", "a member in camel case", "var version = self.getVersion();"),
    statement("HOST001", "a misspelt member", "board = self.il8n('board');"),
    statement("HOST002", "a parameter that nobody gives", "board = self.params.tmpl;"),
    statement("HOST002", "a misspelt setting", "board = self.params.logn;"),
    statement("JS007", "eval", "board = eval('(' + $place + ')');"),
    statement("JS007", "a function out of a text", "board = new Function('return 1')();"),
    statement("JS007", "a timer with a text", "setTimeout('window.close()', 1000);"),
    seed("JS013", "code of a stranger", swap(SCRIPT, _DEFINE, _module("https://cdn.meadow.example/widget.js"))),
    seed("JS013", "code without a scheme", swap(SCRIPT, _DEFINE, _module("//cdn.meadow.example/widget.js"))),
    statement("JS013", "code loaded later", "require(['https://cdn.meadow.example/later.js'], onKey);"),
    seed(
        "JS034",
        "a library from a public server",
        swap(SCRIPT, _DEFINE, _module("https://code.jquery.com/jquery-3.7.1.min.js")),
    ),
    seed("JS035", "the developer's own machine", swap(SCRIPT, _DEFINE, _module("http://localhost:8080/script.js"))),
    seed(
        "JS022",
        "catch on the CRM's promise",
        swap(SCRIPT, _PIPELINE, _PIPELINE.replace(";", "") + ".catch(showProblem);"),
    ),
    statement("JS022", "catch on the pipeline's promise", "self.get_pipeline_id().then(onKey).catch(showProblem);"),
    statement(
        "JS028",
        "a password to the own server",
        "$.post(BACKEND + '/login', {login: 'shop', password: $('#shop').val()});",
    ),
    statement("JS028", "the retired API key", "var hash = self.system().amohash;"),
    statement("JS032", "a request without encryption", "$.get('http://orders.example/ping', onKey);"),
    statement(
        "JS032",
        "an address put together",
        "var base = 'http://orders.example';\n$.ajax({url: base + '/ping', success: onKey});",
    ),
    statement("JS011", "a synchronous request", "$.ajax({url: BACKEND + '/ping', async: false});"),
    statement(
        "JS011",
        "a synchronous old request",
        "var xhr = new XMLHttpRequest();\nxhr.open('GET', BACKEND + '/ping', false);",
    ),
    statement(
        "JS012", "a request in a loop", "for (var i = 0; i < 9; i += 1) {\n  $.get(BACKEND + '/orders/' + i, onKey);\n}"
    ),
    statement(
        "JS012",
        "a request for each",
        "_.each([1, 2, 3], function (id) {\n  self.crm_post(BACKEND, {id: id}, onKey);\n});",
    ),
]

"""What moderation refuses in code and in the page; secrets."""

from tests.bundler.corpus.seeds import SCRIPT, put, seed, statement, swap

_TOKEN = ".".join(("eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9", "eyJhdWQiOiJzYW1wbGUifQ", "c2lnbmF0dXJlLW9mLW5vdGhpbmc"))

SEEDS = [
    statement("JS008", "a dialog of the browser", "alert('Connected');"),
    statement("JS008", "a question of the browser", "if (!window.confirm('Really?')) {\n  board = null;\n}"),
    statement("JS008", "a question for a text", "board = prompt('Shop');"),
    statement("JS008", "a halt for the developer", "debugger;"),
    statement("JS009", "a message for the developer", "console.log('loaded', board);"),
    statement("JS009", "an error in the console", "console.error('failed');"),
    statement("JS009", "a trace outside of an error", "console.trace();"),
    statement(
        "JS010", "a script element", "var tag = document.createElement('script');\ndocument.head.appendChild(tag);"
    ),
    statement("JS010", "markup with a script", "$('body').append('<script src=\"/x.js\"></script>');"),
    statement("JS010", "the page written over", "document.write('<p>Shop</p>');"),
    statement("JS014", "a click on Install", "$('.js-widget-install').trigger('click');"),
    statement(
        "JS014", "a click on Disable", "var button = document.querySelector('.js-widget-uninstall');\nbutton.click();"
    ),
    statement("JS015", "a click on Save", "$('.js-widget-save').click();"),
    statement("JS016", "code put aside in lines", "// board = load(1);\n// board.open();"),
    statement("JS016", "code put aside in a block", "/*\nif (board) {\n  board.close();\n}\n*/"),
    statement("JS017", "a variable of nobody", "w_code = self.get_settings().widget_code;"),
    statement("JS017", "a counter of nobody", "for (index = 0; index < 3; index += 1) {\n  onKey({which: index});\n}"),
    seed(
        "JS017",
        "a second variable after a semicolon",
        swap(SCRIPT, "    var board = null;\n", "    var board = null; cart = 1;\n"),
    ),
    statement("JS030", "the rating hidden", "$('.widget-rating').hide();"),
    statement("JS030", "reviews removed", "$('.reviews-list').find('li').remove();"),
    statement("SEC001", "a token in the script", f"var token = '{_TOKEN}';"),
    seed(
        "SEC001",
        "a bot's token",
        swap(
            "lib/orders.js", "  'use strict';\n", "  'use strict';\n\n  var BOT = '123456789:AA" + "b4" * 16 + "c';\n"
        ),
    ),
    statement("SEC002", "a client's secret", "var keys = {client_secret: 'q8Zr2Lw9Xc4Vb7Nm'};"),
    statement("SEC002", "a password", "var password = 'Tr0ub4dor-3';"),
    seed(
        "ZIP006",
        "a file that nobody asks for",
        put("lib/old_orders.js", "define([], function () {\n  return {};\n});\n"),
    ),
    seed(
        "ZIP006",
        "a picture that nobody shows",
        {"path": "images/arrow.svg", "content": '<svg xmlns="http://www.w3.org/2000/svg"/>\n'},
    ),
    seed("ZIP007", "a map of the source", put("lib/orders.js.map", '{"version": 3, "sources": []}\n')),
    seed(
        "ZIP007",
        "one line of everything",
        put(
            "lib/orders.js",
            "define([],function(){"
            + "".join(f"function a{n}(b,c){{return b.d(c)}}" for n in range(60))
            + "return{sorted:a1}});\n",
        ),
    ),
]

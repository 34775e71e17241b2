"""Cases of the rules in ``bundler/rules/moderation.py``."""

from tests.bundler.scripts import private, public
from tests.bundler.widgets import Cases

CASES = {
    "JS007": Cases(
        fails=[
            public("eval(text);"),
            public("window.eval(text);"),
            public("var f = new Function('a', 'return a');"),
            public("setTimeout('go()', 10);"),
            public("setInterval('go(' + id + ')', 10);"),
        ],
        near=[
            public("// eval(text)\nvar note = 'eval(text)';"),
            public("var eval_ = parse(text); machine.eval(text);"),
            public("setTimeout(go, 10); setTimeout(() => go('x'), 10);"),
            public("function Function_() {} new Function_('x');"),
            private("eval(text);"),
        ],
    ),
    "JS008": Cases(
        fails=[
            public("alert('Saved');"),
            public("if (window.confirm('Sure?')) { go(); }"),
            public("var name = prompt('Name');"),
            public("debugger;"),
        ],
        near=[
            public("var alert = show; alert('Saved');"),
            public("dialog.confirm('Sure?'); APP.notifications.show_message({header: 'alert()', text: ''});"),
            public("var debugger_ = 1; var text = 'debugger;';"),
        ],
    ),
    "JS009": Cases(
        fails=[
            public("console.log(1);"),
            public("window.console.error(problem);"),
            public("console.trace('here');"),
            public("load().then(function () { console.trace(); }, failed);"),
        ],
        near=[
            public("console.debug(1);"),
            public("try { go(); } catch (error) { console.trace(error); }"),
            public("load().then(ok, function (error) { console.trace(error); });"),
            public("load().catch((error) => console.trace(error));"),
            public("var console = {log: function () {}}; console.log(1);"),
            public("// console.log(1)\nmy.console.open();"),
        ],
    ),
    "JS016": Cases(
        fails=[
            public("// var old = 1;\nvar fresh = 2;"),
            public("/* if (old) {\n  go();\n} */"),
            public("// $.ajax({\n//   url: '/x'\n// });"),
        ],
        near=[
            public("// The price comes in cents; divide it by 100\nvar price = cents / 100;"),
            public("// see load() in panel.js\ngo();"),
            public("var address = 'https://example.com;';"),
            public("/** Usage:\n * go();\n */\nfunction go() {}"),
            public("// TODO: ask (again); and later\ngo();"),
        ],
    ),
    "JS017": Cases(
        fails=[
            public("w_code = self.get_settings().widget_code;"),
            public("for (i = 0; i < 3; i++) { go(i); }"),
            public("[a, b] = pair;"),
            public("function inner() { var hidden = 1; } hidden = 2;"),
            public("for (key in object) { go(key); }"),
        ],
        near=[
            public("var code; code = 1;"),
            public("window.myWidget = 1; self.code = 2;"),
            public("function go(a, {b, c: [d]}, ...rest) { a = b = d = rest = 1; }"),
            public("hoisted = 1; if (hoisted) { var hoisted; }"),
            public("let {a = 1, ...others} = object; a = 2; others = 3;"),
            public("try { go(); } catch (error) { error = null; }"),
            public("for (const one of all) { let two = one; two = 1; } class A {} A = 1;"),
            public("location = '/leads';"),
        ],
    ),
}

"""Cases of the rules in ``bundler/rules/members.py``."""

from tests.bundler.scripts import code, private, whole
from tests.bundler.widgets import Case, Cases, manifest

_TOKEN = manifest(settings={"token": {"name": "settings.token", "type": "text"}})

CASES = {
    "HOST001": Cases(
        fails=[
            private("go(self.get_status());"),
            private("self.crmPost(base, {}, ok);"),
            whole(
                "define([], function () { return function () { var me = this; this.callbacks = {}; me.i18m('x'); }; });"
            ),
        ],
        near=[
            private("self.mine = 1; go(self.mine, self.get_settings(), self.i18n('widget.name'));"),
            private("$body.each(function () { var self = this; go(self.innerHTML); });"),
            private("other.get_status(); go(self[name]);"),
            private("$.extend(self, {draw: function () {}}); self.draw();"),
            whole(
                "define([], () => class { constructor() { var me = this; me.callbacks = {}; me.draw(); } draw() {} });"
            ),
            whole("define([], function () { return make(function (self) { go(self.get_status()); }); });"),
        ],
    ),
    "HOST002": Cases(
        fails=[private("go(self.params.tmpl);"), Case({**_TOKEN, "script.js": code("go(self.params.tokken);")})],
        near=[
            private("go(self.params.widget_code, self.params.cdn_path, self.params[name]);"),
            Case({**_TOKEN, "script.js": code("go(self.params.token);")}),
            private("self.set_settings({tmpl: 1}); go(self.params.tmpl);"),
            private("go(mine.params.tmpl);"),
        ],
    ),
}

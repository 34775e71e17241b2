"""Cases of the rules in ``bundler/rules/environment.py``."""

from tests.bundler.scripts import code, private, public
from tests.bundler.widgets import Case, Cases

CASES = {
    "JS005": Cases(
        fails=[
            private("var user = AMOCRM.constant('user');"),
            private("var crm = window.AMOCRM;"),
            private("typeof AMOCRM;"),
        ],
        near=[
            private("// AMOCRM was the old name\nvar text = 'AMOCRM';"),
            private("var AMOCRM = APP; AMOCRM.constant('user');"),
            private("my.AMOCRM = 1; go({AMOCRM: 1});"),
        ],
    ),
    "JS006": Cases(
        fails=[
            public("APP.data.mine = 1;"),
            public("APP.constant('account', {});"),
            public("window.APP.lang_id = 'en';"),
            public("APP.counter += 1;"),
        ],
        near=[
            public("var APP = {}; APP.data = 1;"),
            public("mine.APP = 1; var account = APP.constant('account'); account = null;"),
            public("state[APP.lang_id] = 1;"),
        ],
    ),
    "JS018": Cases(
        fails=[
            private("go(self.params.path + '/style.css?v=1');"),
            private("go(self.get_settings().path);"),
            private("var params = self.params; go(params.images_path);"),
        ],
        near=[
            private("go(self.params.cdn_path || self.params.path);"),
            private("var p = self.params.cdn_path; if (!p) { p = self.params.path; } go(p);"),
            private("go(request.path); var params = {path: 1}; go(params.path);"),
            private("$.each(list, function (index, params) { go(params.path); });"),
            Case({"script.js": code("go(self.params.path);")}, target="amocrm"),
        ],
    ),
    "JS025": Cases(
        fails=[
            private("var id = APP.data.current_card.id;"),
            private("go(window.AMOCRM.data.current_card.model.get('x'));"),
        ],
        near=[
            private("if (APP.data.current_card) { go(APP.data.current_card.id); }"),
            private("var id = APP.data.current_card && APP.data.current_card.id;"),
            private("var id = APP.data.current_card?.id;"),
            private("if (self.system().area === 'lcard') { go(APP.data.current_card.id); }"),
            private("if (!APP.isCard()) { return; } go(APP.data.current_card.id);"),
            private("go(mine.current_card.id);"),
        ],
    ),
    "JS029": Cases(
        fails=[public("APP.widgets.list.mine.render();"), public("go(APP.router);"), public("APP.isCards();")],
        near=[
            public("APP.constant('user'); APP.data.current_card; APP.notifications.show_message(x);"),
            public("var APP = mine; APP.router.go();"),
            public("if (window.APP) { go(APP.data); }"),
            private("go(APP.router);"),
        ],
    ),
    "JS031": Cases(
        fails=[public("self.add_source('viber', go);"), public("self.add_source('chat', go);")],
        near=[public("self.add_source('sms', go); self.add_source('email', go, 'Mail'); self.add_source(kind, go);")],
    ),
}

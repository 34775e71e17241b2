"""Cases of the rules in ``bundler/rules/requests.py``."""

from tests.bundler.scripts import private, public
from tests.bundler.widgets import Cases

CASES = {
    "JS011": Cases(
        fails=[
            public("$.ajax({url: '/api', async: false});"),
            public("var xhr = new XMLHttpRequest(); xhr.open('GET', '/api', false);"),
            public("$.ajaxSetup({async: !1});"),
            public("var options = {url: '/api', async: false}; $.ajax(options);"),
        ],
        near=[
            public("$.ajax({url: '/api', async: true});"),
            public("queue.push({name: 'x', async: false});"),
            public("xhr.open('GET', '/api', true); dialog.open(card, 'left', false);"),
            public("async function load() { return false; }"),
        ],
    ),
    "JS012": Cases(
        fails=[
            public("for (var i = 0; i < 9; i++) { $.get('/api/' + i); }"),
            public("ids.forEach(function (id) { self.$authorizedAjax({url: base + id}); });"),
            public("while (page) { self.crm_post(base, {page: page}, ok); }"),
            public("$.each(ids, (index, id) => { fetch('/api/' + id); });"),
        ],
        near=[
            public("for (var i = 0; i < 9; i++) { ids.push(i); } $.post('/api', {ids: ids});"),
            public("for (var i = 0; i < 9; i++) { buttons[i].onclick = function () { $.get('/api'); }; }"),
            public("ids.forEach(function (id) { cache.get(id); storage.fetch(id); });"),
        ],
    ),
    "JS022": Cases(
        fails=[
            private("self.get_pipeline_id().catch(failed);"),
            private("self.$authorizedAjax({url: base}).then(ok).catch(failed);"),
        ],
        near=[
            private("self.get_pipeline_id().then(ok, failed);"),
            private("Promise.resolve(self.get_pipeline_id()).catch(failed);"),
            private("fetch('/api').catch(failed);"),
        ],
    ),
    "JS028": Cases(
        fails=[
            private("$.post(base, {login: login, password: password});"),
            private("fetch(base, {method: 'POST', body: JSON.stringify({api_key: key})});"),
            private("var hash = self.system().amohash;"),
        ],
        near=[
            private("self.$authorizedAjax({url: base, data: JSON.stringify({password: password})});"),
            private("$.post(base, {name: name, password_hint: 'x'});"),
            private("var form = {password: field.val()}; check(form);"),
        ],
    ),
    "JS032": Cases(
        fails=[
            private("$.ajax({url: 'http://backend.example/api'});"),
            private("var BASE = 'http://backend.example'; fetch(BASE + '/api');"),
            private("self.crm_post(`http://${server}/api`, {}, ok);"),
        ],
        near=[
            private("$.ajax({url: 'https://backend.example/api'});"),
            private("var svg = 'http://www.w3.org/2000/svg'; $.get('/api', {namespace: svg});"),
            private("$.get('http://127.0.0.1:8000/api');"),
        ],
    ),
}

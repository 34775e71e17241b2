"""Cases of the rules in ``bundler/rules/page.py``."""

from tests.bundler.scripts import code, private, public
from tests.bundler.widgets import Case, Cases, manifest

_FIELD = manifest(settings={"token": {"name": "settings.token", "type": "text"}})


def _with_settings(body: str) -> Case:
    return Case({**_FIELD, "script.js": code(body)}, audience="public")


CASES = {
    "JS010": Cases(
        fails=[
            public("var tag = document.createElement('script'); document.head.appendChild(tag);"),
            public("document.write('<p>hello</p>');"),
            public("$('body').append('<script src=\"x.js\"></script>');"),
        ],
        near=[
            public("document.createElement('style'); stream.write('x');"),
            public("// never <script>\nvar type = 'transcript';"),
        ],
    ),
    "JS014": Cases(
        fails=[
            public("$('.js-widget-install').click();"),
            public("$body.find('.js-widget-uninstall').first().trigger('click');"),
            public("var button = $('.js-widget-install'); button.click();"),
            public("document.querySelector('.js-widget-skip-tour').dispatchEvent(new Event('click'));"),
        ],
        near=[
            public("$('.js-widget-install').click(function () { go(); });"),
            public("$('.js-widget-install').on('click', go).hide();"),
            public("$('.my_widget__install').click();"),
            private("$('.js-widget-install').click();"),
        ],
    ),
    "JS015": Cases(
        fails=[
            _with_settings("$('.js-widget-save').click();"),
            _with_settings("$('#save_x.js-widget-save').trigger('click');"),
        ],
        near=[
            _with_settings("$('.js-widget-save').trigger('button:save:enable');"),
            _with_settings("$('.js-widget-save').on('click', go);"),
            public("$('.js-widget-save').click();"),
        ],
    ),
    "JS024": Cases(
        fails=[
            private("$(document).on('click', '.my_widget', go);", destroy="function () { $(document).off('.my'); }"),
            private("$(document).on('click.my_widget', go);"),
            private("$(document).bind('page:changed', go);"),
        ],
        near=[
            private("$(document).on('click.my', go);", destroy="function () { $(document).off('.my'); }"),
            private("$(document).on('click' + self.ns, go);"),
            private("$(document).ready(go); $body.on('click', go); $('.my').on('keydown', go);"),
        ],
    ),
    "JS030": Cases(
        fails=[public("$('.widget-rating').hide();"), public("$('.reviews__list').find('li').remove();")],
        near=[
            public("$('.my_widget .rating').text(5);"),
            public("$('.widget-rating').length; var preview = $('.my').html();"),
            public("$('.review-me').on('click', go);"),
        ],
    ),
}

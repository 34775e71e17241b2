"""Cases of the rules in ``bundler/rules/styles.py``."""

from tests.bundler.scripts import public, style
from tests.bundler.widgets import Case, Cases

CASES = {
    "CSS001": Cases(
        fails=[
            style("input { width: 10px }"),
            style(".my a, * { margin: 0 }"),
            style("html body { margin: 0 }"),
            style(":root { --my-text: red; color: red }"),
            style("@media print { p > b { margin: 0 } }"),
            style(':root[data-color-scheme="dark"] a { color: red }'),
        ],
        near=[
            style(".my input { width: 10px }"),
            style(":root { --my-text: red }"),
            style(':root[data-color-scheme="dark"] .my { color: red }'),
            style("@keyframes turn { from { margin: 0 } to { margin: 1px } }"),
            style('[data-my="x"] b { margin: 0 }'),
            style("#my, .my:not(.off)::before { margin: 0 }"),
            Case({"style.css": "input { width: 10px }"}),
        ],
    ),
    "CSS002": Cases(
        fails=[style(".control-select { width: 10px }"), style(".modal-body .button-input { margin: 0 }")],
        near=[
            style("#my_widget .control-select { width: 10px }"),
            style(".card-widgets__widget-my .card-widgets__widget__body { margin: 0 }"),
            style(".my__modal-body, .modal.my { margin: 0 }"),
        ],
    ),
    "CSS003": Cases(
        fails=[style(".my .switcher__on { margin: 0 }"), public("$body.find('.switcher').hasClass('switcher__off');")],
        near=[style(".my .switcher { margin: 0 } .my__switcher_on_off { margin: 0 }"), public("go(switcher.val());")],
    ),
    "CSS004": Cases(
        fails=[style(":root { --palette-text-primary: red }"), style(".my { --palette-x: 1px }")],
        near=[style(".my { --my-palette-x: 1px; color: var(--palette-text-primary) }")],
    ),
    "CSS005": Cases(
        fails=[style(".my { color: #333 }"), style(".my { background: rgb(1, 2, 3) }"), style(".my { color: black }")],
        near=[
            style('.my { color: #333 } :root[data-color-scheme="dark"] .my { color: #eee }'),
            style(".my { color: var(--my-text); background: transparent; border: 1px solid currentColor }"),
            style(".my { color: inherit; margin: 0 }"),
        ],
    ),
    "CSS006": Cases(
        fails=[
            style("@import 'https://fonts.example/a.css';"),
            style("@import url(//fonts.example/a.css);"),
            style('.my { background: url("http://pictures.example/a.png") }'),
            style("@media print { .my { background: url(https://pictures.example/a.png) } }"),
        ],
        near=[
            style(".my { background: url(images/a.png) }"),
            style(".my::after { content: 'https://example.com' }"),
            style('.my { background: url("data:image/svg+xml;utf8,<svg/>") }'),
            style("/* https://example.com */ .my { margin: 0 }"),
        ],
    ),
}

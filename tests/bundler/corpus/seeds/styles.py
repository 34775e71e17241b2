"""Style sheets."""

from tests.bundler.corpus.seeds import seed, statement, style, swap

SEEDS = [
    style("CSS000", "a bracket too many", "} .order_board { margin: 0 }"),
    style("CSS001", "every field of the page", "input {\n  height: 40px;\n}"),
    style("CSS001", "everything", "* {\n  box-sizing: border-box;\n}"),
    style("CSS001", "the body on paper", "@media print {\n  body {\n    margin: 0;\n  }\n}"),
    style("CSS002", "buttons of the CRM", ".button-input {\n  border-radius: 0;\n}"),
    style("CSS002", "windows of the CRM", ".modal-body .control-select {\n  margin: 0;\n}"),
    style("CSS003", "a state of the switcher", ".order_board .switcher__on {\n  margin: 0;\n}"),
    statement("CSS003", "a state asked for", "if ($('.order_board').hasClass('switcher__off')) {\n  board = null;\n}"),
    style("CSS004", "a colour of the CRM", ".order_board {\n  --palette-text-primary: #111;\n}"),
    seed(
        "CSS005",
        "light only",
        swap("style.css", ':root[data-color-scheme="dark"] .order_board {', ".order_board_dark {"),
        swap("style.css", "  color: var(--order_board-text);", "  color: #2b3640;"),
    ),
    style("CSS006", "letters of a stranger", "@import url('https://fonts.example/roboto.css');"),
    style(
        "CSS006", "a picture of a stranger", ".order_board::before {\n  background: url(//pictures.example/bag.png);\n}"
    ),
]

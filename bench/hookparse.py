"""CRM hook bodies of 3, 63 and 800 kB (1, 20 and 250 leads with custom fields) into trees.

Beside us: `qs` on Node with its limits raised so that it reads all of it, `querystring-parser`, and as a floor
`urllib.parse.parse_qsl`, which only splits and decodes and builds no tree. Before any timing every golden body is read
by all of them and compared with the written-down tree.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlencode

from backend.kommo.urlencoded import parse
from bench import peers
from bench.rounds import best_of, seconds
from bench.row import Goal, Row, judge

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
SIZES = {1: 300, 20: 30, 250: 3}  # leads → repeats in one round
QUICK_ROUNDS = {1: 15, 20: 10, 250: 8}  # a short round is soon disturbed: it gets more of them
GOALS = [Goal("parse_qsl", 1.25), Goal("qs"), Goal("querystring-parser")]

_NODE = """
const qs = require('qs'), fs = require('fs');
const wish = JSON.parse(fs.readFileSync(0, 'utf8'));
const options = {depth: 64, parameterLimit: 1e6, arrayLimit: 1e5, duplicates: 'last', allowPrototypes: true};
const body = fs.readFileSync(wish.file, 'latin1');
if (wish.trees) {
  const read = text => { try { return qs.parse(text, options); } catch (error) { return null; } };
  console.log(JSON.stringify(JSON.parse(body).map(read)));
} else {
  for (let i = 0; i < 3; i++) qs.parse(body, options);
  const started = process.hrtime.bigint();
  for (let i = 0; i < wish.times; i++) qs.parse(body, options);
  console.log(Number(process.hrtime.bigint() - started) / 1e9 / wish.times);
}
"""


def run(quick: bool) -> Iterator[Row]:
    """Rows: wrong trees over the golden bodies, then milliseconds for each size."""
    node = peers.node_peer("qs")
    rival = _querystring_parser()
    with TemporaryDirectory() as folder:
        yield _wrong_trees(node, rival, Path(folder))
        for leads, times in SIZES.items():
            yield _time_one(leads, times, node, rival, Path(folder), rounds=QUICK_ROUNDS[leads] * (1 if quick else 3))


def hook_body(leads: int) -> bytes:
    """A hook as the CRM sends it: ``leads`` changed leads with eight custom fields each."""
    pairs: list[tuple[str, object]] = [("account[subdomain]", "acmetest"), ("account[id]", 31000001)]
    fields = {"name": "Pedido Nº 7 — Zoë & Søn", "status_id": 70200002, "price": 1500, "responsible_user_id": 9100001}
    times = dict.fromkeys(("last_modified", "date_create", "created_at", "updated_at"), 1780000010)
    for lead in range(leads):
        here = f"leads[update][{lead}]"
        pairs += [(f"{here}[{name}]", value) for name, value in {"id": 15900101 + lead, **fields, **times}.items()]
        for field in range(8):
            there = f"{here}[custom_fields][{field}]"
            pairs += [(f"{there}[id]", 1200001 + field), (f"{there}[name]", "Поле")]
            pairs += [(f"{there}[values][0][value]", f"Option {field}"), (f"{there}[values][0][enum]", 908102)]
    return urlencode(pairs).encode()


def _time_one(
    leads: int, times: int, node: Path | None, rival: Callable[[str], Any] | None, folder: Path, rounds: int
) -> Row:
    body = hook_body(leads)
    text = body.decode("ascii")
    file = folder / f"{leads}.txt"
    file.write_bytes(body)
    contestants = {
        "ours": seconds(lambda: parse(body), times),
        "parse_qsl": seconds(lambda: parse_qsl(text, keep_blank_values=True), times),
    }
    if node:
        contestants["qs"] = lambda: float(_ask_node(node, {"file": str(file), "times": times * 3}))
    if rival:
        contestants["querystring-parser"] = seconds(lambda: rival(text), max(1, times // 3))
    best = best_of(contestants, rounds)
    names = ("ours", "parse_qsl", "qs", "querystring-parser")
    figures = {name: best[name] * 1000 if name in best else None for name in names}
    return judge(f"{leads} leads, {len(body) / 1000:.1f} kB", "ms", figures, GOALS)


def _wrong_trees(node: Path | None, rival: Callable[[str], Any] | None, folder: Path) -> Row:
    cases = _golden_cases()
    figures: dict[str, float | None] = {
        "ours": _count_wrong(cases, [parse(body.encode()).tree for body, _ in cases]),
        "parse_qsl": None,
        "qs": None,
        "querystring-parser": None,
    }
    if node:
        file = folder / "bodies.json"
        file.write_text(json.dumps([body for body, _ in cases]), encoding="ascii")
        figures["qs"] = _count_wrong(cases, json.loads(_ask_node(node, {"file": str(file), "trees": True})))
    if rival:
        figures["querystring-parser"] = _count_wrong(cases, [_read_or_none(rival, body) for body, _ in cases])
    row = judge(f"wrong trees of {len(cases)}", "bodies", figures, [])
    return Row(row.name, row.unit, row.ours, row.others, goal="0", ok=row.ours == 0)


def _golden_cases() -> list[tuple[str, Any]]:
    cases: list[dict[str, Any]] = []
    for name in ("crm_webhooks.json", "crm_webhook_parser_edges.json"):
        content = json.loads((GOLDEN / name).read_text(encoding="utf-8"))
        cases += next(value for value in content.values() if isinstance(value, list))
    return [(case["body"], case["tree"]) for case in cases if "tree" in case]


def _count_wrong(cases: list[tuple[str, Any]], trees: list[Any]) -> int:
    return sum(_same_shape(tree) != wanted for (_, wanted), tree in zip(cases, trees, strict=True))


def _same_shape(value: Any) -> Any:
    """Integer keys as text, and full runs of them as lists: a peer is not blamed for its way of writing lists."""
    if isinstance(value, list):
        return [_same_shape(below) for below in value]
    if not isinstance(value, dict):
        return value
    level = {str(name): _same_shape(below) for name, below in value.items()}
    indexes = [str(index) for index in range(len(level))]
    return [level[index] for index in indexes] if level and set(level) == set(indexes) else level


def _read_or_none(rival: Callable[[str], Any], body: str) -> Any:
    try:
        return rival(body)
    except Exception:
        return None


def _querystring_parser() -> Callable[[str], Any] | None:
    folder = peers.python_peer("querystring-parser")
    if folder is None:
        return None
    sys.path.append(str(folder))
    found: Callable[[str], Any] = import_module("querystring_parser.parser").parse
    return found


def _ask_node(modules: Path, wish: dict[str, object]) -> str:
    command = ["node", "-e", _NODE]
    done = subprocess.run(
        command, cwd=modules.parent, input=json.dumps(wish), capture_output=True, text=True, check=True
    )
    return done.stdout

"""The form parser: every golden case, its limits, and a slow reference that it must agree with on any body."""

import json
import re
import tracemalloc
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.kommo.urlencoded import FormError, Limits, parse

GOLDEN = Path(__file__).parents[2] / "golden"
EDGES = json.loads((GOLDEN / "crm_webhook_parser_edges.json").read_text(encoding="utf-8"))["cases"]
HOOKS = json.loads((GOLDEN / "crm_webhooks.json").read_text(encoding="utf-8"))


def hook_cases() -> list[dict[str, Any]]:
    return next(value for value in HOOKS.values() if isinstance(value, list))


def body_of(case: dict[str, Any]) -> bytes:
    if "generate" in case:
        return "&".join([case["generate"]["pair"]] * case["generate"]["times"]).encode()
    return str(case["body"]).encode()


@pytest.mark.parametrize("case", hook_cases(), ids=lambda case: case["name"])
def test_every_hook_body_reads_as_its_tree(case: dict[str, Any]) -> None:
    assert parse(body_of(case)) == (case["tree"], ())


@pytest.mark.parametrize("case", [c for c in EDGES if "tree" in c], ids=lambda case: case["name"])
def test_every_edge_case_reads_as_its_tree(case: dict[str, Any]) -> None:
    assert parse(body_of(case)).tree == case["tree"]


@pytest.mark.parametrize("case", [c for c in EDGES if c.get("reject")], ids=lambda case: case["name"])
def test_every_hostile_case_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(FormError):
        parse(body_of(case))


@pytest.mark.parametrize(
    ("body", "replaced"),
    [
        (b"a=1&b=2", ()),
        (b"a=1&a=2", ("a",)),
        (b"a=1&a[b]=2", ("a[b]",)),
        (b"a[b]=2&a=1&a[c]=3", ("a", "a[c]")),
        (b"a[0]=x&a[]=y&a[1]=z", ("a[1]",)),
    ],
)
def test_a_value_that_gave_way_is_named(body: bytes, replaced: tuple[str, ...]) -> None:
    assert parse(body).replaced == replaced


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        (b"a[b]c=1", {"a[b]c": "1"}),
        (b"[a]=1", {"[a]": "1"}),
        (b"[a=1", {"_a": "1"}),
        (b"a]=1", {"a]": "1"}),
        (b"=1", {"": "1"}),
        (b"&&a=1&", {"a": "1"}),
        (b"a=b=c&d=e", {"a": "b=c", "d": "e"}),
        (b"a=%1E%1f\x1e\x1f", {"a": "\x1e\x1f\x1e\x1f"}),
        (b"a=%\r\nb&c=%%41", {"a": "%\r\nb", "c": "%A"}),
        (b"0=a&1=b", {"0": "a", "1": "b"}),
        (b"a[9223372036854775807]=x&a[]=y", {"a": {"9223372036854775807": "x", "0": "y"}}),
    ],
)
def test_odd_keys_and_values_are_kept_whole(body: bytes, tree: dict[str, Any]) -> None:
    assert parse(body).tree == tree


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        (b"a=1&b=2&c=3&d=4", "pairs"),
        (b"a[b][c]=1", "depth"),
        (b"a[b][c]=1&a=%", "depth"),
        (b"a[long][x]=1", "key_length"),
        (b"a=" + b"x" * 40, "body_bytes"),
    ],
)
def test_each_limit_has_its_name(body: bytes, limit: str) -> None:
    with pytest.raises(FormError) as caught:
        parse(body, Limits(body_bytes=40, pairs=3, depth=1 if limit == "depth" else 9, key_length=5))
    assert caught.value.limit == limit


@pytest.mark.parametrize("body", [b"a=1&b=2&c=3", b"a[x]=1&a[y]=2&a[z]=%", b"a[]=1&a[]=2&a[]=3"])
def test_a_level_has_a_widest_size_on_either_way(body: bytes) -> None:
    with pytest.raises(FormError, match="entries"):
        parse(body, Limits(entries=2))


def test_a_hook_of_250_leads_with_thirty_fields_each_is_read() -> None:
    pairs = [f"leads[add][{lead}][f][{field}][v][0][value]=1" for lead in range(250) for field in range(30)]
    leads = parse("&".join(pairs).encode()).tree["leads"]["add"]
    assert len(leads) == 250
    assert leads[249]["f"][29] == {"v": [{"value": "1"}]}


def test_a_long_key_with_many_levels_costs_no_more_than_its_limit_allows() -> None:
    body = ("a" * 400_000 + "[x]" * 30 + "=1").encode()
    tracemalloc.start()
    with pytest.raises(FormError, match="key_length"):
        parse(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * len(body)


def reference(body: bytes) -> dict[str, Any]:
    """PHP's rules written down once more, plainly and slowly."""
    tree: dict[str, Any] = {}
    for pair in body.split(b"&"):
        if pair:
            raw_key, _, raw_value = pair.partition(b"=")
            key, value = (
                unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8", "replace") for raw in (raw_key, raw_value)
            )
            reference_put(tree, reference_path(key), value)
    return {name: reference_lists(value) for name, value in tree.items()}


def reference_path(key: str) -> list[str]:
    if re.fullmatch(r"[^\[]+(\[[^\[\]]*\])+", key):
        head, tail = key[: key.index("[")], key[key.index("[") :]
        return [head, *re.findall(r"\[([^\[\]]*)\]", tail)]
    return [key.replace("[", "_", 1) if "[" in key and "]" not in key else key]


def reference_put(level: dict[str, Any], path: list[str], value: str) -> None:
    for step, name in enumerate(path):
        taken = [int(key) for key in level if re.fullmatch("0|[1-9][0-9]{0,17}", key)]
        place = str(max(taken, default=-1) + 1) if name == "" and step else name
        if step == len(path) - 1:
            level[place] = value
        elif not isinstance(level.get(place), dict):
            level[place] = {}
        level = level[place]


def reference_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if set(value) == {str(index) for index in range(len(value))} and value:
        return [reference_lists(value[str(index)]) for index in range(len(value))]
    return {name: reference_lists(below) for name, below in value.items()}


NAMES = st.sampled_from(["leads", "add", "0", "1", "2", "00", "-1", "id", "ю", "a]b", "a b", "", "9" * 30])
KEYS = st.builds(lambda first, rest: first + "".join(f"[{name}]" for name in rest), NAMES, st.lists(NAMES, max_size=4))
ENCODED = st.builds(
    lambda key, value, safe: quote(key, safe=safe) + "=" + quote(value), KEYS, st.text(), st.sampled_from(["[]", ""])
)
ROUGH = st.text(alphabet="ab01[]%=&+;\x1e\x1f\r\n1EeFfDю", max_size=20)
BODIES = st.lists(ENCODED | ROUGH, max_size=12).map(lambda pairs: "&".join(pairs).encode())


@settings(max_examples=400, deadline=None)
@given(BODIES | st.binary(max_size=60))
@example(b"a[b]=2&a=1&a[c]=3")
@example(b"a=%D0&b=%8F")
def test_any_body_reads_as_the_slow_reference_reads_it(body: bytes) -> None:
    assert parse(body).tree == reference(body)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(alphabet="abc", min_size=1), st.text(), min_size=1))
def test_what_was_encoded_comes_back(values: dict[str, str]) -> None:
    body = "&".join(f"root%5B{quote(name)}%5D={quote(value)}" for name, value in values.items())
    assert parse(body.encode()) == ({"root": values}, ())

"""How a widget speaks to servers (JS011, JS012, JS022, JS028, JS032)."""

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Node as Code

from bundler import facts, host
from bundler.parts.expressions import (
    argument_of,
    arguments,
    bare,
    call_of,
    called,
    entries,
    inside_loop,
    key_name,
    string,
)
from bundler.parts.scope import Scopes
from bundler.parts.script import Script, once
from bundler.rule import ERROR, PUBLIC, WARNING, Hits, at, rule

_JQUERY = ("$", "jQuery", "jquery")
_OWN_REQUESTS = ("crm_post", "$authorizedAjax")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "get", "post", "put", "patch", "delete", "head")
_FALSE = ("false", "!1", "0")
_AJAX = ("ajax", "getJSON", "getScript")
_HOST = re.compile(r"(?:https?:)?//([^/:?#]+)", re.IGNORECASE)
_SECRET_KEY = re.compile(
    r"(?:(?:client_?)?secret(?:_?key)?|api_?key|api_?hash|user_?hash|passw(?:or)?d|(?:access|refresh)_?token)\Z",
    re.IGNORECASE,
)


@once
def request_calls(script: Script) -> Iterator[Code]:
    """Every call that sends a request."""
    for word in script.words(*_OWN_REQUESTS, *_AJAX, "get", "post", "fetch"):
        call = call_of(word)
        if call is None:
            continue
        *before, last = called(script, call)
        is_jquery = bool(before) and before[0] in _JQUERY
        if last in _OWN_REQUESTS or (last in (*_AJAX, "get", "post") and is_jquery) or (last == "fetch" and not before):
            yield call


def address(names: Scopes, call: Code) -> Code | None:
    """The expression of a request's address."""
    given = arguments(call)
    if not given:
        return None
    first = bare(given[0])
    return entries(names.script, first).get("url") if first.type == "object" else first


def beginning(names: Scopes, node: Code | None, depth: int = 5) -> str:
    """What a text surely begins with: its first literal piece, through sums, templates and variables."""
    if node is None or depth == 0:
        return ""
    node = bare(node)
    if node.type == "binary_expression":
        return beginning(names, node.child_by_field_name("left"), depth - 1)
    if node.type == "template_string":
        return names.script.text(node)[1:].partition("${")[0]
    if node.type == "identifier":
        return beginning(names, names.initial(node), depth - 1)
    return string(names.script, node) or ""


def is_loopback(url: str) -> bool:
    """Whether the address is on the visitor's own machine."""
    found = _HOST.match(url)
    return found is not None and found[1].lower() in host.LOOPBACK


@rule(
    "JS011",
    ERROR,
    audiences=(PUBLIC,),
    why="A synchronous request freezes the whole page of the CRM until the server answers; moderation refuses it.",
    fix="Remove async: false (or the third argument of open) and go on in a callback.",
    doc=facts.DOC_CHECKLIST,
)
def requests_do_not_block(scripts: Mapping[str, Script]) -> Hits:
    """No request is synchronous."""
    for script in scripts.values():
        for word in script.words("async"):
            pair = word.parent
            if pair is not None and pair.type == "pair" and _is_false(script, pair) and _is_for_ajax(script, pair):
                yield at(script.place(pair), "this request is synchronous")
        for word in script.words("open"):
            call = call_of(word)
            given = arguments(call) if call is not None else []
            is_blocking = len(given) > 2 and script.text(given[2]) in _FALSE
            if call is not None and is_blocking and string(script, given[0]) in _METHODS:
                yield at(script.place(call), "this request is synchronous")


def _is_false(script: Script, pair: Code) -> bool:
    value = pair.child_by_field_name("value")
    return value is not None and script.text(value) in _FALSE


def _is_for_ajax(script: Script, pair: Code) -> bool:
    options = pair.parent
    if options is None:
        return False
    call = argument_of(options)
    if call is not None:
        return called(script, call)[-1] in (*_AJAX, "ajaxSetup", "get", "post", "$authorizedAjax", "extend")
    return bool({"url", "type", "method"} & set(entries(script, options)))


@rule(
    "JS012",
    WARNING,
    audiences=(PUBLIC,),
    why="A request for each turn of a loop floods the CRM and your own server, and runs into rate limits.",
    fix="Collect the data first and send one request.",
    doc=facts.DOC_CHECKLIST,
)
def requests_stand_outside_loops(scripts: Mapping[str, Script]) -> Hits:
    """No request is sent in a loop."""
    for script in scripts.values():
        for call in request_calls(script):
            if inside_loop(script, call):
                yield at(script.place(call), f"{called(script, call)[-1]} is called in a loop")


@rule(
    "JS022",
    WARNING,
    why="The CRM has jQuery 2.1.3, whose promises know no catch: the call itself throws.",
    fix="Give the second argument of then: .then(ok, failed).",
    doc=facts.DOC_SCRIPT,
)
def host_promises_use_then(scripts: Mapping[str, Script]) -> Hits:
    """Promises of the CRM are followed with then(ok, failed)."""
    for script in scripts.values():
        for word in script.words("catch"):
            call = call_of(word)
            if call is not None and {"get_pipeline_id()", "$authorizedAjax()"} & set(called(script, call)):
                yield at(script.place(word), "this promise has no catch")


@rule(
    "JS028",
    WARNING,
    why="Whoever opens the tools of the browser reads these values; a one-time token proves who asks without them.",
    fix="Call your server with self.$authorizedAjax and keep secrets there.",
    doc=host.DOC_TOKENS,
)
def servers_are_asked_with_tokens(scopes: Mapping[str, Scopes]) -> Hits:
    """The own server is asked with one-time tokens, not with secrets."""
    for names in scopes.values():
        for word in names.script.words("amohash"):
            yield at(names.script.place(word), "amohash, the user's API key, is retired")
        for call in request_calls(names.script):
            if called(names.script, call)[-1] != "$authorizedAjax":
                for key in _secret_keys(names.script, call):
                    yield at(names.script.place(key), "a secret is sent by a request that proves nothing")


def _secret_keys(script: Script, call: Code) -> Iterator[Code]:
    given = call.child_by_field_name("arguments")
    pending = [given] if given is not None else []
    while pending:
        node = pending.pop()
        if node.type == "pair":
            key = node.child_by_field_name("key")
            if key is not None and _SECRET_KEY.match(key_name(script, key)):
                yield key
        if node.type not in ("function_expression", "arrow_function"):
            pending += node.named_children


@rule(
    "JS032",
    WARNING,
    why="The CRM's page is https, and browsers refuse its requests to http.",
    fix="Use https.",
    doc=facts.DOC_SCRIPT,
)
def requests_are_encrypted(scopes: Mapping[str, Scopes]) -> Hits:
    """Requests go to https."""
    for names in scopes.values():
        for call in request_calls(names.script):
            node = address(names, call)
            url = beginning(names, node)
            if node is not None and url.lower().startswith("http://") and not is_loopback(url):
                yield at(names.script.place(node), "a request to http")

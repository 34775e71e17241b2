"""Telling a global from a variable of the same name."""

import pytest

from bundler.parts.scope import globals_named
from bundler.parts.script import parse_script


def lines(source: str) -> list[int]:
    """The lines on which the global AMOCRM is meant."""
    script = parse_script("script.js", source.encode())
    assert not script.mistakes
    return [node.start_point.row + 1 for node in globals_named(script, "AMOCRM")]


@pytest.mark.parametrize(
    "source",
    [
        "AMOCRM.constant('account')",
        "x = {AMOCRM}",
        "x = {key: AMOCRM}",
        "x[AMOCRM]",
        "f(...AMOCRM)",
        "`${AMOCRM.x}`",
        "typeof AMOCRM",
        "AMOCRM?.data",
        "function f(a = AMOCRM) {}",
        "var {a = AMOCRM} = {}",
        "({[AMOCRM]: 1})",
        "[AMOCRM.x] = [1]",
    ],
)
def test_a_reference_is_found_wherever_it_stands(source: str) -> None:
    assert lines(source) == [1]


@pytest.mark.parametrize(
    "source",
    [
        "'AMOCRM'; \"AMOCRM\"; `AMOCRM`; /AMOCRM/; // AMOCRM\n/* AMOCRM */",
        "window.AMOCRM = 1; x = {AMOCRM: 1}; class A { AMOCRM() {} #AMOCRM = 1 }",
        "AMOCRM2; $AMOCRM; AMOCRM_",
        "var AMOCRM = 1; AMOCRM.x",
        "const {AMOCRM} = x; AMOCRM.x",
        "let {a: [AMOCRM, ...b]} = x; AMOCRM.x",
        "import AMOCRM from 'x'; AMOCRM.x",
        "import {AMOCRM} from 'x'; AMOCRM.x",
        "define(['x'], function (AMOCRM) { return AMOCRM.x; })",
        "(AMOCRM => AMOCRM.x)(1)",
        "((AMOCRM = 1) => AMOCRM)()",
        "try {} catch (AMOCRM) { AMOCRM.x }",
        "(function AMOCRM() { AMOCRM.x })",
        "for (const AMOCRM of x) { AMOCRM.y }",
        "function f() { AMOCRM.x; if (a) { var AMOCRM; } }",
        "function f() { AMOCRM(); function AMOCRM() {} }",
        "with (x) { AMOCRM.y }",
    ],
)
def test_what_is_no_reference_or_is_hidden_is_left_alone(source: str) -> None:
    assert lines(source) == []


def test_a_variable_hides_the_global_only_in_its_own_scope() -> None:
    source = "function f(AMOCRM) { return AMOCRM; }\nAMOCRM.x;\n{ let AMOCRM = 1; AMOCRM; }\nAMOCRM.y;"
    assert lines(source) == [2, 4]

"""The benchmark of real widgets: what it takes for a widget, and the reasons it gives."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bench.widget_run import Run, reason_of, run_widget
from bench.widgets import Result, archives, known_rows, packed_folder, rows
from tests.support.host_page import archive, probe


@pytest.mark.parametrize(
    ("said", "members", "reason"),
    [
        ([], set(), ""),
        (['Script error for "/upl/x/1/widget/lib/a.js", needed by: …'], set(), "missing file"),
        (['Script error for "https://cdn.example/a.js", needed by: …'], set(), "remote code"),
        (["module not offered: {{BASE}}/a.js"], set(), "unfilled placeholder"),
        (["module not offered: lib/pages/list"], set(), "unoffered module"),
        (["Uncaught SyntaxError: Unexpected token"], set(), "syntax"),
        (["this.draw is not a function"], {"draw"}, "invented member"),
        (["this.draw is not a function"], set(), "exception"),
        (["helper is not defined"], set(), "undefined name"),
        (["Unhandled rejection: Failed to fetch"], set(), "network"),
        (["Cannot read properties of undefined (reading 'id')"], set(), "needs data or markup"),
        (["page: Timeout 15000ms exceeded."], set(), "hang"),
    ],
)
def test_the_reason_is_read_from_what_was_said(said: list[str], members: set[str], reason: str) -> None:
    assert reason_of(said, members) == reason


def test_zips_and_folders_are_widgets_and_a_packed_folder_is_one_too(tmp_path: Path) -> None:
    archive(tmp_path / "a.zip")
    (tmp_path / "b").mkdir()
    for name in ("manifest.json", "script.js"):
        (tmp_path / "b" / name).write_text("{}")
    assert [path.name for path in archives(tmp_path)] == ["a.zip", "b"]
    assert packed_folder(tmp_path / "b", tmp_path).name == "b.zip"


def result(name: str, reason: str) -> Result:
    return Result(name, {"refused": Run(reason=reason), "shaped": Run(reason=reason)})


def test_reasons_are_held_against_what_a_reader_found() -> None:
    found = [result("a", "syntax"), result("b", "remote code"), result("c", "missing file"), result("d", "syntax")]
    known = {"a": "defect", "b": "remote code", "c": "syntax", "d": "runs", "absent": "defect"}
    assert [(row.ours, row.ok) for row in known_rows(found, known)] == [
        (3, None),
        (pytest.approx(66.7, abs=0.1), False),
        (1, False),
    ]
    assert known_rows(found, {}) == []


def test_a_page_that_does_not_come_to_an_end_is_counted() -> None:
    hung = Run(errors=["page: Page.wait_for_function: Timeout 15000ms exceeded."], reason="hang")
    counted = {row.name: (row.ours, row.ok) for row in rows([Result("a", {"refused": hung, "shaped": Run()})])}
    assert counted["runs that hung"] == (1, False)


@pytest.mark.browser
def test_a_good_widget_is_clean_and_a_broken_one_is_told_apart(browser: Browser, tmp_path: Path) -> None:
    good = run_widget(browser, archive(tmp_path / "good.zip"), "refused")
    lost = run_widget(
        browser, archive(tmp_path / "lost.zip", script="define(['./none.js'], function () {});"), "refused"
    )
    bad = run_widget(browser, archive(tmp_path / "bad.zip", script=probe("self.absent();")), "refused")
    assert (good.reason, lost.reason, bad.reason) == ("", "missing file", "invented member")
    results = [Result(name, {"refused": run, "shaped": run}) for name, run in (("good", good), ("lost", lost))]
    found = {row.name: (row.ours, row.ok) for row in rows(results)}
    assert found["of them able to run anywhere"] == (1, None)
    assert found["clean, network refused"] == (100, True)

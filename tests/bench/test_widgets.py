"""The benchmark of real widgets: what it takes for a widget, and the reasons it gives."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bench.widget_run import reason_of, run_widget
from bench.widgets import Result, archives, packed_folder, rows
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

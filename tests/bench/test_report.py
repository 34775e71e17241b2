"""The README keeps other benchmarks' sections; the table shows who was missing."""

from pathlib import Path

from bench import report
from bench.__main__ import names
from bench.rounds import best_of
from bench.row import Goal, judge


def test_writing_one_section_leaves_the_others_alone(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    report.save("one", "first", path)
    report.save("two", "second", path)
    report.save("one", r"anew \1", path)
    text = path.read_text(encoding="utf-8")
    assert r"anew \1" in text
    assert "second" in text
    assert "first" not in text
    assert text.index("anew") < text.index("second")


def test_a_missing_peer_is_a_dash_and_a_note() -> None:
    row = judge("parse", "ms", {"ours": 1.5, "rival": None}, [Goal("rival")])
    text = report.section("parse", "What it is.", [row], {"rival": "there is no Node on this machine"})
    assert "| parse | ms | 1.5 | – | – | ≤ 1 × rival | – |" in text
    assert "Without rival: there is no Node on this machine." in text


def test_a_section_names_the_peers_versions() -> None:
    text = report.section("parse", "What it is.", [], {}, {"rival": "1.2"})
    assert " · rival 1.2" in text


def test_rounds_alternate_and_the_best_counts() -> None:
    order: list[str] = []
    figures = iter([3.0, 9.0, 8.0, 1.0])

    def contestant(name: str) -> float:
        order.append(name)
        return next(figures)

    best = best_of({"a": lambda: contestant("a"), "b": lambda: contestant("b")}, rounds=2)
    assert order == ["a", "b", "b", "a"]
    assert best == {"a": 1.0, "b": 8.0}


def test_the_harness_is_not_offered_as_a_benchmark() -> None:
    assert not {"row", "rounds", "peers", "report", "__main__"} & set(names())

"""Writes ``defects/`` anew: ``python -m tests.bundler.corpus.generate``. The same seeds always give the same files."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.bundler.corpus.defects import FOLDER
from tests.bundler.corpus.seeds import archives, host, manifests, moderation, pictures, scripts, styles, texts

FAMILIES = (archives, texts, pictures, manifests, scripts, host, moderation, styles)


def written() -> Iterator[tuple[str, str]]:
    """Each defect as (file name, content)."""
    seen = Counter[str]()
    for family in FAMILIES:
        for seed in family.SEEDS:
            seen[seed["rule"]] += 1
            yield f"{seed['rule']}-{seen[seed['rule']]}.json", _text(seed)


def _text(seed: dict[str, Any]) -> str:
    return json.dumps(seed, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Replace the corpus."""
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, content in written():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()

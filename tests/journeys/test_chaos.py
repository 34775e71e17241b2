"""A minute of ``make chaos``, a third for each way of running: processes are killed while hooks come in, and nothing
that was acknowledged is lost. The pace is low, so that other tests can run beside it."""

from pathlib import Path

import pytest

from bench import chaos, site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]


@pytest.mark.parametrize("way", site.WAYS)
def test_what_was_acknowledged_is_shown_once_and_in_order(way: str, tmp_path: Path) -> None:
    if lacking := site.lacks(way):
        pytest.skip(lacking)
    result = chaos.play(way, tmp_path, lasts_s=20, rate=60)
    assert result.kills >= 2
    assert sum(map(len, result.acknowledged.values())) > 300
    assert (result.lost, result.twice, result.disorder) == (0, 0, 0)

"""A minute of ``make chaos``, half for SQLite and half for PostgreSQL with Celery on Redis: processes are killed while
hooks come in, and nothing that was acknowledged is lost. The pace is low, so that other tests can run beside it.
RabbitMQ takes its time to start and has its turn in ``make chaos`` alone."""

from pathlib import Path

import pytest

from bench import chaos, site

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]


@pytest.mark.parametrize("way", [way for way in site.WAYS if "RabbitMQ" not in way])
def test_what_was_acknowledged_is_shown_once_and_in_order(way: str, tmp_path: Path) -> None:
    if lacking := site.lacks(way):
        pytest.skip(lacking)
    result = chaos.play(way, tmp_path, lasts_s=30, rate=60)
    assert result.kills >= 2
    assert sum(map(len, result.acknowledged.values())) > 300
    assert (result.lost, result.twice, result.disorder) == (0, 0, 0)

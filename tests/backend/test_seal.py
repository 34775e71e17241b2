"""Secrets at rest."""

from typing import Any

import pytest

from backend.seal import BrokenSeal, Sealer, new_key
from backend.settings import Settings

OLD, NEW = new_key(), new_key()


def test_a_sealed_secret_opens_in_its_place_and_does_not_show() -> None:
    sealed = Sealer([OLD]).seal("installation:1:refresh_token", "def502…")
    assert "def502" not in sealed
    assert Sealer([OLD]).open("installation:1:refresh_token", sealed) == "def502…"


def test_a_ciphertext_moved_to_another_row_does_not_open() -> None:
    sealer = Sealer([OLD])
    with pytest.raises(BrokenSeal, match="another place"):
        sealer.open("installation:2:refresh_token", sealer.seal("installation:1:refresh_token", "x"))


def test_an_old_key_opens_beside_the_new_one_until_rows_are_rotated() -> None:
    sealed = Sealer([OLD]).seal("a", "x")
    rotated = Sealer([NEW, OLD]).rotate(sealed)
    assert Sealer([NEW]).open("a", rotated) == "x"
    with pytest.raises(BrokenSeal):
        Sealer([NEW]).open("a", sealed)


@pytest.mark.parametrize("broken", ["", "garbage", "gAAAAABm"])
def test_a_broken_value_names_its_place_and_the_cure(broken: Any) -> None:
    with pytest.raises(BrokenSeal, match="a does not open: is its key in KCK_SECRET_KEYS"):
        Sealer([OLD]).open("a", broken)


def test_development_starts_without_a_key() -> None:
    sealer = Sealer.from_settings(Settings())
    assert sealer.open("a", sealer.seal("a", "x")) == "x"

"""Settings: every mistake is named with its cure."""

import pytest
from pydantic import ValidationError

from backend.settings import Settings


@pytest.mark.parametrize("name", ["KCK_KOMMO_ZONES", "KCK_AMOJO_HOST"])
def test_a_setting_of_earlier_versions_is_named_with_what_took_its_place(name: str) -> None:
    with pytest.raises(ValidationError, match=rf"{name}: remove it.*integration add --platform amocrm"):
        Settings.from_env({name: "amocrm.ru"})


def test_an_unknown_setting_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="nonsense"):
        Settings.from_env({"KCK_NONSENSE": "1"})

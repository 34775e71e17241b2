"""Versions of widgets: numbers between dots. The platform compares nothing; browsers cache by the text.

https://developers.kommo.com/docs/manifest-json
"""

import re


def grows(old: str, new: str) -> bool:
    """Whether ``new`` is a later version than ``old``."""
    return _numbers(new) > _numbers(old)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,9}", version)]

"""Pictures for tests, made by Pillow."""

import io
from typing import Any

from PIL import Image


def picture(size: tuple[int, int], kind: str = "PNG", **options: Any) -> bytes:
    """A plain picture of this size."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, kind, **options)
    return buffer.getvalue()


def moving(size: tuple[int, int], kind: str) -> bytes:
    """A picture of two frames."""
    return picture(size, kind, save_all=True, append_images=[Image.new("RGB", size, "red")])

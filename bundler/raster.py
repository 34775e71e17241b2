"""Pictures made of pixels: fitted into a size, and made lighter. The only module that needs Pillow."""

import io
import math

from PIL import Image, UnidentifiedImageError

from bundler import facts
from bundler.errors import WrongUse

# Fewer colours, until the picture is light enough.
_COLOURS = (256, 128, 64, 32, 16, 8)


def fit(source: bytes, size: tuple[int, int], margin: int) -> bytes:
    """Shrink a PNG into ``size`` pixels, centred on a clear ground. Raises ``WrongUse`` if it would have to grow."""
    try:
        picture = Image.open(io.BytesIO(source)).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError):
        raise WrongUse("the PNG is damaged: save it anew") from None
    inner = (size[0] - 2 * margin, size[1] - 2 * margin)
    if picture.width < inner[0] and picture.height < inner[1]:
        raise WrongUse(f"the PNG has {picture.width}×{picture.height} pixels, too few for {size[0]}×{size[1]}")
    picture.thumbnail(inner, Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", size)
    ground.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return lighter(_saved(ground))


def lighter(png: bytes) -> bytes:
    """The same picture in fewer bytes: without loss if that is enough, otherwise with fewer and fewer colours."""
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    best = min(_saved(picture), _indexed(picture), key=len)
    for colours in _COLOURS:
        if len(best) <= facts.LOGO_BYTES:
            return best
        best = _saved(picture.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))
    raise WrongUse(f"the picture has {len(best):,} bytes even with {_COLOURS[-1]} colours: choose a simpler one")


def _indexed(picture: Image.Image) -> bytes:
    """The picture with a table of its colours, if they are few enough for that to lose nothing."""
    colours = picture.getcolors(_COLOURS[0])
    indexed = picture.quantize(max(2, len(colours)), Image.Quantize.FASTOCTREE) if colours else None
    is_same = indexed is not None and indexed.convert("RGBA").tobytes() == picture.tobytes()
    return _saved(indexed if indexed is not None and is_same else picture)


def _saved(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    return Image.open(io.BytesIO(png)).size


def is_round(png: bytes) -> bool:
    """Whether everything painted lies in the circle that fits into the picture (edges may be soft)."""
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    centre, alpha = (picture.width - 1) / 2, picture.getchannel("A")
    return not any(
        math.hypot(x - centre, y - centre) > centre + 1 and alpha.getpixel((x, y))
        for x in range(picture.width)
        for y in range(picture.height)
    )

"""Pictures in the exact sizes that Kommo asks for, drawn from one SVG.

Sizes: https://developers.kommo.com/docs/images
"""

import base64

import resvg_py

from bundler import facts
from bundler.errors import WrongUse

_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    '<image x="{margin}" y="{margin}" width="{inner_width}" height="{inner_height}" '
    'preserveAspectRatio="xMidYMid meet" href="data:image/svg+xml;base64,{picture}"/></svg>'
)


def make_logos(svg: str, *, with_trigger: bool) -> dict[str, bytes]:
    """Draw the logos of a widget from one SVG text: path in the bundle → PNG. Raises ``WrongUse`` for a bad SVG.

    ``with_trigger`` adds the picture that only widgets of the Digital Pipeline need.
    """
    sizes = dict([*facts.LOGOS.items(), *([facts.LOGO_DP] if with_trigger else [])])
    return {path: draw(svg, size, margin=facts.LOGO_MARGINS.get(path, 0)) for path, size in sizes.items()}


def draw(svg: str, size: tuple[int, int], *, margin: int = 0) -> bytes:
    """Draw an SVG as a PNG of exactly ``size`` pixels, centred and never stretched.

    System fonts are not used, because then two machines would draw two pictures.
    """
    if "<text" in svg:
        raise WrongUse("the logo has a <text>, which looks different on each machine: turn its letters into paths")
    width, height = size
    frame = _FRAME.format(
        width=width,
        height=height,
        margin=margin,
        inner_width=width - 2 * margin,
        inner_height=height - 2 * margin,
        picture=base64.b64encode(svg.encode()).decode(),
    )
    try:
        resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, width=1)
        return resvg_py.svg_to_bytes(svg_string=frame, skip_system_fonts=True)
    except ValueError as error:
        raise WrongUse(f"the logo cannot be drawn: {error}") from None

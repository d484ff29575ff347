"""A circle around somebody, drawn as a picture that a learner hands in."""

from io import BytesIO
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any, Final

from course.core.filetypes import Kind, tidy_name
from course.core.uploads import Taken
from course.demo.tries import Drawing

if TYPE_CHECKING:
    from PIL import ImageDraw

SIZE: Final = (1200, 900)  # pixels
MIDDLE: Final = (600, 420)
REACH: Final = (420, 300)  # from the middle to whoever is around it, across and up
OVAL: Final = (150, 62)  # half of it, across and up
PAPER, INK, PENCIL = "#fbf7ee", "#2b3a4a", "#9a6a3c"


def drawn(drawing: Drawing) -> Taken:
    """The picture as it is kept."""
    # No web worker loads them for the demo.
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    large, small = ImageFont.load_default(30), ImageFont.load_default(24)
    page = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(page)
    count = len(drawing.around)
    for place, who in enumerate(drawing.around):
        angle = 2 * pi * place / count - pi / 2
        at = (MIDDLE[0] + REACH[0] * cos(angle), MIDDLE[1] + REACH[1] * sin(angle))
        pen.line([MIDDLE, at], fill=PENCIL, width=4)
        _oval(pen, at, who, PENCIL, small)
    _oval(pen, MIDDLE, drawing.middle, INK, small)
    gap = (MIDDLE[0], SIZE[1] - 60)
    pen.text(gap, drawing.gap, fill=INK, font=large, anchor="mm")
    content = BytesIO()
    page.save(content, "PNG", optimize=True)
    return Taken(name=tidy_name(drawing.name, Kind.PNG), kind=Kind.PNG, content=content.getvalue())


def _oval(
    pen: "ImageDraw.ImageDraw", at: tuple[float, float], words: str, colour: str, font: Any
) -> None:
    box = [at[0] - OVAL[0], at[1] - OVAL[1], at[0] + OVAL[0], at[1] + OVAL[1]]
    pen.ellipse(box, fill=PAPER, outline=colour, width=4)
    pen.multiline_text(
        at, words.replace(": ", ":\n"), fill=INK, font=font, anchor="mm", align="center"
    )

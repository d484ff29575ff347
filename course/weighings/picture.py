"""The beam as a picture: where everything stands for a given lean. Plain geometry, no colours."""

from dataclasses import dataclass
from fractions import Fraction
from math import cos, radians, sin

from course.domain.weighing.scale import tilt_degrees

ARM = 210  # half the beam, in units of the drawing
PIVOT = (320.0, 56.0)


@dataclass(frozen=True, slots=True)
class Beam:
    """The ends of the beam and its angle; positive is clockwise, the client's side down."""

    degrees: float
    left: tuple[float, float]
    right: tuple[float, float]


def beam(agreement: int, client: int) -> Beam:
    """The beam for two sums; level when nothing lies on it."""
    total = agreement + client
    lean = Fraction(client - agreement, total) if total else Fraction(0)
    degrees = tilt_degrees(lean)
    across, down = ARM * cos(radians(degrees)), ARM * sin(radians(degrees))
    return Beam(
        degrees=degrees,
        left=(round(PIVOT[0] - across, 1), round(PIVOT[1] - down, 1)),
        right=(round(PIVOT[0] + across, 1), round(PIVOT[1] + down, 1)),
    )

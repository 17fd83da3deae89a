"""Arithmetic with colours as ``#rrggbb``: contrast as WCAG 2 defines it, mixing, and other hues in OKLab.

The matrices are those of Björn Ottosson's OKLab (2020).
"""

import math
from collections.abc import Sequence

Triple = tuple[float, float, float]

_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_LAB = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_FROM_LMS = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)


def linear(color: str) -> Triple:
    """Red, green, blue as light, 0 to 1 each."""
    red, green, blue = (_to_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return red, green, blue


def from_linear(light: Sequence[float]) -> str:
    """The nearest ``#rrggbb`` that a screen can show."""
    parts = (round(255 * _from_linear(min(1.0, max(0.0, part)))) for part in light)
    return "#" + "".join(f"{part:02x}" for part in parts)


def luminance(color: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(color: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(color), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(start: str, end: str, share: float) -> str:
    """A colour on the way from one to the other, as screens blend them."""
    pairs = ((int(start[at : at + 2], 16), int(end[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)


def readable(color: str, grounds: Sequence[str], least: float) -> str:
    """The colour, moved towards white or black as little as gives that contrast on every ground."""
    target = max(("#ffffff", "#000000"), key=lambda end: min(contrast(end, ground) for ground in grounds))
    for step in range(20):
        moved = mix(color, target, step / 20)
        if all(contrast(moved, ground) >= least for ground in grounds):
            return moved
    return target


def oklab(color: str) -> Triple:
    """Lightness and the two colour axes of OKLab, where distances are about as large as they look."""
    return lab_of_light(linear(color))


def lab_of_light(light: Sequence[float]) -> Triple:
    """OKLab of red, green, blue as light."""
    long, medium, short = (math.cbrt(part) for part in _times(_TO_LMS, light))
    return _times(_TO_LAB, (long, medium, short))


def with_hue(color: str, degrees: float, *, turn: bool = False) -> str:
    """The colour with another hue, as light and as strong as before; ``turn``: that much further round.

    A grey stays a grey.
    """
    light, a, b = oklab(color)
    angle = math.radians(degrees) + (math.atan2(b, a) if turn else 0.0)
    strength = math.hypot(a, b)
    lms = _times(_FROM_LAB, (light, strength * math.cos(angle), strength * math.sin(angle)))
    return from_linear(_times(_FROM_LMS, [part**3 for part in lms]))


def _times(matrix: Sequence[Triple], vector: Sequence[float]) -> Triple:
    first, second, third = (sum(map(float.__mul__, row, vector)) for row in matrix)
    return first, second, third


def _to_linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _from_linear(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * float(part ** (1 / 2.4)) - 0.055

"""How colours look: contrast, distance, and what colour-blind eyes see of them."""

import math
from collections.abc import Sequence

from tofutui.config.colors import lab_of_light, linear

Light = Sequence[float]

EYES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900),
    ),
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}  # fmt: skip
"""Machado, Oliveira and Fernandes 2009, severity 1.0, on red, green and blue as light."""


def seen(color: str, eyes: str) -> Light:
    """The light that would give full eyes the impression that these eyes have of ``#rrggbb``."""
    light = linear(color)
    return [min(1.0, max(0.0, sum(map(float.__mul__, map(float, row), light)))) for row in EYES[eyes]]


def distance(first: str, other: str, eyes: str = "all colours") -> float:
    """How different two colours look: in OKLab, where 0.02 is just noticed side by side."""
    return math.dist(lab_of_light(seen(first, eyes)), lab_of_light(seen(other, eyes)))


def contrast(first: str, other: str, eyes: str = "all colours") -> float:
    """WCAG 2's contrast as these eyes see it."""
    low, high = sorted(_luminance(seen(color, eyes)) for color in (first, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(light: Light) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), light, strict=True))

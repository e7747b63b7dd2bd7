"""Two panels of lines over the number of chunks, as an SVG: milliseconds and megabytes.

Both axes are logarithmic: what grows in proportion is a straight line that rises as steeply as the
panel's diagonal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WIDTH, HEIGHT = 440, 320
LEFT, TOP, RIGHT, BOTTOM = 64, 44, 24, 52
COLOURS = ("#0969da", "#cf222e", "#8250df")


@dataclass(frozen=True, slots=True)
class _Axes:
    """Where values stand in a panel."""

    x: tuple[float, float]
    y: tuple[float, float]
    """Exponents of ten at the ends."""
    offset: int

    def across(self, value: float) -> float:
        low, high = self.x
        share = (math.log10(value) - low) / (high - low)
        return self.offset + LEFT + share * (WIDTH - LEFT - RIGHT)

    def down(self, value: float) -> float:
        low, high = self.y
        share = (math.log10(value) - low) / (high - low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def draw(
    chunks: Sequence[int],
    *,
    latency: Mapping[str, Sequence[float]],
    megabytes: Mapping[str, Sequence[float]],
    threshold: int,
) -> str:
    """Return the SVG; ``threshold`` is the size at which the search goes over to structures."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="12"',
        f' viewBox="0 0 {2 * WIDTH} {HEIGHT}">',
        f'<rect width="{2 * WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_panel("Candidates of one search, median ms", chunks, latency, threshold, offset=0),
        *_panel("Size on disk, MB", chunks, megabytes, threshold, offset=WIDTH),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _panel(
    title: str,
    chunks: Sequence[int],
    lines: Mapping[str, Sequence[float]],
    threshold: int,
    *,
    offset: int,
) -> Iterator[str]:
    values = [max(value, 0.1) for line in lines.values() for value in line]
    axes = _Axes(x=_span(chunks), y=_span(values), offset=offset)
    yield _text(offset + LEFT, TOP - 20, title, weight="bold")
    yield from _grid(axes)
    yield _line(
        (axes.across(threshold), TOP),
        (axes.across(threshold), HEIGHT - BOTTOM),
        "#999",
        dashes="4 3",
    )
    yield _text(axes.across(threshold) + 4, TOP + 10, f"{threshold:,}", colour="#777")
    for place, (name, line) in enumerate(lines.items()):
        colour = COLOURS[place]
        points = [
            (axes.across(count), axes.down(max(value, 0.1)))
            for count, value in zip(chunks, line, strict=True)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y in points:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
        across = offset + LEFT + 110 * place
        yield f'<rect x="{across}" y="{TOP - 14}" width="10" height="3" fill="{colour}"/>'
        yield _text(across + 14, TOP - 8, name, colour=colour)
    yield _text(offset + (WIDTH + LEFT - RIGHT) / 2, HEIGHT - 14, "chunks", anchor="middle")


def _span(values: Sequence[float]) -> tuple[float, float]:
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 1e-9)


def _grid(axes: _Axes) -> Iterator[str]:
    left, right = axes.offset + LEFT, axes.offset + WIDTH - RIGHT
    for exponent in range(int(axes.x[0]), int(axes.x[1]) + 1):
        across = axes.across(10**exponent)
        yield _line((across, TOP), (across, HEIGHT - BOTTOM), "#ddd")
        yield _text(across, HEIGHT - BOTTOM + 16, f"{10**exponent:,}", anchor="middle")
    for exponent in range(int(axes.y[0]), int(axes.y[1]) + 1):
        down = axes.down(10**exponent)
        yield _line((left, down), (right, down), "#ddd")
        yield _text(left - 6, down + 4, f"{10**exponent:,g}", anchor="end")


def _line(
    start: tuple[float, float], end: tuple[float, float], colour: str, *, dashes: str = "none"
) -> str:
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
        f' stroke-dasharray="{dashes}"/>'
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    colour: str = "#333",
    weight: str = "normal",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"'
        f' font-weight="{weight}">{text}</text>'
    )

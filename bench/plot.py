"""A plot of lines over two logarithmic axes as an SVG, without a library."""

import math
from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 420, 70, 50, 20, 190
COLOURS = ("#206bc4", "#d6336c", "#2fb344", "#f59f00", "#6c757d")
Points = Sequence[tuple[float, float]]


def draw_growth(lines: Mapping[str, Points], *, across: str, up: str) -> str:
    """The SVG. `lines` maps a name to its points (both values above 0)."""
    xs = [x for points in lines.values() for x, _ in points]
    ys = [y for points in lines.values() for _, y in points]
    x_range, y_range = decades(xs), decades(ys)

    def place(x: float, y: float) -> tuple[float, float]:
        share_x = (math.log10(x) - x_range[0]) / (x_range[1] - x_range[0])
        share_y = (math.log10(y) - y_range[0]) / (y_range[1] - y_range[0])
        return LEFT + share_x * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - share_y * (HEIGHT - BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *(grid_line(place, power, y_range, vertical=True) for power in range(x_range[0], x_range[1] + 1)),
        *(grid_line(place, power, x_range, vertical=False) for power in range(y_range[0], y_range[1] + 1)),
        text(LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 10, across, "middle"),
        f'<g transform="rotate(-90 16 {HEIGHT / 2})">{text(16, HEIGHT / 2, up, "middle")}</g>',
    ]
    for number, (name, points) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        spots = [place(x, y) for x, y in points]
        track = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{track}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in spots]
        row = TOP + 16 + 20 * number
        parts.append(f'<rect x="{WIDTH - RIGHT + 14}" y="{row - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(text(WIDTH - RIGHT + 30, row, name, "start"))
    return "\n".join([*parts, "</svg>\n"])


def decades(values: Sequence[float]) -> tuple[int, int]:
    """Whole powers of ten around the values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def grid_line(place, power: int, other: tuple[int, int], *, vertical: bool) -> str:  # type: ignore[no-untyped-def]
    """One line of the grid with its label."""
    ends = [(10.0**power, 10.0**end) if vertical else (10.0**end, 10.0**power) for end in other]
    (x1, y1), (x2, y2) = (place(*end) for end in ends)
    label = f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
    mark = text(x1, y1 + 18, label, "middle") if vertical else text(x1 - 8, y1 + 4, label, "end")
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dce1e7"/>{mark}'


def text(x: float, y: float, words: str, anchor: str) -> str:
    """A label."""
    safe = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#182433">{safe}</text>'

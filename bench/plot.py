"""Line charts as SVG, for documents that are read in the dark and in the light: the background is the page's own.

Colours differ in lightness as well as in hue, and each line has markers of its own, so that nobody needs to see colours.
"""

import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, BOTTOM = 74, 34, 58
LEGEND_TOP, LEGEND_ROW, LEGEND_GAP = 50, 20, 30  # From the top to the first row, from row to row, from the last to the plot.
STYLE = """
  text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .muted { fill: #59636e; }
  .grid { stroke: #818b98; stroke-opacity: 0.3; }
  .axis { stroke: #818b98; }
  .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
  .s0 { stroke: #0969da; } .s1 { stroke: #bc4c00; } .s2 { stroke: #1a7f37; } .s3 { stroke: #8250df; }
  .f0 { fill: #0969da; } .f1 { fill: #bc4c00; } .f2 { fill: #1a7f37; } .f3 { fill: #8250df; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .muted { fill: #9198a1; }
    .s0 { stroke: #58a6ff; } .s1 { stroke: #f0883e; } .s2 { stroke: #3fb950; } .s3 { stroke: #bc8cff; }
    .f0 { fill: #58a6ff; } .f1 { fill: #f0883e; } .f2 { fill: #3fb950; } .f3 { fill: #bc8cff; }
  }
"""


@dataclass
class Series:
    name: str
    points: list  # Of (x, y).
    is_dashed: bool = False
    colour: int = 0
    has_markers: bool = True  # A bound has none, as it was not measured.


class Axis:
    """From values to pixels. A logarithmic one goes from a power of ten, or two or five of it, to another."""

    def __init__(self, values, pixels, is_log):
        self.is_log, self.pixels = is_log, pixels
        self.ticks = log_ticks(min(values), max(values)) if is_log else linear_ticks(max(values))
        self.low, self.high = self.ticks[0], self.ticks[-1]

    def __call__(self, value):
        scale = math.log10 if self.is_log else float
        share = (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low))
        return self.pixels[0] + share * (self.pixels[1] - self.pixels[0])


def linear_ticks(high):
    """From nothing, in round steps, to `high` or beyond."""
    rough = max(high, 1e-9) / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    return [index * step for index in range(math.ceil(high / step - 1e-6) + 1)]


def log_ticks(low, high):
    """Powers of ten; where there are few of them, their double and their half, too."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1,) if last - first > 3 else (1, 2, 5)
    ticks = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
    below = max((each for each in ticks if each <= low * 1.0001), default=ticks[0])
    above = min((each for each in ticks if each >= high * 0.9999), default=ticks[-1])
    if below == above:
        above *= 10
    return [each for each in ticks if below <= each <= above] or [below, above]


def spelled(value):
    """1,500 or 0.25: without digits that say nothing."""
    if value >= 1_000_000 and value % 100_000 == 0:
        return f"{value / 1e6:g} M"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"


def marker(x, y, index):
    """A circle, a square, a triangle or a diamond."""
    if index == 0:
        return f'<circle class="f0" cx="{x:.1f}" cy="{y:.1f}" r="3.6"/>'
    shapes = {1: ((-3.2, -3.2), (3.2, -3.2), (3.2, 3.2), (-3.2, 3.2)), 2: ((0, -4.4), (4.2, 3.2), (-4.2, 3.2)),
              3: ((0, -4.6), (4.6, 0), (0, 4.6), (-4.6, 0))}
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shapes[index])
    return f'<polygon class="f{index}" points="{points}"/>'


def line(each, path):
    dash = ' stroke-dasharray="5 4"' if each.is_dashed else ""
    return f'<path class="line s{each.colour}"{dash} d="M{path}"/>'


def legend(series):
    """Beside each other above the plot, in as many rows as it takes: what is drawn, and where the last row is."""
    out, x, y = [], LEFT, LEGEND_TOP
    for each in series:
        width = 46 + 7.2 * len(each.name)
        if x > LEFT and x + width > WIDTH - RIGHT:
            x, y = LEFT, y + LEGEND_ROW
        out.append(line(each, f"{x:.1f} {y}h26"))
        if each.has_markers:
            out.append(marker(x + 13, y, each.colour))
        out.append(f'<text x="{x + 32:.1f}" y="{y + 4.5}">{escape(each.name)}</text>')
        x += width
    return out, y


def grid(x_axis, y_axis):
    for tick in y_axis.ticks:
        y = y_axis(tick)
        yield f'<path class="{"axis" if tick == y_axis.low else "grid"}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        yield f'<text class="muted" x="{LEFT - 8}" y="{y + 4.5:.1f}" text-anchor="end">{spelled(tick)}</text>'
    for tick in x_axis.ticks:
        x = x_axis(tick)
        yield f'<path class="axis" d="M{x:.1f} {HEIGHT - BOTTOM}v5"/>'
        yield f'<text class="muted" x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{spelled(tick)}</text>'


def line_chart(title, x_label, y_label, series, x_is_log=False, y_is_log=False):
    """`title` says what is shown; labels end in their unit."""
    names, last_row = legend(series)
    top = last_row + LEGEND_GAP
    x_axis = Axis([x for each in series for x, _ in each.points], (LEFT, WIDTH - RIGHT), x_is_log)
    y_axis = Axis([y for each in series for _, y in each.points], (HEIGHT - BOTTOM, top), y_is_log)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">',
           f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", f'<text class="title" x="16" y="26">{escape(title)}</text>',
           *names, *grid(x_axis, y_axis),
           f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle">{escape(x_label)}</text>',
           f'<text transform="translate(18 {(top + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{escape(y_label)}</text>']
    for each in series:
        places = [(x_axis(x), y_axis(y)) for x, y in each.points]
        out.append(line(each, "L".join(f"{x:.1f} {y:.1f}" for x, y in places)))
        if each.has_markers:
            out += (marker(x, y, each.colour) for x, y in places)
    return "\n".join([*out, "</svg>"]) + "\n"

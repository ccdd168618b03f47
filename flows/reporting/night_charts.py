"""The charts of the night's report: SVG to stand in the page itself, without a script, a link or a font from elsewhere.

Each names itself to a screen reader with all its numbers; beside it the page has the same numbers as a table.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pygal
from pygal.style import Style

# It looks for plug-ins of its own at every import of anything, in a manner that Python has given up and warns of.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]

_FOR_SCRIPTS = ("script", "desc", "title")
_FONT = "system-ui, sans-serif"
_WIDTH = 360
_ROOM_FOR_NUMBERS = 1.25
"""Of the longest bar's length."""

_GUIDE, _INK = "#d5dce4", "#16202b"

_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    font_family=_FONT,
    label_font_size=11,
    major_label_font_size=11,
    value_font_size=11,
    legend_font_size=11,
    guide_stroke_color=_GUIDE,
    major_guide_stroke_color=_GUIDE,
    guide_stroke_dasharray="none",
    major_guide_stroke_dasharray="none",
    opacity="1",
    foreground=_INK,
    foreground_strong=_INK,
    foreground_subtle=_INK,
    colors=("#123f73", "#6d94c4"),
)
"""Two blues that a printer and whoever sees no colours tell apart by their lightness; from white, too, at 3 to 1."""


def bars(name: str, rows: Sequence[tuple[str, Sequence[int | None]]], series: Sequence[str], title: str) -> str:
    """Lying bars: a row for each label, a bar for each series with its number at the end.

    One kind may have hundreds where the others have one or two, whose bars are too short to be seen.
    """
    most = max((number or 0 for _, numbers in rows for number in numbers), default=0)
    room = (0, max(most, 1) * _ROOM_FOR_NUMBERS)
    height = 90 + 16 * len(series) * len(rows)
    chart = pygal.HorizontalBar(_config(height=height, range=room, print_values=True, print_values_position="top"))
    chart.uuid = name
    chart.x_labels = [label for label, _ in rows][::-1]
    for i, label in enumerate(series):
        chart.add(label, [numbers[i] for _, numbers in rows][::-1])
    told = [
        f"{label}: {', '.join(f'{one} {number or 0}' for one, number in zip(series, numbers, strict=True))}"
        for label, numbers in rows
    ]
    return _svg(chart, title, told)


def columns(name: str, numbers: Mapping[str, int], title: str, *, every: int = 1) -> str:
    """Standing bars: one for each label; every so many labels are written out, the last among them."""
    chart = pygal.Bar(_config(height=190, show_legend=False))
    chart.uuid = name
    labels = list(numbers)
    chart.x_labels = labels
    chart.x_labels_major = labels[::-1][::every]
    chart.show_minor_x_labels = False
    chart.add(title, list(numbers.values()))
    return _svg(chart, title, [f"{label}: {number}" for label, number in numbers.items()])


def _config(**options: Any) -> pygal.Config:
    """As wide as a small screen, so that its words can be read there."""
    shown = {
        "legend_at_bottom": True,
        "legend_at_bottom_columns": 1,
        "legend_box_size": 12,
        "truncate_label": -1,
        "truncate_legend": -1,
        "margin": 8,
        "max_scale": 5,
        **options,
    }
    config = pygal.Config(js=[], disable_xml_declaration=True, style=_STYLE, width=_WIDTH, order_min=0, **shown)
    config.value_formatter = lambda value: f"{value:g}"
    return config


def _svg(chart: Any, title: str, told: Sequence[str]) -> str:
    """The picture alone, named for a screen reader by `title` and by what it shows, `told` in words."""

    def bare(svg: Any) -> Any:
        for parent in list(svg.iter()):
            for child in [one for one in parent if one.tag in _FOR_SCRIPTS or not isinstance(one.tag, str)]:
                parent.remove(child)
            parent.attrib.pop("id", None)
        for number in svg.iterfind(".//*[@class='value']"):  # at the end of its bar, not across it
            number.set("text-anchor", "start")
            number.set("x", str(float(number.get("x")) - 2))
        svg.set("id", f"chart-{chart.uuid}")  # its rules of style begin with it
        svg.set("role", "img")
        svg.set("aria-label", f"{title}. {'; '.join(told)}")
        return svg

    chart.add_xml_filter(bare)
    return str(chart.render(is_unicode=True))

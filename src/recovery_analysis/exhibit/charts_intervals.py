"""Estimates side by side: a dot with its likely range for each row, names on the left, in the order given."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from recovery_analysis.exhibit import style
from recovery_analysis.exhibit.svg import Sheet, chart_theme, text_width, wrap

NO_RANGE_WORDS = "no likely range"
NO_VALUE_WORDS = "not enough information"
MOST_ROWS = 400
_NAME_WIDTH = 178
_LINE_HEIGHT = 16
_ROW_ROOM = 14
_GROUP_HEIGHT = 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One row. Without ``low`` and ``high`` it is hollow; without ``value`` it says so in words.

    ``group`` puts rows under a heading; rows of one group must follow each other.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    interval: Interval
    words: list[str]
    top: float
    height: float
    heading_top: float | None


def intervals_chart(
    *,
    id: str,  # noqa: A002 (the id of the drawing in the page)
    intervals: Sequence[Interval],
    x_label: str,
    alt: str,
    reference: float | None = None,
    reference_label: str = "",
) -> str:
    """Draw rows of estimates with their likely ranges as inline SVG; the height grows with the rows.

    Parameters
    ----------
    id
        Id of the drawing, unique in the page; every id inside starts with it.
    intervals
        1 to 400 rows in the order to show; no ranking is made here.
    x_label
        What is measured, with its unit; stands above the plot.
    alt
        Chart type, what is plotted and the main message, in one sentence.
    reference, reference_label
        A value to compare with, drawn as a labelled vertical line.

    Raises
    ------
    ValueError
        For no row, more than 400, or no row with a value.
    """
    if not 1 <= len(intervals) <= MOST_ROWS:
        raise ValueError(f"a chart of intervals takes 1 to {MOST_ROWS} rows, got {len(intervals)}")
    numbers = [n for row in intervals for n in (row.value, row.low, row.high) if n is not None]
    if not numbers:
        raise ValueError("no row has a value: say so in words instead of drawing an empty chart")
    if reference is not None:
        numbers.append(reference)
    with chart_theme(id):
        heading = _heading_lines(x_label)
        key = _key_items(intervals)
        top = len(heading) * _LINE_HEIGHT + (20 if key else 0) + (20 if reference_label else 0) + 24
        rows = _rows(intervals, top)
        bottom = rows[-1].top + rows[-1].height
        sheet = Sheet(width=style.CHART_WIDTH, height=bottom + 26)
        left = max(text_width(part) for row in rows for part in row.words) + 14
        right = style.CHART_WIDTH - 14
        axes = sheet.plot(left=left, top=top, right=right, bottom=bottom)
        ticks = _ticks(numbers)
        axes.set_xlim(ticks[0], ticks[-1])
        axes.set_ylim(bottom, top)
        _write_head(sheet, heading, key)
        _draw_ticks(sheet, axes, ticks, (left, right), (top, bottom))
        if reference is not None:
            _draw_reference(sheet, axes, reference, reference_label, ticks, (left, right), top)
        for row in rows:
            _draw_row(sheet, axes, row, ticks, left)
        return sheet.to_svg(chart_id=id, title=f"Dot chart with ranges: {x_label}", alt=alt)


def _heading_lines(x_label: str) -> list[str]:
    return wrap(x_label, width=style.CHART_WIDTH, size=style.CHART_SMALL)


def _key_items(intervals: Sequence[Interval]) -> list[tuple[str, str]]:
    """Explain the hollow marker only where one is drawn."""
    hollow = [row for row in intervals if row.value is not None and row.low is None]
    if not hollow:
        return []
    filled = [("o", "with likely range")] if any(row.low is not None for row in intervals) else []
    return [*filled, ("D", NO_RANGE_WORDS)]


def _rows(intervals: Sequence[Interval], top: float) -> list[_Row]:
    rows: list[_Row] = []
    group = ""
    for interval in intervals:
        heading_top = None
        if interval.group and interval.group != group:
            heading_top = top
            top += _GROUP_HEIGHT
        group = interval.group
        words = wrap(interval.label, width=_NAME_WIDTH)
        height = len(words) * _LINE_HEIGHT + _ROW_ROOM
        rows.append(
            _Row(interval=interval, words=words, top=top, height=height, heading_top=heading_top)
        )
        top += height
    return rows


def _ticks(numbers: Sequence[float]) -> list[float]:
    low, high = min(numbers), max(numbers)
    room = (high - low) * 0.03 or 0.5
    locator = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3)
    ticks = [round(float(tick), 6) for tick in locator.tick_values(low - room, high + room)]
    return ticks


def _decimals(ticks: Sequence[float]) -> int:
    return next((n for n in range(4) if all(abs(t - round(t, n)) < 1e-9 for t in ticks)), 4)


def _write_head(sheet: Sheet, heading: list[str], key: list[tuple[str, str]]) -> None:
    for place, words in enumerate(heading):
        sheet.text(0, 15 + place * _LINE_HEIGHT, words, size=style.CHART_SMALL, colour=style.MUTED)
    x = 7.0
    y = 15.0 + len(heading) * _LINE_HEIGHT + 4
    for marker, words in key:
        axes = sheet.plot(left=x - 6, top=y - 11, right=x + 6, bottom=y + 1)
        _dot(axes, 0.5, 0.5, filled=marker == "o")
        sheet.text(x + 12, y, words, size=style.CHART_SMALL)
        x += text_width(words, style.CHART_SMALL) + 40


def _draw_ticks(
    sheet: Sheet,
    axes: Axes,
    ticks: Sequence[float],
    across: tuple[float, float],
    down: tuple[float, float],
) -> None:
    left, right = across
    top, bottom = down
    for tick in ticks:
        axes.axvline(tick, color=style.MUTED if tick == 0 else style.HAIRLINE, linewidth=1)
        place = left + (tick - ticks[0]) / (ticks[-1] - ticks[0]) * (right - left)
        words = style.format_number(tick, _decimals(ticks))
        for y in (top - 6, bottom + 18):
            sheet.text(place, y, words, align="center", size=style.CHART_SMALL)


def _draw_reference(
    sheet: Sheet,
    axes: Axes,
    reference: float,
    label: str,
    ticks: Sequence[float],
    across: tuple[float, float],
    top: float,
) -> None:
    left, right = across
    axes.axvline(reference, color=style.INK, linewidth=1.3, dashes=(3, 2), zorder=2)
    half = text_width(label, style.CHART_SMALL) / 2
    place = left + (reference - ticks[0]) / (ticks[-1] - ticks[0]) * (right - left)
    middle = min(max(place, half), sheet.width - half)
    sheet.text(middle, top - 25, label, align="center", size=style.CHART_SMALL, bold=True)


def _draw_row(sheet: Sheet, axes: Axes, row: _Row, ticks: Sequence[float], left: float) -> None:
    middle = row.top + row.height / 2
    if row.heading_top is not None:
        sheet.text(0, row.heading_top + 23, row.interval.group, bold=True)
    first = middle - (len(row.words) - 1) * _LINE_HEIGHT / 2 + 5
    for place, words in enumerate(row.words):
        sheet.text(0, first + place * _LINE_HEIGHT, words)
    axes.axhline(row.top + row.height, color=style.HAIRLINE, linewidth=0.8)
    interval = row.interval
    if interval.value is None:
        _say_no_value(sheet, left, middle)
        return
    if interval.low is not None and interval.high is not None:
        axes.plot([interval.low, interval.high], [middle, middle], color=style.BLUE, linewidth=2.2,
                  marker="|", markersize=8, markeredgewidth=1.6, zorder=3)  # fmt: skip
    _dot(axes, interval.value, middle, filled=interval.low is not None)


def _say_no_value(sheet: Sheet, left: float, middle: float) -> None:
    """Set an open square and words on plain paper, so that no grid line runs through them."""
    width = text_width(NO_VALUE_WORDS, style.CHART_SMALL) + 22
    axes = sheet.plot(left=left, top=middle - 9, right=left + width, bottom=middle + 9)
    axes.axhspan(0, 1, facecolor=style.PAPER, edgecolor="none")
    axes.plot(8 / width, 0.5, marker="s", markersize=7, color=style.PAPER,
              markeredgecolor=style.MUTED, markeredgewidth=1.5)  # fmt: skip
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    sheet.text(left + 19, middle + 4.5, NO_VALUE_WORDS, size=style.CHART_SMALL, colour=style.MUTED)


def _dot(axes: Axes, x: float, y: float, *, filled: bool) -> None:
    axes.plot(
        x,
        y,
        marker="o" if filled else "D",
        markersize=9 if filled else 7.5,
        color=style.BLUE if filled else style.PAPER,
        markeredgecolor=style.PAPER if filled else style.BLUE,
        markeredgewidth=1 if filled else 1.8,
        zorder=4,
        clip_on=False,
    )

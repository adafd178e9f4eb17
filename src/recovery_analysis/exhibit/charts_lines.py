"""A measure over academic years: lines with whiskers, the closure marked, years without tests left open."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from recovery_analysis.exhibit import style
from recovery_analysis.exhibit.svg import Sheet, chart_theme, text_width, wrap
from recovery_analysis.words.periods import AcademicYear

#: Where 20 March 2020 stands when whole numbers are the tests of early summer: about a sixth of a year
#: before those that were to be held in May 2020.
CLOSURE_X = 2019.84
CLOSURE_WORDS = "20 March 2020: schools close"
_LABEL_WIDTH = 110
_LINE_HEIGHT = 16
_TOP = 54
_BOTTOM = 292


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One drawn value; ``x`` is the calendar year in which the academic year ends (2019 is 2018/19)."""

    x: float
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series. ``style_index`` 0 to 3 picks colour, marker and dash and keeps one meaning per colour.

    ``dashed`` marks a modelled line (an expectation): it may cross years without tests and has no
    markers; a measured line never does.
    """

    label: str
    points: tuple[Point, ...]
    style_index: int
    dashed: bool = False


def years_chart(
    *,
    id: str,  # noqa: A002 (the id of the drawing in the page)
    lines: Sequence[Line],
    y_label: str,
    alt: str,
    mark_closure: bool = True,
    gap_years: Sequence[int] = (2020, 2021),
    y_zero: bool = True,
) -> str:
    """Draw up to four series over academic years as inline SVG.

    Parameters
    ----------
    id
        Id of the drawing, unique in the page; every id inside starts with it.
    lines
        One to four series with at least one point each; their labels stand at their ends.
    y_label
        What is measured, with its unit; stands above the axis, horizontally.
    alt
        Chart type, what is plotted and the main message, in one sentence.
    mark_closure
        Mark 20 March 2020 where the years shown reach across it.
    gap_years
        Calendar years in which no tests were held: shaded, named, and crossed by no measured line.
    y_zero
        Start (or end) the axis at nought.

    Raises
    ------
    ValueError
        For no line, more than four, a line without points, or a measured point in a gap year.
    """
    _check(lines, gap_years)
    with chart_theme(id):
        sheet = Sheet(width=style.CHART_WIDTH, height=style.CHART_HEIGHT)
        values = [number for line in lines for point in line.points for number in _numbers(point)]
        ticks = _ticks([*values, 0.0] if y_zero else values)
        tick_words = [style.format_number(tick, _decimals(ticks)) for tick in ticks]
        left = max(text_width(words) for words in tick_words) + 10
        right = style.CHART_WIDTH - _label_column(lines) - 12
        axes = sheet.plot(left=left, top=_TOP, right=right, bottom=_BOTTOM)
        years = sorted({point.x for line in lines for point in line.points})
        axes.set_xlim(years[0] - 0.45, years[-1] + 0.45)
        axes.set_ylim(ticks[0], ticks[-1])
        sheet.text(0, 15, y_label, size=style.CHART_SMALL, colour=style.MUTED)
        for tick, words in zip(ticks, tick_words, strict=True):
            axes.axhline(tick, color=style.INK if tick == 0 else style.HAIRLINE, linewidth=1)
            sheet.text(left - 7, _pixel(tick, ticks) + 5, words, align="right")
        _mark_gap(sheet, axes, gap_years, years)
        if mark_closure and years[0] < CLOSURE_X < years[-1]:
            _mark_closure(sheet, axes)
        _label_years(sheet, axes, years)
        for place, line in enumerate(lines):
            _draw(axes, line, gap_years, offset=_offset(place, lines))
        _label_lines(sheet, lines, ticks, right)
        return sheet.to_svg(chart_id=id, title=f"Line chart: {y_label}", alt=alt)


def _check(lines: Sequence[Line], gap_years: Sequence[int]) -> None:
    if not 1 <= len(lines) <= len(style.SERIES_COLOURS):
        raise ValueError(
            f"a chart of years takes 1 to 4 lines, got {len(lines)}: use small multiples"
        )
    for line in lines:
        if not line.points:
            raise ValueError(
                f"line {line.label!r} has no points: leave it out and say why in words"
            )
        if not line.dashed and any(point.x in gap_years for point in line.points):
            raise ValueError(
                f"line {line.label!r} has a point in a year without tests {tuple(gap_years)}: put it in "
                "the table with its note, or pass gap_years=() for a measure that was taken"
            )


def _numbers(point: Point) -> list[float]:
    return [number for number in (point.value, point.low, point.high) if number is not None]


def _ticks(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    room = (high - low) * 0.04 or 0.5
    locator = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3)
    ticks = [float(tick) for tick in locator.tick_values(low - room * (low != 0), high + room)]
    step = ticks[1] - ticks[0]
    return [round(tick, 6) for tick in ticks if low - step < tick < high + step]


def _decimals(ticks: Sequence[float]) -> int:
    return next((n for n in range(4) if all(abs(t - round(t, n)) < 1e-9 for t in ticks)), 4)


def _pixel(value: float, ticks: Sequence[float]) -> float:
    return _BOTTOM - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (_BOTTOM - _TOP)


def _across(sheet: Sheet, axes: Axes, x: float) -> float:
    """Give the pixel at which ``x`` stands on the sheet."""
    box = axes.get_position()
    low, high = axes.get_xlim()
    return float(sheet.width * (box.x0 + (x - low) / (high - low) * box.width))


def _mark_gap(sheet: Sheet, axes: Axes, gap_years: Sequence[int], years: Sequence[float]) -> None:
    inside = [year for year in gap_years if years[0] < year < years[-1]]
    if not inside:
        return
    first, last = min(inside) - 0.16, max(inside) + 0.5
    axes.axvspan(first, last, facecolor=style.GAP_SHADE, edgecolor="none", zorder=0)
    middle = (_across(sheet, axes, first) + _across(sheet, axes, last)) / 2
    for place, words in enumerate(("no", "tests")):
        sheet.text(
            middle,
            _BOTTOM - 24 + place * 15,
            words,
            align="center",
            size=style.CHART_SMALL,
            colour=style.MUTED,
        )


def _mark_closure(sheet: Sheet, axes: Axes) -> None:
    axes.axvline(CLOSURE_X, color=style.INK, linewidth=1.2, dashes=(3, 2))
    half = text_width(CLOSURE_WORDS, style.CHART_SMALL) / 2
    middle = min(max(_across(sheet, axes, CLOSURE_X), half), sheet.width - half)
    sheet.text(middle, 43, CLOSURE_WORDS, align="center", size=style.CHART_SMALL)


def _label_years(sheet: Sheet, axes: Axes, years: Sequence[float]) -> None:
    """Tick every year; write the last before closure, the last and the first, then what still fits."""
    whole = range(round(years[0]), round(years[-1]) + 1)
    wanted = [year for year in (2019, whole[-1], whole[0]) if year in whole]
    taken: list[float] = []
    for year in [*wanted, *(year for year in whole if year not in wanted)]:
        words = str(AcademicYear.ending(year))
        place = _across(sheet, axes, year)
        needed = text_width(words, style.CHART_SMALL) + 8
        axes.plot([year, year], [0, -0.02], transform=axes.get_xaxis_transform(), clip_on=False,
                  color=style.MUTED, linewidth=1)  # fmt: skip
        if all(abs(place - other) >= needed for other in taken):
            taken.append(place)
            sheet.text(place, _BOTTOM + 20, words, align="center", size=style.CHART_SMALL)


def _offset(place: int, lines: Sequence[Line]) -> float:
    """Set series slightly apart so that whiskers of the same year do not hide each other."""
    has_whiskers = any(point.low is not None for line in lines for point in line.points)
    return 0.1 * (place - (len(lines) - 1) / 2) if has_whiskers else 0.0


def _draw(axes: Axes, line: Line, gap_years: Sequence[int], *, offset: float) -> None:
    colour = style.SERIES_COLOURS[line.style_index]
    dash = style.MODELLED_DASH if line.dashed else style.SERIES_DASHES[line.style_index]
    for run in [list(line.points)] if line.dashed else _runs(line.points, gap_years):
        xs = [point.x + offset for point in run]
        (drawn,) = axes.plot(
            xs,
            [point.value for point in run],
            color=colour,
            linewidth=1.8 if line.dashed else 2.4,
            marker=None if line.dashed else style.SERIES_MARKERS[line.style_index],
            markersize=7.5,
            markeredgecolor=style.PAPER,
            markeredgewidth=1,
            zorder=4,
            clip_on=False,
        )
        if dash:
            drawn.set_dashes(dash)
        for x, point in zip(xs, run, strict=True):
            if point.low is not None and point.high is not None:
                _whisker(axes, x, point.low, point.high, colour)


def _whisker(axes: Axes, x: float, low: float, high: float, colour: str) -> None:
    axes.plot([x, x], [low, high], color=colour, linewidth=1.3, zorder=3,
              marker="_", markersize=6, markeredgewidth=1.3)  # fmt: skip


def _runs(points: Sequence[Point], gap_years: Sequence[int]) -> list[list[Point]]:
    """Split where a year is missing or had no tests: a line would claim what nobody measured."""
    runs: list[list[Point]] = []
    for point in sorted(points, key=lambda item: item.x):
        last = runs[-1][-1].x if runs else None
        if last is None or point.x - last > 1.01 or any(last < y < point.x for y in gap_years):
            runs.append([])
        runs[-1].append(point)
    return runs


def _label_column(lines: Sequence[Line]) -> float:
    widths = [
        text_width(part, bold=not line.dashed)
        for line in lines
        for part in wrap(line.label, width=_LABEL_WIDTH)
    ]
    return max(widths) + 4


def _label_lines(sheet: Sheet, lines: Sequence[Line], ticks: Sequence[float], right: float) -> None:
    """Name each line beside its last point, pushed apart where ends are close."""
    labels = sorted(
        ((_pixel(max(line.points, key=lambda p: p.x).value, ticks), line) for line in lines),
        key=lambda label: label[0],
    )
    parts = [wrap(line.label, width=_LABEL_WIDTH) for _, line in labels]
    tops = _spread([middle for middle, _ in labels], [len(p) * _LINE_HEIGHT for p in parts])
    for (end, line), top, words in zip(labels, tops, parts, strict=True):
        colour = style.SERIES_COLOURS[line.style_index]
        middle = top + len(words) * _LINE_HEIGHT / 2
        _leader(sheet, (right - 6, end), (right + 5, middle), colour)
        for place, part in enumerate(words):
            sheet.text(right + 10, top + 12.5 + place * _LINE_HEIGHT, part, bold=not line.dashed)


def _leader(
    sheet: Sheet, start: tuple[float, float], end: tuple[float, float], colour: str
) -> None:
    """Join a line's last point to its label."""
    xs = [start[0] / sheet.width, end[0] / sheet.width]
    ys = [1 - start[1] / sheet.height, 1 - end[1] / sheet.height]
    sheet.figure.add_artist(Line2D(xs, ys, color=colour, linewidth=1.2))


def _spread(middles: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Give the tops of boxes that stay near their middles, in order, apart, and on the sheet."""
    tops: list[float] = []
    floor = 0.0
    for middle, height in zip(middles, heights, strict=True):
        top = max(middle - height / 2, floor)
        tops.append(top)
        floor = top + height + 3
    limit = _BOTTOM + 6
    for place in range(len(tops) - 1, -1, -1):
        tops[place] = min(tops[place], limit - heights[place])
        limit = tops[place] - 3
    return tops

"""Charts draw what they are given, accessibly, the same way each time, and refuse what would mislead."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib
import pytest

from recovery_analysis.exhibit import style
from recovery_analysis.exhibit.charts import Interval, Line, Point, intervals_chart, years_chart
from recovery_analysis.exhibit.svg import text_width, wrap


def points(*pairs):
    return tuple(Point(x=x, value=v, low=v - 1, high=v + 1) for x, v in pairs)


FULL = points((2017, 60), (2018, 62), (2019, 65), (2022, 58), (2023, 60))


def draw(**changes):
    lines = (Line(label="Other pupils", points=FULL, style_index=0),)
    return years_chart(**{"id": "c1", "lines": lines, "y_label": "Score", "alt": "Alt.", **changes})


def parsed(svg):
    root = ElementTree.fromstring(svg)  # noqa: S314 (drawn a line above)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def words(svg):
    return [element.text for element in parsed(svg).iter("text")]


def paths(svg, colour):
    return [e for e in parsed(svg).iter("path") if (e.get("stroke") or "").upper() == colour]


def test_svg_is_labelled_scales_and_keeps_text_as_text():
    root = parsed(draw(alt='Rose & "fell" <again>'))
    assert root.get("role") == "img"
    assert root.get("viewBox") == "0 0 440 320"
    assert root.get("width") is None
    names = {e.get("id"): e.text for e in root if e.tag in {"title", "desc"}}
    assert root.get("aria-labelledby") == " ".join(names)
    assert names["c1-desc"] == 'Rose & "fell" <again>'
    assert "Other pupils" in words(draw())


def test_same_bytes_twice_and_no_global_state():
    before = dict(matplotlib.rcParams)
    assert draw() == draw()
    assert dict(matplotlib.rcParams) == before


def test_every_id_and_reference_belongs_to_the_chart():
    first, second = draw(), draw(id="c2")
    ids = [re.findall(r'\bid="([^"]+)"', svg) for svg in (first, second)]
    assert not set(ids[0]) & set(ids[1])
    prefixes = [{name.rpartition("-")[0] for name in found} for found in ids]
    assert len(prefixes[0]) == 2
    assert "c1" in prefixes[0]
    assert not prefixes[0] & prefixes[1]
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', first))
    assert used
    assert used <= set(ids[0])


def test_text_is_at_least_twelve_pixels():
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', draw())]
    assert min(sizes) >= 12


def test_no_measured_line_crosses_years_without_tests():
    drawn = [
        [float(x) for x in re.findall(r"[ML] ([\d.]+) ", path.get("d"))]
        for path in paths(draw(), style.BLUE)
        if path.get("stroke-width") == "2.4"
    ]
    assert [len(xs) for xs in drawn] == [3, 2]
    assert max(drawn[0]) < min(drawn[1])
    assert {"no", "tests", "20 March 2020: schools close"} <= set(words(draw()))


def test_modelled_line_may_cross_and_is_dashed():
    modelled = Line(
        label="Expected", points=points((2019, 60), (2022, 61)), style_index=0, dashed=True
    )
    svg = draw(lines=(modelled,))
    long = [p for p in paths(svg, style.BLUE) if p.get("stroke-width") == "1.8"]
    assert len(long) == 1
    assert long[0].get("stroke-dasharray")


def test_closure_is_marked_only_where_the_years_reach_across_it():
    after = (Line(label="Other pupils", points=points((2022, 1), (2023, 2)), style_index=0),)
    assert not any("March" in text for text in words(draw(lines=after)))
    assert not any("March" in text for text in words(draw(mark_closure=False)))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((), "1 to 4 lines"),
        (tuple(Line(label=str(n), points=FULL, style_index=0) for n in range(5)), "got 5"),
        ((Line(label="Empty", points=(), style_index=0),), "no points"),
        ((Line(label="Graded", points=points((2020, 1)), style_index=0),), "without tests"),
    ],
)
def test_lines_that_would_mislead_are_refused(lines, message):
    with pytest.raises(ValueError, match=message):
        draw(lines=lines)


def test_series_differ_in_marker_and_dash_not_only_in_colour():
    assert len(set(style.SERIES_MARKERS)) == len(set(style.SERIES_DASHES)) == 4
    assert len(set(style.SERIES_COLOURS)) == 4


def test_close_labels_do_not_overlap():
    lines = tuple(
        Line(label=f"Group {n}", points=points((2022, 50), (2023, 50 + n / 10)), style_index=n)
        for n in range(4)
    )
    placed = [
        float(e.get("y")) for e in parsed(draw(lines=lines)).iter("text") if "Group" in e.text
    ]
    placed.sort()
    assert len(placed) == 4
    assert min(b - a for a, b in pairwise(placed)) >= 15


def test_negative_ticks_use_the_true_minus():
    lines = (Line(label="P8", points=points((2022, -3), (2023, 2)), style_index=0),)
    assert "−2" in words(draw(lines=lines)) or "−5" in words(draw(lines=lines))


def rows(n):
    return [Interval(label=f"School {k}", value=k, low=k - 2, high=k + 2) for k in range(n)]


def test_intervals_keep_order_and_grow_with_rows():
    few, many = (
        intervals_chart(id="i", intervals=rows(n), x_label="Gap", alt="A.") for n in (3, 90)
    )
    schools = [text for text in words(many) if text.startswith("School")]
    assert schools == [f"School {k}" for k in range(90)]
    heights = [float(parsed(svg).get("viewBox").split()[-1]) for svg in (few, many)]
    assert heights[1] - heights[0] == 87 * 30
    assert len(many.encode()) < 90_000


def test_row_without_range_has_another_marker_and_a_key():
    hollow = Interval(label="Hollow", value=3)
    with_key = words(intervals_chart(id="i", intervals=[*rows(2), hollow], x_label="Gap", alt="A."))
    without = words(intervals_chart(id="i", intervals=rows(2), x_label="Gap", alt="A."))
    assert "no likely range" in with_key
    assert "no likely range" not in without


def test_row_without_value_says_so():
    hidden = Interval(label="Hidden", value=None)
    svg = intervals_chart(id="i", intervals=[*rows(2), hidden], x_label="Gap", alt="A.")
    assert "not enough information" in words(svg)


def test_groups_get_a_heading_once_and_reference_its_label():
    grouped = [
        Interval(label=n, value=1, group=g) for n, g in (("a", "One"), ("b", "One"), ("c", "Two"))
    ]
    shown = words(
        intervals_chart(
            id="i", intervals=grouped, x_label="G", alt="A.", reference=5, reference_label="England"
        )
    )
    assert shown.count("One") == shown.count("Two") == shown.count("England") == 1


def test_empty_interval_charts_are_refused():
    with pytest.raises(ValueError, match="1 to 400"):
        intervals_chart(id="i", intervals=[], x_label="G", alt="A.")
    with pytest.raises(ValueError, match="no row has a value"):
        intervals_chart(id="i", intervals=[Interval(label="a", value=None)], x_label="G", alt="A.")
    with pytest.raises(ValueError, match="chart id"):
        intervals_chart(id='i" x', intervals=rows(2), x_label="G", alt="A.")


def test_wrap_never_breaks_a_word_and_marks_what_is_cut():
    assert wrap("Disadvantaged pupils", width=40) == ["Disadvantaged", "pupils"]
    cut = wrap("one two three four five six seven eight nine", width=60, most=2)
    assert len(cut) == 2
    assert cut[-1].endswith("…")
    assert text_width("wider", bold=True) > text_width("wider")


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (style.format_number(0.5), "1"),
        (style.format_number(2.675, 2), "2.68"),
        (style.format_number(-0.04, 1), "0.0"),
        (style.format_number(-1234.5, 1), "−1,234.5"),
        (style.signed(0), "0"),
        (style.signed(0.04, 1), "0.0"),
        (style.signed(-1.25, 1), "−1.3"),
        (style.signed(1.25, 1), "+1.3"),
        (style.format_range(-1.94, 1.1, 1), "−1.9 to 1.1"),
    ],
)
def test_number_formats(shown, expected):
    assert shown == expected


def contrast(one, other):
    def luminance(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [style.INK, style.MUTED, style.LINK, style.BLUE])
@pytest.mark.parametrize("ground", [style.PAPER, style.SURFACE])
def test_text_contrast_is_at_least_four_and_a_half(colour, ground):
    assert contrast(colour, ground) >= 4.5


@pytest.mark.parametrize("colour", [*style.SERIES_COLOURS, *(s.colour for s in style.STATUSES)])
def test_graphics_contrast_is_at_least_three(colour):
    assert contrast(colour, style.PAPER) >= 3


def test_statuses_differ_in_word_and_shape():
    assert [s.word for s in style.STATUSES] == [
        "Ahead",
        "As expected",
        "Behind",
        "Not enough information",
    ]
    assert len({s.shape for s in style.STATUSES}) == 4

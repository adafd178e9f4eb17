"""How things look: colours, type, sizes, statuses and number formats; the page's CSS takes its tokens here.

Shown text uses the true minus sign (U+2212) so that a browser never breaks a line inside a number and a
screen reader says "minus"; CSV files keep the ASCII hyphen that every program reads.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

#: Series in the order they are used; two series are blue and orange. One colour, one meaning, all report.
BLUE = "#12436D"
ORANGE = "#F46A25"
TURQUOISE = "#28A197"
PINK = "#801650"
SERIES_COLOURS = (BLUE, ORANGE, TURQUOISE, PINK)
SERIES_MARKERS = ("o", "s", "^", "D")
SERIES_DASHES: tuple[tuple[float, ...], ...] = ((), (7, 3), (2, 2), (7, 3, 2, 3))
MODELLED_DASH = (3, 3)

INK = "#1B2128"
MUTED = "#4D5761"
RULE = "#C4CBD3"
HAIRLINE = "#E3E7EC"
SURFACE = "#F3F6F9"
GAP_SHADE = "#EEF1F4"
PAPER = "#FFFFFF"
LINK = "#1A5390"
FOCUS = "#BFBFBF"

FONT_STACK = '"Segoe UI", Arial, sans-serif'
#: The font that charts are measured with: it ships with matplotlib, so every machine lays out alike.
MEASURING_FONT = "DejaVu Sans"
#: Arial and Segoe UI set about this much narrower than the measuring font.
NARROWER = 0.93

#: Charts are drawn this wide (user units) and shown between 290 and 600 CSS pixels wide, so their text
#: is about as large as body text on a desk and about 10 pixels on the narrowest phone.
CHART_WIDTH = 440
CHART_HEIGHT = 320
CHART_TEXT = 14
CHART_SMALL = 13

MINUS = "\u2212"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One of the four states: the word is always printed, shape and colour only repeat it."""

    name: str
    word: str
    shape: str
    colour: str


STATUSES = (
    Status(name="ahead", word="Ahead", shape="\u25b2", colour=BLUE),
    Status(name="as-expected", word="As expected", shape="\u25cf", colour=MUTED),
    Status(name="behind", word="Behind", shape="\u25bc", colour=ORANGE),
    Status(name="unknown", word="Not enough information", shape="\u25a1", colour=MUTED),
)


def format_number(value: float, decimals: int = 0) -> str:
    """Write a number for a reader: rounded half up, thousands separated, true minus, never minus nought.

    Examples
    --------
    >>> format_number(1234.5)
    '1,235'
    >>> format_number(-0.04, 1)
    '0.0'
    """
    rounded = _rounded(value, decimals)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,}"


def signed(value: float, decimals: int = 0) -> str:
    """Write a change with its sign; nothing stands before nought.

    Examples
    --------
    >>> signed(1.25, 1)
    '+1.3'
    """
    return f"{'+' if _rounded(value, decimals) > 0 else ''}{format_number(value, decimals)}"


def format_range(low: float, high: float, decimals: int = 0) -> str:
    """Write an interval in words.

    Examples
    --------
    >>> format_range(0.51, 3, 1)
    '0.5 to 3.0'
    """
    return f"{format_number(low, decimals)} to {format_number(high, decimals)}"


def css_tokens() -> str:
    """Give the CSS custom properties of the page: the only place where CSS learns a colour or a font."""
    tokens = {
        "blue": BLUE,
        "orange": ORANGE,
        "turquoise": TURQUOISE,
        "pink": PINK,
        "ink": INK,
        "muted": MUTED,
        "rule": RULE,
        "hairline": HAIRLINE,
        "surface": SURFACE,
        "paper": PAPER,
        "link": LINK,
        "focus": FOCUS,
        "font": FONT_STACK,
        **{f"status-{status.name}": status.colour for status in STATUSES},
    }
    return ":root{" + "".join(f"--{name}:{value};" for name, value in tokens.items()) + "}"


def _rounded(value: float, decimals: int) -> Decimal:
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded

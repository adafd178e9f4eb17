"""A made-up report with everything that a page can hold; no number in it is about a real school."""

from recovery_analysis.exhibit.charts import Interval, Line, Point, intervals_chart, years_chart
from recovery_analysis.exhibit.exhibit import (
    Facts,
    Figure,
    Section,
    Sentence,
    Table,
    TableColumn,
)
from recovery_analysis.exhibit.style import format_number, format_range
from recovery_analysis.report.document import Chapter, IndexEntry, KeyNumber, Report

SOURCE = "Department for Education, key stage 2 performance tables, 2015/16 to 2024/25"
HOSTILE = "<script>alert(1)</script>"
SCHOOLS = (
    "Archbishop Wulfstan Church of England Voluntary Aided Primary School and Nursery",
    "Ashbourne Lane Primary School",
    "Beacon Hill Infant School",
    "Cartwright Academy",
    "Dene Valley Junior School",
    "Elmswell Primary School",
    "Fairmead School",
    "Hillcroft Primary School",
    "Kingsbarrow School",
    "Larkrise First School",
    "Meadowgate Academy",
    "Newbold & Thorne Community College",
    "Our Lady of the Seven Sorrows Catholic Primary School, A Voluntary Academy",
    "Pinner's Green Primary School",
    "Queen Ethelburga's Primary School",
    "Rookwood Infant and Nursery School",
    "St Thérèse's Roman Catholic Primary School",
    "The Oaks Primary School (Westbury-on-the-Hill)",
    "Upper Marsh School",
    "Whitethorn Primary School",
)
YEARS = tuple(
    zip((*range(2016, 2020), *range(2022, 2026)), (39, 44, 46, 48, 41, 42, 44, 46), strict=True)
)
STATUS_WORDS = ("Ahead", "As expected", "Behind", "Not enough information")


def years_figure(stem: str, *, shift: float = 0.0) -> Figure:
    """Two groups over the years."""
    moved = [(x, v + shift) for x, v in YEARS]
    other = tuple(Point(x=x, value=v + 23, low=v + 21.5, high=v + 24.5) for x, v in moved)
    fewer = tuple(Point(x=x, value=v, low=v - 3, high=v + 3) for x, v in moved)
    alt = (
        "Line chart of two groups over eight years: both fell after 2020 and have partly returned."
    )
    return Figure(
        id=f"{stem}-chart",
        headline="Both groups fell, and neither is fully back",
        subtitle="Pupils at the expected standard in reading, writing and maths, 2015/16 to 2024/25, %",
        alt=alt,
        svg=years_chart(
            id=f"{stem}-drawing",
            lines=(
                Line(label="Other pupils", points=other, style_index=0),
                Line(label="Disadvantaged pupils", points=fewer, style_index=1),
            ),
            y_label="Pupils at the expected standard (%)",
            alt=alt,
        ),
        table=Table(
            id=f"{stem}-chart-table",
            title="Both groups by year",
            caption="Pupils at the expected standard in reading, writing and maths, by group and year",
            columns=(
                TableColumn(name="year", title="Academic year"),
                TableColumn(name="other", title="Other pupils (%)", kind="number"),
                TableColumn(name="other_range", title="Likely range", kind="number"),
                TableColumn(name="disadvantaged", title="Disadvantaged pupils (%)", kind="number"),
                TableColumn(name="disadvantaged_range", title="Likely range", kind="number"),
            ),
            rows=tuple(
                (
                    f"{x - 1}/{x % 100}",
                    format_number(v + 23 + shift),
                    format_range(v + 21.5 + shift, v + 24.5 + shift),
                    format_number(v + shift),
                    format_range(v - 3 + shift, v + 3 + shift),
                )
                for x, v in YEARS
            ),
            tidy_columns=("time_period", "pupil_group", "estimate", "lower_ci", "upper_ci"),
            tidy_rows=tuple(
                (f"{x - 1}{x % 100}", "disadvantaged", str(v), str(v - 3), str(v + 3))
                for x, v in YEARS
            ),
            notes=("No tests were held in 2019/20 and 2020/21. [x] means not available.",),
        ),
        sources=(SOURCE,),
    )


def schools_figure(stem: str, names: tuple[str, ...] = SCHOOLS) -> Figure:
    """Each school's gap with its range."""
    values = [((place * 7) % 23) - 2 + place % 3 * 0.5 for place in range(len(names))]
    intervals = [
        Interval(label=name, value=None)
        if place % 9 == 5
        else Interval(label=name, value=value)
        if place % 9 == 7
        else Interval(label=name, value=value, low=value - 8, high=value + 9)
        for place, (name, value) in enumerate(zip(names, values, strict=True))
    ]
    alt = "Dot chart of the gap in each school with its likely range: most ranges overlap."
    return Figure(
        id=f"{stem}-chart",
        headline="Gaps differ, but most ranges overlap",
        subtitle="Other minus disadvantaged pupils, each school, 2024/25, percentage points",
        alt=alt,
        svg=intervals_chart(
            id=f"{stem}-drawing",
            intervals=intervals,
            x_label="Gap, percentage points (right: disadvantaged pupils are further behind)",
            alt=alt,
            reference=12,
            reference_label="All 20 schools: 12",
        ),
        table=Table(
            id=f"{stem}-chart-table",
            title="Gap in each school",
            caption="Gap in each school, 2024/25",
            columns=(
                TableColumn(name="school", title="School"),
                TableColumn(name="gap", title="Gap (percentage points)", kind="number"),
                TableColumn(name="range", title="Likely range", kind="number"),
                TableColumn(name="status", title="Against similar schools"),
            ),
            rows=tuple(
                (i.label, "[c]", "[c]", STATUS_WORDS[3])
                if i.value is None
                else (
                    i.label,
                    format_number(i.value),
                    "[x]" if i.low is None or i.high is None else format_range(i.low, i.high),
                    STATUS_WORDS[place % 3],
                )
                for place, i in enumerate(intervals)
            ),
            tidy_columns=("school_name", "estimate", "lower_ci", "upper_ci"),
            tidy_rows=tuple(
                (i.label, *("c" if n is None else str(n) for n in (i.value, i.low, i.high)))
                for i in intervals
            ),
            notes=("[c] too few pupils to report. [x] no likely range is available.",),
        ),
        sources=(SOURCE,),
    )


def sample_report(*, name: str = "Three Rivers Learning Trust", figures: int = 3) -> Report:
    """A whole page; more ``figures`` add small chapters."""
    gap = Chapter(
        id="gap",
        title="The disadvantage gap",
        question="A gap was there before: how far has it widened, and what is the new baseline?",
        sections=(
            Section(
                id="gap-years",
                heading="Before, then and now",
                exhibits=(
                    Sentence(
                        id="gap-answer",
                        text="The gap is about 23 percentage points (likely range 20 to 26), where it was before.",
                        role="answer",
                    ),
                    Sentence(
                        id="gap-plain",
                        text="Disadvantaged pupils reached the expected standard less often than other pupils in "
                        "every year. The likely range is drawn as a whisker, and disadvantaged pupils are "
                        "shown in orange throughout.",
                    ),
                    years_figure("gap-years"),
                    Sentence(
                        id="gap-note",
                        text="Percentages are rounded to whole numbers, so that differences may not add up.",
                        role="note",
                    ),
                ),
            ),
            Section(
                id="gap-schools",
                heading="School by school",
                exhibits=(
                    Sentence(
                        id="gap-caution",
                        text="One year group in one school is small. Ask first, and do not rank.",
                        role="warning",
                    ),
                    schools_figure("gap-schools", (*SCHOOLS[:-1], f"Whitethorn {HOSTILE} School")),
                    Sentence(
                        id="gap-missing",
                        text="We cannot say whether Fairmead School has changed: too few pupils to report ([c]).",
                        role="missing",
                    ),
                ),
            ),
        ),
    )
    more = tuple(
        Chapter(
            id=f"more-{place}",
            title=f"Reading closely, part {place + 1}",
            question="What do the single measures say?",
            sections=(
                Section(
                    id=f"more-{place}-section",
                    heading="Over the years",
                    exhibits=(years_figure(f"more-{place}", shift=place),),
                ),
            ),
        )
        for place in range(max(0, figures - 2))
    )
    return Report(
        title=f"{name} - Recovery evidence - Autumn 2026",
        community_name=name,
        community_id="trust:9999",
        kind_words="Multi-academy trust, 20 schools",
        edition="Autumn 2026, first edition",
        data_as_at="2 October 2026",
        handling=f"Official: sensitive style. For the schools and leaders of {name}.",
        answer="Disadvantaged pupils are about as far behind other pupils as before 20 March 2020: the gap is "
        "about 23 percentage points (likely range 20 to 26), and both groups are a little lower.",
        key_numbers=(
            KeyNumber(
                value="69%",
                words="of other pupils reached the expected standard in 2024/25",
                range_words="likely range 68 to 71",
                target="gap-years-chart",
            ),
            KeyNumber(
                value="46%",
                words="of disadvantaged pupils did",
                range_words="likely range 43 to 49",
                target="gap-years-chart",
            ),
            KeyNumber(
                value="23 points",
                words="is the gap, as before schools closed",
                range_words="likely range 20 to 26",
                target="gap-answer",
            ),
        ),
        chapters=(
            gap,
            Chapter(
                id="community",
                title="Who is taking part",
                question="Which schools are in this report, and what is missing?",
                sections=(_community_section(),),
            ),
            Chapter(
                id="staff",
                title="Staff",
                question="What do staff need?",
                failure="The survey file has no column for the date. The person who runs the reports can add it.",
            ),
            *more,
        ),
        run_facts=(("Run", "20261002T0300Z"), ("Version of the library", "0.1.0")),
        provenance={"run": "20261002T0300Z", "inputs": [{"name": "ks2", "sha256": "ab" * 32}]},
        policy_words="Figures that rest on 1 to 5 pupils are hidden.",
    )


def _community_section() -> Section:
    return Section(
        id="community-who",
        heading="Schools in this report",
        exhibits=(
            Facts(
                id="community-facts",
                title="Coverage",
                pairs=(
                    ("Schools", "20, of which 2 joined since the baseline date"),
                    ("Membership rule", "Paired schools in the trust today"),
                ),
            ),
            Table(
                id="community-table",
                title="Schools by phase",
                caption="Schools in the trust on 2 October 2026, by phase",
                columns=(
                    TableColumn(name="phase", title="Phase"),
                    TableColumn(name="schools", title="Schools", kind="number"),
                    TableColumn(name="change", title="Change since 2020", kind="number"),
                ),
                rows=(("Primary", "17", "+2"), ("Secondary", "3", "−1"), ("Special", "0", "[z]")),
                tidy_columns=("phase", "schools", "change"),
                tidy_rows=(("Primary", "17", "2"), ("Secondary", "3", "-1"), ("=1+1", "0", "z")),
                sources=("Get Information about Schools, 2 October 2026",),
            ),
        ),
    )


def sample_entries() -> tuple[IndexEntry, ...]:
    """A batch of 64 communities of two kinds, one failed."""
    trusts = tuple(
        IndexEntry(
            community_id=f"trust:{9000 + place}",
            name=f"{chr(65 + place % 26)}{'bcdefg'[place // 26]}ington and District Learning Partnership Trust",
            kind="Multi-academy trusts",
            href=f"trust-{9000 + place}.html",
            status="built",
            headline="The gap is about 23 percentage points (likely range 20 to 26), where it was.",
            schools_n=place % 30 + 1,
        )
        for place in range(60)
    )
    return (
        *trusts,
        IndexEntry(
            community_id="trust:9999",
            name="Quarry Bank Trust",
            kind="Multi-academy trusts",
            href=None,
            status="failed",
            failure="The chapter on the gap ran out of time after 300 seconds.",
        ),
        IndexEntry(
            community_id="la:998",
            name=f"Marshland {HOSTILE}",
            kind="Local authorities",
            href="la-998.html",
            status="built",
            headline="The gap narrowed by about 2 percentage points.",
            schools_n=214,
        ),
    )

"""The method chapter's exhibits: what was measured, how compared, how sure, what this cannot tell, sources."""

from recovery_analysis.analysis.community import CommunityResult
from recovery_analysis.analysis.gap import GapResult
from recovery_analysis.analysis.method import MethodResult, OwnSource, SourceRecord
from recovery_analysis.disclosure.gate import Released
from recovery_analysis.exhibit.exhibit import Section, Sentence, Table, TableColumn
from recovery_analysis.words.counting import counted, verb

_MEASURED = (
    "We look at pupils at the end of primary school (key stage 2) and at 16 (key stage 4), as the Department "
    "for Education publishes them, for two groups: disadvantaged pupils (eligible for free school meals in the "
    "last six years, looked after, or adopted from care) and all other pupils.",
    "The gap is the other pupils' figure minus the disadvantaged pupils' figure, in the measure's own unit. It "
    "is positive when disadvantaged pupils are behind.",
)
_COMPARED = (
    "Before is the last year with tests or exams before the baseline date; the new baseline is the first year "
    "after it; now is the last. Summer 2020 and 2021 had no key stage 2 tests, and GCSE grades of those years "
    "were given by teachers: they stand in tables with that note and are not drawn as measured.",
    "Where we put schools together ourselves, each school counts by its pupils, over the schools in which both "
    "groups are published. The change over time uses the same schools in both years. A school that became an "
    "academy keeps its past; where schools merged or split, the line ends.",
    "We show two rules of membership: the schools in the community now, and those in it on the baseline date.",
)
_SURE = (
    "A likely range is a 95% interval: if schools like these were drawn again, 95 of 100 such ranges would hold "
    "the true value. It is worked out from how much schools differ (CR2 standard errors with Satterthwaite "
    "degrees of freedom, which stay honest with few schools). Where fewer than two schools, or fewer than three "
    "degrees of freedom, stand behind a number, no range is given.",
    "Published figures of a whole area count every pupil and are shown as published, without a range.",
    "The pace, and the comparison with the trend before the closure, come from a straight line through a few "
    "yearly figures; with so few points the ranges are wide, and they are shown as wide as they are.",
)
_CANNOT = (
    "These are figures of schools, not of single pupils: they can not say why a gap moved, and nothing here was "
    "tested as an effect of anything.",
    "Who counts as disadvantaged changed over the years (pupils keep the status longer since 2018), so part of "
    "a change may come from who is counted.",
    "A school that left a trust before the extract of school groups was made does not show its earlier "
    "membership.",
)


def plain_method(
    gap: Released[tuple[GapResult, ...]], community: Released[CommunityResult]
) -> Section:
    """Say in plain words what was measured, how it was compared, how sure we are, what it cannot tell."""
    blank = [
        text for result in gap.result for text in result.cannot_tell if not result.has_evidence
    ]
    blocks = (
        ("measured", "What we measured", _MEASURED),
        ("compared", "How we compared", _COMPARED),
        ("sure", "How sure we are", _SURE),
        ("cannot", "What this cannot tell you", (*_CANNOT, *blank)),
    )
    sentences = tuple(
        Sentence(id=f"method-{key}-{place}", text=f"{title}: {text}" if place == 0 else text)
        for key, title, texts in blocks
        for place, text in enumerate(texts)
    )
    hidden = gap.hidden_n + community.hidden_n
    rules = Sentence(
        id="method-policy",
        text=(
            f"Small numbers: {gap.policy.words} In the chapters on the gap and the community "
            f"{counted(hidden, 'number')} {verb(hidden, 'was', 'were')} hidden by this rule, beyond those that "
            "the publisher had hidden; other chapters mark theirs with [c]."
        ),
        role="note",
    )
    return Section(id="method-plain", heading="Method in plain words", exhibits=(*sentences, rules))


def provenance(released: Released[MethodResult]) -> Section:
    """List every raw file: publication, publisher, year, rows read, rows left out and why."""
    sources = released.result.sources
    table = Table(
        id="method-sources",
        title="Files behind this report",
        caption="Raw files that were read, and what became of their rows",
        columns=(
            TableColumn(name="label", title="File"),
            TableColumn(name="title", title="Publication and publisher"),
            TableColumn(name="academic_year", title="Academic year"),
            TableColumn(name="rows_read", title="Rows read", kind="number"),
            TableColumn(name="dropped", title="Rows left out, and why"),
        ),
        rows=tuple(_shown(item) for item in sources if item.is_used),
        tidy_columns=(
            "file",
            "title",
            "publisher",
            "licence",
            "academic_year",
            "year_from",
            "rows_read",
            "rows_left_out",
            "notes",
            "sha256",
            "used",
        ),
        tidy_rows=tuple(_tidy(item) for item in sources),
        notes=(
            "Every file's SHA-256, licence and repairs are in the CSV, with the files of the store that this "
            "report did not use.",
        ),
    )
    own = _own_table(released.result.own)
    return Section(id="method-provenance", heading="Sources", exhibits=(table, *own))


def _own_table(own: tuple[OwnSource, ...]) -> tuple[Table, ...]:
    """List the schools' own files by kind, where there are any."""
    if not own:
        return ()
    columns = ("title", "publisher", "files", "academic_years", "licence")
    rows = tuple(
        (item.title, item.publisher, str(item.files_n), item.academic_years, item.licence)
        for item in own
    )
    titles = ("Kind of file", "From", "Files", "Academic years", "Terms")
    table = Table(
        id="method-own-sources",
        title="Schools' own files behind this report",
        caption="Files of trusts and schools that hold rows of these schools, by kind",
        columns=tuple(
            TableColumn(name=name, title=title, kind="number" if name == "files" else "text")
            for name, title in zip(columns, titles, strict=True)
        ),
        rows=rows,
        tidy_columns=columns,
        tidy_rows=rows,
        notes=(
            "Pupils are known in these files by keyed hashes only. Names and rows of single files are left out: "
            "they could tell of small groups.",
        ),
    )
    return (table,)


def _shown(item: SourceRecord) -> tuple[str, ...]:
    year = (
        item.academic_year
        if item.year_from == "not needed"
        else f"{item.academic_year} (from {item.year_from})"
    )
    return (
        item.label,
        f"{item.title}; {item.publisher}",
        year,
        f"{item.rows_read:,}",
        _dropped(item),
    )


def _dropped(item: SourceRecord) -> str:
    return "; ".join(f"{rows:,}: {reason}" for rows, reason in item.dropped) or "none"


def _tidy(item: SourceRecord) -> tuple[str, ...]:
    return (
        item.label,
        item.title,
        item.publisher,
        item.licence,
        item.academic_year,
        item.year_from,
        str(item.rows_read),
        _dropped(item),
        "; ".join(item.notes),
        item.sha256,
        "yes" if item.is_used else "no",
    )

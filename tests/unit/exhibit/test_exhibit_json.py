"""A section travels as JSON and comes back the same, and what it shows is escaped."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery_analysis.exhibit.exhibit import (
    MIME_TYPE,
    Facts,
    Figure,
    Finding,
    Section,
    Sentence,
    Table,
    TableColumn,
)

TEXT = st.text(max_size=12)
NUMBER = st.none() | st.floats(-100, 100)


def table_of(width):
    row = st.tuples(*[TEXT] * width)
    return st.builds(
        Table,
        id=TEXT,
        title=TEXT,
        caption=TEXT,
        columns=st.tuples(
            *[
                st.builds(
                    TableColumn, name=TEXT, title=TEXT, kind=st.sampled_from(["text", "number"])
                )
            ]
            * width
        ),
        rows=st.lists(row, max_size=3).map(tuple),
        tidy_columns=st.tuples(*[TEXT] * width),
        tidy_rows=st.lists(row, max_size=3).map(tuple),
        notes=st.lists(TEXT, max_size=2).map(tuple),
        sources=st.lists(TEXT, max_size=2).map(tuple),
    )


TABLES = st.integers(1, 4).flatmap(table_of)
EXHIBITS = st.one_of(
    TABLES,
    st.builds(
        Figure, id=TEXT, headline=TEXT, subtitle=TEXT, alt=TEXT, svg=st.just("<svg/>"), table=TABLES
    ),
    st.builds(Sentence, id=TEXT, text=TEXT, role=st.sampled_from(["answer", "note"])),
    st.builds(
        Facts, id=TEXT, title=TEXT, pairs=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
    ),
)
COUNT = st.none() | st.integers(0, 9)
FINDINGS = st.builds(
    Finding,
    id=TEXT,
    chapter=TEXT,
    measure=TEXT,
    academic_year=TEXT,
    group=TEXT,
    estimate=NUMBER,
    low=NUMBER,
    high=NUMBER,
    unit=TEXT,
    n_pupils=COUNT,
    n_schools=COUNT,
    membership_rule=TEXT,
    method=TEXT,
    sources=st.lists(TEXT, max_size=2).map(tuple),
    sentence=TEXT,
    missing_reason=st.none() | TEXT,
)


@given(
    exhibits=st.lists(EXHIBITS, max_size=3).map(tuple),
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
)
def test_a_section_comes_back_from_its_json(exhibits, findings):
    section = Section(id="s", heading="h", exhibits=exhibits, findings=findings)
    bundle = section._repr_mimebundle_()
    assert Section.from_json(json.loads(json.dumps(bundle[MIME_TYPE]))) == section
    assert bundle["text/plain"] == repr(section)


@given(text=st.text(alphabet="<>&\"'abc/", max_size=20))
def test_no_text_becomes_markup(text):
    table = Table(
        id="t",
        title=text,
        caption=text,
        columns=(TableColumn(name="a", title=text),),
        rows=((text,),),
    )
    section = Section(
        id="s",
        heading=text,
        exhibits=(
            table,
            Sentence(id="x", text=text),
            Facts(id="f", title=text, pairs=((text, text),)),
        ),
    )
    plain = Section(
        id="s",
        heading="",
        exhibits=(
            Table(
                id="t",
                title="",
                caption="",
                columns=(TableColumn(name="a", title=""),),
                rows=(("",),),
            ),
            Sentence(id="x", text=""),
            Facts(id="f", title="", pairs=(("", ""),)),
        ),
    )
    assert section._repr_html_().count("<") == plain._repr_html_().count("<")


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValueError, match="every row must have 1 cells"):
        Table(
            id="t",
            title="",
            caption="",
            columns=(TableColumn(name="a", title="A"),),
            rows=(("1", "2"),),
        )

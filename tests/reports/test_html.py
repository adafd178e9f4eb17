"""The page as HTML: valid, one file, no script, accessible structure, everything escaped, same bytes."""

import csv
import io
import json
import re
from dataclasses import replace
from itertools import pairwise
from urllib.parse import unquote

import html5lib
import pytest

from recovery_analysis.exhibit import style
from recovery_analysis.exhibit.exhibit import Section, Sentence
from recovery_analysis.report.document import (
    Chapter,
    IndexEntry,
    KeyNumber,
    unsupported_numbers,
)
from recovery_analysis.report.glossary import GLOSSARY, GlossaryLinks
from recovery_analysis.report.html import csv_link, render, render_index, safe_svg

SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


@pytest.fixture(scope="module")
def pages(sample):
    return {
        "report": render(sample.sample_report(figures=10)),
        "index": render_index(
            sample.sample_entries(), title="All reports", run_facts=(("Run", "1"),)
        ),
    }


@pytest.fixture(params=["report", "index"])
def page(request, pages):
    return pages[request.param]


def tree(html):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(html)


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def name_of(element):
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def test_page_is_valid_html_in_british_english(page):
    root = tree(page)
    assert root.get("lang") == "en-GB"
    assert page.startswith("<!DOCTYPE html>")


def test_page_is_one_file_without_script(page):
    root = tree(page)
    assert not [
        e
        for e in root.iter()
        if name_of(e) in {"script", "link", "iframe", "object", "img", "base"}
    ]
    for element in root.iter():
        for name, value in element.attrib.items():
            bare = str(name).rpartition("}")[2]
            assert not bare.startswith("on")
            if bare in {"src", "href", "action", "poster"}:
                assert not re.match(r"\s*(https?:)?//", value)
                assert not value.lower().startswith(("http", "javascript:"))
    assert not re.search(r"url\(\s*['\"]?(?!#)", page)
    assert "@import" not in page
    assert set(re.findall(r"https?://[^\"'<\s]+", page)) <= {"http://www.w3.org/2000/svg"}


def test_policy_forbids_everything_but_inline_style_and_data_images(page):
    metas = {
        m.get("http-equiv") or m.get("name"): m.get("content") for m in tree(page).iter("meta")
    }
    assert metas["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    assert metas["robots"].startswith("noindex")


def test_headings_are_in_order_with_one_h1(page):
    levels = [int(name_of(e)[1]) for e in tree(page).iter() if re.fullmatch(r"h[1-6]", name_of(e))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_links_and_labels_arrive(page):
    root = tree(page)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    links = [a.get("href")[1:] for a in root.iter("a") if a.get("href").startswith("#")]
    labels = [n for e in root.iter() for n in (e.get("aria-labelledby") or "").split()]
    assert links
    assert labels
    assert set(links) | set(labels) <= set(ids)


def test_every_table_has_caption_scopes_and_row_heads(page):
    tables = list(tree(page).iter("table"))
    assert tables
    for table in tables:
        assert text_of(table.find("caption"))
        assert all(th.get("scope") == "col" for th in table.find("thead").iter("th"))
        for row in table.find("tbody").iter("tr"):
            assert row[0].get("scope") == "row"
            assert all(text_of(cell) for cell in row)


def test_every_figure_has_a_name_and_its_table_right_after(pages):
    root = tree(pages["report"])
    figures = 0
    for parent in root.iter():
        children = list(parent)
        for place, child in enumerate(children):
            if name_of(child) != "figure":
                continue
            figures += 1
            drawing = next(e for e in child.iter() if name_of(e) == "svg")
            assert drawing.get("role") == "img"
            assert text_of(child.find("figcaption"))
            following = children[place + 1]
            assert name_of(following) == "details"
            assert following.find(".//table") is not None
    assert figures == 10


def test_tab_stops_only_on_things_that_act_or_scroll(page):
    for element in tree(page).iter():
        if element.get("tabindex") == "0":
            assert element.get("role") == "region"
            assert element.get("aria-label")


def test_hostile_names_are_shown_not_run(pages, sample):
    for html in pages.values():
        assert sample.HOSTILE not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    hostile = sample.sample_report(name=f'{sample.HOSTILE}"</style>')
    html = render(hostile)
    assert sample.HOSTILE not in html
    assert html.count("</style>") == 1
    tree(html)


def test_same_report_gives_the_same_bytes(pages, sample):
    assert render(sample.sample_report(figures=10)) == pages["report"]


def test_twenty_schools_and_ten_figures_are_below_half_a_megabyte(pages):
    assert len(pages["report"].encode()) < 500_000


def test_masthead_says_whose_and_how_to_handle(pages):
    root = tree(pages["report"])
    assert text_of(next(root.iter("h1"))) == "Recovery evidence: Three Rivers Learning Trust"
    assert (
        text_of(next(root.iter("title")))
        == "Three Rivers Learning Trust - Recovery evidence - Autumn 2026"
    )
    masthead = text_of(next(root.iter("header")))
    for words in (
        "Official: sensitive style",
        "Autumn 2026",
        "2 October 2026",
        "Multi-academy trust",
    ):
        assert words in masthead


def test_failed_chapter_shows_a_notice_in_its_place(pages):
    html = pages["report"]
    assert html.count("This chapter could not be made this time.") == 1
    assert (
        html.index('id="community"')
        < html.index("This chapter could not")
        < html.index('id="more-0"')
    )
    assert "Traceback" not in html


def test_css_knows_the_colours_of_the_charts_and_no_others(pages):
    assert style.css_tokens() in pages["report"]
    sheet = re.search(r"<style>(.*?)</style>", pages["report"], re.DOTALL)[1]
    rules = sheet.replace(style.css_tokens(), "")
    assert not re.findall(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b", rules)
    assert set(re.findall(r"var\(--([\w-]+)\)", rules)) <= set(re.findall(r"--([\w-]+):", sheet))


def test_status_cells_carry_shape_and_word(pages):
    cells = [
        e for e in tree(pages["report"]).iter("span") if (e.get("class") or "").startswith("status")
    ]
    assert {text_of(cell) for cell in cells} == {
        "▲ Ahead", "● As expected", "▼ Behind", "□ Not enough information",
    }  # fmt: skip
    assert all(cell[0].get("aria-hidden") == "true" for cell in cells)


def test_csv_link_holds_the_tidy_rows(sample):
    table = sample.schools_figure("x").table
    head, _, body = csv_link(table).partition(",")
    assert head == "data:text/csv;charset=utf-8"
    read = list(csv.reader(io.StringIO(unquote(body).removeprefix("\ufeff"))))
    assert tuple(read[0]) == table.tidy_columns
    assert tuple(tuple(row) for row in read[1:]) == table.tidy_rows


def test_csv_link_disarms_formulas_but_not_negative_numbers(pages):
    link = next(
        a.get("href")
        for a in tree(pages["report"]).iter("a")
        if a.get("download") == "community-table.csv"
    )
    rows = list(csv.reader(io.StringIO(unquote(link.partition(",")[2]))))
    assert rows[2] == ["Secondary", "3", "-1"]
    assert rows[3][0] == "'=1+1"


def test_provenance_is_machine_readable(pages, sample):
    link = next(
        a for a in tree(pages["report"]).iter("a") if "provenance" in (a.get("download") or "")
    )
    body = unquote(link.get("href").partition(",")[2])
    assert json.loads(body) == sample.sample_report().provenance


@pytest.mark.parametrize(
    "inside",
    [
        "<script>1</script>",
        '<g onclick="x()"/>',
        '<use href="https://example.org/a"/>',
        '<path fill="url(https://example.org/a)"/>',
        '<path style="fill:red"/>',
        "<foreignObject/>",
        '<a href="#x"/>',
        "<!-- a note -->",
    ],
)
def test_drawings_that_could_run_or_load_are_refused(inside):
    with pytest.raises(ValueError, match="SVG may not hold"):
        safe_svg(SVG.format(inside))


def test_still_drawings_pass_unchanged():
    still = SVG.format('<defs><path id="a"/></defs><use href="#a"/><g clip-path="url(#b)"/>')
    assert safe_svg(still) == still


def test_first_use_of_a_term_in_each_section_is_linked():
    links = GlossaryLinks()
    first = links.link("The gap index & the gap: disadvantaged pupils, gapless <b>.")
    assert first == (
        'The <a class="term" href="#term-gap-index">gap index</a> &amp; the '
        '<a class="term" href="#term-gap">gap</a>: '
        '<a class="term" href="#term-disadvantaged">disadvantaged pupils</a>, gapless &lt;b&gt;.'
    )
    assert links.link("The gap again") == "The gap again"
    assert "<a" in GlossaryLinks().link("The gap again")


def test_glossary_has_what_leaders_meet_once_each():
    terms = " ".join(term.term.lower() for term in GLOSSARY)
    for needed in (
        "disadvantaged", "fsm6", "attainment 8", "progress 8", "scaled score", "expected standard", "gap index",
        "likely range", "statistical neighbours", "baseline date", "academy conversion", "paired schools",
        "membership rule", "[c]",
    ):  # fmt: skip
        assert needed in terms
    spellings = [s.casefold() for t in GLOSSARY for s in (t.term, *t.also)]
    doubled = {s for s in spellings if spellings.count(s) > 1}
    assert doubled == set()
    assert [t.term.casefold() for t in GLOSSARY if t.term[0] != "["] == sorted(
        t.term.casefold() for t in GLOSSARY if t.term[0] != "["
    )


def test_ids_that_clash_are_refused(sample):
    report = sample.sample_report()
    with pytest.raises(ValueError, match="stands once"):
        replace(report, chapters=(*report.chapters, report.chapters[0]))
    bad = Chapter(id="page-x", title="T", question="Q")
    with pytest.raises(ValueError, match="do not start with"):
        replace(report, chapters=(*report.chapters, bad))


def test_key_numbers_point_into_the_report_and_stand_there(sample):
    report = sample.sample_report()
    assert unsupported_numbers(report) == ()
    with pytest.raises(ValueError, match="point to a part"):
        replace(report, key_numbers=(KeyNumber(value="1", words="w", target="nowhere"),))
    with pytest.raises(ValueError, match="at most 3"):
        replace(report, key_numbers=report.key_numbers * 2)
    invented = KeyNumber(value="6%", words="w", target="gap-years-chart")
    assert unsupported_numbers(replace(report, key_numbers=(invented,))) == ("6%",)


def test_report_without_chapters_numbers_or_provenance_is_a_valid_page(sample):
    bare = replace(
        sample.sample_report(),
        chapters=(),
        key_numbers=(),
        provenance={},
        run_facts=(),
        policy_words="",
    )
    root = tree(render(bare))
    assert "key-numbers" not in {e.get("class") for e in root.iter()}


def test_section_that_travelled_as_json_gives_the_same_page(sample):
    report = sample.sample_report()
    travelled = tuple(
        replace(
            chapter,
            sections=tuple(
                Section.from_json(json.loads(json.dumps(section.to_json())))
                for section in chapter.sections
            ),
        )
        for chapter in report.chapters
    )
    assert render(replace(report, chapters=travelled)) == render(report)


def test_warning_says_so_without_its_sign(sample):
    section = Section(
        id="s", heading="H", exhibits=(Sentence(id="w", text="Mind.", role="warning"),)
    )
    chapter = Chapter(id="c", title="T", question="Q", sections=(section,))
    html = render(replace(sample.sample_report(), chapters=(chapter,), key_numbers=()))
    assert text_of(tree(html).find(".//p[@id='w']")) == "!Warning: Mind."


def test_index_shows_failures_first_with_reason_and_command(pages):
    html = pages["index"]
    assert html.index("ran out of time") < html.index("Abington")
    assert "<code>recovery report trust:9999</code>" in html
    assert "61 reports made, 1 failed" in html
    rows = [text_of(row) for row in tree(html).iter("tr")]
    assert any("▼ Failed" in row and "Quarry Bank Trust" in row for row in rows)
    assert sum("● Made" in row for row in rows) == 61


def test_index_of_nothing_and_of_a_shared_first_sign_is_valid():
    tree(render_index((), title="None"))
    odd = [
        IndexEntry(
            community_id=f"p:{n}", name=f"{sign}x", kind="K", href=f"{n}.html", status="built"
        )
        for n, sign in enumerate("0123456789'([{~_éÉ" * 3)
    ]
    root = tree(render_index(odd, title="Odd"))
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("href", "status"),
    [("https://example.org/", "built"), ("/etc/x", "failed"), (None, "built")],
)
def test_index_links_are_relative_and_there_for_built_reports(href, status):
    with pytest.raises(ValueError, match=r"link"):
        IndexEntry(community_id="la:1", name="N", kind="K", href=href, status=status)


def test_index_links_what_could_be_made_of_a_failed_report():
    entry = IndexEntry(
        community_id="la:951",
        name="Ashmere",
        kind="Local authorities",
        href="la-951/index.html",
        status="failed",
        failure="chapter gap: it stopped",
    )
    page = render_index((entry,), title="Run")
    assert '<a href="la-951/index.html">What could be made for Ashmere</a>' in page

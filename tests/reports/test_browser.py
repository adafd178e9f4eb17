"""The page in headless Chromium: silent, asks for nothing, fits a phone, prints whole, needs no script."""

import re
import shutil
import subprocess

import pytest

from recovery_analysis.report.html import render, render_index

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def files(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    made = {
        "report": render(sample.sample_report(figures=4)),
        "index": render_index(sample.sample_entries(), title="All reports"),
    }
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in made}


def opened(chromium, address, *, width=1280, script=True):
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=script
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    return page, said, asked


@pytest.mark.parametrize("name", ["report", "index"])
def test_page_is_silent_and_asks_for_nothing_but_itself(chromium, files, name):
    page, said, asked = opened(chromium, files[name])
    page.wait_for_timeout(200)
    assert said == []
    assert asked == [files[name]]
    page.context.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("name", ["report", "index"])
def test_no_two_way_scroll(chromium, files, name, width):
    page, _, _ = opened(chromium, files[name], width=width)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    across, room = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert across <= room == width
    page.context.close()


def test_no_two_way_scroll_with_wide_text_spacing(chromium, files):
    page, _, _ = opened(chromium, files["report"], width=320)
    page.add_style_tag(
        content="*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
        "p{margin-bottom:2em!important}"
    )
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320
    page.context.close()


def test_targets_are_at_least_24_pixels_unless_inside_a_sentence(chromium, files):
    page, _, _ = opened(chromium, files["report"], width=320)
    small = page.evaluate(
        """[...document.querySelectorAll('a:not(.term):not(.skip), summary')]
             .filter(e => !e.closest('details:not([open]) > :not(summary)'))
             .filter(e => e.getBoundingClientRect().height < 24).map(e => e.textContent)"""
    )
    assert small == []
    page.context.close()


def test_skip_link_is_the_first_stop_and_is_seen(chromium, files):
    page, _, _ = opened(chromium, files["report"])
    page.keyboard.press("Tab")
    text, left = page.evaluate(
        "[document.activeElement.textContent, document.activeElement.getBoundingClientRect().left]"
    )
    assert text == "Skip to main content"
    assert left >= 0
    page.context.close()


def test_page_is_the_same_without_javascript(chromium, files):
    pictures = []
    for script in (True, False):
        page, _, _ = opened(chromium, files["report"], script=script)
        pictures.append(page.screenshot(full_page=True))
        page.context.close()
    assert pictures[0] == pictures[1]


def test_print_opens_every_table_hides_navigation_and_numbers_pages(chromium, files, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: apt-get install poppler-utils")
    page, _, _ = opened(chromium, files["report"], script=False)
    path = tmp_path / "report.pdf"
    page.pdf(path=str(path), prefer_css_page_size=True, print_background=True)
    page.context.close()
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert (
        text.count(
            "Pupils at the expected standard in reading, writing and maths, by group and year"
        )
        == 3
    )
    assert re.search(r"2018/19\s+71\s+70 to 73\s+48\s+45 to 51", text)
    assert re.search(r"Page 1 of \d+", text)
    assert "Official: sensitive style" in text
    for hidden in (
        "Back to contents",
        "Save as CSV",
        "Skip to main content",
        "The numbers of this chart",
    ):
        assert hidden not in text

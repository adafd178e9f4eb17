"""Each chapter opened in real JupyterLab and run by its own command "Run All Cells", on the demo."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from recovery_analysis.run.chapters import CHAPTER_ORDER, find_chapters
from recovery_analysis.store.manifest import SCHEMA_VERSION
from recovery_analysis.version import VERSION

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Read from the notebook as JupyterLab holds it: cells that it does not draw are in it too.
OUTPUTS = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells;
  return cells.filter(c => c.cell_type === 'code').map(c => c.getOutputs().map(o => o.output_type));
}"""


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _settings(home):
    """Draw every cell, so that the page can be looked at whole; ask no one for news."""
    tracker = home / "settings" / "@jupyterlab" / "notebook-extension"
    tracker.mkdir(parents=True)
    (tracker / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    config = home / "config" / "labconfig"
    config.mkdir(parents=True)
    silent = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (config / "page_config.json").write_text(json.dumps(silent))


@pytest.fixture(scope="module")
def lab(scripts, command_environment, demo_store_path, tmp_path_factory):
    """A JupyterLab server over copies of the chapters; its address."""
    home = tmp_path_factory.mktemp("lab")
    _settings(home)
    work = home / "work"
    work.mkdir()
    for chapter in find_chapters():
        shutil.copy(chapter.path, work)
    kept = home / "recovery" / f"demo-{VERSION}-schema{SCHEMA_VERSION}"
    kept.mkdir(parents=True)
    (kept / "store").symlink_to(demo_store_path, target_is_directory=True)
    environment = command_environment | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "RECOVERY_HOME": str(home / "recovery"),
    }
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [
                scripts / "jupyter",
                "lab",
                "--no-browser",
                "--allow-root",
                "--ip=127.0.0.1",
                f"--port={port}",
                "--ServerApp.port_retries=0",
                "--IdentityProvider.token=",
                "--expose-app-in-browser",
                "--LabApp.extension_manager=readonly",
                f"--ServerApp.root_dir={work}",
            ],
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(f"{address}/api", server, home / "log")
            yield address
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address, server, log):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        try:
            with opener.open(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not answer: {log.read_text()}")


@pytest.mark.parametrize("name", CHAPTER_ORDER)
def test_run_all_cells_shows_the_chapter(lab, chromium, name):
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{lab}/lab/tree/{name}.ipynb?reset")
    page.wait_for_function(
        "window.jupyterapp?.shell.currentWidget?.context?.isReady"
        " && window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'",
        timeout=60_000,
    )
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(
        "[...document.querySelectorAll('.jp-OutputArea-output')].some("
        "e => e.textContent.includes('is finished: '))",
        timeout=90_000,
    )
    if folder := os.environ.get("RECOVERY_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/lab-{name}.png")
    kinds = [kind for cell in page.evaluate(OUTPUTS) for kind in cell]
    assert set(kinds) <= {"display_data", "execute_result"}, kinds
    assert len(kinds) >= 3
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    # Tables of charts are folded away until they are opened: one that stands open is looked at.
    tables = page.locator(".jp-OutputArea-output table:visible")
    assert tables.count() > 0
    assert tables.first.locator("caption").is_visible()
    figures = page.locator(".jp-OutputArea-output svg[role='img']")
    assert figures.count() >= (3 if name == "gap" else 0)
    for place in range(figures.count()):
        assert figures.nth(place).is_visible()
        assert figures.nth(place).locator("title").first.text_content().strip()
    assert {url.split("/", 3)[2] for url in asked if "//" in url} == {lab.split("//")[1]}
    page.close()

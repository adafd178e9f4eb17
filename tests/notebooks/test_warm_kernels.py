"""Warm kernels are real kernels: the same notebooks give the same outputs as with papermill's own engine."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from recovery_analysis.run.kernel import warm
from recovery_analysis.run.kernel.engine import NAME

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

KINDS = {
    "figure with the magic": [
        "%matplotlib inline",
        "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    ],
    "figure without a magic": ["import matplotlib.pyplot as plt", "plt.plot([1, 3]);"],
    "error": ["x = 1", "raise ValueError('no')", "x"],
    "bash": ["%%bash\necho from bash", "!echo from a shell"],
    "output below python": ["import os\nfor _ in range(200): os.system('echo below')"],
    "await": ["import asyncio\nawait asyncio.sleep(0.01)\n'waited'"],
    "display update": [
        "from IPython.display import display\nhandle = display('first', display_id='d')",
        "handle.update('second')",
    ],
    "processes": [
        "import multiprocessing as mp\n"
        "with mp.get_context('fork').Pool(2) as pool:\n    print(pool.map(abs, [-1, 2]))"
    ],
    "warning": ["import warnings\nwarnings.warn('careful', stacklevel=1)"],
    "streams": ["import sys\nprint('out'); print('err', file=sys.stderr); 7"],
    "environment": [
        "import os, sys, threading, random\n"
        "(os.getcwd(), sys.argv[0].rpartition('/')[2], sys.executable, os.environ.get('MARK'),"
        " threading.current_thread().name, __name__, sys.path[0])"
    ],
    "figures are seeded anew": ["import random, numpy\nrandom.random() != random.random()"],
    "html and frame": ["import pandas as pd\npd.DataFrame({'a': [1]})"],
    "exit": ["import sys; 1", "2"],
}


@pytest.fixture(autouse=True, scope="module")
def no_zygote_stays():
    yield
    warm.close_zygote()


def notebook(cells, folder: Path) -> Path:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    path = folder / "in.ipynb"
    nbformat.write(book, path)
    return path


def run(path: Path, engine: str | None, **settings):
    out = path.with_name(f"out-{engine}.ipynb")
    raised = None
    try:
        papermill.execute_notebook(
            str(path),
            str(out),
            engine_name=engine,
            progress_bar=False,
            cwd=str(path.parent),
            **settings,
        )
    except (PapermillExecutionError, CellTimeoutError, DeadKernelError) as error:
        raised = (
            type(error).__name__,
            getattr(error, "ename", None),
            getattr(error, "evalue", None),
        )
    return told(out), raised


def told(path: Path):
    """Give what a reader of the executed notebook sees, without times and addresses."""
    cells = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        text = json.dumps(joined(cell.outputs), sort_keys=True)
        text = re.sub(r"0x[0-9a-f]+|/tmp/ipykernel_\d+/\d+\.py|ipykernel_\d+", "HERE", text)
        cells.append((cell.execution_count, text))
    return cells


def joined(outputs):
    """Join the pieces of a stream: how a stream is cut depends on the moment."""
    kept = []
    for output in outputs:
        if kept and output.output_type == "stream" and kept[-1].get("name") == output.name:
            kept[-1] = {**kept[-1], "text": kept[-1]["text"] + output.text}
        else:
            kept.append(dict(output))
    return kept


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_gives_the_same_with_warm_and_plain_kernels(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("MARK", "set for the kernel")
    monkeypatch.delenv("MPLBACKEND", raising=False)
    path = notebook(KINDS[kind], tmp_path)
    assert run(path, NAME) == run(path, None)
    assert warm._Shared.gave_up == ""


def test_a_kernel_is_forked_and_counted(tmp_path):
    path = notebook(["import os; os.getppid()"], tmp_path)
    ((_, outputs),) = run(path, NAME)[0]
    assert str(warm._Shared.zygote.process.pid) in outputs
    before = warm._Shared.zygote.forks
    run(path, NAME)
    assert warm._Shared.zygote.forks == before + 1


def test_a_cell_past_its_limit_is_a_timeout_and_leaves_no_kernel(tmp_path):
    path = notebook(
        ["import os; print(os.getpid(), flush=True)", "import time; time.sleep(60)"], tmp_path
    )
    cells, raised = run(path, NAME, execution_timeout=1)
    assert raised[0] == "CellTimeoutError"
    assert ended(int(re.search(r"\d+", cells[0][1])[0]))


def test_a_killed_kernel_is_a_dead_kernel(tmp_path):
    path = notebook(["import os, signal; os.kill(os.getpid(), signal.SIGKILL)"], tmp_path)
    assert run(path, NAME)[1][0] == "DeadKernelError"


def test_kernels_do_not_share_what_they_draw_or_set(tmp_path):
    path = notebook(
        [
            "import random, os\nprint(random.random(), os.environ.get('LEFT'))\nos.environ['LEFT'] = 'x'"
        ],
        tmp_path,
    )
    first, second = run(path, NAME)[0], run(path, NAME)[0]
    assert first != second
    assert "None" in second[0][1]


def test_other_settings_at_import_get_another_zygote(tmp_path, monkeypatch):
    path = notebook(["1"], tmp_path)
    run(path, NAME)
    first = warm._Shared.zygote.process.pid
    monkeypatch.setenv("OMP_ANYTHING", "1")
    run(path, NAME)
    assert warm._Shared.zygote.process.pid != first


def test_without_a_zygote_plain_kernels_do_the_work_and_it_is_said_once(
    tmp_path, monkeypatch, caplog
):
    warm.close_zygote()
    monkeypatch.setattr(warm._Shared, "gave_up", "tried and failed")
    path = notebook(["1 + 1"], tmp_path)
    for _ in range(2):
        cells, raised = run(path, NAME)
        assert raised is None
        assert "2" in cells[0][1]
    assert sum("a plain kernel is started" in text for text in caplog.messages) == 1


def test_zygote_and_kernels_end_with_the_process_that_started_them(tmp_path):
    path = notebook(
        ["import os; print(os.getpid(), os.getppid(), flush=True)", "import time; time.sleep(60)"],
        tmp_path,
    )
    out = tmp_path / "out.ipynb"
    code = (
        "import papermill, sys\n"
        f"papermill.execute_notebook({str(path)!r}, {str(out)!r}, engine_name={NAME!r}, progress_bar=False,"
        " autosave_cell_every=0)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    pids = wait_for_pids(out)
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    assert all(ended(pid) for pid in pids)


def wait_for_pids(out: Path) -> list[int]:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if out.exists() and (found := re.search(r'"(\d+) (\d+)\\n"', out.read_text())):
            return [int(found[1]), int(found[2])]
        time.sleep(0.1)
    raise AssertionError("the first cell never ran")


def ended(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False

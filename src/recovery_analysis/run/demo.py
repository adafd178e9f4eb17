"""The embedded demo: raw files of an invented community, made and ingested once, then kept."""

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp

from recovery_analysis.errors import WriteFailed
from recovery_analysis.intake.pseudonyms import PupilKey
from recovery_analysis.store.ingest import ingest
from recovery_analysis.store.manifest import MANIFEST_NAME, SCHEMA_VERSION
from recovery_analysis.synthetic import write_community
from recovery_analysis.version import VERSION

#: Where the kept demo lives unless the environment says otherwise.
_HOME_VARIABLE = "RECOVERY_HOME"

#: The demo's pupils are invented: their key is no secret, and the same everywhere.
DEMO_KEY_TEXT = "0123456789abcdef" * 4
DEMO_KEY = PupilKey.parse(DEMO_KEY_TEXT)


def demo_home() -> Path:
    """Give the folder that holds the demo: ``RECOVERY_HOME``, else a cache folder of the user."""
    chosen = os.environ.get(_HOME_VARIABLE)
    return Path(chosen) if chosen else Path.home() / ".cache" / "recovery_analysis"


def demo_store() -> Path:
    """Give the demo's store, making it when it is not there (some seconds, once).

    Raises
    ------
    WriteFailed
        The folder can not be written.
    """
    home = demo_home()
    kept = home / f"demo-{VERSION}-schema{SCHEMA_VERSION}"
    store = kept / "store"
    if (store / MANIFEST_NAME).exists():
        return store
    try:
        home.mkdir(parents=True, exist_ok=True)
        building = Path(mkdtemp(prefix="demo-", dir=home))
    except OSError as error:
        raise WriteFailed(
            f"{home}: the demo could not be written ({error.strerror}). Set {_HOME_VARIABLE} to a folder "
            "that can be written."
        ) from None
    write_community(building / "raw", size="demo")
    ingest([building / "raw"], store=building / "store", pupil_key=DEMO_KEY)
    try:
        building.rename(kept)
    except OSError:
        # Another process was faster: its demo is the same, byte for byte.
        shutil.rmtree(building, ignore_errors=True)
    return store

"""A synthetic community with known truth, written as raw files in the publishers' own layouts.

Invented schools, trusts and local authorities; the files go through the same readers as real ones. What a
report ought to find stands in ``truth.json`` beside the data.

Examples
--------
>>> import tempfile
>>> from pathlib import Path
>>> from recovery_analysis.synthetic import write_community
>>> with tempfile.TemporaryDirectory() as folder:
...     truth = write_community(Path(folder), size="small")
>>> truth.paths["attainment8"].gap_before
13.6
"""

from recovery_analysis.synthetic.blueprint import Size
from recovery_analysis.synthetic.community import write_community
from recovery_analysis.synthetic.truth import GapPath, Truth

__all__ = ["GapPath", "Size", "Truth", "write_community"]

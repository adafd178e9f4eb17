"""Synthetic pupils with known truth: for the demo's raw files, for tests of methods, and for a nation.

Examples
--------
>>> import pandas as pd
>>> from recovery_analysis.synthetic.pupils import PupilTruth, simulate_pupils
>>> schools = pd.DataFrame(
...     {
...         "urn": ["900001", "900002"],
...         "la_code": ["951", "952"],
...         "trust_uid": ["90001", ""],
...         "low_year_group": [0, 0],
...         "high_year_group": [6, 6],
...         "year_group_size": [30, 60],
...         "disadvantaged_share": [0.2, 0.4],
...     }
... )
>>> world = simulate_pupils(PupilTruth(), schools, seed=7)
>>> bool(world.table("assessments")["scaled_score"].gt(0).mean() > 0.99)
True
"""

from recovery_analysis.synthetic.pupils.known import known_truth
from recovery_analysis.synthetic.pupils.nation import nation_partitions, write_nation
from recovery_analysis.synthetic.pupils.truth import PupilTruth
from recovery_analysis.synthetic.pupils.world import PupilWorld, simulate_pupils

__all__ = [
    "PupilTruth",
    "PupilWorld",
    "known_truth",
    "nation_partitions",
    "simulate_pupils",
    "write_nation",
]

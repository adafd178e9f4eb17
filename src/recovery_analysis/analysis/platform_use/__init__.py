"""What was used, by whom, and who was not reached: Accelerated Reader, myON, Oak National Academy (N7)."""

from recovery_analysis.analysis.platform_use.assemble import TABLES, use_evidence
from recovery_analysis.analysis.platform_use.result import (
    Band,
    BandLink,
    BeforeSince,
    Contrast,
    OakRow,
    OakUse,
    PlatformUse,
    Quality,
    UseResult,
)

__all__ = [
    "TABLES",
    "Band",
    "BandLink",
    "BeforeSince",
    "Contrast",
    "OakRow",
    "OakUse",
    "PlatformUse",
    "Quality",
    "UseResult",
    "use_evidence",
]

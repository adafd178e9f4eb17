"""``python -m recovery_analysis`` is the same as ``recovery``."""

from recovery_analysis.cli import main

main()

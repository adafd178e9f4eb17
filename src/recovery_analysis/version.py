"""The version of the package, in one place."""

from importlib.metadata import version

VERSION = version("recovery-analysis")

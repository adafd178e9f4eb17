"""Every error that the package raises, with the exit code that the command line gives for it.

A message says what was expected, what came, where, and how to mend it; it never holds a pupil's value.
Exit codes: 0 all good, 1 internal error, 2 usage or parameter, 3 input data failed checks, 4 some
reports failed, 5 disclosure refused, 6 another run holds the lock, 7 time limit or kernel death,
8 writing failed (nothing half-written), 130 interrupted, 143 terminated.
"""

from typing import ClassVar


class RecoveryError(Exception):
    """Root of the tree; ``exit_code`` is what the command line returns."""

    exit_code: ClassVar[int] = 1


class ParameterError(RecoveryError):
    """A command, setting or notebook parameter is wrong: the message names it and the fix."""

    exit_code: ClassVar[int] = 2


class UnknownCommunity(ParameterError):
    """The community asked for is not in the store; the message offers near names."""


class DataError(RecoveryError):
    """An input file or a store failed its checks; the store is as it was."""

    exit_code: ClassVar[int] = 3


class FileRefused(DataError):
    """One raw file can not be read in full: file, column, row and the fix."""


class NotRecognised(DataError):
    """No reader knows this file's columns."""


class ConflictingData(DataError):
    """The same key carries different values in two files or twice in one."""


class StoreError(DataError):
    """The store is missing, damaged or of another schema version."""


class TooFewToReport(RecoveryError):
    """Too few schools or pupils for an answer; a report turns it into a sentence."""

    exit_code: ClassVar[int] = 3


class NotIdentified(RecoveryError):
    """The data can not tell the quantity apart (collinear, no contrast, constant)."""


class NotConverged(RecoveryError):
    """A search stopped before it reached an optimum; the message says how far off and what to try."""


class DisclosureError(RecoveryError):
    """A number that must not be shown would have been; the run stops."""

    exit_code: ClassVar[int] = 5


class LockHeld(RecoveryError):
    """Another run writes to the same place."""

    exit_code: ClassVar[int] = 6


class NotebookFailed(RecoveryError):
    """A chapter stopped: notebook, cell, error name and where the executed copy stands."""

    exit_code: ClassVar[int] = 4


class NotebookTimedOut(NotebookFailed):
    """A chapter's kernel died or passed its time limit."""

    exit_code: ClassVar[int] = 7


class WriteFailed(RecoveryError):
    """Output could not be written (full disk, read-only folder); nothing is half-written."""

    exit_code: ClassVar[int] = 8

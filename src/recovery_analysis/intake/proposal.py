"""A first guess at a mapping: which layout a file is nearest to, and which column is which field.

Names are compared by ``difflib`` and by the words that they share; every guess is for a person to check.
"""

from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pandas as pd

from recovery_analysis.errors import FileRefused, NotRecognised, ParameterError
from recovery_analysis.intake.header_row import refuse_no_header, words_of_header
from recovery_analysis.intake.headers import normal_header, normal_headers, refuse_passwords
from recovery_analysis.intake.layouts import LAYOUTS, Layout
from recovery_analysis.intake.mapping import FileMapping, missing_fields, words_of_needed
from recovery_analysis.intake.mapping_text import mapping_text
from recovery_analysis.intake.person_references import SCHOOL_FIELDS, are_upns, school_reference
from recovery_analysis.intake.raw_file import RawFile, inspect, read_cells
from recovery_analysis.intake.recognise import recognise

#: Likeness from which a guess is made at all, and from which it is called likely.
_POSSIBLE, _LIKELY = 0.75, 0.85
_MOST_SCHOOLS = 200
#: More schools than this, each on one row or two, are rather persons.
_FEW = 20
#: An e-mail address, a name after the surname, a day.
_PERSONAL = r"@|,|\d{4}-\d\d-\d\d|\d\d?/\d\d?/\d{2}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One column, the field that it probably is, and how alike the names are, 0 to 1."""

    column: str
    field: str
    likeness: float

    @property
    def words(self) -> str:
        """Say how sure the guess is."""
        if self.likeness == 1:
            return "known spelling"
        return "likely" if self.likeness >= _LIKELY else "check this"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed mapping of one file: guesses, needed fields without a column, columns left unread."""

    label: str
    mapping: FileMapping
    guesses: tuple[Guess, ...]
    missing: tuple[tuple[str, ...], ...]
    unread: tuple[str, ...]
    schools_to_name: int

    def text(self) -> str:
        """Give the mapping as a TOML file to complete."""
        return mapping_text(
            self.mapping,
            sure={guess.column: guess.words for guess in self.guesses},
            unread=self.unread,
            missing=words_of_needed(self.missing),
        )

    def lines(self) -> list[str]:
        """Give the proposal as lines to read: names of columns and fields, never a cell."""
        layout = LAYOUTS[self.mapping.layout]
        rows = [
            ("column of the file", "our field", "how sure"),
            *((_printable(guess.column), guess.field, guess.words) for guess in self.guesses),
        ]
        wide, wide_field = (max(len(row[place]) for row in rows) for place in (0, 1))
        lines = [f"{self.label}: {layout.name}: {layout.reader.source.title}"]
        if layout.is_unverified:
            lines.append(
                "  the headers of such files are unverified: check a few rows once it is read"
            )
        lines += [f"  {row[0]:<{wide}}  {row[1]:<{wide_field}}  {row[2]}" for row in rows]
        if self.missing:
            lines.append(f"needed, no column was found: {words_of_needed(self.missing)}")
        if self.unread:
            lines.append(f"not read: {', '.join(map(_printable, self.unread))}")
        if self.schools_to_name:
            lines.append(
                f"schools: {self.schools_to_name} identifiers are neither a URN nor an LA and establishment "
                + (
                    "number; write it beside each in the saved mapping"
                    if self.mapping.schools
                    else _NO_SCHOOLS
                )
            )
        return lines


_NO_SCHOOLS = (
    "number, and they look like persons or are too many: they are not written down; "
    "check the school's column"
)


def propose_for(path: Path, *, layout: str | None = None) -> Proposal:
    """Propose a mapping for a file.

    Parameters
    ----------
    path
        The file.
    layout
        Name of the layout, where the user knows it.

    Raises
    ------
    FileRefused
        The file is no table, holds passwords, has no header that can be told from a record, or is a public
        file that needs no mapping.
    ParameterError
        There is no such layout.
    """
    return propose(inspect(path), layout=layout)


def propose(raw: RawFile, *, layout: str | None = None) -> Proposal:
    """Propose a mapping for an inspected file; see ``propose_for``."""
    refuse_passwords(raw)
    if raw.format == "xml":
        raise FileRefused(
            f"{raw.label}: an XML file has no columns to map; export it as CSV or XLSX."
        )
    if layout is not None and layout not in LAYOUTS:
        raise ParameterError(
            f"--layout {layout}: no such layout. Expected one of: {', '.join(LAYOUTS)}."
        )
    name = layout or _recognised(raw)
    refuse_no_header(raw)
    chosen = LAYOUTS[name or _nearest(raw)]
    guesses = _guesses(raw, chosen)
    columns = {guess.column: guess.field for guess in guesses}
    schools, to_name = _schools(raw, guesses)
    mapping = FileMapping(
        label="the proposal",
        layout=chosen.name,
        header=normal_headers(raw) - {""},
        columns=columns,
        schools=dict.fromkeys(schools, ""),
        unverified=chosen.is_unverified or any(guess.likeness < 1 for guess in guesses),
    )
    return Proposal(
        label=raw.label,
        mapping=mapping,
        guesses=guesses,
        missing=tuple(missing_fields(chosen, mapping)),
        unread=tuple(name for name in raw.columns if name.strip() and name not in columns),
        schools_to_name=to_name,
    )


def _recognised(raw: RawFile) -> str | None:
    """Give the private layout of a file that is read without a mapping."""
    try:
        source = recognise(raw).source
    except NotRecognised:
        return None
    if source.kind not in LAYOUTS:
        raise FileRefused(
            f"{raw.label}: this file is read without a mapping, as: {source.title}. If it is something else, say "
            f"which with --layout: {', '.join(LAYOUTS)}."
        )
    return source.kind


def _nearest(raw: RawFile) -> str:
    """Give the layout whose own fields a file has most of; a field counts less the more layouts have it."""
    shared = pd.Series([name for layout in LAYOUTS.values() for name in layout.aliases])
    counts = shared.value_counts()
    scores: dict[str, float] = {}
    for name, layout in LAYOUTS.items():
        guesses = _guesses(raw, layout)
        found = {guess.field for guess in guesses}
        needed = sum(not found.isdisjoint(group) for group in layout.needed) / len(layout.needed)
        telling = sum(guess.likeness / counts[guess.field] for guess in guesses)
        scores[name] = telling * (1 + needed) / 2
    best = max(scores, key=scores.__getitem__)
    if not scores[best]:
        raise FileRefused(
            f"{raw.label}: no column's name is like one that a layout knows. If row 1 is a header, say what the "
            f"file is with --layout: {', '.join(LAYOUTS)}."
        )
    return best


def _guesses(raw: RawFile, layout: Layout) -> tuple[Guess, ...]:
    """Give each column at most one field and each field one column, the most alike pairs first."""
    pairs = sorted(
        (
            Guess(column=column, field=name, likeness=likeness)
            for column in raw.columns
            if normal_header(column)
            for name, spellings in layout.aliases.items()
            if (likeness := _likeness(column, spellings)) >= _POSSIBLE
        ),
        key=lambda guess: -guess.likeness,
    )
    by_column: dict[str, Guess] = {}
    taken: set[str] = set()
    names: set[str] = set()
    for guess in pairs:
        name = normal_header(guess.column)
        if guess.column not in by_column and guess.field not in taken and name not in names:
            by_column[guess.column] = guess
            taken.add(guess.field)
            names.add(name)
    return tuple(by_column[column] for column in raw.columns if column in by_column)


def _likeness(column: str, spellings: tuple[str, ...]) -> float:
    """Give how alike a column's name is to the most alike spelling of a field."""
    name = normal_header(column)
    words = [word for word in words_of_header(column) if len(word) > 1]
    if name in spellings:
        return 1.0
    # A guess is never as sure as a known spelling.
    return min(0.99, max(_alike(name, words, spelling) for spelling in spellings))


def _alike(name: str, words: list[str], spelling: str) -> float:
    """Compare letters in order, or words in any order: ``Score (scaled)`` is ``scaledscore``."""
    matcher = SequenceMatcher(None, name, spelling, autojunk=False)
    in_order = matcher.ratio() if matcher.real_quick_ratio() >= _POSSIBLE else 0.0
    rest, covered = spelling, 0
    for word in sorted(words, key=len, reverse=True):
        if word in rest:
            rest = rest.replace(word, " ", 1)
            covered += len(word)
    return max(in_order, 2 * covered / (len(name) + len(spelling)))


def _schools(raw: RawFile, guesses: tuple[Guess, ...]) -> tuple[list[str], int]:
    """Give the identifiers of schools that no number stands for, to be named; none that look like persons."""
    columns = {guess.field: guess for guess in guesses if guess.field in SCHOOL_FIELDS}
    ordered = [columns[name].column for name in SCHOOL_FIELDS if name in columns]
    if not ordered:
        return [], 0
    rows = Counter[str]()
    for cells, count in read_cells(raw, ordered).frame[ordered].value_counts().items():
        texts = [str(cell).strip() for cell in (cells if isinstance(cells, tuple) else [cells])]
        if not any(map(school_reference, texts)):
            rows[next(filter(None, texts), "")] += int(count)
    del rows[""]
    found = sorted(rows)
    is_sure = all(
        guess.likeness >= _LIKELY or "school" in normal_header(guess.column)
        for guess in columns.values()
    )
    too_many = len(found) > _MOST_SCHOOLS or 2 * len(found) > max(2 * _FEW, rows.total())
    if not is_sure or too_many or _look_like_persons(found):
        return [], len(found)
    return found, len(found)


def _look_like_persons(found: list[str]) -> bool:
    texts = pd.Series(found, dtype="str")
    return bool(texts.str.contains(_PERSONAL).any() or are_upns(texts.str.upper()).any())


def _printable(text: str) -> str:
    """Give a name without signs that a terminal would act on."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)

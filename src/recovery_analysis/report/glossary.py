"""The terms that leaders meet, in plain words, and the links from their first use in each section."""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryTerm:
    """A term, its plain definition, and the other spellings under which it appears in sentences."""

    id: str
    term: str
    definition: str
    also: tuple[str, ...] = ()


def _term(id: str, term: str, definition: str, *also: str) -> GlossaryTerm:  # noqa: A002
    return GlossaryTerm(id=f"term-{id}", term=term, definition=definition, also=also)


GLOSSARY = (
    _term(
        "academy-conversion",
        "Academy conversion",
        "A school maintained by a local authority becomes an academy. It gets a new reference number, so "
        "its figures from before are joined to those after only where official records link the two.",
        "academy conversions",
    ),
    _term(
        "attainment-8",
        "Attainment 8",
        "A pupil's points in eight GCSE-level subjects, English and maths counting double, from 0 to 90. "
        "A school's score is the average over its pupils.",
    ),
    _term(
        "baseline-date",
        "Baseline date",
        "The day that divides before from after: 20 March 2020, when schools closed to most pupils, "
        "unless the report says otherwise.",
    ),
    _term(
        "confidential",
        "[c] confidential",
        "A figure hidden because a small number of pupils stands behind it. It is not nought.",
        "[c]",
        "suppressed",
    ),
    _term(
        "disadvantaged",
        "Disadvantaged pupils",
        "Pupils who were eligible for free school meals at any time in the last six years, or are looked "
        "after by a local authority, or left care through adoption or another lasting arrangement.",
        "disadvantaged",
        "pupils who are disadvantaged",
    ),
    _term(
        "expected-standard",
        "Expected standard",
        "What a pupil is expected to know and do at the end of primary school. In reading and maths it is "
        "a scaled score of 100 or more; writing is judged by teachers.",
    ),
    _term(
        "fsm6",
        "FSM6",
        "Eligible for free school meals at any time in the last six years: the largest part of the "
        "disadvantaged group.",
    ),
    _term(
        "gap",
        "Gap",
        "The other pupils' figure minus the disadvantaged pupils' figure, in the measure's own unit. "
        "Positive means that disadvantaged pupils are behind.",
        "disadvantage gap",
    ),
    _term(
        "gap-index",
        "Gap index",
        "The Department for Education's own measure of the gap, from how all pupils rank. It has no unit, "
        "can be compared over years in which tests changed, and is another quantity than the gap in "
        "points.",
        "disadvantage gap index",
    ),
    _term(
        "key-stage",
        "Key stages 2 and 4",
        "Key stage 2 is age 7 to 11, with national tests at its end; key stage 4 is age 14 to 16 and ends "
        "with GCSEs.",
        "key stage 2",
        "key stage 4",
    ),
    _term(
        "likely-range",
        "Likely range",
        "The range that is likely to hold the true figure (a 95% interval). A wide range means that few "
        "pupils or schools stand behind the number.",
        "likely ranges",
    ),
    _term(
        "membership-rule",
        "Membership rule",
        "Which schools count as this community's: those in it today, or those in it on the baseline date. "
        "The two can differ because schools join and leave.",
    ),
    _term(
        "not-applicable",
        "[z] not applicable",
        "The figure can not exist for this school or group.",
        "[z]",
    ),
    _term(
        "not-available",
        "[x] not available",
        "The publisher gives no figure, or no tests were held.",
        "[x]",
    ),
    _term(
        "other-pupils",
        "Other pupils",
        "All pupils who are not in the disadvantaged group.",
    ),
    _term(
        "paired-schools",
        "Paired schools",
        "Schools with a published figure for both groups, or in both years, that a comparison needs. "
        "Only they are used, so that like is compared with like.",
        "paired school",
    ),
    _term(
        "percentage-point",
        "Percentage point",
        "The difference between two percentages: from 40% to 43% is 3 percentage points.",
        "percentage points",
    ),
    _term(
        "progress-8",
        "Progress 8",
        "How a school's pupils did at 16 against pupils in England who had similar results at 11. 0 is "
        "the average for England. It was not published for pupils who had no tests at 11.",
    ),
    _term(
        "scaled-score",
        "Scaled score",
        "The result of a key stage 2 test on a scale from 80 to 120 that keeps its meaning from year to "
        "year; 100 is the expected standard.",
        "scaled scores",
    ),
    _term(
        "statistical-neighbours",
        "Statistical neighbours",
        "Local authorities that are most alike in their people and places, chosen by a published method, "
        "so that comparison is fair.",
        "statistical neighbour",
    ),
    _term(
        "unreliable",
        "[u] low reliability",
        "Too few of the pupils are covered, or the publisher calls the figure unreliable.",
        "[u]",
    ),
)


class GlossaryLinks:
    """Links each term at its first use; make a new one for each section.

    Parameters
    ----------
    terms
        The glossary of the page; every link goes to the id of one of these.
    """

    def __init__(self, terms: tuple[GlossaryTerm, ...] = GLOSSARY) -> None:
        self._targets = {
            spelling.casefold(): term for term in terms for spelling in (term.term, *term.also)
        }
        longest_first = sorted(self._targets, key=lambda spelling: (-len(spelling), spelling))
        pattern = "|".join(re.escape(spelling) for spelling in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if terms else None
        self._seen: set[str] = set()

    def link(self, text: str) -> Markup:
        """Escape ``text`` and link the terms in it that this section has not linked yet."""
        if self._pattern is None:
            return escape(text)
        pieces: list[Markup] = []
        done = 0
        for found in self._pattern.finditer(text):
            term = self._targets[found[0].casefold()]
            if term.id in self._seen:
                continue
            self._seen.add(term.id)
            pieces.append(escape(text[done : found.start()]))
            pieces.append(Markup('<a class="term" href="#{}">{}</a>').format(term.id, found[0]))
            done = found.end()
        pieces.append(escape(text[done:]))
        return Markup("").join(pieces)

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
        "accelerated-reader",
        "Accelerated Reader",
        "A reading programme of Renaissance Learning: a pupil reads a book and takes a quiz on it. A quiz shows "
        "that a book was understood; reading without a quiz is not counted.",
    ),
    _term(
        "attainment-8",
        "Attainment 8",
        "A pupil's points in eight GCSE-level subjects, English and maths counting double, from 0 to 90. "
        "A school's score is the average over its pupils.",
    ),
    _term(
        "band-of-use",
        "Band of use",
        "How much a pupil used a platform (its dose), in bands with fixed ends, such as 1 to 9 quizzes in a year. "
        "The band of no use holds pupils on roll without any.",
        "bands of use",
        "dose",
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
        "core-strand",
        "Core strand",
        "A strand that much else rests on: reading, writing and spoken language, number and calculation. In "
        "primary these come first.",
        "core strands",
        "core language and number",
    ),
    _term(
        "declined",
        "Declined",
        "A pupil whose score is further below expectation than the error of both tests together would usually "
        "make it. Some pupils are at any time, so the share stands beside the usual one.",
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
        "expected-score",
        "Expected score",
        "The score that pupils with the same earlier score, year group, time between tests and characteristics "
        "had before the baseline date. Below it, pupils scored lower than such pupils used to.",
        "expected scores",
        "expectation",
        "actual minus expected",
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
        "induction-group",
        "Induction group",
        "Pupils whose answers to a survey were alike, and who may need a similar start back at school. The groups "
        "come from the answers, not from teachers, and a pupil's place in one is likely, not certain.",
        "induction groups",
        "inductions",
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
        "marks-gained",
        "Marks gained",
        "Marks that pupils gained of the marks that they could gain, in percent. It tells how hard the questions "
        "were as well as how well pupils did, so it is compared with the same strand before.",
        "marks now",
        "facility",
        "share of marks",
    ),
    _term(
        "membership-rule",
        "Membership rule",
        "Which schools count as this community's: those in it today, or those in it on the baseline date. "
        "The two can differ because schools join and leave.",
    ),
    _term(
        "months",
        "Months of usual growth",
        "Score points divided by what pupils of that year group gained in a calendar month before the baseline "
        "date. A rough guide: it does not say how long catching up would take.",
        "months of learning",
        "usual growth",
    ),
    _term(
        "myon",
        "myON",
        "An online library of Renaissance Learning. Minutes of reading are the vendor's estimate.",
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
        "not-reached",
        "Not reached",
        "Pupils on roll, in a school that gave an export of a platform, who did not use it at all in the year. "
        "In a school without an export use is not known, which is not the same.",
        "who was reached",
    ),
    _term(
        "oak",
        "Oak National Academy",
        "Online lessons made for England's schools since April 2020. It gives no figures by school, so lessons "
        "and pupils are as schools report them.",
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
        "persistent-absence",
        "Persistent absence",
        "Missing 10% or more of the sessions (half days) that a pupil could attend; missing 50% or more is called "
        "severe absence.",
        "persistently absent",
        "missed 10% or more",
        "missed 10% of sessions or more",
        "severe absence",
        "missed 50% or more",
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
        "A test's result on a scale that keeps its meaning from year to year. Key stage 2 tests have one from 80 "
        "to 120, with 100 as the expected standard; Star tests have another one. The two can not be compared.",
        "scaled scores",
    ),
    _term(
        "school-value",
        "School value",
        "How far a school's pupils were above or below expectation, beside the average school of the files read, "
        "and drawn towards it where pupils are few. It is no rank and no grade.",
        "school values",
        "value added",
    ),
    _term(
        "star",
        "Star Reading and Star Maths",
        "Short adaptive tests of Renaissance Learning, taken on a computer, often each term: the questions get "
        "harder or easier with the answers.",
        "Star Reading",
        "Star Maths",
        "Star tests",
        "Star skill areas",
    ),
    _term(
        "statistical-neighbours",
        "Statistical neighbours",
        "Local authorities that are most alike in their people and places, chosen by a published method, "
        "so that comparison is fair.",
        "statistical neighbour",
    ),
    _term(
        "strand",
        "Strand",
        "A part of a subject's curriculum, such as fractions, or a topic of an exam board.",
        "strands",
        "skill area",
        "skill areas",
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

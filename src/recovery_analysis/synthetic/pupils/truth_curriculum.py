"""Parameters of the curriculum: strands, when they were taught, what rests on them, how far they fell."""

from dataclasses import dataclass

# fmt: off
#: Strand, facility before (percent), later units that rest on it, core, and questions on a paper.
_READING = (
    ("2a words in context",               74, 9, True,  6),
    ("2b retrieve and record",            70, 7, True,  6),
    ("2c summarise",                      52, 4, False, 1),
    ("2d inference",                      58, 8, True,  6),
    ("2e predict",                        61, 2, False, 1),
    ("2f how content is related",         49, 3, False, 1),
    ("2g how language choice adds",       46, 3, False, 2),
    ("2h compare within the text",        55, 2, False, 1),
)
_MATHS_PRIMARY = (
    ("number and place value",            75, 12, True, 4),
    ("addition and subtraction",          72, 10, True, 4),
    ("multiplication and division",       64, 11, True, 5),
    ("fractions, decimals, percentages",  51, 9, True,  5),
    ("ratio and proportion",              45, 5, False, 1),
    ("algebra",                           50, 4, False, 1),
    ("measurement",                       58, 3, False, 3),
    ("properties of shapes",              62, 3, False, 2),
    ("position and direction",            66, 1, False, 1),
    ("statistics",                        68, 2, False, 2),
)
_MATHS_SECONDARY = (
    ("N1 structure and calculation",      70, 12, True, 4),
    ("N2 fractions and percentages",      58, 10, True, 4),
    ("A1 notation and manipulation",      54, 11, True, 5),
    ("A2 graphs",                         47, 7, False, 3),
    ("A3 equations",                      49, 9, True,  3),
    ("A4 sequences",                      56, 3, False, 1),
    ("R1 ratio and rates of change",      45, 8, True,  3),
    ("G1 properties and constructions",   55, 4, False, 2),
    ("G2 mensuration",                    48, 4, False, 2),
    ("G3 vectors",                        41, 2, False, 1),
    ("P1 probability",                    57, 3, False, 2),
    ("S1 statistics",                     60, 3, False, 2),
)
_SCIENCE_SECONDARY = (
    ("4.1 cell biology",                  60, 8, True,  4),
    ("4.2 organisation",                  54, 5, False, 3),
    ("4.3 infection and response",        57, 2, False, 1),
    ("4.4 bioenergetics",                 50, 4, False, 2),
    ("5.1 atomic structure",              58, 9, True,  4),
    ("5.2 bonding",                       47, 8, True,  3),
    ("5.3 quantitative chemistry",        39, 6, False, 2),
    ("5.4 chemical changes",              44, 4, False, 1),
    ("6.1 energy",                        55, 6, True,  3),
    ("6.2 electricity",                   45, 5, False, 3),
    ("6.3 particle model",                52, 3, False, 1),
)
# fmt: on

Strand = tuple[str, int, int, bool, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTruth:
    """One paper: subject, year groups that sit it, exam board where there is one, its strands."""

    subject: str
    year_groups: tuple[int, ...]
    exam_board: str
    strands: tuple[Strand, ...]


PAPERS = (
    PaperTruth(subject="reading", year_groups=(3, 4, 5, 6), exam_board="", strands=_READING),
    PaperTruth(subject="maths", year_groups=(3, 4, 5, 6), exam_board="", strands=_MATHS_PRIMARY),
    PaperTruth(
        subject="maths",
        year_groups=(9, 10),
        exam_board="Invented Board Mathematics 1MA9",
        strands=_MATHS_SECONDARY,
    ),
    PaperTruth(
        subject="science",
        year_groups=(9, 10),
        exam_board="Invented Board Combined Science 8CS9",
        strands=_SCIENCE_SECONDARY,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurriculumTruth:
    """Strands of each paper and what closure and time did to them; steps are on the probit scale.

    A pupil gets a mark with probability Phi(place of the strand + ability_slope x attainment in national SD),
    so that the national facility before is the strand's own percentage exactly.

    Parameters
    ----------
    papers
        Papers and their strands.
    year
        First calendar year of the academic year in which the papers were sat.
    sat
        Day of the papers.
    taught_first, taught_last
        The strands of a year group are taught one after the other between these days, in an order that is
        drawn once for each paper and year group; the plan of a year group reaches back into the year before.
    closed
        Strands whose teaching ended between these days were taught while schools were closed.
    ability_slope
        Rise of the probit with 1 SD of attainment.
    drop_base, drop_a_month, drop_closed, drop_sd
        Fall of a strand: the same for all, for each month since it was taught, for teaching during closure,
        and its own scatter.
    school_sd, school_strand_sd
        Between schools, for all strands and for single ones.
    question_sd
        Scatter of the difficulty of questions within a strand; their mean is zero.
    missed_share
        Pupils who do not sit a paper; ``blank_share`` of marks are not recorded.
    """

    papers: tuple[PaperTruth, ...] = PAPERS
    year: int = 2020
    sat: str = "2021-06-14"
    taught_first: str = "2019-09-27"
    taught_last: str = "2021-05-21"
    closed: tuple[tuple[str, str], ...] = (
        ("2020-03-23", "2020-07-17"),
        ("2021-01-05", "2021-03-26"),
    )
    ability_slope: float = 0.55
    drop_base: float = 0.04
    drop_a_month: float = 0.012
    drop_closed: float = 0.28
    drop_sd: float = 0.06
    school_sd: float = 0.10
    school_strand_sd: float = 0.10
    question_sd: float = 0.15
    missed_share: float = 0.07
    blank_share: float = 0.004

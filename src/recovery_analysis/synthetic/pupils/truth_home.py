"""Parameters of what pupils had at home, what they used, and how often they came to school."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

#: Answers in the order of the shares below.
DEVICE_WORDS = ("own", "shared", "phone_only", "none")
CONNECTION_WORDS = ("broadband", "mobile_data", "none")
#: Shares are given for these two groups, in this order, wherever two stand side by side.
GROUPS = ("other", "disadvantaged")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTruth:
    """Devices and internet at home in the closure of 2020.

    Parameters
    ----------
    device, connection
        Shares by group, in the order of ``DEVICE_WORDS`` and ``CONNECTION_WORDS``; drawn independently.
    recorded
        Day of the lists.
    lent_share
        Of pupils with a phone only or nothing, those to whom the school lent a device.
    listed_share
        Pupils of a school with a list who are on it.
    gap_sd
        What goes with a phone only, no device or no internet: progress since closure, SD.
    """

    device: Mapping[str, tuple[float, ...]] = field(
        default_factory=lambda: MappingProxyType(
            {"other": (0.72, 0.20, 0.06, 0.02), "disadvantaged": (0.40, 0.30, 0.20, 0.10)}
        )
    )
    connection: Mapping[str, tuple[float, ...]] = field(
        default_factory=lambda: MappingProxyType(
            {"other": (0.95, 0.04, 0.01), "disadvantaged": (0.82, 0.12, 0.06)}
        )
    )
    recorded: str = "2020-05-11"
    lent_share: float = 0.40
    listed_share: float = 0.92
    gap_sd: float = -0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformTruth:
    """Use of one platform in one academic year; the dose is quizzes, or hundreds of minutes.

    Parameters
    ----------
    year
        First calendar year of the academic year.
    first, last
        Days between which the use lies.
    user_share
        By group: pupils of a school with the platform who use it at all.
    mean_dose
        Mean of users who are at the mean of attainment.
    dose_shape
        Shape of the gamma scatter of dose between users; small is uneven.
    ability_slope
        Relative change of the mean dose with 1 SD of attainment: readers use more.
    school_sd
        Relative SD of the mean dose between schools.
    slope_sd
        Progress in reading that goes with one unit of dose, SD, within school and given the prior score.
    counts_from
        First day on which a test shows it.
    """

    year: int
    first: str
    last: str
    user_share: tuple[float, float]
    mean_dose: float
    dose_shape: float
    ability_slope: float
    school_sd: float
    slope_sd: float
    counts_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseTruth:
    """Accelerated Reader quizzes, myON minutes, and schools' own reports of Oak lessons.

    Parameters
    ----------
    quizzes, minutes
        Accelerated Reader in 2020/21; myON in the closure of 2020 and in 2020/21.
    year_groups
        Year groups that use either.
    percent_correct
        Mean percent correct in quizzes of a pupil at the mean of attainment; ``percent_slope`` a SD more.
    oak_lessons
        Mean Oak lessons a week of a class that uses Oak, by term of 2020/21.
    oak_class_share
        Year groups of a reporting school that use Oak in a subject.
    oak_reach
        Mean share of pupils of such a class who take part.
    """

    quizzes: PlatformTruth = PlatformTruth(
        year=2020,
        first="2020-09-07",
        last="2021-05-28",
        user_share=(0.75, 0.62),
        mean_dose=9.0,
        dose_shape=1.6,
        ability_slope=0.15,
        school_sd=0.25,
        slope_sd=0.003,
        counts_from="2021-06-01",
    )
    minutes: tuple[PlatformTruth, ...] = (
        PlatformTruth(
            year=2019,
            first="2020-03-23",
            last="2020-07-17",
            user_share=(0.55, 0.38),
            mean_dose=6.0,
            dose_shape=1.2,
            ability_slope=0.10,
            school_sd=0.25,
            slope_sd=0.004,
            counts_from="2020-09-01",
        ),
        PlatformTruth(
            year=2020,
            first="2020-09-07",
            last="2021-05-28",
            user_share=(0.50, 0.36),
            mean_dose=8.0,
            dose_shape=1.2,
            ability_slope=0.10,
            school_sd=0.25,
            slope_sd=0.003,
            counts_from="2021-06-01",
        ),
    )
    year_groups: tuple[int, ...] = (3, 4, 5, 6, 7, 8, 9)
    percent_correct: float = 82.0
    percent_slope: float = 5.0
    oak_lessons: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"autumn": 2.0, "spring": 7.0, "summer": 2.5})
    )
    oak_class_share: float = 0.60
    oak_reach: float = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceTruth:
    """Weekly attendance in autumn terms.

    Parameters
    ----------
    first_weeks
        First Monday of the weeks listed, by first calendar year of the academic year.
    weeks_n
        Weeks listed each autumn.
    sessions
        Half days a week.
    attended
        Mean share of sessions attended, by year: pupils who are not disadvantaged, disadvantaged pupils.
    pupil_concentration
        Beta concentration of pupils' own shares around the mean; small is uneven.
    school_sd
        SD between schools of the share attended.
    unauthorised_share
        Of missed sessions, by group.
    """

    first_weeks: Mapping[int, str] = field(
        default_factory=lambda: MappingProxyType(
            {2019: "2019-09-16", 2020: "2020-09-14", 2021: "2021-09-13"}
        )
    )
    weeks_n: int = 6
    sessions: int = 10
    attended: Mapping[int, tuple[float, float]] = field(
        default_factory=lambda: MappingProxyType(
            {2019: (0.962, 0.938), 2020: (0.951, 0.915), 2021: (0.940, 0.897)}
        )
    )
    pupil_concentration: float = 14.0
    school_sd: float = 0.008
    unauthorised_share: tuple[float, float] = (0.22, 0.40)

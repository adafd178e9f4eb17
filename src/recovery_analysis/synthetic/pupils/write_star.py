"""Write Star extracts: the current 126 columns, the older 58, and skill areas."""

import numpy as np
import pandas as pd

from recovery_analysis.synthetic.cells import layout
from recovery_analysis.synthetic.pupils.arrays import Integers
from recovery_analysis.synthetic.pupils.identity import surname
from recovery_analysis.synthetic.pupils.source_files import SourceFiles, iso_days
from recovery_analysis.synthetic.pupils.star import LAST_OLD_YEAR, percentile
from recovery_analysis.synthetic.pupils.table_file import Cells, whole, write_table

CODES = {"reading": "SR", "maths": "SM"}
#: Senders that also send skill areas of autumn 2020.
SKILL_SENDERS = ("90001", "90004")
#: Senders whose extracts give no local time, only UTC.
_ONLY_UTC = "la_"
_TYPES = {True: "Star Progress Monitoring", False: "Star Enterprise"}


def file_name(subject: str, *, older: bool) -> str:
    """Give the name of an extract.

    Examples
    --------
    >>> file_name("maths", older=False), file_name("reading", older=True)
    ('SM_v2.csv', 'TEST_1819_SR.csv')
    """
    return f"TEST_1819_{CODES[subject]}.csv" if older else f"{CODES[subject]}_v2.csv"


def write_star(files: SourceFiles) -> None:
    """Write each sender's extracts by subject; an extract without a test is not written."""
    world = files.world
    tests, years = world.star, np.array([wave.year for wave in world.truth.waves])
    ranks = percentile(world.truth, world.roll, tests)
    is_old = years[tests.wave] <= LAST_OLD_YEAR
    for sender in files.senders:
        mine = files.is_from(sender)[world.roll.school[tests.at]]
        for code, subject in enumerate(world.truth.subjects):
            for older in (True, False):
                chosen = np.flatnonzero(mine & (tests.subject == code) & (is_old == older))
                if not len(chosen):
                    continue
                cells = _both(files, chosen, ranks) | (
                    _older(files, chosen) if older else _current(files, chosen, sender)
                )
                write_table(
                    files.path("star", sender, file_name(subject, older=older)),
                    layout("star_older" if older else "star_current"),
                    cells,
                    len(chosen),
                )
        if sender in SKILL_SENDERS:
            _write_skills(files, sender, mine)


def _both(files: SourceFiles, chosen: Integers, ranks: np.ndarray) -> dict[str, list[str] | str]:
    """Give the columns that both layouts have under one name."""
    world, tests = files.world, files.world.star
    at = tests.at[chosen]
    years = np.array([wave.year for wave in world.truth.waves])[tests.wave[chosen]]
    upns = [files.identity.upn_in(p, y) for p, y in zip(at.tolist(), years.tolist(), strict=True)]
    # the vendor counts grades as in the United States: Year 5 is grade 4
    grade = [str(year - 1) for year in (years - world.roll.cohort[at]).tolist()]
    deactivated = tests.reason[chosen] == 1
    return {
        "StudentStateID": upns,
        "Gender": ["F" if female else "M" for female in world.roll.female[at].tolist()],
        "Grade": grade,
        "CurrentGrade": grade,
        "SchoolName": [files.names[s] for s in world.roll.school[at].tolist()],
        "ScaledScore": whole(tests.score[chosen].tolist()),
        "PercentileRank": whole(ranks[chosen].tolist()),
        "TotalCorrect": [str(10 + number % 20) for number in tests.number[chosen].tolist()],
        "DeactivationReason": ["Not a true attempt" if off else "" for off in deactivated.tolist()],
    }


def _statuses(files: SourceFiles, chosen: Integers) -> list[str]:
    off = files.world.star.reason[chosen] == 1
    return ["Deactivated" if is_off else "Active" for is_off in off.tolist()]


def _types(files: SourceFiles, chosen: Integers) -> list[str]:
    return [_TYPES[other] for other in (files.world.star.reason[chosen] == 3).tolist()]


def _windows(files: SourceFiles, chosen: Integers) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Give first day, last day and name of the window of each test; a test may lie outside."""
    waves, at = files.world.truth.waves, files.world.star.wave[chosen]
    middle = np.array([wave.middle for wave in waves], dtype="datetime64[D]")[at]
    half = files.world.truth.wave_half_days
    names = [f"{wave.season.title()} window" for wave in waves]
    return middle - half - 3, middle + half + 6, [names[place] for place in at.tolist()]


def _current(files: SourceFiles, chosen: Integers, sender: str) -> dict[str, list[str] | str]:
    world, tests = files.world, files.world.star
    at = tests.at[chosen]
    local = tests.day[chosen] + tests.second_of_day[chosen] * np.timedelta64(1_000_000, "us")
    zone = pd.DatetimeIndex(local).tz_localize("Europe/London").tz_convert("UTC").tz_localize(None)
    first, last, window = _windows(files, chosen)
    years = [world.truth.waves[wave].year for wave in tests.wave[chosen].tolist()]
    people = _people(files, at)
    return people | {
        "RenaissanceClientID": f"ZZ-{sender}",
        "SchoolYear": [f"{year}-{year + 1}" for year in years],
        "StudentRenaissanceID": [f"R{number}" for number in world.roll.number[at].tolist()],
        "StudentIdentifier": files.locals(at),
        "StudentEmail": [f"{surname(n)}@example.invalid" for n in world.roll.number[at].tolist()],
        "StudentFirstName": "Invented",
        "StudentLastName": people["StudentLast"],
        "DistrictName": f"Sender {sender}",
        "SchoolIdentifier": [files.names[s][:12] for s in world.roll.school[at].tolist()],
        "SchoolStateID": files.urns(at),
        "TeacherLastName": "Zzteacher",
        "AssessmentID": [f"A{number}" for number in tests.number[chosen].tolist()],
        "CompletedDate": _stamps(zone.to_numpy(), "Z"),
        "CompletedDateLocal": "" if sender.startswith(_ONLY_UTC) else _stamps(local, ""),
        "AssessmentType": _types(files, chosen),
        "AssessmentStatus": _statuses(files, chosen),
        "ExtraTime": ["Yes" if more else "No" for more in tests.extra_time[chosen].tolist()],
        "StandardErrorOfMeasurement": whole(tests.error[chosen].tolist()),
        "UnifiedScore": whole(np.round(600 + 0.42 * tests.score[chosen]).tolist()),
        "TotalTimeInSeconds": whole(tests.seconds[chosen].tolist()),
        "ScreeningPeriodWindowName": window,
        "ScreeningWindowStartDate": iso_days(first),
        "ScreeningWindowEndDate": iso_days(last),
    }


def _older(files: SourceFiles, chosen: Integers) -> dict[str, list[str] | str]:
    world, tests = files.world, files.world.star
    at = tests.at[chosen]
    urns = [files.older_urns[s] for s in world.roll.school[at].tolist()]
    first, last, window = _windows(files, chosen)
    return _people(files, at) | {
        "StudentLocalID": files.locals(at),
        "SchoolLocalID": [f"S{urn[-3:]}" for urn in urns],
        "SchoolStateID": urns,
        "StudentAssessmentID": [f"A{number}" for number in tests.number[chosen].tolist()],
        "AssessmentDate": _us_stamps(tests.day[chosen], tests.second_of_day[chosen]),
        "SEM": whole(tests.error[chosen].tolist()),
        "UniversalScore": whole(np.round(600 + 0.42 * tests.score[chosen]).tolist()),
        "TotalTime": whole(tests.seconds[chosen].tolist()),
        "TestType": _types(files, chosen),
        "WindowName": window,
        "WindowStart": _us_days(first),
        "WindowEnd": _us_days(last),
        "TestStatus": _statuses(files, chosen),
    }


def _people(files: SourceFiles, at: Integers) -> dict[str, list[str] | str]:
    numbers = files.world.roll.number[at].tolist()
    return {
        "StudentFirst": "Invented",
        "StudentLast": [surname(number) for number in numbers],
        "BirthDate": "01/01/1900",
    }


def _stamps(moments: np.ndarray, end: str) -> list[str]:
    texts = np.datetime_as_string(moments.astype("datetime64[ms]"))
    return [text + end for text in texts.tolist()]


def _us_days(days: np.ndarray) -> list[str]:
    return [f"{text[5:7]}/{text[8:]}/{text[:4]}" for text in iso_days(days)]


def _us_stamps(days: np.ndarray, seconds: Integers) -> list[str]:
    return [
        f"{day} {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        for day, second in zip(_us_days(days), seconds.tolist(), strict=True)
    ]


def _write_skills(files: SourceFiles, sender: str, mine: np.ndarray) -> None:
    """Write the skill areas of a sender's tests; the rows stand in the order of the table."""
    world = files.world
    skills = world.table("skill_scores")
    subjects = list(world.truth.subjects)
    test = {text: at for at, text in enumerate(world.table("assessments")["assessment_id"])}
    place = skills["assessment_id"].map(test).to_numpy()
    for code, subject in enumerate(subjects):
        chosen = mine[place] & (world.star.subject[place] == code)
        rows, at = skills[chosen], place[chosen]
        cells: Cells = {
            "RenaissanceClientID": f"ZZ-{sender}",
            "SchoolYear": "2020-2021",
            "StudentRenaissanceID": [
                f"R{n}" for n in world.roll.number[world.star.at[at]].tolist()
            ],
            "StudentStateID": files.upns(world.star.at[at], 2020),
            "AssessmentID": [f"A{number}" for number in world.star.number[at].tolist()],
            "CompletedDateLocal": [f"{day}T10:00:00.000" for day in iso_days(world.star.day[at])],
            "DomainName": rows["domain"].tolist(),
            "SkillAreaName": rows["skill_area"].tolist(),
            "SkillAreaMasteryScore": whole(rows["mastery_pct"].tolist()),
        }
        name = f"{CODES[subject]}_SkillArea_v1.csv"
        write_table(files.path("star", sender, name), layout("star_skill_areas"), cells, len(rows))

"""The curriculum chapter's evidence: every subject and year group that has marks since the baseline date."""

import pandas as pd

from recovery_analysis.analysis.strands.levels import strand_group
from recovery_analysis.analysis.strands.marks import groups_of, question_rows, skill_rows
from recovery_analysis.analysis.strands.plan import Plan, read_plan
from recovery_analysis.analysis.strands.result import Source, StrandGroup, StrandResult
from recovery_analysis.community.pupils import PupilData
from recovery_analysis.community.slice import CommunityData

TABLES = ("question_marks", "curriculum_strands", "skill_scores", "assessments", "pupils")

#: With more schools than this no table lists them one by one.
MOST_SCHOOLS_LISTED = 60


def strand_evidence(data: CommunityData, pupils: PupilData) -> StrandResult:
    """Compare each strand with where it stood before, in the whole and by school.

    Parameters
    ----------
    data
        The community; its schools now count.
    pupils
        Tables of :data:`TABLES`; any may be empty.

    Returns
    -------
    StrandResult
        Groups in the order of subject and year group; none where no marks are later than the baseline date.

    Notes
    -----
    A strand is compared with the same strand in the same year group before the baseline date: in the
    community's own marks where schools with half of today's pupils have them, else with the national
    facility of the curriculum plan, else with nothing. See :mod:`recovery_analysis.stats.strand_levels`.
    """
    baseline = pd.Timestamp(data.baseline_date)
    schools = set(data.now.school_ids)
    plan = read_plan(pupils.table("curriculum_strands"))
    marks = question_rows(pupils, baseline, schools)
    skills = skill_rows(pupils, baseline, schools)
    names = dict(
        zip(data.schools["school_id"], data.schools["school_name"].astype(str), strict=True)
    )
    groups = _groups(marks, plan, "question marks", names, len(schools))
    return StrandResult(
        baseline_date=data.baseline_date,
        groups=groups,
        skills=_groups(skills, plan, "skill areas", names, len(schools)),
        schools_n=len(schools),
        schools_with_marks=int(marks.loc[marks["is_after"].eq(True), "school_id"].nunique()),
        has_older_marks=not groups and len(marks) > 0,
        has_plan=bool(plan.rows),
    )


def _groups(
    rows: pd.DataFrame, plan: Plan, source: Source, names: dict[str, str], schools_n: int
) -> tuple[StrandGroup, ...]:
    return tuple(
        strand_group(
            group,
            plan=plan,
            source=source,
            schools=names,
            is_listed=schools_n <= MOST_SCHOOLS_LISTED,
        )
        for group in groups_of(rows, same_season_only=source == "skill areas")
    )

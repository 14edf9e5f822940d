"""All files of one county, cut from its children, its pupils and its schools."""

import numpy as np
import polars as pl

from tests.bench import case_files, office_files, school_files, unit_files
from tests.bench.headers import HEADERS
from tests.bench.places import County


def county_files(
    county: County, people: pl.DataFrame, pupils: pl.DataFrame, twice: pl.DataFrame, seed: int
) -> dict[str, pl.DataFrame]:
    """All kinds of the first night, columns in the order of spec 2.2.

    ``twice`` are children of the county before, registered here as well.
    """
    rng = np.random.default_rng([seed, 3, county.index])
    residents = people.filter("resident")
    absences, reports = unit_files.absences_and_reports(rng, pupils)
    files = {
        "户籍": office_files.registry(rng, county, residents, twice),
        "学籍": school_files.enrolment(pupils),
        "在校": school_files.roll_call(rng, county, people, pupils),
        "脱贫户": office_files.poverty(rng, residents),
        "救助": office_files.assistance(rng, residents),
        "残疾人": office_files.disability(residents),
        "部门名单": case_files.department_lists(rng, residents),
        "劝返": case_files.case_actions(rng, county, residents),
        "学籍异动": school_files.changes(rng, pupils),
        "学籍查询": case_files.lookups(rng, residents),
        "缺课": absences,
        "日报": reports,
        "资助": school_files.aid(rng, pupils),
        "责任人": unit_files.responsibility(rng, county, pupils),
        "教基统计": unit_files.statistics(rng, county, pupils),
    }
    return {kind: frame.select(HEADERS[kind]) for kind, frame in files.items()}

"""The core job in pandas: the Arrow reader, Arrow strings, merges and group-bys.

``python -m tests.bench.alternatives.pandas_way --world DIR --out DIR``
"""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from tests.bench.alternatives import job
from tests.bench.alternatives.job import Clock, Rows

_KEY = ["name", "birth_on", "sex", "county"]
_NIGHT, _YEAR_START = pd.Timestamp(job.NIGHT), pd.Timestamp(job.YEAR_START)


def read(folder: Path, kind: str) -> pd.DataFrame:
    """All files of a kind, with the columns of the job only, types told."""
    names = job.KINDS[kind]
    dates = [header for header, name in names.items() if job.is_date(name)]
    types = {
        header: "int64" if name in job.WHOLE_NUMBERS else "str" for header, name in names.items() if header not in dates
    }
    frames = [
        pd.read_csv(file, engine="pyarrow", usecols=list(names), dtype=types, parse_dates=dates)
        for file in job.files(folder, kind)
    ]
    frame = pd.concat(frames, ignore_index=True).rename(columns=names)
    # A date column that is empty in one file comes as something else from it.
    return frame.astype({names[header]: "datetime64[s]" for header in dates})


def _years(born: pd.Series, on: date) -> pd.Series:
    """Completed years at ``on``."""
    lived = on.year * 10000 + on.month * 100 + on.day
    return (lived - born.dt.year * 10000 - born.dt.month * 100 - born.dt.day) // 10000


def _first(frame: pd.DataFrame, key: str, order: list[str], ascending: list[bool]) -> pd.DataFrame:
    """One row a key, the first in the order; only rows whose key is not alone are put in order."""
    several = frame[key].duplicated(keep=False)
    ordered = frame[several].sort_values(order, ascending=ascending, na_position="last")
    return pd.concat([frame[~several], ordered.drop_duplicates(key)], ignore_index=True)


def matching(folder: Path, schools: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Registry rows and enrolment rows, each with its ``person``."""
    registry = read(folder, "户籍").rename(columns={"number": "person"})
    registry["county"] = registry["division"].str[:6]
    rows = read(folder, "学籍")
    known = registry["person"].unique()
    by_number = rows["number"].isin(known)
    rest = rows[~by_number].copy()
    rest["embedded"] = rest["student"].str[1:].where(rest["student"].str.startswith("G", na=False))
    by_student = rest["embedded"].isin(known)
    rows["person"] = rows["number"]
    rows.loc[rest.index[by_student], "person"] = rest.loc[by_student, "embedded"]
    left = rest[~by_student].copy()
    node = left["embedded"].fillna(left["number"])
    left["numbered"] = node.notna()
    left["person"] = node.fillna(left["student"])
    rows.loc[left.index, "person"] = left["person"]
    left = left.merge(schools, on="school", how="left").dropna(subset=_KEY)
    here = left.groupby(_KEY, as_index=False).agg(
        here=("person", "nunique"), node=("person", "first"), numbered=("numbered", "any")
    )
    there = registry[registry["name"].isin(here["name"]) & ~registry["person"].isin(rows["person"])]
    there = there.merge(here[_KEY], on=_KEY)
    there = there.groupby(_KEY, as_index=False).agg(there=("person", "nunique"), linked=("person", "first"))
    links = here.merge(there, on=_KEY)
    links = links[(links["here"] == 1) & (links["there"] == 1) & ~links["numbered"]]
    linked = rows.loc[rest.index, "person"].map(links.set_index("node")["linked"])
    rows.loc[rest.index, "person"] = linked.fillna(rows.loc[rest.index, "person"])
    return registry, rows


def calendar(folder: Path) -> tuple[pd.DataFrame, dict[str, object]]:
    """The numbered school days up to the night, and where the night stands: the term begun last, its name, autumn."""
    rows = read(folder, "校历")
    spans = [pd.date_range(start, end, unit="s") for start, end in zip(rows["start_on"], rows["end_on"], strict=True)]
    days = rows.assign(day=spans).explode("day").astype({"day": "datetime64[s]"})
    kind, day = days["day_type"], days["day"]
    term_days = day[(kind == "学期") & (day.dt.day_of_week < 5) & ~day.isin(day[kind == "放假"])]
    school_days = pd.concat([term_days, day[kind == "调休上课"]]).drop_duplicates().sort_values()
    numbered = pd.DataFrame({"day": school_days[school_days <= _NIGHT]}).reset_index(drop=True)
    numbered["day_number"] = numbered.index
    terms = rows[rows["day_type"] == "学期"].sort_values(["school_year", "start_on"])
    number = terms.groupby("school_year").cumcount() + 1
    terms = terms.assign(term=terms["school_year"] + "-" + number.astype(str))
    begun = terms[terms["start_on"] <= _NIGHT].sort_values("start_on").iloc[-1]
    autumn = terms.loc[terms["school_year"] == job.SCHOOL_YEAR, "start_on"].min()
    return numbered, {"term": begun["term"], "start": begun["start_on"], "autumn": autumn}


def streaks(folder: Path, days: pd.DataFrame, students: pd.Series) -> pd.DataFrame:
    """Persons and schools with a long streak of unexcused absence that ends on the school's last reported day."""
    absences = read(folder, "缺课").rename(columns={"absent_on": "day"})
    reports = read(folder, "日报").rename(columns={"report_on": "day"})
    last = pd.concat([reports, absences[["school", "day"]]])
    last = last[last["day"] <= _NIGHT].groupby("school", as_index=False)["day"].max().sort_values("day")
    last = pd.merge_asof(last, days.rename(columns={"day_number": "last_number"}), on="day").drop(columns="day")
    away = absences[absences["reason"].isin(job.UNEXCUSED)].merge(days, on="day")
    away["person"] = away["student"].map(students)
    away = away[["person", "school", "day_number"]].dropna().drop_duplicates().sort_values("day_number")
    away["island"] = away["day_number"] - away.groupby(["person", "school"]).cumcount()
    runs = away.groupby(["person", "school", "island"], as_index=False)["day_number"].agg(["size", "max"])
    runs = runs[runs["size"] >= job.ABSENCE_DAYS].merge(
        last, left_on=["school", "max"], right_on=["school", "last_number"]
    )
    return runs[["person", "school"]].drop_duplicates().assign(long_absent=True)


def approvals(folder: Path, ages: pd.DataFrame) -> pd.DataFrame:
    """Persons with an approved placement that counts, a deferral, or a deferral that ended in the year before."""
    actions = read(folder, "劝返")
    actions = actions[actions["action_on"] <= _NIGHT].assign(county=actions["division"].str[:6])
    requests = actions[actions["action"].isin(["安置", "延缓入学"]) & actions["evidence"].notna()]
    passed = actions[(actions["action"] == "审核") & (actions["result"] == "通过")]
    both = requests.merge(
        passed[["related", "number", "county", "sort", "action_on"]],
        left_on=["record", "number", "county"],
        right_on=["related", "number", "county"],
        suffixes=("", "_2"),
    ).merge(ages, left_on="number", right_on="person")
    same = both["sort_2"].isna() | (both["sort_2"] == both["sort"])
    both = both[same & (both["action_on_2"] >= both["action_on"])]
    bounds = pd.DataFrame.from_dict(job.PLACEMENTS, orient="index", columns=["youngest", "oldest"])
    both = both.merge(bounds, left_on="sort", right_index=True, how="left")
    end = both["end_on"]
    is_open = (both["start_on"].fillna(both["action_on"]) <= _NIGHT) & (end.isna() | (end >= _NIGHT))
    deferral = both["action"] == "延缓入学"
    placement = ~deferral & both["age"].between(both["youngest"], both["oldest"])
    lately = (end < _NIGHT) & ((_NIGHT - end).dt.days <= 365)
    flags = both[["person"]].assign(
        placed=placement & is_open, deferred=deferral & is_open, deferral_ended=deferral & lately
    )
    return flags.groupby("person", as_index=False).any()


def lookups(folder: Path) -> pd.DataFrame:
    """Persons whose latest look-up, still valid, found them at a school of another province."""
    divisions = read(folder, "区划")
    home = divisions[divisions["division"].str.endswith("0000")]
    ours = [*home["division_name"], *home["division"], *home["division"].str[:2]]
    rows = read(folder, "学籍查询")
    rows = (
        rows[rows["lookup_on"] <= _NIGHT].sort_values("lookup_on", kind="stable").drop_duplicates("number", keep="last")
    )
    fresh = (_NIGHT - rows["lookup_on"]).dt.days <= job.LOOKUP_VALID
    other = rows["province"].notna() & ~rows["province"].isin(ours)
    found = rows[(rows["result"] == "在读") & other & fresh]
    return found[["number", "lookup_on"]].rename(columns={"number": "person"})


def facts(
    folder: Path, registry: pd.DataFrame, enrolment: pd.DataFrame, schools: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, object]]:
    """One row a child with all that the ladder asks for."""
    days, now = calendar(folder)
    rows = registry[["person", "birth_on", "county", "division", "status", "status_on"]]
    rows = rows.assign(inactive=registry["status"] != "正常")
    primary_row = _first(rows, "person", ["inactive", "status_on", "division"], [True, False, True]).rename(
        columns={"birth_on": "r_birth_on", "county": "r_county", "status": "r_status", "status_on": "r_status_on"}
    )
    columns = ["person", "school", "grade", "status", "status_on", "until_on", "disability", "home", "birth_on"]
    young = enrolment.loc[enrolment["grade"] <= job.JUNIOR_LAST, columns]
    young = young.assign(inactive=young["status"] != "在读")
    pupil = _first(young, "person", ["inactive", "status_on", "school"], [True, False, True])
    pupil = pupil.merge(schools, on="school", how="left")
    people = primary_row.drop(columns=["inactive", "division"]).merge(
        pupil.drop(columns="inactive"), on="person", how="outer", sort=False
    )
    people["birth_on"] = people["r_birth_on"].fillna(people["birth_on"])
    people["county"] = people["r_county"].fillna(people["county"])
    lists = {}
    for kind in ("脱贫户", "救助", "残疾人", "部门名单"):
        frame = read(folder, kind)
        lists[kind] = frame.assign(person=frame["number"].str[:18], county=frame["division"].str[:6])
    listed = pd.concat([frame[["person", "birth_on", "county"]] for frame in lists.values()]).drop_duplicates("person")
    people = pd.concat([people, listed[~listed["person"].isin(people["person"])]], ignore_index=True)
    people["age"] = _years(people["birth_on"], job.NIGHT)
    people["school_age"] = _years(people["birth_on"], job.AGE_ON)
    people = people[people["age"] <= job.MAX_AGE].copy()

    students = enrolment.drop_duplicates("student").set_index("student")["person"]
    senior = enrolment.loc[(enrolment["grade"] > job.JUNIOR_LAST) & (enrolment["status"] == "在读"), "person"]
    changes = read(folder, "学籍异动")
    changes = changes[changes["change"].isin(["死亡", "毕业"]) & (changes["change_on"] <= _NIGHT)]
    changer = changes["student"].map(students)
    finished = (changes["change"] == "毕业") & (changes["grade"] == job.JUNIOR_LAST)
    graduated = changes["change_on"][finished].groupby(changer[finished]).max().rename("change_graduated_on")
    roll = read(folder, "在校")
    roll = roll[(roll["grade"] <= job.JUNIOR_LAST) & (roll["roll_on"] <= _NIGHT)]
    newest = roll.groupby("school", as_index=False)["roll_on"].max()
    begun_lately = (_NIGHT - now["start"]).days <= job.ROLL_GRACE
    newest = newest if begun_lately else newest[newest["roll_on"] >= now["start"]]
    there = roll[roll["present"] == "是"].merge(newest, on=["school", "roll_on"])
    there["person"] = there["student"].map(students).fillna(there["number"])
    there = there.groupby("person", as_index=False).agg(present_on=("roll_on", "max"), present_grade=("grade", "max"))
    aid = read(folder, "资助")
    aided = aid.loc[aid["term"] == now["term"], "student"].map(students)
    three = lists["残疾人"]["disability"].isin(job.THREE_DISABILITIES)

    people = people.merge(streaks(folder, days, students), on=["person", "school"], how="left")
    people = people.merge(newest.rename(columns={"roll_on": "school_roll_on"}), on="school", how="left")
    people = people.merge(graduated, left_on="person", right_index=True, how="left")
    people = people.merge(there, on="person", how="left").merge(lookups(folder), on="person", how="left")
    people = people.merge(approvals(folder, people[["person", "age"]]), on="person", how="left")
    for flag in ("long_absent", "placed", "deferred", "deferral_ended"):
        people[flag] = people[flag].notna() & (people[flag] == True)  # noqa: E712
    for flag, members in {
        "change_deceased": changer[changes["change"] == "死亡"],
        "senior": senior,
        "poor": lists["脱贫户"]["person"],
        "assisted": lists["救助"]["person"],
        "listed_disabled": lists["残疾人"]["person"],
        "three_disabilities": lists["残疾人"].loc[three, "person"],
        "aided": aided,
    }.items():
        people[flag] = people["person"].isin(members)
    return people, now


def judge(people: pd.DataFrame, now: dict[str, object]) -> None:
    """The ladder of spec 3.3, as far as the made province climbs it; writes ``verdict``, ``category``, ``by_roll``."""
    r_status, status, on, grade = people["r_status"], people["status"], people["status_on"], people["grade"]
    reading, nothing, present_on = status == "在读", status.isna(), people["present_on"]
    shown = present_on.notna()
    later = shown & (people["r_status_on"].isna() | (present_on > people["r_status_on"]))
    tested = reading & (people["home"] != "是")
    roll_on = people["school_roll_on"]
    missing = tested & roll_on.notna() & ~shown & (on.isna() | (on < roll_on))
    absent = tested & people["long_absent"]
    suspected = absent | missing
    by_roll = shown & (nothing | (~reading & (on.isna() | (on < present_on))))
    autumn = now["autumn"]
    exit_from = on.mask((on >= pd.Timestamp(job.SUMMER)) & (on <= autumn), autumn)
    grace = pd.Timedelta(days=job.TRANSFER_GRACE)
    leaving = (status == "转出") | ((status == "毕业") & (grade != job.JUNIOR_LAST))
    entering = (_NIGHT - autumn).days <= job.ENTRY_GRACE
    school_age = people["school_age"]
    fresh = entering & ((school_age == job.AGE_FROM) | people["deferral_ended"])
    lookup_on = people["lookup_on"]
    rungs = {
        "deceased": ((r_status == "死亡") & ~later) | (status == "死亡") | people["change_deceased"],
        "emigrated": (r_status.isin(["出国（境）", "出国(境)"]) & ~later) | (status == "出国"),
        "graduated": ((status == "毕业") & (grade == job.JUNIOR_LAST))
        | people["change_graduated_on"].notna()
        | people["senior"],
        "in_school": (reading & ~suspected) | by_roll,
        "suspended": (status == "休学") & (people["until_on"] >= _NIGHT),
        "enrolled_elsewhere": lookup_on.notna() & (on.isna() | (lookup_on >= on)),
        "placed": people["placed"],
        "deferred": people["deferred"],
        "suspected_absent": reading,
        "transfer_pending": (leaving & (_NIGHT - exit_from <= grace))
        | ((r_status == "迁出") & nothing & (_NIGHT - people["r_status_on"] <= grace)),
        "not_due": nothing & (~school_age.between(job.AGE_FROM, job.AGE_TO) | fresh),
        "aged_out": people["age"] >= job.AGE_CLOSE,
        "moved_away": r_status.isin(["迁出", "注销"]) & nothing,
    }
    holds = [rung.to_numpy(dtype=bool) for rung in rungs.values()]
    verdict = pd.Categorical.from_codes(
        np.select(holds, range(len(rungs)), len(rungs)), categories=[*rungs, "out_of_school"]
    )
    people["verdict"] = verdict
    out, suspect = people["verdict"] == "out_of_school", people["verdict"] == "suspected_absent"
    categories = {
        "long_absent": suspect & absent,
        "not_at_roll_call": suspect,
        "never_enrolled": out & nothing,
        "dropped_out": out & (status == "辍学"),
        "transfer_lost": out & status.isin(["转出", "毕业"]),
        "suspension_lapsed": out,
    }
    codes = np.select([held.to_numpy(dtype=bool) for held in categories.values()], range(len(categories)), -1)
    people["category"] = pd.Categorical.from_codes(codes, categories=list(categories))
    people["by_roll"] = by_roll & ~reading


def entry_rates(people: pd.DataFrame) -> pd.DataFrame:
    """Numerators and denominators of the entry rates, of children whose registry row is active."""
    base = people[people["r_status"] == "正常"]
    verdict, age, grade = base["verdict"], base["school_age"], base["grade"]
    schooled = verdict.isin(job.LADDER_SCHOOLED) | ((verdict == "transfer_pending") & (grade == job.PRIMARY_LAST))
    counts = ~verdict.isin(job.LADDER_NOT_COUNTED)
    last_primary_age = job.AGE_FROM + job.PRIMARY_LAST - 1
    primary = counts & age.between(job.AGE_FROM, last_primary_age)
    junior = age.between(last_primary_age + 1, job.AGE_FROM + job.JUNIOR_LAST - 1)
    compulsory = counts & age.between(job.AGE_FROM, job.AGE_TO)
    in_grade = grade.mask(base["by_roll"], base["present_grade"]).between(job.PRIMARY_LAST + 1, job.JUNIOR_LAST)
    row_on = base["status_on"].where((base["status"] == "毕业") & (grade == job.JUNIOR_LAST))
    graduated_on = pd.concat([base["change_graduated_on"], row_on], axis=1).max(axis=1)
    finished = (verdict == "graduated") & graduated_on.between(_YEAR_START, _NIGHT)
    junior_pupil = (verdict.isin(["in_school", "suspected_absent"]) & in_grade) | finished
    elsewhere = verdict.isin(["placed", "enrolled_elsewhere"]) & junior
    disabled = base["listed_disabled"] | (base["disability"].notna() & (base["disability"] != "无"))
    in_class = (verdict == "in_school") & base["status"].notna()
    entitled = in_class & (base["poor"] | base["assisted"] | disabled)
    pairs = {
        "primary_net_enrolment": (primary & schooled, primary),
        "junior_gross_enrolment": (junior_pupil | elsewhere, counts & junior),
        "compulsory_enrolment": (compulsory & schooled, compulsory),
        "three_disabilities_enrolment": (
            compulsory & base["three_disabilities"] & schooled,
            compulsory & base["three_disabilities"],
        ),
        "poor_enrolment": (compulsory & base["poor"] & schooled, compulsory & base["poor"]),
        "aid_coverage": (entitled & base["aided"], entitled),
    }
    sums = [
        pd.DataFrame({"numerator": numerator, "denominator": denominator})
        .groupby(base["county"])
        .sum()
        .assign(indicator=name)
        for name, (numerator, denominator) in pairs.items()
    ]
    return pd.concat(sums).reset_index()[list(job.TABLES["entry"])]


def dropout(folder: Path, schools: pd.DataFrame) -> pd.DataFrame:
    """The flow numerator and the stock of the dropout rate, by stage."""
    stock = read(folder, "教基统计")
    stock = stock[(stock["school_year"] == job.SCHOOL_YEAR) & (stock["grade"] <= job.JUNIOR_LAST)]
    changes = read(folder, "学籍异动")
    changes = changes[changes["change_on"].between(_YEAR_START, _NIGHT) & (changes["grade"] <= job.JUNIOR_LAST)]
    sign = changes["change"].isin(job.OUTFLOWS).astype(int) - changes["change"].isin(job.INFLOWS).astype(int)
    sums = []
    for frame in (changes.assign(numerator=sign), stock.rename(columns={"stock": "denominator"})):
        stage = np.where(frame["grade"] <= job.PRIMARY_LAST, "primary", "junior")
        placed = frame.assign(stage=stage).merge(schools, on="school")
        sums.append(placed.groupby(["county", "stage"]).sum(numeric_only=True).drop(columns="grade"))
    both = sums[1].join(sums[0]).fillna({"numerator": 0}).astype("int64").reset_index()
    return both[list(job.TABLES["dropout"])]


def run(folder: Path, clock: Clock) -> dict[str, Rows]:
    """The four tables of the delivery in ``folder``."""
    schools = read(folder, "学校")
    schools = pd.DataFrame({"school": schools["school"], "county": schools["division"].str[:6]})
    registry, enrolment = matching(folder, schools)
    clock.lap("read, matching")
    people, now = facts(folder, registry, enrolment, schools)
    judge(people, now)
    clock.lap("status")
    by_status = people.groupby(["county", "verdict"], observed=True, as_index=False).size()
    suspects = people.groupby(["county", "category"], observed=True, as_index=False)["poor"].agg(["size", "sum"])
    frames = [by_status, suspects, dropout(folder, schools), entry_rates(people)]
    clock.lap("tables")
    return {name: frame.itertuples(index=False, name=None) for name, frame in zip(job.TABLES, frames, strict=True)}


if __name__ == "__main__":
    job.main(run, "pandas")

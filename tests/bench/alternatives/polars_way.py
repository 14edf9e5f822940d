"""The core job in plain Polars: lazy frames, collected where several parts need one result.

``python -m tests.bench.alternatives.polars_way --world DIR --out DIR``
"""

from datetime import date
from pathlib import Path

import polars as pl

from tests.bench.alternatives import job
from tests.bench.alternatives.job import Clock, Rows
from tests.bench.headers import HEADERS

_KEY = ["name", "birth_on", "sex", "county"]


def scan(folder: Path, kind: str) -> pl.LazyFrame:
    """All files of a kind, with the columns of the job only, nothing inferred."""
    names = job.KINDS[kind]
    schema = {header: _type(names.get(header, header)) for header in HEADERS[kind]}
    frame = pl.scan_csv(job.files(folder, kind), schema=schema, glob=False)
    return frame.select(pl.col(header).alias(name) for header, name in names.items())


def _type(name: str) -> pl.DataType:
    if job.is_date(name):
        return pl.Date()
    return pl.Int64() if name in job.WHOLE_NUMBERS else pl.String()


def _county(column: str = "division") -> pl.Expr:
    return pl.col(column).str.head(6)


def _years(column: str, on: date) -> pl.Expr:
    """Completed years at ``on``."""
    born = pl.col(column)
    lived = on.year * 10000 + on.month * 100 + on.day
    return (lived - born.dt.year() * 10000 - born.dt.month().cast(pl.Int32) * 100 - born.dt.day()) // 10000


def _first(frame: pl.LazyFrame, key: str, *order: pl.Expr, descending: list[bool]) -> pl.LazyFrame:
    """One row a key, the first in the order; only rows whose key is not alone are put in order."""
    alone = frame.filter(pl.col(key).is_unique())
    several = frame.filter(pl.col(key).is_duplicated())
    several = several.sort(order, descending=descending, nulls_last=True).unique(key, keep="first", maintain_order=True)
    return pl.concat([alone, several])


def matching(folder: Path, schools: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Registry rows and enrolment rows, each with its ``person``."""
    registry = scan(folder, "户籍").rename({"number": "person"}).with_columns(county=_county()).collect()
    known = registry.lazy().select("person", is_known=True).unique()
    formal = pl.when(pl.col("student").str.starts_with("G")).then(pl.col("student").str.slice(1))
    rows = scan(folder, "学籍").with_columns(embedded=formal)
    rows = rows.join(known, left_on="number", right_on="person", how="left").collect()
    by_number = rows.filter("is_known").with_columns(person="number")
    rest = rows.filter(pl.col("is_known").is_null()).drop("is_known").lazy()
    rest = rest.join(known, left_on="embedded", right_on="person", how="left").collect()
    by_student = rest.filter("is_known").with_columns(person="embedded")
    left = rest.filter(pl.col("is_known").is_null()).with_columns(
        numbered=pl.coalesce("embedded", "number").is_not_null(), person=pl.coalesce("embedded", "number", "student")
    )
    left = left.lazy().join(schools, on="school", how="left")
    here = left.group_by(_KEY).agg(
        pl.col("person").n_unique().alias("here"), pl.col("person").first().alias("node"), pl.col("numbered").any()
    )
    taken = pl.concat([by_number["person"], by_student["person"]]).to_frame().lazy()
    there = registry.lazy().join(here, on=_KEY, how="semi").join(taken, on="person", how="anti")
    there = there.group_by(_KEY).agg(
        pl.col("person").n_unique().alias("there"), pl.col("person").first().alias("linked")
    )
    links = here.join(there, on=_KEY).filter((pl.col("here") == 1) & (pl.col("there") == 1) & ~pl.col("numbered"))
    by_name = left.join(links.select("node", "linked"), left_on="person", right_on="node", how="left")
    by_name = by_name.with_columns(person=pl.coalesce("linked", "person"))
    columns = [
        "person",
        "student",
        "school",
        "grade",
        "status",
        "status_on",
        "until_on",
        "disability",
        "home",
        "birth_on",
    ]
    enrolment = pl.concat([by_number.select(columns), by_student.select(columns), by_name.select(columns).collect()])
    return registry, enrolment


def calendar(folder: Path) -> tuple[pl.DataFrame, dict[str, date | str]]:
    """The numbered school days up to the night, and where the night stands: the term begun last, its name, autumn."""
    rows = scan(folder, "校历").collect()
    days = rows.with_columns(day=pl.date_ranges("start_on", "end_on")).explode("day")
    term_days = days.filter((pl.col("day_type") == "学期") & (pl.col("day").dt.weekday() <= 5))
    free = days.filter(pl.col("day_type") == "放假")
    made_up = days.filter(pl.col("day_type") == "调休上课")
    open_days = pl.concat([term_days.join(free, on="day", how="anti"), made_up]).select("day").unique()
    numbered = open_days.filter(pl.col("day") <= job.NIGHT).sort("day").with_row_index("day_number")
    terms = rows.filter(pl.col("day_type") == "学期").sort("school_year", "start_on")
    terms = terms.with_columns(
        term=pl.col("school_year") + "-" + pl.int_range(1, pl.len() + 1).over("school_year").cast(pl.String)
    )
    begun = terms.filter(pl.col("start_on") <= job.NIGHT).sort("start_on").row(-1, named=True)
    autumn = terms.filter(pl.col("school_year") == job.SCHOOL_YEAR)["start_on"].min()
    return numbered.with_columns(pl.col("day_number").cast(pl.Int64)), {**begun, "autumn": autumn}


def streaks(folder: Path, days: pl.DataFrame, students: pl.LazyFrame) -> pl.LazyFrame:
    """Persons and schools with a long streak of unexcused absence that ends on the school's last reported day."""
    absences = scan(folder, "缺课").rename({"absent_on": "day"})
    reports = scan(folder, "日报").rename({"report_on": "day"})
    last = pl.concat([reports, absences.select("school", "day")]).filter(pl.col("day") <= job.NIGHT)
    last = last.group_by("school").agg(pl.col("day").max()).sort("day")
    last = last.join_asof(days.lazy().rename({"day_number": "last_number"}), on="day").drop("day")
    away = (
        absences.filter(pl.col("reason").is_in(job.UNEXCUSED)).join(days.lazy(), on="day").join(students, on="student")
    )
    away = away.select("person", "school", "day_number").unique()
    island = pl.col("day_number") - pl.col("day_number").rank("ordinal").over("person", "school").cast(pl.Int64)
    runs = away.with_columns(island=island).group_by("person", "school", "island")
    runs = runs.agg(pl.len().alias("streak"), pl.col("day_number").max().alias("last_number"))
    long = runs.join(last, on=["school", "last_number"], how="semi").filter(pl.col("streak") >= job.ABSENCE_DAYS)
    return long.select("person", "school", long_absent=True)


def approvals(folder: Path, ages: pl.LazyFrame) -> pl.LazyFrame:
    """Persons with an approved placement that counts, a deferral, or a deferral that ended in the year before."""
    actions = scan(folder, "劝返").filter(pl.col("action_on") <= job.NIGHT)
    requests = actions.filter(pl.col("action").is_in(["安置", "延缓入学"]) & pl.col("evidence").is_not_null())
    passed = actions.filter((pl.col("action") == "审核") & (pl.col("result") == "通过"))
    passed = passed.select("related", "number", county_2=_county(), sort_2="sort", action_on_2="action_on")
    both = requests.join(passed, left_on=["record", "number"], right_on=["related", "number"]).join(
        ages, left_on="number", right_on="person"
    )
    same = pl.col("sort_2").is_null() | (pl.col("sort_2") == pl.col("sort"))
    both = both.filter(same & (_county() == pl.col("county_2")) & (pl.col("action_on_2") >= pl.col("action_on")))
    placements = pl.LazyFrame(
        [(sort, *ages) for sort, ages in job.PLACEMENTS.items()], schema=["sort", "youngest", "oldest"], orient="row"
    )
    end = pl.col("end_on")
    is_open = (pl.coalesce("start_on", "action_on") <= job.NIGHT) & (end.is_null() | (end >= job.NIGHT))
    deferral = pl.col("action") == "延缓入学"
    lately = (end < job.NIGHT) & ((pl.lit(job.NIGHT) - end).dt.total_days() <= 365)
    in_age = pl.col("age").is_between(pl.col("youngest"), pl.col("oldest"))
    return (
        both.join(placements, on="sort", how="left")
        .group_by(pl.col("number").alias("person"))
        .agg(
            ((pl.col("action") == "安置") & is_open & in_age).any().alias("placed"),
            (deferral & is_open).any().alias("deferred"),
            (deferral & lately).any().alias("deferral_ended"),
        )
    )


def lookups(folder: Path) -> pl.LazyFrame:
    """Persons whose latest look-up, still valid, found them at a school of another province."""
    divisions = scan(folder, "区划").filter(pl.col("division").str.ends_with("0000"))
    home = divisions.collect()
    ours = [*home["division_name"], *home["division"], *home["division"].str.head(2)]
    rows = scan(folder, "学籍查询").filter(pl.col("lookup_on") <= job.NIGHT)
    latest = rows.sort("lookup_on").unique("number", keep="last", maintain_order=True)
    fresh = (pl.lit(job.NIGHT) - pl.col("lookup_on")).dt.total_days() <= job.LOOKUP_VALID
    other = pl.col("province").is_not_null() & ~pl.col("province").is_in(ours)
    return (
        latest.filter((pl.col("result") == "在读") & other & fresh)
        .select("number", "lookup_on")
        .rename({"number": "person"})
    )


def facts(
    folder: Path, registry: pl.DataFrame, enrolment: pl.DataFrame, schools: pl.LazyFrame
) -> tuple[pl.LazyFrame, dict[str, date | str]]:
    """One row a child with all that the ladder asks for."""
    days, now = calendar(folder)
    rows, pupils = registry.lazy(), enrolment.lazy()
    primary_row = _first(
        rows,
        "person",
        pl.col("status") != "正常",
        pl.col("status_on"),
        pl.col("division"),
        descending=[False, True, False],
    ).select("person", r_birth="birth_on", r_county="county", r_status="status", r_status_on="status_on")
    young = pupils.filter(pl.col("grade") <= job.JUNIOR_LAST)
    pupil = _first(
        young,
        "person",
        pl.col("status") != "在读",
        pl.col("status_on"),
        pl.col("school"),
        descending=[False, True, False],
    ).join(schools.rename({"county": "e_county"}), on="school", how="left")
    people = primary_row.join(pupil, on="person", how="full", coalesce=True).with_columns(
        birth_on=pl.coalesce("r_birth", "birth_on"), county=pl.coalesce("r_county", "e_county")
    )
    lists = {
        kind: scan(folder, kind).with_columns(person=pl.col("number").str.head(18))
        for kind in ("脱贫户", "救助", "残疾人", "部门名单")
    }
    listed = pl.concat([frame.select("person", "birth_on", county=_county()) for frame in lists.values()])
    listed = listed.unique("person", keep="any").join(people, on="person", how="anti")
    people = pl.concat([people, listed], how="diagonal").with_columns(
        age=_years("birth_on", job.NIGHT), school_age=_years("birth_on", job.AGE_ON)
    )
    people = people.filter(pl.col("age") <= job.MAX_AGE)
    students = pupils.select("student", "person").unique("student", keep="any")
    senior = pupils.filter((pl.col("grade") > job.JUNIOR_LAST) & (pl.col("status") == "在读"))
    changes = scan(folder, "学籍异动").filter(pl.col("change_on") <= job.NIGHT).join(students, on="student")
    finished = (pl.col("change") == "毕业") & (pl.col("grade") == job.JUNIOR_LAST)
    changed = (
        changes.filter(pl.col("change").is_in(["死亡", "毕业"]))
        .group_by("person")
        .agg(
            (pl.col("change") == "死亡").any().alias("change_deceased"),
            pl.col("change_on").filter(finished).max().alias("change_graduated_on"),
        )
    )
    roll = scan(folder, "在校").filter((pl.col("grade") <= job.JUNIOR_LAST) & (pl.col("roll_on") <= job.NIGHT))
    newest = roll.group_by("school").agg(pl.col("roll_on").max())
    begun_lately = (job.NIGHT - now["start_on"]).days <= job.ROLL_GRACE
    in_force = newest.filter((pl.col("roll_on") >= now["start_on"]) | begun_lately)
    there = (
        roll.join(in_force, on=["school", "roll_on"])
        .filter(pl.col("present") == "是")
        .join(students, on="student", how="left")
    )
    there = there.group_by(pl.coalesce("person", "number").alias("person")).agg(
        pl.col("roll_on").max().alias("present_on"), pl.col("grade").max().alias("present_grade")
    )
    aided = (
        scan(folder, "资助")
        .filter(pl.col("term") == now["term"])
        .join(students, on="student")
        .select("person", aided=True)
        .unique()
    )
    three = (
        lists["残疾人"]
        .group_by("person")
        .agg(pl.col("disability").is_in(job.THREE_DISABILITIES).any().alias("three_disabilities"))
    )
    people = people.join(streaks(folder, days, students), on=["person", "school"], how="left")
    people = people.join(in_force.rename({"roll_on": "school_roll_on"}), on="school", how="left")
    for frame in (
        changed,
        senior.select("person", senior=True).unique(),
        there,
        lookups(folder),
        approvals(folder, people.select("person", "age")),
        lists["脱贫户"].select("person", poor=True).unique(),
        lists["救助"].select("person", assisted=True).unique(),
        three,
        aided,
    ):
        people = people.join(frame, on="person", how="left")
    return people, now


def judged(people: pl.LazyFrame, now: dict[str, date | str]) -> pl.LazyFrame:
    """The ladder of spec 3.3, as far as the made province climbs it."""
    col, night = pl.col, pl.lit(job.NIGHT)
    flag = lambda name: col(name).fill_null(False)  # noqa: E731
    r_status, status, on, grade = col("r_status"), col("status"), col("status_on"), col("grade")
    reading, nothing = (status == "在读").fill_null(False), status.is_null()
    later = col("present_on").is_not_null() & (col("r_status_on").is_null() | (col("present_on") > col("r_status_on")))
    before_roll = on.is_null() | (on < col("school_roll_on"))
    tested = reading & (col("home") != "是")
    missing = col("school_roll_on").is_not_null() & col("present_on").is_null() & before_roll
    suspicion = (
        pl.when(tested & flag("long_absent"))
        .then(pl.lit("long_absent"))
        .when(tested & missing)
        .then(pl.lit("not_at_roll_call"))
    )
    people = people.with_columns(suspicion=suspicion)
    by_roll = col("present_on").is_not_null() & (nothing | (~reading & (on.is_null() | (on < col("present_on")))))
    exit_from = pl.when(on.is_between(job.SUMMER, now["autumn"])).then(pl.lit(now["autumn"])).otherwise(on)
    past = lambda when: (night - when).dt.total_days() <= job.TRANSFER_GRACE  # noqa: E731
    leaving = (status == "转出") | ((status == "毕业") & (grade != job.JUNIOR_LAST))
    entering = (job.NIGHT - now["autumn"]).days <= job.ENTRY_GRACE
    school_age = col("school_age")
    rungs = {
        "deceased": ((r_status == "死亡") & ~later) | (status == "死亡") | flag("change_deceased"),
        "emigrated": (r_status.is_in(["出国（境）", "出国(境)"]) & ~later) | (status == "出国"),
        "graduated": ((status == "毕业") & (grade == job.JUNIOR_LAST))
        | col("change_graduated_on").is_not_null()
        | flag("senior"),
        "in_school": (reading & col("suspicion").is_null()) | by_roll,
        "suspended": (status == "休学") & (col("until_on") >= night),
        "enrolled_elsewhere": col("lookup_on").is_not_null() & (on.is_null() | (col("lookup_on") >= on)),
        "placed": flag("placed"),
        "deferred": flag("deferred"),
        "suspected_absent": reading,
        "transfer_pending": (leaving & past(exit_from)) | ((r_status == "迁出") & nothing & past(col("r_status_on"))),
        "not_due": nothing
        & (
            ~school_age.is_between(job.AGE_FROM, job.AGE_TO)
            | (pl.lit(entering) & ((school_age == job.AGE_FROM) | flag("deferral_ended")))
        ),
        "aged_out": col("age") >= job.AGE_CLOSE,
        "moved_away": r_status.is_in(["迁出", "注销"]) & nothing,
    }
    ladder = pl.coalesce(*(pl.when(holds).then(pl.lit(name)) for name, holds in rungs.items()), pl.lit("out_of_school"))
    category = (
        pl.when(col("verdict") == "suspected_absent")
        .then("suspicion")
        .when(col("verdict") != "out_of_school")
        .then(None)
        .when(nothing)
        .then(pl.lit("never_enrolled"))
        .when(status == "辍学")
        .then(pl.lit("dropped_out"))
        .when(status.is_in(["转出", "毕业"]))
        .then(pl.lit("transfer_lost"))
        .otherwise(pl.lit("suspension_lapsed"))
    )
    return people.with_columns(verdict=ladder, by_roll=by_roll & ~reading).with_columns(category=category)


def entry_rates(children: pl.LazyFrame) -> pl.LazyFrame:
    """Numerators and denominators of the entry rates, of children whose registry row is active."""
    col = pl.col
    flag = lambda name: col(name).fill_null(False)  # noqa: E731
    verdict, age = col("verdict"), col("school_age")
    schooled = verdict.is_in(job.LADDER_SCHOOLED) | (
        (verdict == "transfer_pending") & (col("grade") == job.PRIMARY_LAST).fill_null(False)
    )
    counts = ~verdict.is_in(job.LADDER_NOT_COUNTED)
    last_primary_age = job.AGE_FROM + job.PRIMARY_LAST - 1
    primary = age.is_between(job.AGE_FROM, last_primary_age)
    junior = age.is_between(last_primary_age + 1, job.AGE_FROM + job.JUNIOR_LAST - 1)
    compulsory = counts & age.is_between(job.AGE_FROM, job.AGE_TO)
    in_grade = (
        pl.when("by_roll").then("present_grade").otherwise("grade").is_between(job.PRIMARY_LAST + 1, job.JUNIOR_LAST)
    )
    row_graduated = pl.when((col("status") == "毕业") & (col("grade") == job.JUNIOR_LAST)).then("status_on")
    graduated = pl.max_horizontal("change_graduated_on", row_graduated).is_between(job.YEAR_START, job.NIGHT)
    junior_pupil = (verdict.is_in(["in_school", "suspected_absent"]) & in_grade) | (
        (verdict == "graduated") & graduated
    )
    elsewhere = verdict.is_in(["placed", "enrolled_elsewhere"]) & junior
    disabled = col("three_disabilities").is_not_null() | (col("disability") != "无").fill_null(False)
    entitled = (verdict == "in_school") & col("status").is_not_null() & (flag("poor") | flag("assisted") | disabled)
    pairs = {
        "primary_net_enrolment": (counts & primary & schooled, counts & primary),
        "junior_gross_enrolment": (junior_pupil | elsewhere, counts & junior),
        "compulsory_enrolment": (compulsory & schooled, compulsory),
        "three_disabilities_enrolment": (
            compulsory & flag("three_disabilities") & schooled,
            compulsory & flag("three_disabilities"),
        ),
        "poor_enrolment": (compulsory & flag("poor") & schooled, compulsory & flag("poor")),
        "aid_coverage": (entitled & flag("aided"), entitled),
    }
    sums = [
        part.fill_null(False).sum().cast(pl.Int64).alias(f"{side}{name}")
        for name, both in pairs.items()
        for side, part in zip("nd", both, strict=True)
    ]
    wide = children.filter(col("r_status") == "正常").group_by("county").agg(sums)
    return pl.concat(
        [wide.select("county", indicator=pl.lit(name), numerator="n" + name, denominator="d" + name) for name in pairs]
    )


def dropout(folder: Path, schools: pl.LazyFrame) -> pl.LazyFrame:
    """The flow numerator and the stock of the dropout rate, by stage."""
    stage = (
        pl.when(pl.col("grade") <= job.PRIMARY_LAST).then(pl.lit("primary")).otherwise(pl.lit("junior")).alias("stage")
    )
    stock = scan(folder, "教基统计").filter(
        (pl.col("school_year") == job.SCHOOL_YEAR) & (pl.col("grade") <= job.JUNIOR_LAST)
    )
    stock = stock.join(schools, on="school").group_by("county", stage).agg(pl.col("stock").sum().alias("denominator"))
    signs = {**dict.fromkeys(job.OUTFLOWS, 1), **dict.fromkeys(job.INFLOWS, -1)}
    changes = scan(folder, "学籍异动").filter(
        pl.col("change_on").is_between(job.YEAR_START, job.NIGHT) & (pl.col("grade") <= job.JUNIOR_LAST)
    )
    sign = pl.col("change").replace_strict(signs, default=0, return_dtype=pl.Int64)
    flow = changes.join(schools, on="school").group_by("county", stage).agg(sign.sum().alias("numerator"))
    both = stock.join(flow, on=["county", "stage"], how="left")
    return both.select("county", "stage", pl.col("numerator").fill_null(0), "denominator")


def run(folder: Path, clock: Clock) -> dict[str, Rows]:
    """The four tables of the delivery in ``folder``."""
    schools = scan(folder, "学校").select("school", county=_county()).collect().lazy()
    registry, enrolment = matching(folder, schools)
    clock.lap("read, matching")
    people, now = facts(folder, registry, enrolment, schools)
    kept = [
        "county",
        "verdict",
        "category",
        "poor",
        "assisted",
        "three_disabilities",
        "disability",
        "aided",
        "school_age",
    ]
    kept += ["r_status", "status", "status_on", "grade", "by_roll", "present_grade", "change_graduated_on"]
    children = judged(people, now).select(kept).collect().lazy()
    clock.lap("status")
    by_status = children.group_by("county", "verdict").agg(pl.len())
    suspects = children.filter(pl.col("category").is_not_null()).group_by("county", "category")
    suspects = suspects.agg(pl.len(), pl.col("poor").fill_null(False).sum())
    frames = pl.collect_all([by_status, suspects, dropout(folder, schools), entry_rates(children)])
    clock.lap("tables")
    return {name: frame.rows() for name, frame in zip(job.TABLES, frames, strict=True)}


if __name__ == "__main__":
    job.main(run, "polars")

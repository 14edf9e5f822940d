"""The core job in Spark on one machine: the DataFrame API, adaptive execution, as many tasks as cores.

``python -m tests.bench.alternatives.spark_way --world DIR --out DIR`` in the environment that `make spark` makes
(Java 17 or newer). Peak memory is that of the process with all that it started: the Java machine is where Spark works.
"""

import os
import resource
import threading
from datetime import date
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, LongType, StringType, StructField, StructType

from tests.bench.alternatives import job
from tests.bench.alternatives.job import Clock, Rows
from tests.bench.headers import HEADERS

_KEY = ["name", "birth_on", "sex", "county"]
_DRIVER_MEMORY = "8g"
_SAMPLE_SECONDS = 0.5


class TreeWatch:
    """The highest resident memory of this process and all that descends from it, looked at twice a second."""

    def __init__(self) -> None:
        self._peak = 0
        threading.Thread(target=self._sample, daemon=True).start()

    def peak_mib(self) -> int:
        """The highest sum seen so far."""
        return self._peak

    def _sample(self) -> None:
        tick = threading.Event()
        page = resource.getpagesize()
        while not tick.wait(_SAMPLE_SECONDS):
            pages = sum(_resident_pages(pid) for pid in _tree(os.getpid()))
            self._peak = max(self._peak, pages * page // 2**20)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text(encoding="ascii").split()]
            except OSError:  # it ended meanwhile
                continue
    return found


def _resident_pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0


def session() -> SparkSession:
    """Spark on all cores of this machine; its Java reads file names by the locale, so that is told first."""
    cores = len(os.sched_getaffinity(0))
    os.environ["LC_ALL"] = "C.UTF-8"
    settings = {
        "spark.driver.memory": _DRIVER_MEMORY,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.shuffle.partitions": str(4 * cores),
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.master(f"local[{cores}]").appName("core job")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def scan(folder: Path, kind: str) -> DataFrame:
    """All files of a kind, with the columns of the job only, nothing inferred."""
    names = job.KINDS[kind]
    schema = StructType([StructField(header, _type(names.get(header, header))) for header in HEADERS[kind]])
    frame = session().read.csv(job.files(folder, kind), schema=schema, header=True, enforceSchema=True)
    return frame.select(*(F.col(f"`{header}`").alias(name) for header, name in names.items()))


def _type(name: str) -> DataType:
    if job.is_date(name):
        return DateType()
    return LongType() if name in job.WHOLE_NUMBERS else StringType()


def _county(column: str = "division") -> Column:
    return F.substring(column, 1, 6)


def _years(column: str, on: date) -> Column:
    """Completed years at ``on``."""
    born = F.col(column)
    lived = on.year * 10000 + on.month * 100 + on.day
    return F.floor((F.lit(lived) - F.year(born) * 10000 - F.month(born) * 100 - F.dayofmonth(born)) / 10000)


def _flag(name: str) -> Column:
    return F.coalesce(F.col(name), F.lit(False))


def _days_since(day: Column) -> Column:
    return F.date_diff(F.lit(job.NIGHT), day)


def _first(frame: DataFrame, key: str, *order: Column) -> DataFrame:
    """One row a key, the first in the order."""
    place = F.row_number().over(Window.partitionBy(key).orderBy(*order))
    return frame.withColumn("place", place).filter("place = 1").drop("place")


def matching(folder: Path, schools: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Registry rows and enrolment rows, each with its ``person``."""
    registry = scan(folder, "户籍").withColumnRenamed("number", "person").withColumn("county", _county()).cache()
    known = registry.select(F.col("person").alias("known")).distinct()
    rows = scan(folder, "学籍").withColumn(
        "embedded", F.when(F.col("student").startswith("G"), F.expr("substring(student, 2)"))
    )
    rows = rows.join(known, F.col("number") == F.col("known"), "left")
    by_number = rows.filter("known is not null").withColumn("person", F.col("number"))
    rest = rows.filter("known is null").drop("known").join(known, F.col("embedded") == F.col("known"), "left")
    rest = rest.cache()
    by_student = rest.filter("known is not null").withColumn("person", F.col("embedded"))
    node = F.coalesce("embedded", "number")
    left = rest.filter("known is null").withColumn("numbered", node.isNotNull())
    left = left.withColumn("node", F.coalesce(node, "student")).join(F.broadcast(schools), "school", "left")
    here = left.groupBy(_KEY).agg(
        F.count_distinct("node").alias("here"), F.min("node").alias("node"), F.max("numbered").alias("numbered")
    )
    here = here.cache()
    taken = by_number.select("person").union(by_student.select("person"))
    there = registry.join(F.broadcast(here), _KEY, "left_semi").join(taken, "person", "left_anti")
    there = there.groupBy(_KEY).agg(F.count_distinct("person").alias("there"), F.min("person").alias("linked"))
    links = here.join(there, _KEY).filter("here = 1 and there = 1 and not numbered").select("node", "linked")
    by_name = left.join(F.broadcast(links), "node", "left").withColumn("person", F.coalesce("linked", "node"))
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
    enrolment = by_number.select(columns).union(by_student.select(columns)).union(by_name.select(columns)).cache()
    return registry, enrolment


def calendar(folder: Path) -> tuple[DataFrame, dict[str, date | str]]:
    """The numbered school days up to the night, and where the night stands: the term begun last, its name, autumn."""
    rows = scan(folder, "校历")
    days = rows.withColumn("day", F.explode(F.sequence("start_on", "end_on"))).select("day_type", "day")
    free = days.filter("day_type = '放假'").select("day")
    term_days = days.filter((F.col("day_type") == "学期") & (F.weekday("day") < 5)).join(free, "day", "left_anti")
    made_up = days.filter("day_type = '调休上课'")
    open_days = term_days.select("day").union(made_up.select("day")).distinct().filter(F.col("day") <= F.lit(job.NIGHT))
    numbered = open_days.withColumn("day_number", F.row_number().over(Window.partitionBy(F.lit(1)).orderBy("day")))
    place = F.row_number().over(Window.partitionBy("school_year").orderBy("start_on"))
    terms = rows.filter("day_type = '学期'").withColumn("term", F.concat_ws("-", "school_year", place.cast("string")))
    told = terms.orderBy("start_on").collect()
    begun = [row for row in told if row["start_on"] <= job.NIGHT][-1]
    autumn = min(row["start_on"] for row in told if row["school_year"] == job.SCHOOL_YEAR)
    return numbered.cache(), {"term": begun["term"], "start": begun["start_on"], "autumn": autumn}


def streaks(folder: Path, days: DataFrame, students: DataFrame) -> DataFrame:
    """Persons and schools with a long streak of unexcused absence that ends on the school's last reported day."""
    absences = scan(folder, "缺课").withColumnRenamed("absent_on", "day")
    reports = scan(folder, "日报").withColumnRenamed("report_on", "day")
    last = reports.union(absences.select("school", "day")).filter(F.col("day") <= F.lit(job.NIGHT))
    last = last.groupBy("school").agg(F.max("day").alias("last_day"))
    last = last.join(F.broadcast(days), F.col("day") <= F.col("last_day"))
    last = last.groupBy("school").agg(F.max("day_number").alias("last_number"))
    away = (
        absences.filter(F.col("reason").isin(*job.UNEXCUSED)).join(F.broadcast(days), "day").join(students, "student")
    )
    away = away.select("person", "school", "day_number").distinct()
    place = F.row_number().over(Window.partitionBy("person", "school").orderBy("day_number"))
    runs = away.withColumn("island", F.col("day_number") - place).groupBy("person", "school", "island")
    runs = runs.agg(F.count("*").alias("streak"), F.max("day_number").alias("last_number"))
    long = runs.filter(F.col("streak") >= job.ABSENCE_DAYS).join(last, ["school", "last_number"], "left_semi")
    return long.select("person", "school", F.lit(True).alias("long_absent"))


def approvals(folder: Path, ages: DataFrame) -> DataFrame:
    """Persons with an approved placement that counts, a deferral, or a deferral that ended in the year before."""
    actions = scan(folder, "劝返").filter(F.col("action_on") <= F.lit(job.NIGHT)).withColumn("county", _county())
    requests = actions.filter(F.col("action").isin("安置", "延缓入学") & F.col("evidence").isNotNull()).alias("r")
    passed = actions.filter("action = '审核' and result = '通过'").alias("p")
    both = requests.join(
        passed,
        (F.col("p.related") == F.col("r.record"))
        & (F.col("p.number") == F.col("r.number"))
        & (F.col("p.county") == F.col("r.county"))
        & (F.col("p.sort").isNull() | (F.col("p.sort") == F.col("r.sort")))
        & (F.col("p.action_on") >= F.col("r.action_on")),
        "left_semi",
    ).withColumnRenamed("number", "person")
    bounds = session().createDataFrame(
        [(sort, *ages) for sort, ages in job.PLACEMENTS.items()], "sort string, youngest int, oldest int"
    )
    end = F.col("end_on")
    is_open = (F.coalesce("start_on", "action_on") <= F.lit(job.NIGHT)) & (end.isNull() | (end >= F.lit(job.NIGHT)))
    deferral = F.col("action") == "延缓入学"
    lately = (end < F.lit(job.NIGHT)) & (_days_since(end) <= 365)
    in_age = F.col("age").between(F.col("youngest"), F.col("oldest"))
    both = ages.join(F.broadcast(both), "person").join(F.broadcast(bounds), "sort", "left").groupBy("person")
    return both.agg(
        F.bool_or(~deferral & is_open & in_age).alias("placed"),
        F.bool_or(deferral & is_open).alias("deferred"),
        F.bool_or(deferral & lately).alias("deferral_ended"),
    )


def lookups(folder: Path) -> DataFrame:
    """Persons whose latest look-up, still valid, found them at a school of another province."""
    home = scan(folder, "区划").filter(F.col("division").endswith("0000")).collect()
    ours = [name for row in home for name in (row["division_name"], row["division"], row["division"][:2])]
    rows = scan(folder, "学籍查询").filter(F.col("lookup_on") <= F.lit(job.NIGHT))
    latest = _first(rows, "number", F.col("lookup_on").desc())
    other = F.col("province").isNotNull() & ~F.col("province").isin(*ours)
    found = latest.filter((F.col("result") == "在读") & other & (_days_since(F.col("lookup_on")) <= job.LOOKUP_VALID))
    return found.select(F.col("number").alias("person"), "lookup_on")


def facts(
    folder: Path, registry: DataFrame, enrolment: DataFrame, schools: DataFrame
) -> tuple[DataFrame, dict[str, date | str]]:
    """One row a child with all that the ladder asks for."""
    days, now = calendar(folder)
    newest_first = F.col("status_on").desc_nulls_last()
    primary_row = _first(registry, "person", F.col("status") != "正常", newest_first, F.col("division")).select(
        "person",
        F.col("birth_on").alias("r_birth_on"),
        F.col("county").alias("r_county"),
        F.col("status").alias("r_status"),
        F.col("status_on").alias("r_status_on"),
    )
    young = enrolment.filter(F.col("grade") <= job.JUNIOR_LAST).drop("student")
    pupil = _first(young, "person", F.col("status") != "在读", newest_first, F.col("school"))
    pupil = pupil.join(F.broadcast(schools.withColumnRenamed("county", "e_county")), "school", "left")
    people = primary_row.join(pupil, "person", "full")
    people = people.withColumn("birth_on", F.coalesce("r_birth_on", "birth_on"))
    people = people.withColumn("county", F.coalesce("r_county", "e_county")).drop("r_birth_on", "r_county", "e_county")
    lists = {
        kind: scan(folder, kind).withColumn("person", F.substring("number", 1, 18)).withColumn("county", _county())
        for kind in ("脱贫户", "救助", "残疾人", "部门名单")
    }
    named = ["person", "birth_on", "county"]
    listed = lists["脱贫户"].select(named)
    for kind in ("救助", "残疾人", "部门名单"):
        listed = listed.union(lists[kind].select(named))
    # Who is too old is no child by any row: left out before the join.
    listed = listed.filter(_years("birth_on", job.NIGHT) <= job.MAX_AGE).dropDuplicates(["person"])
    listed = listed.join(people.select("person"), "person", "left_anti")
    people = people.unionByName(listed, allowMissingColumns=True)
    people = people.withColumn("age", _years("birth_on", job.NIGHT)).withColumn(
        "school_age", _years("birth_on", job.AGE_ON)
    )
    people = people.filter(F.col("age") <= job.MAX_AGE).cache()
    students = enrolment.groupBy("student").agg(F.min("person").alias("person"))
    senior = enrolment.filter((F.col("grade") > job.JUNIOR_LAST) & (F.col("status") == "在读"))
    changes = scan(folder, "学籍异动").filter(
        F.col("change").isin("死亡", "毕业") & (F.col("change_on") <= F.lit(job.NIGHT))
    )
    finished = (F.col("change") == "毕业") & (F.col("grade") == job.JUNIOR_LAST)
    changed = (
        changes.join(students, "student")
        .groupBy("person")
        .agg(
            F.bool_or(F.col("change") == "死亡").alias("change_deceased"),
            F.max(F.when(finished, F.col("change_on"))).alias("change_graduated_on"),
        )
    )
    roll = scan(folder, "在校").filter((F.col("grade") <= job.JUNIOR_LAST) & (F.col("roll_on") <= F.lit(job.NIGHT)))
    newest = roll.groupBy("school").agg(F.max("roll_on").alias("roll_on"))
    begun_lately = (job.NIGHT - now["start"]).days <= job.ROLL_GRACE
    in_force = newest.filter((F.col("roll_on") >= F.lit(now["start"])) | F.lit(begun_lately))
    there = roll.filter("present = '是'").join(F.broadcast(in_force), ["school", "roll_on"])
    there = there.join(students, "student", "left").groupBy(F.coalesce("person", "number").alias("person"))
    there = there.agg(F.max("roll_on").alias("present_on"), F.max("grade").alias("present_grade"))
    aided = (
        scan(folder, "资助").filter(F.col("term") == now["term"]).select("student").distinct().join(students, "student")
    )
    three = F.bool_or(F.col("disability").isin(*job.THREE_DISABILITIES)).alias("three_disabilities")
    people = people.join(streaks(folder, days, students), ["person", "school"], "left")
    people = people.join(F.broadcast(in_force.withColumnRenamed("roll_on", "school_roll_on")), "school", "left")
    for frame in (
        changed,
        senior.select("person", F.lit(True).alias("senior")).distinct(),
        there,
        lookups(folder),
        approvals(folder, people.select("person", "age")),
        lists["脱贫户"].select("person", F.lit(True).alias("poor")).distinct(),
        lists["救助"].select("person", F.lit(True).alias("assisted")).distinct(),
        lists["残疾人"].groupBy("person").agg(three),
        aided.select("person", F.lit(True).alias("aided")).distinct(),
    ):
        people = people.join(frame, "person", "left")
    return people, now


def judged(people: DataFrame, now: dict[str, date | str]) -> DataFrame:
    """The ladder of spec 3.3, as far as the made province climbs it."""
    col, night = F.col, F.lit(job.NIGHT)
    r_status, status, on, grade = col("r_status"), col("status"), col("status_on"), col("grade")
    reading, nothing, shown = F.coalesce(status == "在读", F.lit(False)), status.isNull(), col("present_on").isNotNull()
    later = shown & (col("r_status_on").isNull() | (col("present_on") > col("r_status_on")))
    tested = reading & (col("home") != "是")
    missing = col("school_roll_on").isNotNull() & ~shown & (on.isNull() | (on < col("school_roll_on")))
    suspicion = F.when(tested & _flag("long_absent"), "long_absent").when(tested & missing, "not_at_roll_call")
    people = people.withColumn("suspicion", suspicion)
    by_roll = shown & (nothing | (~reading & (on.isNull() | (on < col("present_on")))))
    autumn = F.lit(now["autumn"])
    exit_from = F.when(on.between(F.lit(job.SUMMER), autumn), autumn).otherwise(on)
    leaving = (status == "转出") | ((status == "毕业") & (grade != job.JUNIOR_LAST))
    entering = F.lit((job.NIGHT - now["autumn"]).days <= job.ENTRY_GRACE)
    fresh = entering & ((col("school_age") == job.AGE_FROM) | _flag("deferral_ended"))
    rungs = {
        "deceased": ((r_status == "死亡") & ~later) | (status == "死亡") | _flag("change_deceased"),
        "emigrated": (r_status.isin("出国（境）", "出国(境)") & ~later) | (status == "出国"),
        "graduated": ((status == "毕业") & (grade == job.JUNIOR_LAST))
        | col("change_graduated_on").isNotNull()
        | _flag("senior"),
        "in_school": (reading & col("suspicion").isNull()) | by_roll,
        "suspended": (status == "休学") & (col("until_on") >= night),
        "enrolled_elsewhere": col("lookup_on").isNotNull() & (on.isNull() | (col("lookup_on") >= on)),
        "placed": _flag("placed"),
        "deferred": _flag("deferred"),
        "suspected_absent": reading,
        "transfer_pending": (leaving & (_days_since(exit_from) <= job.TRANSFER_GRACE))
        | ((r_status == "迁出") & nothing & (_days_since(col("r_status_on")) <= job.TRANSFER_GRACE)),
        "not_due": nothing & (~col("school_age").between(job.AGE_FROM, job.AGE_TO) | fresh),
        "aged_out": col("age") >= job.AGE_CLOSE,
        "moved_away": r_status.isin("迁出", "注销") & nothing,
    }
    ladder = F.coalesce(*(F.when(holds, F.lit(name)) for name, holds in rungs.items()), F.lit("out_of_school"))
    category = (
        F.when(col("verdict") == "suspected_absent", col("suspicion"))
        .when(col("verdict") != "out_of_school", None)
        .when(nothing, "never_enrolled")
        .when(status == "辍学", "dropped_out")
        .when(status.isin("转出", "毕业"), "transfer_lost")
        .otherwise("suspension_lapsed")
    )
    people = people.withColumn("verdict", ladder).withColumn("by_roll", by_roll & ~reading)
    return people.withColumn("category", category)


def entry_rates(children: DataFrame) -> list[tuple[object, ...]]:
    """Numerators and denominators of the entry rates, of children whose registry row is active."""
    col = F.col
    verdict, age = col("verdict"), col("school_age")
    leaver = (verdict == "transfer_pending") & F.coalesce(col("grade") == job.PRIMARY_LAST, F.lit(False))
    schooled = verdict.isin(*job.LADDER_SCHOOLED) | leaver
    counts = ~verdict.isin(*job.LADDER_NOT_COUNTED)
    last_primary_age = job.AGE_FROM + job.PRIMARY_LAST - 1
    primary = counts & age.between(job.AGE_FROM, last_primary_age)
    junior = age.between(last_primary_age + 1, job.AGE_FROM + job.JUNIOR_LAST - 1)
    compulsory = counts & age.between(job.AGE_FROM, job.AGE_TO)
    in_grade = (
        F.when(col("by_roll"), col("present_grade"))
        .otherwise(col("grade"))
        .between(job.PRIMARY_LAST + 1, job.JUNIOR_LAST)
    )
    row_on = F.when((col("status") == "毕业") & (col("grade") == job.JUNIOR_LAST), col("status_on"))
    graduated = F.greatest("change_graduated_on", row_on).between(F.lit(job.YEAR_START), F.lit(job.NIGHT))
    junior_pupil = (verdict.isin("in_school", "suspected_absent") & in_grade) | ((verdict == "graduated") & graduated)
    elsewhere = verdict.isin("placed", "enrolled_elsewhere") & junior
    disabled = col("three_disabilities").isNotNull() | F.coalesce(col("disability") != "无", F.lit(False))
    in_class = (verdict == "in_school") & col("status").isNotNull()
    entitled = in_class & (_flag("poor") | _flag("assisted") | disabled)
    poor, three = compulsory & _flag("poor"), compulsory & _flag("three_disabilities")
    pairs = {
        "primary_net_enrolment": (primary & schooled, primary),
        "junior_gross_enrolment": (junior_pupil | elsewhere, counts & junior),
        "compulsory_enrolment": (compulsory & schooled, compulsory),
        "three_disabilities_enrolment": (three & schooled, three),
        "poor_enrolment": (poor & schooled, poor),
        "aid_coverage": (entitled & _flag("aided"), entitled),
    }
    sums = [
        F.count_if(part).alias(side + name)
        for name, both in pairs.items()
        for side, part in zip("nd", both, strict=True)
    ]
    wide = children.filter("r_status = '正常'").groupBy("county").agg(*sums).collect()
    return [(row["county"], name, row["n" + name], row["d" + name]) for row in wide for name in pairs]


def dropout(folder: Path, schools: DataFrame) -> DataFrame:
    """The flow numerator and the stock of the dropout rate, by stage."""
    stage = F.when(F.col("grade") <= job.PRIMARY_LAST, "primary").otherwise("junior").alias("stage")
    compulsory = F.col("grade") <= job.JUNIOR_LAST
    stock = scan(folder, "教基统计").filter((F.col("school_year") == job.SCHOOL_YEAR) & compulsory)
    stock = stock.join(F.broadcast(schools), "school").groupBy("county", stage).agg(F.sum("stock").alias("denominator"))
    this_year = F.col("change_on").between(F.lit(job.YEAR_START), F.lit(job.NIGHT))
    changes = scan(folder, "学籍异动").filter(this_year & compulsory)
    sign = F.when(F.col("change").isin(*job.OUTFLOWS), 1).when(F.col("change").isin(*job.INFLOWS), -1).otherwise(0)
    flow = changes.join(F.broadcast(schools), "school").groupBy("county", stage).agg(F.sum(sign).alias("numerator"))
    both = stock.join(flow, ["county", "stage"], "left")
    return both.select("county", "stage", F.coalesce("numerator", F.lit(0)), "denominator")


def run(folder: Path, clock: Clock) -> dict[str, Rows]:
    """The four tables of the delivery in ``folder``."""
    spark = session()
    clock.lap("start of Spark")
    schools = scan(folder, "学校").select("school", _county().alias("county")).cache()
    registry, enrolment = matching(folder, schools)
    enrolment.count()  # for the clock; it fills the cache that every later part reads
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
    children = judged(people, now).select(kept).cache()
    by_status = children.groupBy("county", "verdict").count().collect()
    clock.lap("status")
    suspects = children.filter("category is not null").groupBy("county", "category")
    suspects = suspects.agg(F.count("*"), F.count_if(_flag("poor"))).collect()
    flows = dropout(folder, schools).collect()
    rates = entry_rates(children)
    clock.lap("tables")
    spark.stop()
    clock.lap("end of Spark")
    return dict(zip(job.TABLES, (by_status, suspects, flows, rates), strict=True))


if __name__ == "__main__":
    job.main(run, "pyspark", TreeWatch().peak_mib)

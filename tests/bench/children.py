"""The children of a county, and the pupils of its schools: the two frames that every file of the county is cut from."""

from datetime import date

import numpy as np
import polars as pl

from tests.bench import draws
from tests.bench.draws import Flags, Ints
from tests.bench.places import BANDS, County

# What the register knows of a child. NONE, ELSEWHERE and YOUNG have no row of 学籍.
NONE, ELSEWHERE, YOUNG, ENROLLED, LEFT, SUSPENDED, DROPPED, DEAD, ABROAD, GRADUATED = range(10)
STATUS_LABELS = (None, None, None, "在读", "转出", "休学", "辍学", "死亡", "出国", "毕业")

DISABILITIES = ("无", "视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_AGES = tuple(range(3, 18))
_AGE_SHARES = (0.032, 0.032, 0.032) + (0.0753,) * 12
# Shares of the states among children of school age 6-14, in the order of the constants without YOUNG and GRADUATED.
_STATES = (NONE, ELSEWHERE, ENROLLED, LEFT, SUSPENDED, DROPPED, DEAD, ABROAD)
_STATE_SHARES = (0.006, 0.007, 0.9763, 0.0025, 0.002, 0.0055, 0.0002, 0.0005)
_ETHNICITIES = ("汉族", "藏族", "彝族", "苗族", "回族")
_CROSS_COUNTY = 0.02
_OUTSIDERS = 0.01
_HOUSEHOLD_SIZE = 1.6
YEAR = 2025


def make_people(county: County, seed: int) -> pl.DataFrame:
    """One row per child who lives in the county, and per pupil from outside the province at its schools.

    ``resident`` tells the two apart; ``cross`` marks residents who go to school in the next county. Dates are days
    since 1970-01-01 until a file is written.
    """
    rng = np.random.default_rng([seed, 1, county.index])
    size = county.children
    outside = max(1, round(size * _OUTSIDERS))
    total = size + outside
    resident = np.arange(total) < size
    household = np.floor(np.arange(total) / _HOUSEHOLD_SIZE).astype(np.int64)
    households = int(household[-1]) + 1

    age = np.array(_AGES)[draws.pick(rng, total, _AGE_SHARES)]
    age = np.where(~resident, age.clip(min=6, max=14), age).astype(np.int64)
    birth = _birth_days(rng, age)
    male = rng.integers(0, 2, total)
    # 98 for one in twenty-five and for everybody from outside: numbers of first registration say nothing of today.
    area = int(county.code) - np.where(resident & (rng.random(total) >= 0.04), 0, 10_000)
    number = draws.citizen_numbers(area.astype(np.int64), birth, male)

    township = draws.pick(rng, households, county.township_share)[household]
    village = _village_rows(rng, county, households, household, township)
    village_code = county.villages["code"].gather(pl.Series(village))
    surname = draws.surnames(rng, households)
    of_household = pl.Series(household)
    guardian = (surname + draws.given_names(rng, households)).gather(of_household)
    state, grade = _states(rng, age, resident)
    disability = np.where(rng.random(total) < 0.03, rng.integers(1, 8, total), 0)
    poor = (rng.random(households) < 0.20)[household]
    return pl.DataFrame(
        {
            "number": number,
            "name": surname.gather(of_household) + draws.given_names(rng, total),
            "male": male,
            "ethnicity": draws.label(_ETHNICITIES, draws.pick(rng, households, (60, 17, 12, 6, 5))).gather(
                of_household
            ),
            "birth": draws.dates(birth),
            "age": age,
            "resident": resident,
            "cross": resident & (state >= ENROLLED) & (rng.random(total) < _CROSS_COUNTY),
            "township": township,
            "village": village_code,
            "household": village_code.str.head(9) + pl.Series(1_000_000 + household).cast(pl.String).str.tail(6),
            "address": draws.label([f"{n}组" for n in range(1, 7)], rng.integers(0, 6, households)).gather(of_household)
            + draws.label([f"{n}号" for n in range(1, 200)], rng.integers(0, 199, households)).gather(of_household),
            "guardian": guardian,
            "relation": draws.label(("父亲", "母亲", "祖父", "祖母"), draws.pick(rng, households, (4, 4, 1, 1))).gather(
                of_household
            ),
            "phone": draws.phones(rng, households).gather(of_household),
            "state": state,
            "grade": grade,
            "poor": poor & resident,
            "disability": disability,
            "disability_grade": rng.integers(1, 5, total),
            "assisted": resident & (rng.random(total) < np.where(poor, 0.15, 0.01)),
        }
    )


def _birth_days(rng: np.random.Generator, age: Ints) -> Ints:
    """Birthdays that give the school age ``age`` on 31 August 2025."""
    starts = np.array([draws.day(date(YEAR - 1 - a, 9, 1)) for a in range(max(_AGES) + 1)])
    return (starts[age] + rng.integers(0, 365, len(age))).astype(np.int64)


def _village_rows(rng: np.random.Generator, county: County, households: int, household: Ints, township: Ints) -> Ints:
    each = county.villages.height // len(county.township_share)
    return township * each + rng.integers(0, each, households)[household]


def _states(rng: np.random.Generator, age: Ints, resident: Flags) -> tuple[Ints, Ints]:
    """State and grade of each child: late entrants repeat, seniors leave after grade 9, the small wait."""
    total = len(age)
    state = np.array(_STATES)[draws.pick(rng, total, _STATE_SHARES)]
    late = (rng.random(total) < 0.04).astype(np.int64)
    grade = (age - 5 - late).clip(min=1, max=12)
    senior = age >= 15
    finished = senior & (late == 0)
    after = np.array((ENROLLED, GRADUATED, DROPPED, NONE))[draws.pick(rng, total, (0.80, 0.17, 0.015, 0.015))]
    state = np.where(finished, after, state)
    grade = np.where(finished & (state >= DROPPED), 9, grade)
    # One in thirty of the six-year-olds waits a year: deferred or simply late.
    waits = (age < 6) | ((age == 6) & (rng.random(total) < 0.03))
    state = np.where(waits & resident, YOUNG, np.where(~resident, ENROLLED, state))
    return state.astype(np.int64), grade.astype(np.int64)


def make_pupils(county: County, people: pl.DataFrame, incoming: pl.DataFrame, seed: int) -> pl.DataFrame:
    """One row per pupil of the county's schools (one row of 学籍): its own children and those of other places.

    ``people`` are the county's children, ``incoming`` the ``cross`` children of the county before. About one row in
    a hundred carries a mistake: number missing, damaged, or missing under a temporary student number.
    """
    rng = np.random.default_rng([seed, 2, county.index])
    own = people.filter((pl.col("state") >= ENROLLED) & ~pl.col("cross"))
    # Who goes to school in the next county: one in twenty left a 转出 row behind, one in a hundred an active one.
    crossed = people.filter("cross")
    stayed = crossed.gather_every(100, offset=10)
    moved = crossed.gather_every(20).with_columns(state=pl.lit(LEFT, dtype=pl.Int64))
    guests = incoming.with_columns(township=pl.lit(0, dtype=pl.Int64))
    home_rows = pl.concat([own, stayed, moved]).with_columns(guest=pl.lit(False))
    pupils = pl.concat([home_rows, guests.with_columns(guest=pl.lit(True))])
    size = pupils.height
    state = pupils["state"].to_numpy()
    grade = pupils["grade"].to_numpy()
    disability = pupils["disability"].to_numpy()
    township = pupils["township"].to_numpy()

    special = (disability > 0) & (grade <= 9) & (rng.random(size) < 0.10)
    school = np.where(special, county.special_school, _school_rows(rng, county, township, grade))
    # Classes are filled in an order of their own, so that no class holds the children of one village alone.
    order = rng.permutation(size)
    place = np.empty(size, dtype=np.int64)
    place[order] = draws.rank_in_group((school * 16 + grade)[order])
    status_day, until_day, has_until = _status_days(rng, state, grade, pupils["age"].to_numpy())
    citizen, student = _numbers(rng, county, pupils["number"])
    entry = _entry_year(state, grade, pupils["age"].to_numpy())
    home = (disability > 0) & (state == ENROLLED) & (rng.random(size) < 0.06)
    disabled_known = (disability > 0) & (rng.random(size) < 0.7)
    stranger = ~pupils["resident"].to_numpy() | pupils["guest"].to_numpy()
    boards = rng.random(size) < np.where(grade > 6, 0.7, 0.3)
    guardians = draws.pick(rng, size, (75, 17, 8))
    kept = ("number", "name", "male", "ethnicity", "birth", "state", "grade", "poor", "village", "resident")
    return pupils.select(kept).with_columns(
        citizen=citizen,
        student=student,
        school=school,
        school_code=county.schools["学校标识码"].gather(pl.Series(school)),
        class_number=place // 45 + 1,
        entry_month=pl.Series(entry * 100 + 9).cast(pl.String),
        status=draws.label(STATUS_LABELS, state),
        status_date=draws.dates(status_day),
        until=draws.dates(until_day, has_until),
        boarding=draws.label(("走读", "住校"), boards),
        left_behind=draws.label(("非留守儿童", "单亲留守儿童", "双亲留守儿童"), guardians),
        migrant=draws.yes_no(stranger),
        orphan=draws.yes_no(rng.random(size) < 0.003),
        disability=draws.label(DISABILITIES, np.where(disabled_known, disability, 0)),
        inclusive=draws.yes_no(disabled_known & ~special & ~home),
        home=draws.yes_no(home),
    )


def _school_rows(rng: np.random.Generator, county: County, township: Ints, grade: Ints) -> Ints:
    """A school for each pupil, among those of the township that teach the grade."""
    width = max(len(rows) for bands in county.choices for rows in bands)
    table = np.zeros((len(county.choices), len(BANDS), width), dtype=np.int64)
    counts = np.zeros((len(county.choices), len(BANDS)), dtype=np.int64)
    for t, bands in enumerate(county.choices):
        for b, rows in enumerate(bands):
            table[t, b, : len(rows)] = rows
            counts[t, b] = len(rows)
    band = (grade - 1) // 3
    return table[township, band, (rng.random(len(grade)) * counts[township, band]).astype(np.int64)]


def _entry_year(state: Ints, grade: Ints, age: Ints) -> Ints:
    """The autumn in which the pupil came to this school's stage."""
    first = np.where(grade > 9, 10, np.where(grade > 6, 7, 1))
    # A graduate of grade 9 finished in the summer in which the school age was 14 (15 for the next list of entrants).
    return np.where(state == GRADUATED, YEAR - (age - 15) - 3, YEAR - (grade - first))


def _status_days(rng: np.random.Generator, state: Ints, grade: Ints, age: Ints) -> tuple[Ints, Ints, Flags]:
    size = len(state)
    entry = _entry_year(state, grade, age)
    first_of_september = np.array([draws.day(date(y, 9, 1)) for y in range(YEAR - 20, YEAR + 1)])
    fifth_of_july = np.array([draws.day(date(y, 7, 5)) for y in range(YEAR - 20, YEAR + 1)])
    autumn, today = draws.day(date(YEAR, 9, 1)), draws.day(date(YEAR, 9, 19))
    last_year = rng.integers(draws.day(date(YEAR - 1, 10, 8)), today, size)
    summer = rng.integers(draws.day(date(YEAR, 7, 6)), today, size)
    september = first_of_september[entry - (YEAR - 20)]
    july = fifth_of_july[(entry + 3).clip(max=YEAR) - (YEAR - 20)]
    days = np.select([state == ENROLLED, state == GRADUATED, state == LEFT], [september, july, summer], last_year)
    until = np.where(rng.random(size) < 0.85, draws.day(date(YEAR + 1, 3, 1)), autumn + 7)
    return days.astype(np.int64), until.astype(np.int64), state == SUSPENDED


def _numbers(rng: np.random.Generator, county: County, number: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Citizen number as the school delivers it, and the student number."""
    size = len(number)
    draw = rng.random(size)
    missing = draw < 0.0055
    damaged = (draw >= 0.0055) & (draw < 0.010)
    temporary = draw < 0.0015
    written = pl.Series(1_000_000_000_000 + np.arange(size)).cast(pl.String).str.tail(12)
    frame = pl.DataFrame({"number": number, "wrong": draws.wrong_check_digit(number), "serial": written})
    chosen = frame.select(
        pl.when(pl.Series(missing))
        .then(None)
        .when(pl.Series(damaged))
        .then("wrong")
        .otherwise("number")
        .alias("citizen"),
        pl.when(pl.Series(temporary))
        .then(pl.concat_str(pl.lit("L" + county.code), "serial"))
        .when(pl.Series((draw >= 0.02) & (draw < 0.025)))
        .then(pl.concat_str(pl.lit("J"), "number"))
        .otherwise(pl.concat_str(pl.lit("G"), "number"))
        .alias("student"),
    )
    return chosen["citizen"], chosen["student"]

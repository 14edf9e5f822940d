"""How well the matching does on labelled rows: ``python -m tests.bench.matching`` (or ``make bench-matching``).

Children of a made province get a registry row, an enrolment row or both; clerks spoil numbers, names, birth dates,
sexes and places; twins, siblings and namesakes lie in wait. The maker knows who is who. For each seed: links, precision
and recall by tier, and the list for reviewers. The exit status is 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl
from pypinyin import lazy_pinyin

from pipelines.landing.frames import clean_columns
from tests.bench.draws import _GIVEN, _SURNAMES
from tests.pipelines.models.support import PREFECTURE, PROVINCE, SOURCE, Province
from tests.support.numbers import check_character

PRECISION, RECALL, REVIEW = 0.999, 0.95, 2.0
AS_OF = dt.date(2025, 11, 10)
TIERS = ("id", "student_number", "name_birth_place", "probabilistic")
# The 3,755 everyday characters of GB 2312: what a clerk's keyboard offers.
EVERYDAY = [bytes((row, cell)).decode("gb2312") for row in range(0xB0, 0xD7) for cell in range(0xA1, 0xFF)]
EVERYDAY += [bytes((0xD7, cell)).decode("gb2312") for cell in range(0xA1, 0xFA)]
SOUND = {character: lazy_pinyin(character)[0] for character in {*EVERYDAY, *_GIVEN, *_SURNAMES}}
ALIKE: dict[str, list[str]] = {}
for _character in EVERYDAY:
    ALIKE.setdefault(SOUND[_character], []).append(_character)

# What happens to the enrolment row of a child, chances in a thousand; the registry gets a fifth of each.
SPOILS = {
    "number_missing": 30,
    "number_digit": 15,
    "number_swap": 8,
    "number_cut": 4,
    "number_two": 3,
    "number_lost": 2,
    "number_zeros": 2,
    "number_other": 1,
    "name_alike": 15,
    "name_wrong": 7,
    "name_order": 3,
    "birth_digit": 10,
    "birth_swap": 3,
    "sex_wrong": 3,
    "county_other": 20,
}
# Clerks who spoil one thing spoil others: on rows without a sound number the rest is spoilt so many times as often.
CLUSTER = 8


@dataclass
class Child:
    """Who somebody is."""

    number: str
    name: str
    sex: str
    born: dt.date
    county: int


@dataclass
class Made:
    """Rows of both sides; `child` of a row is its place in the list of children."""

    registry: list[dict[str, object]] = field(default_factory=list)
    enrolment: list[dict[str, object]] = field(default_factory=list)


class Clerk:
    """Makes children and spoils their rows, by one seed."""

    def __init__(self, seed: int, counties: int) -> None:
        self.random = random.Random(seed)
        self.counties = counties
        self.used: set[str] = set()

    def given(self) -> str:
        """A given name of one or two characters."""
        first = self.random.choice(_GIVEN)
        return first if self.random.random() < 0.125 else first + self.random.choice(_GIVEN)

    def surname(self) -> str:
        return self.random.choices(_SURNAMES, [1 / (i + 6) for i in range(len(_SURNAMES))])[0]

    def number(self, born: dt.date, sex: str, county: int, near: str | None = None) -> str:
        """A free number; twins get one close to `near`."""
        area = near[:6] if near else f"99{10 + county // 50:02}{21 + county % 50:02}"
        serial = int(near[14:17]) if near else self.random.randrange(1000)
        while True:
            serial = (serial + 1) % 1000
            if serial % 2 == (1 if sex == "男" else 0):
                first17 = f"{area}{born:%Y%m%d}{serial:03}"
                if first17 not in self.used:
                    self.used.add(first17)
                    return first17 + check_character(first17)

    def children(self, size: int) -> Iterator[Child]:
        """Families of one to three: some twins, siblings with one character of the name in common, namesakes."""
        made: list[Child] = []
        while len(made) < size:
            county, surname = self.random.randrange(self.counties), self.surname()
            generation = self.random.choice(_GIVEN)
            shares = self.random.random() < 0.4
            born = self.birth()
            before: Child | None = None
            for _ in range(self.random.choices((1, 2, 3), (60, 32, 8))[0]):
                twin = before is not None and self.random.random() < 0.06
                if before is not None and not twin:
                    born = self.birth()
                sex = self.random.choice("男女")
                given = generation + self.random.choice(_GIVEN) if shares else self.given()
                name = surname + given
                if before is not None and name == before.name:
                    continue
                if made and self.random.random() < 0.002:
                    # A namesake of one day and county: the hardest of all.
                    other = self.random.choice(made)
                    name, born, sex, county = other.name, other.born, other.sex, other.county
                number = self.number(born, sex, county, before.number if twin and before else None)
                before = Child(number, name, sex, born, county)
                made.append(before)
        yield from made[:size]

    def birth(self) -> dt.date:
        return dt.date(2008, 9, 1) + dt.timedelta(days=self.random.randrange(17 * 365))

    def happens(self, spoil: str, times: float) -> bool:
        return self.random.random() < SPOILS[spoil] / 1000 * times

    def digit(self, text: str, places: int = 1) -> str:
        """Other digits at some places."""
        spoilt = list(text)
        for place in self.random.sample(range(len(text)), places):
            spoilt[place] = self.random.choice([d for d in "0123456789" if d != text[place]])
        return "".join(spoilt)

    def swap(self, text: str) -> str:
        """Two neighbours that differ change places."""
        places = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
        at = self.random.choice(places)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    def written_number(self, child: Child, share: float) -> str | None:
        """The number as the clerk wrote it."""
        number = child.number
        for spoil in ("missing", "digit", "swap", "cut", "two", "lost", "zeros", "other"):
            if self.happens(f"number_{spoil}", share):
                return {
                    "missing": lambda: None,
                    "digit": lambda: self.digit(number),
                    "swap": lambda: self.swap(number),
                    "cut": lambda: number[: self.random.choice((17, 17, 16, 15, 12))],
                    "two": lambda: self.digit(number, 2),
                    "lost": lambda: f"{number[0]}.{number[1:3]}E+17",
                    "zeros": lambda: number[:15] + "000",
                    "other": lambda: self.number(child.born, child.sex, child.county),
                }[spoil]()
        return number

    def written_name(self, name: str, times: float) -> str:
        if self.happens("name_alike", times):
            at = self.random.randrange(1, len(name))
            others = [c for c in ALIKE.get(SOUND[name[at]], []) if c != name[at]]
            if others:
                return name[:at] + self.random.choice(others) + name[at + 1 :]
        if self.happens("name_wrong", times):
            at = self.random.randrange(1, len(name))
            return name[:at] + self.random.choice(EVERYDAY) + name[at + 1 :]
        if self.happens("name_order", times) and len(name) == 3:
            return name[0] + name[2] + name[1]
        return name

    def written_birth(self, born: dt.date, times: float) -> dt.date:
        if self.happens("birth_swap", times) and born.day <= 12:
            return dt.date(born.year, born.day, born.month)
        if self.happens("birth_digit", times):
            for _ in range(50):
                text = self.digit(f"{born:%Y%m%d}") if self.random.random() < 0.8 else self.swap(f"{born:%Y%m%d}")
                try:
                    spoilt = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
                except ValueError:
                    continue
                if 2006 <= spoilt.year <= 2025:
                    return spoilt
        return born

    def row(self, child: Child, share: float) -> dict[str, object]:
        """A clean row as landing would have made it of what the clerk wrote."""
        written = self.written_number(child, share)
        valid = written is not None and len(written) == 18 and written[:17].isdigit()
        valid = valid and written is not None and check_character(written[:17]) == written[17]
        times = share * (1 if valid else CLUSTER)
        sex = {"男": "女", "女": "男"}[child.sex] if self.happens("sex_wrong", times) else child.sex
        return {
            "citizen_number": written if valid else None,
            "citizen_number_raw": None if valid else written,
            "id_invalid": not valid and written is not None,
            "id_mismatch": False,
            "name": self.written_name(child.name, times),
            "sex": sex,
            "birth_date": self.written_birth(child.born, times),
        }

    def made(self, size: int) -> Made:
        """Both sides: some children have a row on one side alone."""
        made = Made()
        for index, child in enumerate(self.children(size)):
            due = dt.date(2009, 9, 1) <= child.born < dt.date(2019, 9, 1)
            in_registry = self.random.random() >= 0.015
            in_enrolment = due and (not in_registry or self.random.random() >= 0.02)
            if in_registry:
                row = self.row(child, 0.2)
                made.registry.append(row | {"child": index, "county": child.county, "registry_status": "正常"})
            if in_enrolment:
                row = self.row(child, 1)
                county = child.county
                if self.random.random() < SPOILS["county_other"] / 1000:
                    county = self.random.randrange(self.counties)
                number = row["citizen_number"] or row["citizen_number_raw"]
                formal = self.random.random() < 0.9 and number is not None
                embedded = row["citizen_number"] if formal else None
                made.enrolment.append(
                    row
                    | {
                        "child": index,
                        "county": county,
                        "student_number": f"G{number}" if formal else f"L{index:018}",
                        "embedded_number": embedded,
                        "grade": min(9, max(1, 2025 - child.born.year - 6)),
                        "enrolment_status": "在读",
                    }
                )
        return made


def province(made: Made, counties: int) -> Province:
    """A province with these rows, not run yet."""
    world = Province()
    world.changes = {"matching": {"probabilistic": True}}
    codes = [f"99{10 + i // 50:02}{21 + i % 50:02}" for i in range(counties)]
    prefectures = sorted({code[:4] for code in codes} - {PREFECTURE[:4]})
    named = ("division_code", "division_name", "parent_code")
    rows = [(f"{code}00000000", f"第{code}市", PROVINCE) for code in prefectures]
    rows += [(f"{code}000000", f"第{code}县", f"{code[:4]}00000000") for code in codes]
    world.add("division", *(dict(zip(named, r, strict=True)) for r in rows), on="2024-08-20", code="990000", more="_县")
    school = ("school_code", "school_name", "division_code", "school_type")
    schools = [(f"21990{i:05}", f"第{i}小学", f"{code}000000", "小学") for i, code in enumerate(codes, 500)]
    world.add(
        "school", *(dict(zip(school, r, strict=True)) for r in schools), on="2024-08-20", code="990000", more="_校"
    )
    for kind, rows_of_kind in (("registry", made.registry), ("enrolment", made.enrolment)):
        for i, code in enumerate(codes):
            place = {"household_division": f"{code}000000"} if kind == "registry" else {"school_code": schools[i][0]}
            of_county = [row | place for row in rows_of_kind if row["county"] == i]
            world.add(kind, code=code)
            delivery = max(world._deliveries.values())
            schema = clean_columns(SOURCE[kind])
            for number, row in enumerate(of_county, start=2):
                row |= {"delivery_id": delivery, "row_number": number}
            frame = pl.DataFrame([{k: v for k, v in r.items() if k in schema} for r in of_county], schema=schema)
            world._flush()
            world.engine.load(f"clean.{kind}", frame, append=True)
            truth = pl.DataFrame(
                [{"delivery_id": delivery, "row_number": r["row_number"], "child": r["child"]} for r in of_county],
                schema={"delivery_id": pl.Int64, "row_number": pl.Int64, "child": pl.Int64},
            )
            world.engine.load(f"ledger.truth_{kind}", truth, append=True)
    return world


TRUTH = """
with
place as (select delivery_id, delivery_order from core.delivery),
r as (
    select cast(p.delivery_order as bigint) * 4294967296 + t.row_number as row_id, t.child
    from ledger.truth_registry as t inner join place as p on t.delivery_id = p.delivery_id
),

e as (
    select cast(p.delivery_order as bigint) * 4294967296 + t.row_number as row_id, t.child
    from ledger.truth_enrolment as t inner join place as p on t.delivery_id = p.delivery_id
)

"""


@dataclass(frozen=True)
class Figures:
    """What one seed measured."""

    by_tier: dict[str, tuple[int, int]]
    unseen: int
    found: int
    left: int
    review: int
    review_true: int
    seconds: float

    @property
    def precision(self) -> float:
        links, right = self.by_tier["probabilistic"]
        return right / links if links else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.unseen if self.unseen else 1.0

    @property
    def holds(self) -> bool:
        return self.precision >= PRECISION and self.recall >= RECALL and self.review <= REVIEW * self.left


def measure(seed: int, children: int, counties: int) -> tuple[Figures, Province]:
    """Make, match and compare with the truth."""
    world = province(Clerk(seed, counties).made(children), counties)
    begun = time.perf_counter()
    world.run(AS_OF, ("core", "matching"))
    seconds = time.perf_counter() - begun
    read = world.engine.read
    links = read(
        TRUTH
        + """select p.tier, count(*) as links, count(*) filter (where e.child = r.child) as right_links
        from matching.enrolment_person as p
        inner join matching.registry_person as q on p.person = q.person
        inner join e on p.row_id = e.row_id inner join r on q.row_id = r.row_id
        where p.tier is not null group by p.tier"""
    )
    by_tier = dict.fromkeys(TIERS, (0, 0)) | {t: (n, right) for t, n, right in links.iter_rows()}
    # Pairs of one child in what tiers 1-3 left; two different valid numbers apart.
    unseen = """select
            a.row_id as registry_row_id, b.row_id as enrolment_row_id, a.node > 0 and b.node > 0 as two_numbers
        from matching.residual as a inner join r on a.row_id = r.row_id
        inner join e on r.child = e.child inner join matching.residual as b on e.row_id = b.row_id"""
    judged = read(
        TRUTH
        + f""", unseen as ({unseen})
        select
            count(*) filter (where not u.two_numbers) as unseen,
            count(*) filter (where coalesce(l.linked, false)) as found,
            count(*) filter (where not coalesce(l.linked, false)) as left_over,
            count(*) filter (where not l.linked) as offered
        from unseen as u
        left join matching.probable_link as l
            on u.registry_row_id = l.registry_row_id and u.enrolment_row_id = l.enrolment_row_id"""
    ).row(0)
    review = int(str(world.engine.scalar("select count(*) from matching.probable_link where not linked")))
    return Figures(by_tier, judged[0], judged[1], judged[2], review, judged[3], seconds), world


def say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=40_000)
    parser.add_argument("--counties", type=int, default=12)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    given = parser.parse_args()
    missed = False
    for seed in given.seeds:
        figures, world = measure(seed, given.children, given.counties)
        world.close()
        say(f"seed {seed}: {given.children} children, {given.counties} counties, {figures.seconds:.1f} s")
        for tier in TIERS:
            links, right = figures.by_tier[tier]
            say(f"  {tier:18} {links:7} links, precision {right / links if links else 1:.4f}")
        say(f"  tier 4: precision {figures.precision:.4f} of links, recall {figures.recall:.4f}", end="")
        say(f" of {figures.unseen} pairs that tiers 1-3 cannot see")
        say(f"  review list {figures.review} ({figures.review_true} of them true),", end="")
        say(f" true pairs left {figures.left}: {'all bars hold' if figures.holds else 'a bar is MISSED'}")
        missed |= not figures.holds
    sys.exit(missed)


if __name__ == "__main__":
    main()

"""Many small stories in one province: each has its own county, schools and children, all share the runs of the models.

    scenario = Scenarios("2025-09-10", "2025-09-20")

    @scenario
    def a_pupil_of_whom_nothing_is_left(given):
        kid = given.person(1)
        given.put("enrolment", kid, on="2025-09-01")
        found = yield  # after the first night
        assert found[kid["citizen_number"]]["status"] == "in_school"
        given.put("enrolment", given.person(2), on="2025-09-15")
        found = yield  # after the second
        ...

    test_story = scenario.test()

`found` are the story's children by child_id: the columns of status.child and status.verdict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Mapping
from functools import partial

import pytest

from tests.pipelines.models.support import (
    FIRST,
    LEDGER,
    PREFECTURE,
    TONIGHT,
    Province,
    Row,
    absence_row,
    action_row,
    aid_row,
    assistance_row,
    calendar_row,
    change_row,
    day,
    disability_row,
    enrolment_row,
    listed_row,
    lookup_row,
    person,
    poverty_row,
    registry_row,
    report_row,
    request_rows,
    roll_row,
)

# kind → builder of its row, and which place of the story it takes
BUILDERS: dict[str, tuple[Callable[..., Row], dict[str, str]]] = {
    "registry": (registry_row, {"household_division": "village"}),
    "enrolment": (enrolment_row, {"school_code": "school"}),
    "enrolment_change": (change_row, {"school_code": "school"}),
    "in_school": (roll_row, {"school_code": "school"}),
    "absence": (absence_row, {"school_code": "school"}),
    "aid": (aid_row, {"school_code": "school"}),
    "poverty": (poverty_row, {"division_code": "village"}),
    "assistance": (assistance_row, {"division_code": "village"}),
    "disability": (disability_row, {"division_code": "village"}),
    "department_list": (listed_row, {"division_code": "village"}),
    "lookup": (lookup_row, {}),
}
Found = dict[object, dict]
Story = Generator[None, Found, None]


class Given:
    """What one story may use: its own county (with a township and two villages), schools and birth dates."""

    def __init__(self, province: Province, place: int) -> None:
        self.province = province
        self.place = place
        self.code = f"99{30 + place // 90:02}{10 + place % 90:02}"
        self.county = f"{self.code}000000"
        self.town, self.village, self.second_village = (f"{self.code}{tail}" for tail in ("001000", "001001", "001002"))
        self.born = dt.date(2012, 1, 1) + dt.timedelta(days=2 * place)
        self.schools = self.records = 0
        parents = (
            (self.county, PREFECTURE),
            (self.town, self.county),
            (self.village, self.town),
            (self.second_village, self.town),
        )
        for code, parent in parents:
            province.add(
                "division",
                {"division_code": code, "division_name": code, "parent_code": parent},
                on=FIRST,
                code="990000",
            )
        self.school = self.new_school()

    def new_school(self, school_type: str = "九年一贯制学校") -> str:
        """Another school of the township."""
        self.schools += 1
        code = f"31{self.code}{self.schools:02}"
        row = {"school_code": code, "school_name": code, "division_code": self.town, "school_type": school_type}
        self.province.add("school", row, on=FIRST, code="990000")
        return code

    def calendar(self, *rows: tuple[str, str, str, str, str]) -> None:
        """The county's own calendar."""
        self.province.add("calendar", *(calendar_row(*r, division=self.county) for r in rows), on=FIRST, code=self.code)

    def person(self, serial: int = 1, **changes: object) -> Row:
        """Somebody of this story: serials 1 to 4; `birth_date` may be the story's day or the next."""
        return person(self.place * 4 + serial, str(changes.pop("birth", self.born)), **changes)

    def add(self, kind: str, *rows: Mapping[str, object], on: str = "2025-08-25", more: str = "") -> list[str]:
        """Rows delivered by the story's county."""
        return self.province.add(kind, *rows, on=on, code=self.code, more=more)

    def put(
        self, kind: str, who: Mapping[str, object], *, on: str = "2025-08-25", more: str = "", **changes: object
    ) -> str:
        """One row about somebody, at the story's own places unless told otherwise; returns its `delivery#row`."""
        build, places = BUILDERS[kind]
        places = {column: getattr(self, place) for column, place in places.items()}
        return self.add(kind, build(who, **(places | changes)), on=on, more=more)[0]

    def act(self, who: Mapping[str, object], *, on: str = "2025-09-20", more: str = "", **changes: object) -> str:
        """One case action of the township; returns its record number."""
        self.records += 1
        record = f"R{self.place}-{self.records}"
        self.add("case_action", action_row(who, record, **({"division_code": self.town} | changes)), on=on, more=more)
        return record

    def ask(
        self,
        who: Mapping[str, object],
        action_type: str,
        kind: str,
        *,
        on: str = "2025-09-08",
        approval: Mapping[str, object] | None = None,
        **changes: object,
    ) -> None:
        """An approved request (安置, 延缓入学, 免除)."""
        self.records += 1
        approval = {"division_code": self.county} | dict(approval or {})
        rows = request_rows(
            who,
            f"R{self.place}-{self.records}",
            action_type,
            kind,
            approval=approval,
            **({"division_code": self.town} | changes),
        )
        self.add("case_action", *rows, on=on)

    def report(self, *days: str, on: str = "2025-09-08", school: str | None = None, more: str = "") -> None:
        """Zero reports of the school for these days."""
        rows = [report_row(school_code=school or self.school, report_date=d) for d in days]
        self.add("daily_report", *rows, on=on, more=more)

    def found(self) -> Found:
        """The story's children tonight."""
        frame = self.province.read(
            "select v.*, c.* exclude (child_id) from status.child as c inner join status.verdict as v "
            "on c.child_id = v.child_id where c.birth_date between $born and $born + 1",
            {"born": self.born},
        )
        return {row["child_id"]: row for row in frame.to_dicts()}


class Scenarios:
    """A collection of stories told over the same nights."""

    def __init__(self, *nights: str, **policy: dict[str, object]) -> None:
        self.nights = nights
        self.policy = policy
        self.stories: dict[str, Callable[[Given], Story]] = {}
        self.outcomes: dict[str, BaseException | None] | None = None

    def __call__(self, story: Callable[[Given], Story]) -> Callable[[Given], Story]:
        name = story.__name__
        assert name not in self.stories
        self.stories[name] = story
        return story

    def each(self, **variants: tuple) -> Callable:
        """One story for each variant: its values follow `given`."""

        def collect(story: Callable[..., Story]) -> Callable[..., Story]:
            for variant, values in variants.items():
                self.stories[f"{story.__name__}-{variant}"] = partial(_with, story, values)
            return story

        return collect

    def play(self) -> dict[str, BaseException | None]:
        """Tell all stories once; what went wrong in each."""
        if self.outcomes is not None:
            return self.outcomes
        province = Province()
        province.changes = dict(self.policy)
        outcomes: dict[str, BaseException | None] = dict.fromkeys(self.stories)
        running: dict[str, tuple[Given, Story]] = {}
        for place, (name, story) in enumerate(self.stories.items()):
            given = Given(province, place)
            running[name] = (given, story(given))
            _go_on(running, outcomes, name, None)
        for night in self.nights:
            if len(self.nights) == 1:
                province.run(night, TONIGHT)
            else:
                province.night(night, LEDGER)
            for name in list(running):
                _go_on(running, outcomes, name, running[name][0].found())
        province.close()
        for name in running:
            outcomes[name] = AssertionError("the story waits for a night that never comes")
        self.outcomes = outcomes
        return outcomes

    def test(self) -> Callable[[str], None]:
        """The test function that pytest collects: one case for each story."""

        @pytest.mark.parametrize("name", list(self.stories))
        def story(name: str) -> None:
            wrong = self.play()[name]
            if wrong is not None:
                raise wrong

        return story


def _with(story: Callable[..., Story], values: tuple, given: Given) -> Story:
    return story(given, *values)


def _go_on(
    running: dict[str, tuple[Given, Story]], outcomes: dict[str, BaseException | None], name: str, found: Found | None
) -> None:
    """Tell the next part of a story; it ends by itself or by a failure, which its own test reports."""
    try:
        if found is None:
            next(running[name][1])
        else:
            running[name][1].send(found)
    except StopIteration:
        del running[name]
    except Exception as error:
        outcomes[name] = error
        del running[name]


def after(value: str, days: int) -> str:
    """The day so many days later."""
    return (day(value) + dt.timedelta(days=days)).isoformat()

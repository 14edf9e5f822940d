"""What a reader asks of the ledger's tables: does it balance, do they agree with one another (4.2-4.4, 5.5, 5.9)?

That a unit equals the sum of its children plus what is placed at the unit itself is proved before publication, where
that is known; of the public tables alone a unit is expected to have no less than its counties.
"""

from __future__ import annotations

from quality.suites.expectation import Suite, always, at_least, between, equal, filled, holds
from quality.suites.units import ABOVE, every_county_in, province_has_its_counties

OF_UNIT = ("unit_code", "line", "group")

SUITES: tuple[Suite, ...] = (
    Suite(
        "published.zeroing",
        "台账收支",
        """
        select
            unit_code, line, "group", open_at_start + opened + relapsed - closed as expected_end, open_at_end,
            suspected_open + verified_open as by_state, ever_opened - ever_closed as never_closed, overdue, ever_opened,
            ever_closed
        from published.zeroing
        where as_of = $as_of and not suppressed
        """,
        OF_UNIT,
        (
            equal("expected_end", "open_at_end", "期初在册＋本期新增＋本期反弹－本期销号＝期末在册"),
            equal("by_state", "open_at_end", "疑似辍学＋辍学＝期末在册"),
            equal("never_closed", "open_at_end", "累计立案－累计销号＝期末在册"),
            at_least("open_at_end", "overdue", "逾期不多于期末在册"),
            at_least("ever_opened", "ever_closed", "累计销号不多于累计立案"),
        ),
    ),
    Suite(
        "published.zeroing",
        "清零单位",
        """
        select
            unit_code, line, "group", verified_open, zeroed_since, days_since_zero,
            cast(as_of - zeroed_since as bigint) as days_counted
        from published.zeroing
        where as_of = $as_of and zeroed
        """,
        OF_UNIT,
        (
            always("verified_open", "辍学", 0, "0：清零单位没有已核实的在册个案"),
            filled("zeroed_since", "清零起始日期"),
            equal("days_since_zero", "days_counted", "已清零天数＝统计日期－清零起始日期"),
        ),
    ),
    Suite(
        "published.zeroing",
        "未清零单位",
        """
        select unit_code, line, "group", zeroed_since is null and days_since_zero is null as blank
        from published.zeroing
        where as_of = $as_of and not zeroed
        """,
        OF_UNIT,
        (holds("blank", "没有清零起始日期和天数"),),
    ),
    Suite(
        "published.zeroing",
        "脱贫户与全部",
        """
        select
            e.unit_code, e.line, e.open_at_end, p.open_at_end as poor_open, e.ever_opened, p.ever_opened as poor_opened
        from published.zeroing as e
        inner join published.zeroing as p
            on e.as_of = p.as_of and e.unit_code = p.unit_code and e.line = p.line and p."group" = 'poor'
        where e.as_of = $as_of and e."group" = 'all'
        """,
        ("unit_code", "line"),
        (
            at_least("open_at_end", "poor_open", "脱贫户期末在册不多于全部"),
            at_least("ever_opened", "poor_opened", "脱贫户累计立案不多于全部"),
        ),
    ),
    province_has_its_counties("zeroing", "期末在册", "open_at_end", ("line", "group")),
    province_has_its_counties("zeroing", "累计立案", "ever_opened", ("line", "group")),
    Suite(
        "published.closures",
        "当日、本学年、累计",
        """
        select unit_code, line, close_reason, closed_today, closed_this_school_year, closed_to_date
        from published.closures
        where as_of = $as_of and not suppressed
        """,
        ("unit_code", "line", "close_reason"),
        (
            at_least("closed_this_school_year", "closed_today", "当日销号不多于本学年销号"),
            at_least("closed_to_date", "closed_this_school_year", "本学年销号不多于累计销号"),
        ),
    ),
    Suite(
        "published.closures",
        "与清零表相符",
        f"""
        select z.unit_code, z.line, z.ever_closed, coalesce(cast(sum(c.closed_to_date) as bigint), 0) as by_reason
        from published.zeroing as z
        left join published.closures as c on z.as_of = c.as_of and z.unit_code = c.unit_code and z.line = c.line
        where z.as_of = $as_of and z."group" = 'all' and z.{ABOVE}
        group by z.unit_code, z.line, z.ever_closed
        """,  # noqa: S608 (names of our own columns)
        ("unit_code", "line"),
        (equal("by_reason", "ever_closed", "各原因销号之和＝累计销号"),),
    ),
    Suite(
        "published.monthly_six",
        "与清零表相符",
        f"""
        select
            m.unit_code, z.suspected_open, sum(m.suspected) as suspected, z.verified_open, sum(m.verified) as verified
        from published.monthly_six as m
        inner join published.zeroing as z
            on m.as_of = z.as_of and m.unit_code = z.unit_code and z.line = 'school' and z."group" = 'all'
        where m.as_of = $as_of and m.{ABOVE}
        group by m.unit_code, z.suspected_open, z.verified_open
        """,  # noqa: S608 (names of our own columns)
        ("unit_code",),
        (
            at_least("suspected_open", "suspected", "小学、初中疑似辍学之和不多于教育线在册疑似"),
            at_least("verified_open", "verified", "小学、初中辍学之和不多于教育线在册辍学"),
        ),
    ),
    Suite(
        "published.deadlines",
        "期限与逾期",
        """
        select
            unit_code, deadline, due, overdue, overdue > 0 as late, oldest_overdue_days is not null as counted_days,
            oldest_overdue_days
        from published.deadlines
        where as_of = $as_of and not suppressed
        """,
        ("unit_code", "deadline"),
        (
            at_least("due", "overdue", "逾期不多于有期限案件"),
            equal("late", "counted_days", "有逾期的才有最长逾期天数"),
            between("oldest_overdue_days", "最长逾期天数", 1),
        ),
    ),
    every_county_in("deadlines", "期限与逾期统计表"),
    province_has_its_counties("reasons", "个案数", "cases", ("stage", "reason", "placement")),
    Suite(
        "published.campaign",
        "本批收支",
        """
        select unit_code, campaign, "group", opened, closed + "open" as closed_or_open
        from published.campaign
        where as_of = $as_of
        """,
        ("unit_code", "campaign", "group"),
        (equal("opened", "closed_or_open", "本批立案＝本批销号＋未销号"),),
    ),
    Suite(
        "published.yield",
        "立案去向",
        """
        select unit_code, category, month, opened, verified + not_substantiated + found_enrolled + undecided as told
        from published.yield
        where as_of = $as_of
        """,
        ("unit_code", "category", "month"),
        (equal("opened", "told", "立案＝核实辍学＋核查不属实＋核查在校＋尚未判明"),),
    ),
    Suite(
        "published.cycle",
        "分期收支",
        """
        select
            c.unit_code, c.line, c."group", c.cycle, c.open_at_start + c.opened + c.relapsed - c.closed as expected_end,
            c.open_at_end, z.open_at_end as ledger_open, c.as_of,
            -- Holidays belong to the term before them.
            case when c.cycle <> 'term' then c.to_date end as to_date, c.closed, c.returned + c.placements as came_back
        from published.cycle as c
        left join published.zeroing as z
            on c.as_of = z.as_of and c.unit_code = z.unit_code and c.line = z.line and c."group" = z."group"
        where c.as_of = $as_of
        """,
        ("unit_code", "line", "group", "cycle"),
        (
            equal("expected_end", "open_at_end", "期初在册＋本期新增＋本期反弹－本期销号＝期末在册"),
            equal("open_at_end", "ledger_open", "期末在册与清零表一致"),
            at_least("to_date", "as_of", "统计日期不晚于所属期的终止日期（学期除外，假期算在前一学期）"),
            at_least("closed", "came_back", "复学、安置之和不多于本期销号"),
        ),
    ),
    every_county_in("cycle", "分期台账变动表"),
    Suite(
        "published.change",
        "变动",
        """
        select
            c.unit_code, c.line, c."group", c.measure, c.span, c.change, c.value_now - c.value_then as difference,
            c.value_now,
            case c.measure
                when 'open_at_end' then z.open_at_end when 'suspected_open' then z.suspected_open
                when 'verified_open' then z.verified_open when 'overdue' then z.overdue
            end as ledger_now
        from published.change as c
        left join published.zeroing as z
            on c.as_of = z.as_of and c.unit_code = z.unit_code and c.line = z.line and c."group" = z."group"
        where c.as_of = $as_of
        """,
        ("unit_code", "line", "group", "measure", "span"),
        (
            equal("change", "difference", "增减＝现在－当时"),
            equal("value_now", "ledger_now", "现在的数与清零表一致"),
        ),
    ),
    Suite(
        "published.trend",
        "当晚一行",
        f"""
        select z.unit_code, t.open_at_end, z.open_at_end as ledger_open, t.zeroed, z.zeroed as ledger_zeroed
        from published.zeroing as z
        left join published.trend as t on z.as_of = t.as_of and z.unit_code = t.unit_code and t.night = t.as_of
        where z.as_of = $as_of and z.line = 'household' and z."group" = 'all' and z.{ABOVE}
        """,  # noqa: S608 (names of our own columns)
        ("unit_code",),
        (
            equal("open_at_end", "ledger_open", "县级以上单位当晚的期末在册与清零表一致"),
            equal("zeroed", "ledger_zeroed", "是否清零与清零表一致"),
        ),
    ),
)

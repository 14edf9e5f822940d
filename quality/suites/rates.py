"""What a reader asks of the rates: do the parts fit, is every variant there, does met mean met (5.1-5.3, 5.6, 5.10)?"""

from __future__ import annotations

from quality.suites.expectation import Suite, always, at_least, between, equal, holds
from quality.suites.units import every_county_in, province_has_its_counties

SUITES: tuple[Suite, ...] = (
    Suite(
        "published.dropout_rate",
        "各口径",
        """
        select
            unit_code, stage, count(*) as variants, min(denominator) is not distinct from max(denominator) as one_base,
            count(distinct coalesce(over_limit, false)) as verdicts, count(distinct limit_rate) as limits
        from published.dropout_rate
        where as_of = $as_of and not suppressed
        group by unit_code, stage
        """,
        ("unit_code", "stage"),
        (
            always("variants", "口径数", 3, "3：三种口径齐全"),
            always("one_base", "分母相同", True, "是：三种口径分母相同"),
            always("verdicts", "结论数", 1, "1：是否超线三种口径一致"),
            always("limits", "控制线数", 1, "1：同一学段只有一条控制线"),
        ),
    ),
    Suite(
        "published.dropout_rate",
        "分子、连续超线与备注",
        """
        select
            unit_code, stage, variant, case when variant <> 'flow' then numerator end as numerator,
            over_limit or not coalesce(consecutive, false) as consistent,
            (denominator is null) = (note is not distinct from 'no_statistics') as explained
        from published.dropout_rate
        where as_of = $as_of and not suppressed
        """,
        ("unit_code", "stage", "variant"),
        (
            between("numerator", "新增口径、台账口径的辍学人数", 0),
            holds("consistent", "连续两年超线的本年均超线"),
            holds("explained", "没有分母的均注明无教基统计"),
        ),
    ),
    province_has_its_counties(
        "dropout_rate", "辍学人数", "numerator", ("stage", "variant"), "variant in ('event', 'ledger')"
    ),
    province_has_its_counties("dropout_rate", "9月1日在校生数", "denominator", ("stage", "variant")),
    every_county_in("dropout_rate", "辍学率监测表"),
    Suite(
        "published.retention",
        "国家口径与达标",
        """
        select
            unit_code, indicator, variant, case when variant = 'national' then entrants end as entrants,
            case when variant = 'national' then denominator end as denominator, rate_shown,
            case when rate > 100 then 100 else rate end as capped,
            met, case when met is not null then gap_children = 0 end as no_gap
        from published.retention
        where as_of = $as_of and not suppressed
        """,
        ("unit_code", "indicator", "variant"),
        (
            equal("entrants", "denominator", "国家口径的分母＝入学人数"),
            equal("rate_shown", "capped", "显示的巩固率以100为上限"),
            equal("met", "no_gap", "达标的需动员返校人数为0，未达标的不为0"),
        ),
    ),
    every_county_in("retention", "义务教育巩固率监测表"),
    Suite(
        "published.enrolment_rate",
        "分子与分母",
        """
        select unit_code, indicator, "group", numerator, denominator
        from published.enrolment_rate
        where as_of = $as_of and indicator <> 'junior_gross_enrolment'
        """,
        ("unit_code", "indicator", "group"),
        (at_least("denominator", "numerator", "除毛入学率外，已入学人数不多于应入学人数"),),
    ),
    Suite(
        "published.enrolment_rate",
        "各人群与全部",
        """
        select
            g.unit_code, g.indicator, g."group", a.denominator as everyone, g.denominator, a.numerator as everyone_in,
            g.numerator
        from published.enrolment_rate as g
        inner join published.enrolment_rate as a
            on g.as_of = a.as_of and g.unit_code = a.unit_code and g.school_year = a.school_year
            and g.indicator = a.indicator and a."group" = 'all'
        where g.as_of = $as_of and g."group" <> 'all'
        """,
        ("unit_code", "indicator", "group"),
        (
            at_least("everyone", "denominator", "各人群的应入学人数不多于全部"),
            at_least("everyone_in", "numerator", "各人群的已入学人数不多于全部"),
        ),
    ),
    Suite(
        "published.enrolment_rate",
        "达标与差距",
        """
        select unit_code, indicator, "group", met, gap_children = 0 as no_gap
        from published.enrolment_rate
        where as_of = $as_of and met is not null
        """,
        ("unit_code", "indicator", "group"),
        (equal("met", "no_gap", "达标的需动员人数为0，未达标的不为0"),),
    ),
    province_has_its_counties("enrolment_rate", "应入学人数", "denominator", ("indicator", "group")),
    province_has_its_counties("enrolment_rate", "已入学人数", "numerator", ("indicator", "group")),
    every_county_in("enrolment_rate", "入学率统计表"),
    Suite(
        "published.handover",
        "毕业班去向",
        """
        select unit_code, leavers, arrived + pending + lost as told
        from published.handover
        where as_of = $as_of and not suppressed
        """,
        ("unit_code",),
        (equal("leavers", "told", "离校人数＝已到校＋待落实＋未到校"),),
    ),
    Suite(
        "published.ranking",
        "名次",
        'select unit_code, indicator, rank, "of" from published.ranking where as_of = $as_of',
        ("unit_code", "indicator"),
        (between("rank", "名次", 1), at_least("of", "rank", "名次不大于参评单位数")),
    ),
    every_county_in("ranking", "县级指标排名表"),
    Suite(
        "published.assessment",
        "否决与差距",
        """
        select
            unit_code, indicator, failed, met,
            max(veto and not coalesce(met, true)) over (partition by unit_code) as unmet_veto,
            case when met is not null then gap_children = 0 end as no_gap
        from published.assessment
        where as_of = $as_of
        """,
        ("unit_code", "indicator"),
        (
            equal("failed", "unmet_veto", "有一票否决项不达标的县即为不达标，没有的不是"),
            equal("met", "no_gap", "达标的需动员人数为0，未达标的不为0"),
        ),
    ),
    Suite(
        "published.assessment",
        "与排名表相符",
        """
        select a.unit_code, a.indicator, a.value, r.value as ranked
        from published.assessment as a
        inner join published.ranking as r
            on a.as_of = r.as_of and a.unit_code = r.unit_code and a.indicator = r.indicator
        where a.as_of = $as_of
        """,
        ("unit_code", "indicator"),
        (equal("value", "ranked", "评估表与排名表的比率一致"),),
    ),
    every_county_in("assessment", "均衡发展评估表"),
)

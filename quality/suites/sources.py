"""What a reader asks of sources, words and corrections: is everything named and explained (2.5, 6, 6.1)?"""

from __future__ import annotations

from quality.suites.expectation import Suite, always, at_least, between, equal, filled, holds
from schemas import values

KINDS = len(values.KIND)

SUITES: tuple[Suite, ...] = (
    Suite(
        "published.source_status",
        "各县各类资料齐全",
        """
        select z.unit_code, count(*) as rows_here, count(distinct s.kind) as kinds
        from (select distinct unit_code from published.zeroing where as_of = $as_of and unit_level = 'county') as z
        left join published.source_status as s on z.unit_code = s.division and s.as_of = $as_of
        group by z.unit_code
        """,
        ("unit_code",),
        (
            always("kinds", "资料种类数", KINDS, f"{KINDS}：每县每类资料都有状态"),
            always("rows_here", "行数", KINDS, f"{KINDS}：每县每类资料只有一行"),
        ),
    ),
    Suite(
        "published.source_status",
        "状态与数量",
        """
        select
            division, kind, rows, accepted + rejected as judged, (state = 'missing') = (delivered_on is null) as dated,
            (state = 'refused') = (reason is not null) as explained
        from published.source_status
        where as_of = $as_of
        """,
        ("division", "kind"),
        (
            at_least("rows", "judged", "接收与拒收之和不多于文件行数"),
            holds("dated", "除缺报外均有交付日期"),
            holds("explained", "退回的均有原因，未退回的没有"),
        ),
    ),
    Suite(
        "published.dictionary",
        "与数据库相符",
        """
        select c.table_schema || '.' || c.table_name as table_name, c.column_name, d.label, c.data_type, d.type
        from information_schema.columns as c
        left join published.dictionary as d
            on c.table_schema || '.' || c.table_name = d.table_name and c.column_name = d.column_name
            and d.as_of = $as_of
        where c.table_schema = 'published'
        """,
        ("table_name", "column_name"),
        (
            filled("label", "中文名"),
            equal("type", "data_type", "数据字典写明的数据类型与数据库一致"),
        ),
    ),
    Suite(
        "published.indicator",
        "指标均有定义",
        """
        select r.indicator, count(i.indicator) as definitions
        from (
            select distinct indicator from published.enrolment_rate where as_of = $as_of
            union
            select distinct indicator from published.retention where as_of = $as_of
        ) as r
        left join published.indicator as i on r.indicator = i.indicator and i.as_of = $as_of
        group by r.indicator
        """,
        ("indicator",),
        (between("definitions", "入学率、巩固率各指标的定义数", 1),),
    ),
    Suite(
        "published.restatements",
        "更正",
        """
        select unit_code, table_name, column_name, old_value is distinct from new_value as differs
        from published.restatements
        where as_of = $as_of
        """,
        ("unit_code", "table_name", "column_name"),
        (holds("differs", "原值与新值不同"),),
    ),
)

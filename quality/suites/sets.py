"""What a reader asks of sets and sums: three lists, where children are schooled, the count bridge (4.6, 5.4, 5.7)."""

from __future__ import annotations

from quality.suites.expectation import Suite, always, at_least, equal
from quality.suites.units import ABOVE, every_county_in

SUITES: tuple[Suite, ...] = (
    Suite(
        "published.three_way",
        "三方名单",
        """
        select
            unit_code, education, common + education_only + education_poverty + education_ledger as of_education,
            poverty_office, common + poverty_only + education_poverty + poverty_ledger as of_poverty,
            ledger, common + ledger_only + education_ledger + poverty_ledger as of_ledger, agreed,
            education_only + poverty_only + ledger_only + education_poverty + education_ledger + poverty_ledger = 0
                as nothing_apart
        from published.three_way
        where as_of = $as_of
        """,
        ("unit_code",),
        (
            equal("education", "of_education", "教育部门名单＝其各区域之和"),
            equal("poverty_office", "of_poverty", "乡村振兴部门名单＝其各区域之和"),
            equal("ledger", "of_ledger", "台账＝其各区域之和"),
            equal("agreed", "nothing_apart", "除三方一致外各区域均为0的才是三统一"),
        ),
    ),
    every_county_in("three_way", "三统一核对表"),
    Suite(
        "published.residence",
        "省内外出与外来",
        """
        select left(unit_code, 2) as province, sum(outside_local) as came, sum(local_elsewhere_province) as went
        from published.residence
        where as_of = $as_of
        group by left(unit_code, 2)
        """,
        (),
        (at_least("came", "went", "全省外在本不少于本在外（省内）：离开一县的学生出现在另一县"),),
    ),
    every_county_in("residence", "户籍与就学地交叉表"),
    Suite(
        "published.bridge",
        "差额",
        "select unit_code, side, step, reason, remainder from published.bridge where as_of = $as_of",
        ("unit_code", "side", "step"),
        (always("remainder", "差额", 0, "0：每个儿童、学籍和案件都有去向"),),
    ),
    Suite(
        "published.bridge",
        "三方齐全",
        f"""
        select z.unit_code, count(distinct b.side) as sides
        from (select distinct unit_code from published.zeroing where as_of = $as_of and {ABOVE}) as z
        left join published.bridge as b on z.unit_code = b.unit_code and b.as_of = $as_of
        group by z.unit_code
        """,  # noqa: S608 (names of our own columns)
        ("unit_code",),
        (always("sides", "对账方数", 3, "3：户籍、学校、台账三方齐全"),),
    ),
    Suite(
        "published.accountability",
        "超限",
        """
        select unit_code, list, subject, measure, value, limit_value
        from published.accountability
        where as_of = $as_of and measure in ('dropout_rate', 'overdue_cases')
        """,
        ("unit_code", "list", "subject", "measure"),
        (at_least("value", "limit_value", "列入清单的辍学率、逾期案件数不低于限值"),),
    ),
)

"""Two questions that are asked of many tables: is every county there, and has the province what its counties have?"""

from __future__ import annotations

from quality.suites.expectation import Suite, at_least, between

ABOVE = "unit_level in ('province', 'prefecture', 'county')"


def province_has_its_counties(table: str, title: str, column: str, keys: tuple[str, ...], where: str = "true") -> Suite:
    """A province has no less than its counties together."""
    names = ", ".join(f'"{key}"' for key in keys)
    return Suite(
        f"published.{table}",
        f"省与各县：{title}",
        f"""
        with
        counted as (
            select unit_level, unit_code, {names}, "{column}" as n from published.{table}
            where as_of = $as_of and {where} and unit_level in ('province', 'county')
        ),

        below as (
            select left(unit_code, 2) || '0000000000' as unit_code, {names}, sum(n) as counties
            from counted
            where unit_level = 'county'
            group by all
        )

        select
            c.unit_code, {", ".join(f'c."{key}"' for key in keys)}, c.n as of_province,
            coalesce(b.counties, 0) as counties
        from counted as c
        left join below as b
            on c.unit_code = b.unit_code {" ".join(f'and c."{key}" is not distinct from b."{key}"' for key in keys)}
        where c.unit_level = 'province'
        """,  # noqa: S608 (names of our own tables and columns)
        ("unit_code", *keys),
        (at_least("of_province", "counties", f"全省{title}不少于各县{title}之和"),),
    )


def every_county_in(table: str, label: str, places: str = "unit_code") -> Suite:
    """A row at least for every county-level unit of the ledger: units are published with zero rows too (4.3)."""
    return Suite(
        f"published.{table}",
        "县级单位齐全",
        f"""
        select z.unit_code, count(t.{places}) as rows_here
        from (
            select distinct unit_code from published.zeroing where as_of = $as_of and unit_level = 'county'
        ) as z
        left join published.{table} as t on z.unit_code = t.{places} and t.as_of = $as_of
        group by z.unit_code
        """,  # noqa: S608 (names of our own tables and columns)
        ("unit_code",),
        (between("rows_here", f"{label}中每个县级单位的行数", 1),),
    )

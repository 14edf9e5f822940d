"""What is expected of the profiles of a night's deliveries, beside their drift (`quality.drift`)."""

from __future__ import annotations

from quality.suites.expectation import Suite, at_least, equal

SUITES: tuple[Suite, ...] = (
    Suite(
        "quality.delivery_profile",
        "身份证号",
        """
        select unit_code, kind, rows, without_number, invalid_number
        from quality.delivery_profile
        where as_of = $as_of
        """,
        ("unit_code", "kind"),
        (
            at_least("rows", "without_number", "无有效身份证号行数不多于有效行数"),
            at_least("without_number", "invalid_number", "身份证号无效行数不多于无有效身份证号行数"),
        ),
    ),
    Suite(
        "quality.county_profile",
        "新增个案",
        "select unit_code, new_cases, opened + relapsed as told from quality.county_profile where as_of = $as_of",
        ("unit_code",),
        (equal("new_cases", "told", "新增个案＝本期新增＋本期反弹"),),
    ),
)
